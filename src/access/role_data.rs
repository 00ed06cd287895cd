//! What Google's own roles give, from data that ships with callmap, with its source and date.
//!
//! It holds the permissions that callmap judges by and the names of all other roles: a role that is not in it is
//! unknown, never harmless.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use chrono::{NaiveDate, NaiveTime};
use foldhash::{HashMap, HashMapExt as _};
use serde::{Deserialize, Serialize};

use crate::{
    model::{Permission, Permissions, RoleName, Time},
    world::{Observed, World},
};

/// After so many days the data is too old to be taken without a word: Google changes its roles every week.
const OLD: i64 = 180;

/// The role data that ships with callmap.
#[derive(Debug)]
pub struct RoleData {
    /// Where it was taken from.
    pub source: String,
    /// The day it was taken, `YYYY-MM-DD`.
    pub date: String,
    roles: HashMap<String, Permissions>,
}

/// The data as it stands in its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleDataFile {
    /// Where it was taken from.
    pub source: String,
    /// The day it was taken, `YYYY-MM-DD`.
    pub date: String,
    /// Every role there is.
    pub known_roles: BTreeSet<String>,
    /// The roles that carry a permission, for each permission that callmap judges by.
    pub roles_with_permission: BTreeMap<String, BTreeSet<String>>,
}

impl RoleData {
    /// The data, read at the first call.
    pub fn get() -> &'static Self {
        static DATA: OnceLock<RoleData> = OnceLock::new();
        DATA.get_or_init(|| {
            let text = include_str!("../../policies/builtin/roles.json");
            // INVARIANT: the file is part of the program; a test reads it.
            serde_json::from_str(text).map_or_else(|_| Self::nothing(), Self::of_file)
        })
    }

    /// Knows no role.
    fn nothing() -> Self {
        Self { source: String::new(), date: String::new(), roles: HashMap::new() }
    }

    /// A permission that the file is silent about would be one that no role carries: then no role is known.
    fn of_file(file: RoleDataFile) -> Self {
        let RoleDataFile { source, date, known_roles, roles_with_permission } = file;
        let mut roles: HashMap<_, _> =
            known_roles.into_iter().map(|role| (role, Permissions::NONE)).collect();
        for permission in Permission::ALL.iter().copied() {
            let Some(carrying) = roles_with_permission.get(permission.as_str()) else {
                return Self::nothing();
            };
            for role in carrying {
                roles.entry(role.clone()).or_default().add(permission);
            }
        }
        Self { source, date, roles }
    }

    /// What a role gives; `None` where the data does not know it.
    pub fn gives(&self, role: &str) -> Option<Permissions> {
        self.roles.get(role).copied()
    }

    /// How many whole days old it is at a time.
    fn days_at(&self, at: Time) -> Option<i64> {
        let taken = NaiveDate::parse_from_str(&self.date, "%Y-%m-%d").ok()?;
        Some((at - taken.and_time(NaiveTime::MIN).and_utc()).num_days())
    }

    /// How many days old it is, where that is too many, and it decides something in this world: a role of Google's
    /// is bound there whose content was not read.
    pub fn stale_days(&self, world: &World, at: Time) -> Option<i64> {
        let days = self.days_at(at).filter(|days| *days > OLD)?;
        rests_on_it(world).then_some(days)
    }

    /// How many roles it knows.
    pub fn count(&self) -> usize {
        self.roles.len()
    }
}

/// Whether a role of Google's is bound in a world in which its content was not read.
fn rests_on_it(world: &World) -> bool {
    let is_from_data = |role: &RoleName| {
        let is_read = world.roles.get(role).is_some_and(|role| role.known().is_some());
        !role.is_custom() && !role.is_withcond() && !is_read
    };
    let own = world.services.values().map(|service| &service.policy);
    let known = own.chain(world.policies.values()).filter_map(Observed::known);
    known.flat_map(|policy| &policy.bindings).any(|binding| is_from_data(&binding.role))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> RoleDataFile {
        serde_json::from_str(include_str!("../../policies/builtin/roles.json")).unwrap()
    }

    fn carrying(permission: Permission) -> Vec<&'static str> {
        let all = RoleData::get().roles.iter();
        let mut roles: Vec<_> = all
            .filter(|(_, given)| given.has(permission))
            .map(|(role, _)| role.trim_start_matches("roles/"))
            .collect();
        roles.sort_unstable();
        roles
    }

    #[test]
    fn the_data_is_whole_and_says_where_it_is_from() {
        let file = file();
        assert!(
            file.known_roles.len() > 2_000 && file.known_roles.iter().all(|role| role.starts_with("roles/"))
        );
        let named = file.roles_with_permission.values().flatten();
        assert!(named.into_iter().all(|role| file.known_roles.contains(role)));
        assert!(
            file.roles_with_permission
                .keys()
                .eq(Permission::ALL.iter().map(|permission| permission.as_str()))
        );
        assert!(!file.source.is_empty());
        assert_eq!(RoleData::get().count(), file.known_roles.len());
        assert_eq!(RoleData::get().date, "2026-08-22");
    }

    #[test]
    fn the_roles_that_let_call_are_those_of_googles_pages() {
        assert_eq!(
            carrying(Permission::Invoke),
            [
                "aiplatform.serviceAgent",
                "ces.serviceAgent",
                "cloudfunctions.admin",
                "cloudfunctions.developer",
                "cloudfunctions.editor",
                "cloudfunctions.serviceAgent",
                "dialogflow.serviceAgent",
                "editor",
                "firebase.admin",
                "firebase.developAdmin",
                "firebaseapphosting.serviceAgent",
                "firebasedataconnect.serviceAgent",
                "iam.dataScientist",
                "iam.devOps",
                "iam.mlEngineer",
                "integrations.serviceAgent",
                "monitoring.notificationServiceAgent",
                "owner",
                "run.admin",
                "run.developer",
                "run.editor",
                "run.invoker",
                "run.serviceAgent",
                "run.servicesInvoker",
                "run.sourceDeveloper",
                "serverless.serviceAgent",
                "spanner.serviceAgent",
                "visionai.serviceAgent",
            ]
        );
    }

    #[test]
    fn what_looks_like_it_lets_call_and_does_not_is_known_for_that() {
        for role in [
            "roles/cloudfunctions.invoker",
            "roles/cloudfunctions.viewer",
            "roles/viewer",
            "roles/browser",
            "roles/run.viewer",
            "roles/run.builder",
            "roles/run.jobsExecutor",
            "roles/iam.securityAdmin",
            "roles/iam.securityReviewer",
        ] {
            let given = RoleData::get().gives(role);
            assert!(given.is_some_and(|given| !given.has(Permission::Invoke)), "{role}");
        }
    }

    #[test]
    fn the_basic_roles_in_preview_are_not_known() {
        for role in ["roles/admin", "roles/writer", "roles/reader", "roles/run.nobody", "run.invoker", ""] {
            assert_eq!(RoleData::get().gives(role), None, "{role}");
        }
    }

    #[test]
    fn run_invoker_runs_jobs_and_calls_instances_and_its_narrower_sister_does_not() {
        use Permission::{Invoke, InvokeInstances, RunJobs};
        let of = |role: &str| RoleData::get().gives(role).unwrap().iter().collect::<Vec<_>>();
        assert_eq!(of("roles/run.invoker"), [InvokeInstances, RunJobs, Invoke]);
        assert_eq!(of("roles/run.servicesInvoker"), [Invoke]);
    }

    #[test]
    fn the_roles_that_set_policies_are_known() {
        assert_eq!(
            carrying(Permission::SetServicePolicy),
            [
                "cloudfunctions.admin",
                "firebase.admin",
                "firebase.developAdmin",
                "firebasemods.serviceAgent",
                "iam.securityAdmin",
                "owner",
                "run.admin"
            ]
        );
        for (role, permission) in [
            ("resourcemanager.projectIamAdmin", Permission::SetProjectPolicy),
            ("resourcemanager.folderIamAdmin", Permission::SetFolderPolicy),
            ("resourcemanager.organizationAdmin", Permission::SetOrganizationPolicy),
        ] {
            assert!(carrying(permission).contains(&role), "{role}");
        }
    }

    #[test]
    fn the_roles_that_act_as_accounts_are_known() {
        use Permission::{
            ActAs, CreateKeys, GetAccessToken, GetOpenIdToken, ImplicitDelegation, SetAccountPolicy,
            SignBlob, SignJwt, UpdateRoles, UpdateServices,
        };
        let of = |role: &str| RoleData::get().gives(role).unwrap();
        let narrow = of("roles/iam.serviceAccountOpenIdTokenCreator");
        assert!(narrow.iter().eq([GetOpenIdToken]));
        let minting = [GetAccessToken, GetOpenIdToken, ImplicitDelegation, SignBlob, SignJwt];
        assert!(of("roles/iam.serviceAccountTokenCreator").iter().eq(minting));
        assert!(of("roles/iam.workloadIdentityUser").iter().eq([GetAccessToken, GetOpenIdToken]));
        assert!(of("roles/iam.serviceAccountUser").iter().eq([ActAs]));
        assert!(of("roles/iam.serviceAccountKeyAdmin").iter().eq([CreateKeys]));
        assert!(of("roles/iam.roleAdmin").iter().eq([UpdateRoles]));
        let owner = of("roles/owner");
        assert!([ActAs, CreateKeys, SetAccountPolicy, UpdateServices].iter().all(|each| owner.has(*each)));
        assert!(!owner.has(GetOpenIdToken));
        assert!(of("roles/viewer").is_empty());
    }

    #[test]
    fn old_data_is_said_to_be_old_where_something_rests_on_it() {
        use crate::{
            model::{Binding, Container, Policy, Principal, time::moment},
            world::{RoleDefinition, Source, SourceKind},
        };
        let stale = |world: &World, at: &str| RoleData::get().stale_days(world, moment(at).unwrap());
        let (on_the_day, the_day_after) = ("2027-02-18T23:59:59Z", "2027-02-19T00:00:00Z");
        let mut world = World::nothing(Source { kind: SourceKind::Assets, files: Vec::new() });
        assert_eq!(stale(&world, the_day_after), None);
        let viewer = RoleName::new("roles/viewer");
        let bind = |world: &mut World, role: &RoleName| {
            let members = vec![Principal::new("user:alice@example.com")];
            let binding = Binding { role: role.clone(), members, condition: None };
            let policy = Policy { bindings: vec![binding], ..Policy::empty() };
            world.policies.insert(Container::Project("p".into()), Observed::Known(policy));
        };
        for role in ["projects/p/roles/mine", "roles/viewer_withcond_0123456789abcdef0123"] {
            bind(&mut world, &RoleName::new(role));
            assert_eq!(stale(&world, the_day_after), None, "{role}");
        }
        bind(&mut world, &viewer);
        assert_eq!(stale(&world, on_the_day), None);
        assert_eq!(stale(&world, the_day_after), Some(181));
        assert_eq!(stale(&world, "2020-01-01T00:00:00Z"), None);
        world.roles.insert(viewer, Observed::Known(RoleDefinition::new([], false)));
        assert_eq!(stale(&world, the_day_after), None);
    }

    #[test]
    fn data_that_is_silent_about_a_permission_knows_nothing() {
        for permission in Permission::ALL.iter().copied() {
            let mut file = file();
            file.roles_with_permission.remove(permission.as_str());
            assert_eq!(RoleData::of_file(file).count(), 0);
        }
    }
}
