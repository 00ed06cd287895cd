//! All changes of one policy, which are one write, and what they rest on.

use std::{collections::BTreeSet, fmt, sync::Arc};

use super::{Change, Deed};
use crate::model::{Grant, Principal, Resource, ServiceName, Time};

/// A step of a plan: `s1`, `s2`, … in the order of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId(pub u32);

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s{}", self.0)
    }
}

/// All changes of one policy: one read, one write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name in the plan.
    pub id: StepId,
    /// Whose policy it changes: a service, or a project, folder or organization.
    pub resource: Resource,
    /// Steps that must be done before; one that fails holds this one.
    pub needs: Vec<StepId>,
    /// What it changes, adds first, in order.
    pub changes: Vec<Change>,
    /// What must be as it was when the plan was made.
    pub footing: Footing,
    /// Declared callers that what is taken out may carry: each must have its own grant in the policy as it will
    /// be written.
    pub protects: Vec<Protected>,
    /// Functions that the grants above them which are taken out open besides those of the map.
    pub also_opens: Vec<ServiceName>,
    /// Jobs and instances, by relative name, that the grants above them which are taken out let somebody run.
    pub also_runs: Vec<Arc<str>>,
}

impl Step {
    /// The grants that it takes out.
    pub fn removed(&self) -> Vec<Grant> {
        removed(&self.resource, &self.changes)
    }
}

/// The grants that these changes of one policy take out.
pub(super) fn removed(resource: &Resource, changes: &[Change]) -> Vec<Grant> {
    let removals = changes.iter().filter(|change| change.deed == Deed::Remove);
    removals.map(|change| change.grant(resource)).collect()
}

/// What a step rests on. Where it is no longer so, the step is stale.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Footing {
    /// The function whose policy is changed; `None` where that is above functions.
    pub service: Option<ServiceState>,
    /// Functions that are callers: granted something, or declared to call through what is taken out.
    pub callers: Vec<CallerIdentity>,
}

/// What is said of a service by a [`Footing`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceState {
    /// See [`crate::world::Settings::uid`].
    pub uid: Option<Arc<str>>,
    /// Whether the invoker check is off.
    pub is_check_disabled: bool,
    /// Whether the Identity-Aware Proxy stands before it.
    pub is_iap_enabled: bool,
    /// The event sources that call it, by relative name, each with whom it calls as.
    pub sources: BTreeSet<(Arc<str>, Option<Principal>)>,
}

/// A function that calls, and the account it runs as.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallerIdentity {
    /// The function.
    pub service: ServiceName,
    /// Whom it calls as.
    pub identity: Principal,
}

/// A declared caller that must keep its access: an edge in force, of one principal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Protected {
    /// The function it may call.
    pub service: ServiceName,
    /// Who.
    pub principal: Principal,
    /// Until when it is declared.
    pub until: Option<Time>,
}
