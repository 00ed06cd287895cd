//! One caller of one function: what a plan is about that leaves everything else alone.

use std::collections::BTreeSet;

use super::{Held, Waiting, proposal::Proposal};
use crate::{
    callers::Caller,
    model::{Principal, Resource, RuleId, ServiceName},
    rules::{Finding, context::Context},
};

/// A caller and a function of a map, and what they are in the world.
#[derive(Debug, Clone)]
pub struct About {
    caller: Caller,
    /// The function in each of its regions, where it is live.
    pub services: BTreeSet<ServiceName>,
    /// The function in each of its regions, as the map names it.
    targets: BTreeSet<ServiceName>,
    /// Whom the caller means: one principal, or the accounts that a function runs as.
    pub principals: BTreeSet<Principal>,
}

impl About {
    /// This caller of the functions of this short name. Whom it means is known whether an edge names it or not.
    pub fn new(context: &Context<'_>, caller: &Caller, function: &str) -> Self {
        let of_name = |name: &str| {
            let is_it = |index: &usize| *context.map.functions[*index].name == *name;
            (0..context.map.functions.len()).filter(is_it).collect::<Vec<_>>()
        };
        let mut principals: BTreeSet<_> = context.declared.meant_by(caller).iter().cloned().collect();
        for index in caller.function().map(|name| of_name(name)).unwrap_or_default() {
            principals.extend(context.map.functions[index].runs_as.clone());
            let live = context.declared.service(index);
            principals.extend(live.into_iter().flat_map(|live| context.world.identities(live).accounts));
        }
        let functions = of_name(function);
        let services = functions.iter().filter_map(|index| context.declared.service(*index)).cloned();
        let target =
            |index: &usize| context.world.projects.canonical_service(&context.map.functions[*index].target);
        Self {
            caller: caller.clone(),
            services: services.collect(),
            targets: functions.iter().map(target).collect(),
            principals,
        }
    }

    /// What would settle the findings about it that are settled elsewhere, or by somebody else: each once.
    pub fn fixes(&self, findings: &[Finding]) -> Vec<String> {
        let is_about = |finding: &&Finding| {
            finding.function.as_ref().is_some_and(|function| self.services.contains(function))
                && finding.caller.as_ref().is_some_and(|caller| self.principals.contains(caller))
        };
        let fixes = findings.iter().filter(is_about).filter_map(|finding| finding.fix.clone());
        fixes.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn is_of(&self, resource: &Resource) -> bool {
        match resource {
            Resource::Service(service) => self.services.contains(service),
            Resource::Container(_) | Resource::Other(_) => false,
        }
    }

    pub(super) fn has_proposal(&self, proposal: &Proposal) -> bool {
        let is_caller = match &proposal.principal {
            Some(principal) => self.principals.contains(principal),
            // A function whose account is not known.
            None => self.caller.function().is_some(),
        };
        is_caller && self.is_of(&proposal.resource)
    }

    pub(super) fn has_held(&self, held: &Held) -> bool {
        held.rule == RuleId::Unreadable && self.is_of(&held.resource)
    }

    pub(super) fn has_waiting(&self, waiting: &Waiting) -> bool {
        let caller = match &self.caller {
            Caller::Principal(principal) => Principal::new(waiting.caller.clone()) == *principal,
            Caller::Function(name) => waiting.caller.strip_prefix("function:") == Some(name),
        };
        caller && self.targets.contains(&waiting.service)
    }
}
