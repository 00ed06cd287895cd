//! The atom of every comparison.

use std::cmp::Ordering;

use super::{Binding, Condition, Principal, Resource, RoleName};

/// One principal that holds one role on one resource, perhaps under a condition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grant {
    /// The resource whose policy holds it.
    pub resource: Resource,
    /// The role.
    pub role: RoleName,
    /// Who.
    pub principal: Principal,
    /// When it counts; `None` is always.
    pub condition: Option<Condition>,
}

impl Grant {
    /// What a binding in the policy of a resource gives one of its members.
    pub fn of(resource: &Resource, binding: &Binding, principal: &Principal) -> Self {
        Self {
            resource: resource.clone(),
            role: binding.role.clone(),
            principal: principal.clone(),
            condition: binding.condition.clone(),
        }
    }

    /// The order of grants, and of equal ones that of how their principals are spelled: which of several spellings
    /// comes first does not turn on where they stood.
    pub fn cmp_spelled(&self, other: &Self) -> Ordering {
        let spelling = || self.principal.as_str().cmp(other.principal.as_str());
        self.cmp(other).then_with(spelling)
    }
}
