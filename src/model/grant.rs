//! The atom of every comparison.

use super::{Condition, Principal, Resource, RoleName};

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
