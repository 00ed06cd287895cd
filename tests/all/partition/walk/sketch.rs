//! What an estate is made of, as plain as it can be said.

use proptest::{collection::vec, prelude::*, sample::select};

use super::condition::{CONDITIONS, PLAIN};

/// Projects by id and number.
pub(super) const PROJECTS: [(&str, &str); 3] =
    [("shop-prod", "1041"), ("shop-edge", "2082"), ("shop-lone", "3123")];
/// What may stand above a project, nearest first.
const CHAINS: [&[&str]; 5] = [
    &["folders/77", "folders/7", "organizations/9000"],
    &["folders/78", "folders/7", "organizations/9000"],
    &["folders/7", "organizations/9000"],
    &["organizations/9000"],
    &[],
];
pub(super) const FUNCTIONS: [&str; 6] = ["pay", "desk", "resize", "mail", "extra", "spare"];

pub(super) const EVENTS: &str = "serviceAccount:events@shop-prod.iam.gserviceaccount.com";
pub(super) const CRON: &str = "serviceAccount:cron@shop-edge.iam.gserviceaccount.com";

pub(super) const MEMBERS: [&str; 32] = [
    "allUsers",
    "allAuthenticatedUsers",
    "allUsers",
    "user:alice@example.com",
    "user:Alice@Example.com",
    "user:bob@contractor.example",
    "group:ops@example.com",
    "group:empty@example.com",
    "group:lost@example.com",
    "domain:example.com",
    "domain:contractor.example",
    "serviceAccount:pay@shop-prod.iam.gserviceaccount.com",
    EVENTS,
    CRON,
    "serviceAccount:service-1041@gcp-sa-iap.iam.gserviceaccount.com",
    "serviceAccount:service-2082@gcp-sa-iap.iam.gserviceaccount.com",
    "serviceAccount:service-6666@gcp-sa-pubsub.iam.gserviceaccount.com",
    "serviceAccount:service-1041@gcp-sa-pubsubs.iam.gserviceaccount.com",
    "serviceAccount:1041-compute@developer.gserviceaccount.com",
    "serviceAccount:x@elsewhere.iam.gserviceaccount.com",
    "principalSet://cloudresourcemanager.googleapis.com/projects/1041/type/ServiceAccount",
    "principalSet://cloudresourcemanager.googleapis.com/projects/6666/type/ServiceAccount",
    "principalSet://cloudresourcemanager.googleapis.com/folders/77/type/ServiceAccount",
    "principalSet://cloudresourcemanager.googleapis.com/organizations/9000/type/ServiceAccount",
    "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/alice",
    "principalSet://iam.googleapis.com/projects/1041/locations/global/workloadIdentityPools/ci/*",
    "principalSet://agents.global.org-9000.system.id.goog/*",
    "deleted:user:alice@example.com?uid=7",
    "deleted:serviceAccount:old@shop-prod.iam.gserviceaccount.com?uid=8",
    "deleted:group:ops@example.com?uid=9",
    "projectEditor:shop-prod",
    "iamThing:x",
];

/// What a role is to whoever wants to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    /// Calling, and at most running jobs and instances.
    Calling,
    /// Calling and more.
    More,
    /// It was switched off, and would give calling.
    Off,
    /// Calls of first-generation functions.
    FirstGeneration,
    /// Nobody knows.
    Unknown,
    /// Something else.
    Nothing,
}

pub(super) const ROLES: [(&str, Gives); 21] = [
    ("roles/run.invoker", Gives::Calling),
    ("roles/run.invoker", Gives::Calling),
    ("roles/run.servicesInvoker", Gives::Calling),
    ("projects/shop-prod/roles/caller", Gives::Calling),
    ("projects/1041/roles/caller", Gives::Calling),
    ("organizations/9000/roles/caller", Gives::Calling),
    ("roles/owner", Gives::More),
    ("roles/editor", Gives::More),
    ("roles/run.admin", Gives::More),
    ("roles/run.developer", Gives::More),
    ("roles/iam.devOps", Gives::More),
    ("roles/run.serviceAgent", Gives::More),
    ("projects/shop-prod/roles/deployer", Gives::More),
    ("roles/viewer", Gives::Nothing),
    ("projects/shop-prod/roles/reader", Gives::Nothing),
    ("projects/shop-prod/roles/offReader", Gives::Nothing),
    ("projects/shop-prod/roles/off", Gives::Off),
    ("organizations/9000/roles/gone", Gives::Off),
    ("roles/cloudfunctions.invoker", Gives::FirstGeneration),
    ("projects/shop-prod/roles/unread", Gives::Unknown),
    ("roles/writer", Gives::Unknown),
];

/// No condition at all, or one with whether it can hold now or later.
fn some_condition() -> impl Strategy<Value = (Option<&'static str>, bool)> {
    prop_oneof![
        3 => Just((None, true)),
        3 => select(&PLAIN[..]),
        2 => select(&CONDITIONS[..]),
    ]
}

/// What makes a function special.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Plain,
    /// The Functions API knows its trigger and the account that it calls as.
    Triggered,
    /// The same without an account: the project's default one.
    TriggeredByDefault,
    /// The map says that only events call it; a scheduled job does.
    Scheduled,
    /// It stands behind the Identity-Aware Proxy.
    Proxied,
}

#[derive(Debug, Clone)]
pub(super) struct Function {
    pub(super) name: &'static str,
    /// Which of the projects.
    pub(super) project: usize,
    pub(super) kind: Kind,
    pub(super) is_on_map: bool,
    /// Whether anybody may call it without being asked who it is.
    pub(super) is_unchecked: bool,
}

impl Function {
    /// What calls it by itself.
    fn source(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Plain => None,
            Kind::Triggered => Some(EVENTS),
            Kind::Scheduled => Some(CRON),
            Kind::TriggeredByDefault => MEMBERS.into_iter().find(|member| member.contains("-compute@")),
            Kind::Proxied => MEMBERS.into_iter().find(|member| member.contains("@gcp-sa-iap.")),
        }
    }
}

/// What a grant hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Function(usize),
    Project(usize),
    /// A folder or an organization.
    Level(&'static str),
}

#[derive(Debug, Clone)]
pub(super) struct Binding {
    pub(super) place: Place,
    pub(super) role: (&'static str, Gives),
    pub(super) members: Vec<&'static str>,
    pub(super) condition: (Option<&'static str>, bool),
}

/// What the map says of a caller of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Time {
    ForGood,
    Still,
    Past,
}

#[derive(Debug, Clone)]
pub(super) struct Edge {
    /// As the map spells it.
    pub(super) caller: &'static str,
    pub(super) function: usize,
    pub(super) time: Time,
}

#[derive(Debug, Clone)]
pub(super) struct Sketch {
    /// What stands above each project.
    pub(super) above: Vec<&'static [&'static str]>,
    pub(super) functions: Vec<Function>,
    pub(super) bindings: Vec<Binding>,
    pub(super) edges: Vec<Edge>,
    /// Whether the map says whose domains and projects are ours.
    pub(super) names_ours: bool,
    /// Whether lines name projects by number where they can.
    pub(super) is_by_number: bool,
}

const CALLERS: [&str; 9] = [
    "allUsers",
    "allAuthenticatedUsers",
    "user:alice@example.com",
    "user:bob@contractor.example",
    "group:ops@example.com",
    "domain:example.com",
    "serviceAccount:1041-compute@developer.gserviceaccount.com",
    "principalSet://cloudresourcemanager.googleapis.com/projects/1041/type/ServiceAccount",
    "function:pay",
];

const KINDS: [Kind; 7] = [
    Kind::Plain,
    Kind::Plain,
    Kind::Plain,
    Kind::Triggered,
    Kind::TriggeredByDefault,
    Kind::Scheduled,
    Kind::Proxied,
];
const LEVELS: [&str; 4] = ["folders/7", "folders/77", "folders/78", "organizations/9000"];

fn some_function() -> impl Strategy<Value = (usize, Kind, bool, bool)> {
    let of_project = prop_oneof![3 => Just(0_usize), 2 => Just(1), 1 => Just(2)];
    (of_project, select(&KINDS[..]), prop::bool::weighted(0.6), prop::bool::weighted(0.1))
}

fn some_binding() -> impl Strategy<Value = Binding> {
    let place = prop_oneof![
        5 => (0..FUNCTIONS.len()).prop_map(Place::Function),
        2 => (0..PROJECTS.len()).prop_map(Place::Project),
        3 => select(&LEVELS[..]).prop_map(Place::Level),
    ];
    let members = vec(select(&MEMBERS[..]), 1..5);
    (place, select(&ROLES[..]), members, some_condition())
        .prop_map(|(place, role, members, condition)| Binding { place, role, members, condition })
}

/// A grant to somebody who has to do with a function: whom the map names for it, or what calls it by itself.
#[derive(Debug, Clone)]
struct Pointed {
    which: prop::sample::Index,
    is_source: bool,
    role: (&'static str, Gives),
    condition: (Option<&'static str>, bool),
    /// On the function itself, or so many levels above.
    above: usize,
}

fn some_pointed() -> impl Strategy<Value = Pointed> {
    let above = prop_oneof![3 => Just(0_usize), 2 => 1..5_usize];
    (any::<prop::sample::Index>(), any::<bool>(), select(&ROLES[..12]), some_condition(), above).prop_map(
        |(which, is_source, role, condition, above)| Pointed { which, is_source, role, condition, above },
    )
}

pub(super) fn some_sketch() -> impl Strategy<Value = Sketch> {
    let above = vec(select(&CHAINS[..]), PROJECTS.len());
    let functions = vec(some_function(), FUNCTIONS.len());
    let time = select(&[Time::ForGood, Time::Still, Time::Past][..]);
    let edges = vec((select(&CALLERS[..]), 0..FUNCTIONS.len(), time), 0..16);
    let bindings = (vec(some_binding(), 0..14), vec(some_pointed(), 0..8));
    (above, functions, bindings, edges, any::<bool>(), any::<bool>()).prop_map(
        |(above, functions, (bindings, pointed), edges, names_ours, is_by_number)| {
            let functions: Vec<_> = FUNCTIONS
                .iter()
                .zip(functions)
                .map(|(name, (project, kind, is_on_map, is_unchecked))| Function {
                    name,
                    // Whoever is named as a caller is there, and is no one's target of events.
                    project: if *name == "pay" { 0 } else { project },
                    kind: if *name == "pay" { Kind::Plain } else { kind },
                    is_on_map: *name == "pay" || is_on_map,
                    is_unchecked,
                })
                .collect();
            let mut sketch =
                Sketch { above, functions, bindings, edges: Vec::new(), names_ours, is_by_number };
            for (caller, function, time) in edges {
                sketch.declare(caller, function, time);
            }
            for pointed in pointed {
                sketch.point(&pointed);
            }
            sketch
        },
    )
}

impl Sketch {
    /// Puts an edge on the map, where a map takes it.
    fn declare(&mut self, caller: &'static str, function: usize, time: Time) {
        let Function { is_on_map, kind, .. } = self.functions[function];
        let is_taken = is_on_map && kind != Kind::Scheduled;
        let is_new = !self.edges.iter().any(|edge| edge.caller == caller && edge.function == function);
        if is_taken && is_new {
            let time = if caller.starts_with("all") { Time::ForGood } else { time };
            self.edges.push(Edge { caller, function, time });
        }
    }

    /// Grants something to somebody who has to do with a function, where there is anybody.
    fn point(&mut self, pointed: &Pointed) {
        let (function, member) = if pointed.is_source {
            let function = pointed.which.index(self.functions.len());
            (function, self.functions[function].source())
        } else if self.edges.is_empty() {
            return;
        } else {
            let Edge { caller, function, time: _ } = self.edges[pointed.which.index(self.edges.len())];
            let pay = "serviceAccount:pay@shop-prod.iam.gserviceaccount.com";
            (function, Some(if caller == "function:pay" { pay } else { caller }))
        };
        let project = self.functions[function].project;
        let place = match pointed.above {
            0 => Place::Function(function),
            1 => Place::Project(project),
            level => match self.above[project].get(level - 2) {
                Some(level) => Place::Level(level),
                None => return,
            },
        };
        let Pointed { role, condition, .. } = *pointed;
        let members = Vec::from_iter(member);
        self.bindings.push(Binding { place, role, members, condition });
    }

    /// The resource of a function.
    pub(super) fn service(&self, function: usize) -> String {
        let Function { name, project, .. } = self.functions[function];
        format!("projects/{}/locations/europe-west1/services/{name}", PROJECTS[project].0)
    }

    /// The resource that a grant hangs on.
    pub(super) fn resource(&self, place: Place) -> String {
        match place {
            Place::Function(function) => self.service(function),
            Place::Project(project) => format!("projects/{}", PROJECTS[project].0),
            Place::Level(level) => level.to_owned(),
        }
    }
}
