//! What a role gives, as far as calling goes.
//!
//! Google's own roles come from role data that ships with callmap, with its source and date; custom roles and
//! roles read live come from the world, which is asked first.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use serde::Deserialize;

use crate::{
    model::{
        RoleName,
        role::{INVOKE, INVOKE_INSTANCES, RUN_JOBS},
    },
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
        match self.read.get(role) {
            Some(Observed::Known(RoleDefinition { permissions, is_off })) => {
                let runs = |permission: &Arc<str>| [RUN_JOBS, INVOKE_INSTANCES].contains(&&**permission);
                !is_off && permissions.iter().any(runs)
            }
            Some(Observed::Unreadable(_)) | None => {
                let data = RoleData::get();
                data.running.contains(role.as_str()) || !data.known.contains(role.as_str())
            }
        }
    }

    /// Whether a role that was read is off, and would carry the right to call if it were on.
    pub fn would_invoke(&self, role: &RoleName) -> bool {
        matches!(self.read.get(role), Some(Observed::Known(RoleDefinition { permissions, is_off: true }))
            if permissions.iter().any(|permission| &**permission == INVOKE))
    }
}

fn defined(role: &RoleName, definition: &RoleDefinition) -> RoleClass {
    let RoleDefinition { permissions, is_off } = definition;
    if *is_off || !permissions.iter().any(|permission| &**permission == INVOKE) {
        return RoleClass::None;
    }
    let is_narrow =
        permissions.iter().all(|permission| [INVOKE, RUN_JOBS, INVOKE_INSTANCES].contains(&&**permission));
    if is_invoker(role) || (role.is_custom() && is_narrow) { RoleClass::Invoker } else { RoleClass::Wide }
}

/// The two roles of Google's that are for calling.
fn is_invoker(role: &RoleName) -> bool {
    matches!(role.as_str(), "roles/run.invoker" | "roles/run.servicesInvoker")
}

fn built_in(role: &RoleName) -> RoleClass {
    let data = RoleData::get();
    if data.invoking.contains(role.as_str()) {
        return if is_invoker(role) { RoleClass::Invoker } else { RoleClass::Wide };
    }
    if data.known.contains(role.as_str()) { RoleClass::None } else { RoleClass::Unknown }
}

/// The role data that ships with callmap.
#[derive(Debug)]
pub struct RoleData {
    /// Where it was taken from.
    pub source: String,
    /// The day it was taken, `YYYY-MM-DD`.
    pub date: String,
    known: BTreeSet<String>,
    invoking: BTreeSet<String>,
    /// Roles by what they carry beside calling: running jobs, calling instances.
    running: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Wire {
    source: String,
    date: String,
    known_roles: BTreeSet<String>,
    roles_with_permission: BTreeMap<String, BTreeSet<String>>,
}

impl RoleData {
    /// The data, read at the first call.
    pub fn get() -> &'static Self {
        static DATA: OnceLock<RoleData> = OnceLock::new();
        DATA.get_or_init(|| {
            let text = include_str!("../../policies/builtin/roles.json");
            // INVARIANT: the file is part of the program; a test reads it.
            serde_json::from_str::<Wire>(text).map_or_else(|_| Self::nothing(), Self::from)
        })
    }

    /// Knows no role: every one is then unknown, never harmless.
    fn nothing() -> Self {
        Self {
            source: String::new(),
            date: String::new(),
            known: BTreeSet::new(),
            invoking: BTreeSet::new(),
            running: BTreeSet::new(),
        }
    }
}

impl From<Wire> for RoleData {
    fn from(wire: Wire) -> Self {
        let Wire { source, date, known_roles, mut roles_with_permission } = wire;
        let mut carrying = |permission| roles_with_permission.remove(permission);
        match (carrying(INVOKE), carrying(RUN_JOBS), carrying(INVOKE_INSTANCES)) {
            (Some(invoking), Some(mut running), Some(calling_instances)) => {
                running.extend(calling_instances);
                Self { source, date, known: known_roles, invoking, running }
            }
            _ => Self::nothing(),
        }
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
    fn twenty_eight_roles_of_googles_can_call() {
        let data = RoleData::get();
        assert_eq!(data.invoking.len(), 28);
        assert!(data.invoking.iter().all(|role| data.known.contains(role)));
        assert_eq!(data.date, "2026-08-22");
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
        for (permissions, is_off, expected) in [
            (vec![INVOKE], false, RoleClass::Invoker),
            (vec![INVOKE, RUN_JOBS, INVOKE_INSTANCES], false, RoleClass::Invoker),
            (vec![INVOKE, "run.services.get"], false, RoleClass::Wide),
            (vec!["run.services.get"], false, RoleClass::None),
            (vec![INVOKE], true, RoleClass::None),
        ] {
            let mut world = world();
            let permissions = permissions.into_iter().map(Into::into).collect();
            world.roles.insert(role.clone(), Observed::Known(RoleDefinition { permissions, is_off }));
            assert_eq!(RoleBook::new(&world).class(&role), expected);
        }
    }
}
