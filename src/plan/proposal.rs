//! What would settle one finding, and what stands in its way.

use std::collections::BTreeSet;

use super::{Change, Held, Include, PlanOptions};
use crate::{
    callers::DeclaredFunction,
    model::{Grant, Level, Principal, Resource, RuleId, ServiceName},
    rules::{Finding, context::Context},
};

/// A change that a finding asks for.
#[derive(Debug, Clone)]
pub(super) struct Proposal {
    pub(super) resource: Resource,
    /// `None` where no change is known that would settle the finding.
    pub(super) change: Option<Change>,
    pub(super) rule: RuleId,
    pub(super) principal: Option<Principal>,
    /// Why it is not carried out.
    pub(super) hold: Option<String>,
}

impl Proposal {
    /// The change, where nothing stands in its way.
    pub(super) fn free(&self) -> Option<&Change> {
        self.change.as_ref().filter(|_| self.hold.is_none())
    }

    /// The proposal as held, where it is.
    pub(super) fn held(&self) -> Option<Held> {
        let Self { resource, change, rule, principal, hold } = self;
        Some(Held {
            resource: resource.clone(),
            change: change.clone(),
            rule: *rule,
            principal: principal.clone(),
            reason: hold.clone()?,
        })
    }
}

/// What proposals are made from.
pub(super) struct Case<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) options: &'a PlanOptions,
    /// The functions that run as another account than the map pins, in the map's order.
    pub(super) repinned: Vec<Repinned<'a>>,
    accepted_grants: BTreeSet<&'a Grant>,
    accepted_callers: BTreeSet<(RuleId, &'a ServiceName, &'a Principal)>,
}

/// A function that runs as another account than the map pins.
pub(super) struct Repinned<'a> {
    /// Its name in the map.
    pub(super) name: &'a str,
    pub(super) service: &'a ServiceName,
    pub(super) pinned: &'a Principal,
    pub(super) live: Principal,
}

fn repinned<'a>(context: &'a Context<'a>) -> Vec<Repinned<'a>> {
    let differs = |(index, function): (usize, &'a DeclaredFunction)| {
        let (pinned, service) = (function.runs_as.as_ref()?, context.declared.service(index)?);
        let live = context.world.identity(service).filter(|live| live != pinned)?;
        Some(Repinned { name: &function.name, service, pinned, live })
    };
    context.map.functions.iter().enumerate().filter_map(differs).collect()
}

impl<'a> Case<'a> {
    pub(super) fn new(context: &'a Context<'a>, findings: &'a [Finding], options: &'a PlanOptions) -> Self {
        let accepted = || findings.iter().filter(|finding| finding.accepted.is_some());
        let about_caller = |finding: &'a Finding| match (&finding.function, &finding.caller) {
            (Some(service), Some(caller)) if finding.grant.is_none() => Some((finding.rule, service, caller)),
            _ => None,
        };
        Self {
            context,
            options,
            repinned: repinned(context),
            accepted_grants: accepted().filter_map(|finding| finding.grant.as_ref()).collect(),
            accepted_callers: accepted().filter_map(about_caller).collect(),
        }
    }

    pub(super) fn includes(&self, what: Include) -> bool {
        self.options.include.contains(&what)
    }

    /// Whether a reviewer agreed to live with this grant.
    pub(super) fn is_accepted(&self, grant: &Grant) -> bool {
        self.accepted_grants.contains(grant)
    }

    /// Whether a reviewer agreed to live with this finding about a caller.
    pub(super) fn is_accepted_caller(&self, rule: RuleId, service: &ServiceName, caller: &Principal) -> bool {
        self.accepted_callers.contains(&(rule, service, caller))
    }

    /// Whether the map will not hear of a rule: then nothing is changed for it either.
    pub(super) fn is_ignored(&self, rule: RuleId) -> bool {
        self.context.map.settings.level(rule) == Level::Ignore
    }
}
