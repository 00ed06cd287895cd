//! Who is declared: service accounts that somebody may act as, and groups.

use std::collections::{BTreeMap, BTreeSet};

use super::of_group;
use crate::{
    access::agent::agent_project,
    model::{Principal, PrincipalKind, ServiceName},
    rules::{Finding, context::Context, phrase::counted},
};

/// A service account that is a declared caller.
pub(super) struct DeclaredAccount<'a> {
    pub(super) principal: &'a Principal,
    /// The live functions that it is declared for, but for those that everybody is.
    pub(super) functions: BTreeSet<&'a ServiceName>,
    /// The first edge that declares it.
    pub(super) edge: usize,
}

/// The declared callers of a map.
pub(super) struct Callers<'a> {
    context: &'a Context<'a>,
    /// By principal.
    pub(super) all: Vec<DeclaredAccount<'a>>,
    groups: BTreeMap<&'a Principal, (usize, BTreeSet<&'a ServiceName>)>,
    /// Everybody who is declared for anything.
    anybody: BTreeSet<&'a Principal>,
}

impl<'a> Callers<'a> {
    /// Those of the edges in force.
    pub(super) fn new(context: &'a Context<'a>) -> Self {
        let everybody = Principal::new("allUsers");
        let mut callers =
            Self { context, all: Vec::new(), groups: BTreeMap::new(), anybody: BTreeSet::new() };
        let mut accounts: BTreeMap<&Principal, DeclaredAccount<'a>> = BTreeMap::new();
        for (edge, declared) in context.map.edges.iter().enumerate() {
            let Some(service) = context.declared.service(declared.function) else { continue };
            if !declared.is_in_force(context.at) || context.declared.is_declared(service, &everybody) {
                continue;
            }
            for principal in context.declared.principals(declared) {
                callers.anybody.insert(principal);
                match principal.kind() {
                    // Who acts as an agent of Google's is no question of policies.
                    PrincipalKind::ServiceAccount(_) if agent_project(principal).is_none() => {
                        let functions = BTreeSet::new();
                        let account = DeclaredAccount { principal, functions, edge };
                        accounts.entry(principal).or_insert(account).functions.insert(service);
                    }
                    PrincipalKind::Group(_) => {
                        callers.groups.entry(principal).or_insert((edge, BTreeSet::new())).1.insert(service);
                    }
                    _ => {}
                }
            }
        }
        callers.all = accounts.into_values().collect();
        callers
    }

    /// Those functions of an account that a holder is not declared for itself.
    pub(super) fn news<'s>(
        &'s self,
        account: usize,
        holder: &'s Principal,
    ) -> impl Iterator<Item = &'a ServiceName> + use<'a, 's> {
        let is_declared = self.anybody.contains(holder);
        let functions = self.all[account].functions.iter().copied();
        functions.filter(move |name| !is_declared || !self.context.declared.is_declared(name, holder))
    }

    /// Whether a principal is declared for anything.
    pub(super) fn has(&self, principal: &Principal) -> bool {
        self.anybody.contains(principal)
    }

    /// One note for each declared group.
    pub(super) fn groups(&self) -> Vec<Finding> {
        let told = self.groups.iter().map(|(group, (edge, functions))| {
            let count = counted(functions.len(), "function");
            let message = format!(
                "`{group}` is declared for {count}, and who is in it is kept elsewhere: whoever manages the group \
                 says who calls"
            );
            of_group(self.context, group, *edge, message)
        });
        told.collect()
    }
}
