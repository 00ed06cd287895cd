//! What a role gives, as far as calling goes.
//!
//! Google's own roles come from role data that ships with callmap; custom roles and roles read live come from the
//! world, which is asked first.

use std::collections::BTreeMap;

use super::role_data::RoleData;
use crate::{
    model::{Permission, Permissions, RoleName},
    world::{Gap, Observed, RoleDefinition, World},
};

/// What holding a role means for calling a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoleClass {
    /// It does not carry `run.routes.invoke`.
    None,
    /// Whether it does is not known.
    Unknown,
    /// It carries more than calling.
    Wide,
    /// `roles/run.invoker`, `roles/run.servicesInvoker`, or a custom role that carries as little.
    Invoker,
}

impl RoleClass {
    /// Whether the role carries, or may carry, the right to call.
    pub fn may_invoke(self) -> bool {
        self != Self::None
    }
}

/// Roles as one world knows them.
#[derive(Debug, Clone, Copy)]
pub struct RoleBook<'w> {
    read: &'w BTreeMap<RoleName, Observed<RoleDefinition>>,
}

impl<'w> RoleBook<'w> {
    /// The roles of this world, over the built-in ones.
    pub fn new(world: &'w World) -> Self {
        Self { read: &world.roles }
    }

    /// What a role gives.
    pub fn class(&self, role: &RoleName) -> RoleClass {
        if role.is_withcond() {
            return RoleClass::Unknown;
        }
        match self.read.get(role) {
            Some(Observed::Known(definition)) => defined(role, definition),
            Some(Observed::Unreadable(_)) | None => built_in(role),
        }
    }

    /// Why the content of a role is not known, where it is not.
    pub fn gap(&self, role: &RoleName) -> Option<Gap> {
        if self.class(role) != RoleClass::Unknown {
            return None;
        }
        if role.is_withcond() {
            let why = "the policy was read without its conditions (ask for policy version 3)";
            return Some(Gap { why: why.into(), permission: None });
        }
        if let Some(Observed::Unreadable(gap)) = self.read.get(role) {
            return Some(gap.clone());
        }
        let why = if role.is_custom() { "its content was not read" } else { "it is not in the role data" };
        Some(Gap::new(why, "iam.roles.get"))
    }

    /// Whether a role runs jobs or calls instances, too, or may.
    pub fn may_run_workloads(&self, role: &RoleName) -> bool {
        self.gives(role)
            .is_none_or(|given| given.has(Permission::RunJobs) || given.has(Permission::InvokeInstances))
    }

    /// What a role gives of the permissions that callmap judges by; `None` where that is not known.
    pub fn gives(&self, role: &RoleName) -> Option<Permissions> {
        match self.read.get(role) {
            Some(Observed::Known(definition)) => Some(definition.gives()),
            Some(Observed::Unreadable(_)) | None => RoleData::get().gives(role.as_str()),
        }
    }

    /// Whether a role that was read is off, and would carry the right to call if it were on.
    pub fn would_invoke(&self, role: &RoleName) -> bool {
        self.read
            .get(role)
            .and_then(Observed::known)
            .is_some_and(|definition| definition.is_off() && definition.listed().has(Permission::Invoke))
    }
}

fn defined(role: &RoleName, definition: &RoleDefinition) -> RoleClass {
    if !definition.gives().has(Permission::Invoke) {
        return RoleClass::None;
    }
    let is_narrow =
        definition.has_only(&[Permission::Invoke, Permission::RunJobs, Permission::InvokeInstances]);
    if is_invoker(role) || (role.is_custom() && is_narrow) { RoleClass::Invoker } else { RoleClass::Wide }
}

/// The two roles of Google's that are for calling.
fn is_invoker(role: &RoleName) -> bool {
    matches!(role.as_str(), "roles/run.invoker" | "roles/run.servicesInvoker")
}

fn built_in(role: &RoleName) -> RoleClass {
    match RoleData::get().gives(role.as_str()) {
        None => RoleClass::Unknown,
        Some(given) if !given.has(Permission::Invoke) => RoleClass::None,
        Some(_) if is_invoker(role) => RoleClass::Invoker,
        Some(_) => RoleClass::Wide,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Source, SourceKind};

    fn world() -> World {
        World::nothing(Source { kind: SourceKind::Assets, files: Vec::new() })
    }

    fn class(role: &str) -> RoleClass {
        RoleBook::new(&world()).class(&RoleName::new(role))
    }

    #[test]
    fn roles_have_the_class_the_documentation_gives_them() {
        assert_eq!(class("roles/run.invoker"), RoleClass::Invoker);
        assert_eq!(class("roles/run.servicesInvoker"), RoleClass::Invoker);
        assert_eq!(class("roles/iam.devOps"), RoleClass::Wide);
        assert_eq!(class("roles/editor"), RoleClass::Wide);
        assert_eq!(class("roles/viewer"), RoleClass::None);
        assert_eq!(class("roles/cloudfunctions.invoker"), RoleClass::None);
        assert_eq!(class("roles/writer"), RoleClass::Unknown);
        assert_eq!(class("projects/p/roles/caller"), RoleClass::Unknown);
        assert_eq!(class("roles/run.invoker_withcond_0123456789abcdef0123"), RoleClass::Unknown);
    }

    #[test]
    fn the_narrower_role_runs_no_jobs() {
        let world = world();
        let runs = |role| RoleBook::new(&world).may_run_workloads(&RoleName::new(role));
        assert!(runs("roles/run.invoker") && runs("projects/p/roles/unread"));
        assert!(!runs("roles/run.servicesInvoker"));
    }

    #[test]
    fn a_custom_role_is_what_it_carries_and_nothing_once_it_is_off() {
        let role = RoleName::new("projects/p/roles/caller");
        let [invoke, run_jobs, instances] =
            [Permission::Invoke, Permission::RunJobs, Permission::InvokeInstances].map(Permission::as_str);
        for (permissions, is_off, expected) in [
            (vec![invoke], false, RoleClass::Invoker),
            (vec![invoke, run_jobs, instances], false, RoleClass::Invoker),
            (vec![invoke, "run.services.get"], false, RoleClass::Wide),
            (vec!["run.services.get"], false, RoleClass::None),
            (vec![invoke], true, RoleClass::None),
        ] {
            let mut world = world();
            let definition = RoleDefinition::new(permissions.into_iter().map(Into::into), is_off);
            world.roles.insert(role.clone(), Observed::Known(definition));
            assert_eq!(RoleBook::new(&world).class(&role), expected);
        }
    }
}
