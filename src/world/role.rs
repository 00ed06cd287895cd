//! What a role holds, as it was read.

use std::sync::Arc;

use crate::model::{Permission, Permissions};

/// What a role holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleDefinition {
    permissions: Vec<Arc<str>>,
    is_off: bool,
    /// Those that callmap judges by: roles such as owner list thousands, and are asked about at every binding.
    judged: Permissions,
}

impl RoleDefinition {
    /// A role that lists these permissions. One that is off, deleted or of stage `DISABLED`, carries nothing.
    pub fn new(permissions: impl IntoIterator<Item = Arc<str>>, is_off: bool) -> Self {
        let mut permissions: Vec<_> = permissions.into_iter().collect();
        permissions.sort();
        permissions.dedup();
        let judged = permissions.iter().filter_map(|name| Permission::named(name)).collect();
        Self { permissions, is_off, judged }
    }

    /// The permissions it lists, by name; they count for nothing where it is off.
    pub fn permissions(&self) -> &[Arc<str>] {
        &self.permissions
    }

    /// Whether it is off.
    pub fn is_off(&self) -> bool {
        self.is_off
    }

    /// The permissions it lists that callmap judges by, whether it is off or not.
    pub fn listed(&self) -> Permissions {
        self.judged
    }

    /// The permissions it gives that callmap judges by.
    pub fn gives(&self) -> Permissions {
        if self.is_off { Permissions::NONE } else { self.judged }
    }

    /// Whether it lists no permission but these.
    pub fn has_only(&self, permissions: &[Permission]) -> bool {
        let among = permissions.iter().filter(|permission| self.judged.has(**permission)).count();
        among == self.permissions.len()
    }
}
