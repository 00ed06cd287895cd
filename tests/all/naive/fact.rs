//! What an estate is made of: small facts over small pools, so that things meet.

use callmap::model::{Time, time};

use super::{condition::Tree, draw::Draw};

/// Functions that there may be; the first always is. The last is in a project known by its number alone.
pub(super) const FUNCTIONS: [&str; 4] = [
    "projects/shop-prod/locations/europe-west1/services/pay",
    "projects/shop-prod/locations/europe-west1/services/desk",
    "projects/shop-edge/locations/europe-west1/services/edge",
    "projects/3033/locations/europe-west1/services/lab",
];
pub(super) const PROJECTS: [(&str, &str); 3] =
    [("shop-prod", "1041"), ("shop-edge", "2082"), ("shop-lab", "3033")];
pub(super) const LEVELS: [&str; 7] = [
    "projects/shop-prod",
    "folders/77",
    "organizations/9000",
    "projects/shop-edge",
    "projects/3033",
    "folders/78",
    "folders/79",
];
/// What may stand above a project; of what ends with a folder the rest was not seen.
pub(super) const CHAINS: [&[&str]; 7] = [
    &["folders/77", "organizations/9000"],
    &["organizations/9000"],
    &["folders/78", "folders/77", "organizations/9000"],
    &["folders/79", "folders/78", "folders/77", "organizations/9000"],
    &[],
    &["folders/78"],
    &["folders/78", "folders/77"],
];
pub(super) const GROUPS: [&str; 5] = [
    "group:a@example.com",
    "group:b@example.com",
    "group:c@example.com",
    "group:d@example.com",
    "group:unread@example.com",
];
/// Everybody whom an estate may name. From the third on, a group may hold them.
pub(super) const PEOPLE: [&str; 40] = [
    "allUsers",
    "allAuthenticatedUsers",
    "user:alice@example.com",
    "group:a@example.com",
    "serviceAccount:web@shop-prod.iam.gserviceaccount.com",
    "group:b@example.com",
    "domain:example.com",
    "user:bob@contractor.example",
    "group:c@example.com",
    "serviceAccount:1041-compute@developer.gserviceaccount.com",
    "user:Alice@Example.com",
    "group:A@example.com",
    "group:d@example.com",
    "group:unread@example.com",
    "domain:contractor.example",
    "serviceAccount:shop-edge@appspot.gserviceaccount.com",
    "serviceAccount:3033-compute@developer.gserviceaccount.com",
    "serviceAccount:job@shop-lab.iam.gserviceaccount.com",
    "serviceAccount:x@elsewhere.iam.gserviceaccount.com",
    "serviceAccount:web@example.com",
    "serviceAccount:service-1041@gcp-sa-pubsub.iam.gserviceaccount.com",
    "serviceAccount:1041@cloudservices.gserviceaccount.com",
    "serviceAccount:shop-prod.svc.id.goog[default/web]",
    "principalSet://cloudresourcemanager.googleapis.com/projects/1041/type/ServiceAccount",
    "principalSet://cloudresourcemanager.googleapis.com/projects/shop-edge/type/ServiceAccount",
    "principalSet://cloudresourcemanager.googleapis.com/projects/3033/type/ServiceAccount",
    "principalSet://cloudresourcemanager.googleapis.com/folders/77/type/ServiceAccount",
    "principalSet://cloudresourcemanager.googleapis.com/folders/78/type/ServiceAccount",
    "principalSet://cloudresourcemanager.googleapis.com/folders/5/type/ServiceAccount",
    "principalSet://cloudresourcemanager.googleapis.com/organizations/9000/type/ServiceAccount",
    "principalSet://cloudresourcemanager.googleapis.com/projects/1041/type/ServiceAgent",
    "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/alice",
    "principalSet://iam.googleapis.com/projects/1041/locations/global/workloadIdentityPools/ci/*",
    "principal://agents.global.org-9000.system.id.goog/resources/aiplatform/projects/1041/x",
    "principalSet://agents.global.org-9000.system.id.goog/*",
    "principalHierarchy://things/9000",
    "deleted:user:alice@example.com?uid=7",
    "projectOwner:shop-prod",
    "projectEditor:shop-edge",
    "iamThing:x",
];
pub(super) const ROLES: [&str; 11] = [
    "roles/run.invoker",
    "roles/editor",
    "projects/shop-prod/roles/caller",
    "roles/viewer",
    "roles/iam.devOps",
    "roles/cloudfunctions.invoker",
    "projects/shop-prod/roles/reader",
    "projects/shop-prod/roles/off",
    "organizations/9000/roles/unread",
    "roles/run.invoker_withcond_0123456789abcdef",
    "roles/writer",
];
const DENIED: [&str; 16] = [
    "principalSet://goog/public:all",
    "principal://goog/subject/alice@example.com",
    "principalSet://goog/group/a@example.com",
    "principal://iam.googleapis.com/projects/-/serviceAccounts/web@shop-prod.iam.gserviceaccount.com",
    "principalSet://goog/group/B@example.com",
    "principal://goog/subject/Bob@Contractor.example",
    "principalSet://goog/group/unread@example.com",
    "principal://iam.googleapis.com/projects/-/serviceAccounts/1041-compute@developer.gserviceaccount.com",
    "principalSet://goog/cloudIdentityCustomerId/C01",
    "principalSet://cloudresourcemanager.googleapis.com/projects/1041/type/ServiceAccount",
    "principalSet://cloudresourcemanager.googleapis.com/folders/78/type/ServiceAccount",
    "principalSet://cloudresourcemanager.googleapis.com/organizations/9000/type/ServiceAccount",
    "principalSet://cloudresourcemanager.googleapis.com/projects/1041/type/ServiceAgent",
    "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/alice",
    "deleted:principal://goog/subject/alice@example.com?uid=7",
    "principalSet://goog/thing/x",
];
const PERMISSIONS: [&str; 8] = [
    "run.googleapis.com/routes.invoke",
    "run.googleapis.com/routes.*",
    "run.googleapis.com/services.get",
    "run.googleapis.com/*.*",
    "run.googleapis.com/*.invoke",
    "run.googleapis.com/services.*",
    "cloudfunctions.googleapis.com/functions.*",
    "run.googleapis.com/routes.get",
];
pub(super) const TIMES: [&str; 3] = ["2026-11-23T09:00:00Z", "2026-12-01T00:00:00Z", "2027-01-15T21:30:00Z"];

/// One binding.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(super) role: &'static str,
    pub(super) members: Vec<&'static str>,
    pub(super) condition: Option<Tree>,
}

/// One rule of a deny policy.
#[derive(Debug, Clone)]
pub(crate) struct Denied {
    pub(super) principals: Vec<&'static str>,
    pub(super) except: Vec<&'static str>,
    pub(super) permissions: Vec<&'static str>,
    pub(super) except_permissions: Vec<&'static str>,
    pub(super) condition: Option<Tree>,
}

/// One thing about an estate.
#[derive(Debug, Clone)]
pub(crate) enum Fact {
    /// On a function, or on a level after these.
    Given(usize, Given),
    /// Somebody is in a group, which was therefore expanded.
    Joins(usize, &'static str),
    /// In a policy of this number on this level; without a rule, one of a kind that nobody knows.
    Denied(usize, usize, Option<Denied>),
    Live(usize),
    CheckOff(usize),
    Above(usize, usize),
    /// Nobody said which number is which project's.
    Numberless(usize),
    /// An account was seen in a project.
    Account(&'static str, &'static str),
    Unread(Gap),
}

/// What could not be read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Gap {
    Settings(usize),
    Policy(usize),
    Ancestors(usize),
    Level(usize),
    /// A level of which nobody said that it was not read.
    NoLevel(usize),
    Chain(usize),
    Role(usize),
    Group(usize),
    DenyPolicies(usize),
    DenyPolicy(usize, usize),
}

impl Gap {
    /// Every one there is, for everything there may be.
    pub(super) fn all() -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for function in 0..FUNCTIONS.len() {
            all.extend([Self::Settings(function), Self::Policy(function), Self::Ancestors(function)]);
        }
        for level in 0..LEVELS.len() {
            all.extend([Self::Level(level), Self::NoLevel(level), Self::DenyPolicies(level)]);
            all.extend([Self::DenyPolicy(level, 0), Self::DenyPolicy(level, 1)]);
        }
        all.extend((0..PROJECTS.len()).map(Self::Chain));
        all.extend((0..ROLES.len()).map(Self::Role));
        all.extend((0..GROUPS.len()).map(Self::Group));
        all
    }
}

pub(super) fn at(time: usize) -> Time {
    time::moment(TIMES[time % TIMES.len()]).unwrap()
}

impl Given {
    pub(super) fn drawn(draw: &mut Draw<'_>, at: Time) -> Self {
        let roles = draw.pool(4, &ROLES[..3], &ROLES);
        let role = draw.of(roles);
        let people = draw.pool(2, &PEOPLE[..12], &PEOPLE);
        let members = draw.some(people, 3);
        let condition = draw.one_in(3).then(|| Tree::any(draw, at));
        Self { role, members, condition }
    }
}

impl Denied {
    fn drawn(draw: &mut Draw<'_>, at: Time) -> Self {
        let principals = draw.some(&DENIED, 2);
        let permissions = if draw.one_in(4) { draw.some(&PERMISSIONS, 2) } else { vec![PERMISSIONS[0]] };
        let except = if draw.one_in(3) { draw.some(&DENIED, 2) } else { Vec::new() };
        let except_permissions = if draw.one_in(6) { draw.some(&PERMISSIONS, 1) } else { Vec::new() };
        let condition = draw.one_in(3).then(|| Tree::of_deny(draw, at));
        Self { principals, except, permissions, except_permissions, condition }
    }
}

impl Fact {
    pub(super) fn drawn(bytes: &[u8], at: Time) -> Self {
        let draw = &mut Draw::new(bytes);
        match draw.number(32) {
            0..=11 => {
                let places = FUNCTIONS.len() + LEVELS.len();
                // Where something is bound matters less than that things meet.
                let place = if draw.one_in(4) { draw.number(places) } else { draw.of(&[0, 4, 5, 6]) };
                Self::Given(place, Given::drawn(draw, at))
            }
            12..=17 => {
                let group = draw.number(GROUPS.len() - 1);
                let people = draw.pool(3, &PEOPLE[2..12], &PEOPLE[2..]);
                Self::Joins(group, draw.of(people))
            }
            18..=21 => {
                let level = if draw.one_in(3) { draw.number(LEVELS.len()) } else { draw.number(3) };
                let policy = draw.number(2);
                Self::Denied(level, policy, (!draw.one_in(12)).then(|| Denied::drawn(draw, at)))
            }
            22..=23 => Self::Live(1 + draw.number(FUNCTIONS.len() - 1)),
            24 => Self::CheckOff(draw.number(FUNCTIONS.len())),
            25 | 26 => Self::Above(draw.number(PROJECTS.len()), draw.number(CHAINS.len())),
            27 => Self::Numberless(draw.number(PROJECTS.len())),
            28 => {
                let accounts = [
                    "web@example.com",
                    "shop-prod.svc.id.goog[default/web]",
                    "x@elsewhere.iam.gserviceaccount.com",
                ];
                Self::Account(draw.of(&accounts), draw.of(&["shop-prod", "3033"]))
            }
            _ => {
                let gaps = Gap::all();
                Self::Unread(gaps[draw.number(gaps.len())])
            }
        }
    }
}
