//! Small estates: four functions below one project, folder and organization, one function elsewhere, and a map
//! of some of them, with every kind of member, role and condition bound anywhere.

use std::collections::BTreeMap;

use callmap::{
    callers::{Caller, CallerMap, DeclaredFunction, Edge, MapFile, Place, Settings},
    model::{
        Binding, Condition, Container, FunctionName, Policy, Principal, RoleName, ServiceName, Time, time,
    },
    rules::{Audit, Scope, run},
    world::{
        CloudFunction, EventSource, EventSourceKind, EventTarget, Gap, Observed, RoleDefinition, Service,
        Settings as Set, Source, SourceKind, Token, Traffic, World,
    },
};
use proptest::{collection::vec, prelude::*, sample::select};

pub(crate) const CHAIN: [&str; 3] = ["projects/shop-prod", "folders/77", "organizations/9000"];
/// The functions of the map, in its order; `extra` is live and on no map.
pub(crate) const GOVERNED: [&str; 3] = ["pay", "resize", "desk"];
const EXTRA: &str = "extra";
/// In a project that is not in scope.
const ELSEWHERE: &str = "projects/shop-edge/locations/europe-west1/services/edge";

pub(crate) const IAP_AGENT: &str = "serviceAccount:service-1041@gcp-sa-iap.iam.gserviceaccount.com";
pub(crate) const TRIGGER: &str = "serviceAccount:events@shop-prod.iam.gserviceaccount.com";
pub(crate) const PAY_ACCOUNT: &str = "serviceAccount:pay@shop-prod.iam.gserviceaccount.com";
/// As which another revision of `pay` still answers.
pub(crate) const PAY_REVISION: &str = "serviceAccount:1041-compute@developer.gserviceaccount.com";

pub(crate) const MEMBERS: [&str; 19] = [
    "allUsers",
    "allAuthenticatedUsers",
    "user:alice@example.com",
    "user:Alice@example.com",
    "user:bob@contractor.example",
    "group:ops@example.com",
    "domain:example.com",
    PAY_ACCOUNT,
    TRIGGER,
    IAP_AGENT,
    "serviceAccount:service-2082@gcp-sa-iap.iam.gserviceaccount.com",
    PAY_REVISION,
    "serviceAccount:x@elsewhere.iam.gserviceaccount.com",
    "principalSet://cloudresourcemanager.googleapis.com/projects/1041/type/ServiceAccount",
    "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/alice",
    "principalSet://agents.global.org-9000.system.id.goog/*",
    "deleted:user:alice@example.com?uid=7",
    "projectEditor:shop-prod",
    "iamThing:x",
];
pub(crate) const ROLES: [&str; 15] = [
    "roles/run.invoker",
    "roles/run.servicesInvoker",
    "roles/owner",
    "roles/editor",
    "roles/run.admin",
    "roles/run.developer",
    "roles/viewer",
    "roles/cloudfunctions.invoker",
    "projects/shop-prod/roles/caller",
    "projects/shop-prod/roles/deployer",
    "projects/shop-prod/roles/reader",
    "projects/shop-prod/roles/off",
    "projects/shop-prod/roles/offReader",
    "projects/shop-prod/roles/unread",
    "roles/run.invoker_withcond_0123456789abcdef",
];
pub(crate) const CONDITIONS: [Option<&str>; 7] = [
    None,
    None,
    Some("request.time < timestamp(\"2026-12-01T00:00:00Z\")"),
    Some("request.time < timestamp(\"2027-01-01T00:00:00Z\")"),
    Some("request.time < timestamp(\"2026-01-01T00:00:00Z\")"),
    Some("request.time > timestamp(\"2027-01-01T00:00:00Z\")"),
    Some("request.path.startsWith(\"/v1\")"),
];
/// Whom a map can declare.
const CALLERS: [&str; 8] = [
    "allUsers",
    "allAuthenticatedUsers",
    "user:alice@example.com",
    "user:bob@contractor.example",
    "group:ops@example.com",
    PAY_ACCOUNT,
    "serviceAccount:x@elsewhere.iam.gserviceaccount.com",
    "function:pay",
];

pub(crate) fn now() -> Time {
    time::moment("2026-11-23T09:00:00Z").unwrap()
}

pub(crate) fn service(name: &str) -> ServiceName {
    format!("projects/shop-prod/locations/europe-west1/services/{name}").parse().unwrap()
}

pub(crate) fn container(text: &str) -> Container {
    text.parse().unwrap()
}

pub(crate) fn gap() -> Gap {
    Gap::new("permission denied", "some.permission")
}

fn some_binding() -> impl Strategy<Value = Binding> {
    (select(&ROLES[..]), vec(select(&MEMBERS[..]), 0..4), select(&CONDITIONS[..])).prop_map(
        |(role, members, expression)| Binding {
            role: RoleName::new(role),
            members: members.into_iter().map(Principal::new).collect(),
            condition: expression.map(|expression| Condition {
                title: "when".into(),
                description: None,
                expression: expression.into(),
                location: None,
            }),
        },
    )
}

/// What stands in the policies of the four functions, of what is above them, and of the function elsewhere.
fn some_policies() -> impl Strategy<Value = Vec<Vec<Binding>>> {
    vec(vec(some_binding(), 0..4), 8)
}

/// The functions and levels that [`some_policies`] are for, in its order.
pub(crate) fn places() -> Vec<String> {
    let functions = GOVERNED.into_iter().chain([EXTRA]).map(|name| service(name).to_string());
    functions.chain(CHAIN.map(str::to_owned)).chain([ELSEWHERE.to_owned()]).collect()
}

/// One policy with everything in it in another order.
pub(crate) fn shuffled(policy: &Observed<Policy>, by: usize) -> Observed<Policy> {
    let Observed::Known(policy) = policy else { return policy.clone() };
    let mut policy = policy.clone();
    for binding in &mut policy.bindings {
        binding.members.reverse();
    }
    let turn = by % policy.bindings.len().max(1);
    policy.bindings.rotate_left(turn);
    Observed::Known(policy)
}

pub(crate) fn policy_of<'a>(world: &'a mut World, place: &str) -> &'a mut Observed<Policy> {
    match place.parse::<ServiceName>() {
        Ok(name) => &mut world.services.get_mut(&name).unwrap().policy,
        Err(_) => world.policies.get_mut(&container(place)).unwrap(),
    }
}

fn roles() -> BTreeMap<RoleName, Observed<RoleDefinition>> {
    let invoke = "run.routes.invoke";
    let known: [(&str, &[&str], bool); 5] = [
        ("caller", &[invoke, "run.jobs.run"], false),
        ("deployer", &[invoke, "run.services.update"], false),
        ("reader", &["run.services.get"], false),
        ("off", &[invoke], true),
        ("offReader", &["run.services.get"], true),
    ];
    let role = |(name, permissions, is_off): (&str, &[&str], bool)| {
        let name = RoleName::new(format!("projects/shop-prod/roles/{name}"));
        (name, Observed::Known(RoleDefinition::new(permissions.iter().map(|text| (*text).into()), is_off)))
    };
    known.into_iter().map(role).collect()
}

/// Everything read; `resize` is an event function, `desk` stands behind the proxy.
fn world(policies: &[Vec<Binding>]) -> World {
    let mut world = World::nothing(Source { kind: SourceKind::Assets, files: Vec::new() });
    world.projects.join("shop-prod", "1041").unwrap();
    world.projects.join("shop-edge", "2082").unwrap();
    world.projects.see("shop-prod");
    world.projects.see("shop-edge");
    world.roles = roles();
    let chain: Vec<_> = CHAIN.map(container).to_vec();
    let edge = ["projects/shop-edge", "folders/77", "organizations/9000"].map(container).to_vec();
    world.policies.insert(container("projects/shop-edge"), Observed::Known(Policy::empty()));
    for level in &chain {
        world.policies.insert(level.clone(), Observed::Known(Policy::empty()));
    }
    let plain = |account: &str, is_iap_enabled| Set {
        identity: Some(Principal::service_account(account)),
        is_iap_enabled,
        ..Set::plain()
    };
    let mut add = |name: ServiceName, above: &[Container]| {
        let account = format!("{}@shop-prod.iam.gserviceaccount.com", name.service);
        let settings = Observed::Known(plain(&account, &*name.service == "desk"));
        let ancestors = Observed::Known(above.into());
        world
            .services
            .insert(name, Service { settings, policy: Observed::Known(Policy::empty()), ancestors });
    };
    for name in GOVERNED.into_iter().chain([EXTRA]) {
        add(service(name), &chain);
    }
    add(ELSEWHERE.parse().unwrap(), &edge);
    world.chains.insert("shop-prod".into(), chain.into());
    world.chains.insert("shop-edge".into(), edge.into());
    let function: FunctionName =
        "projects/shop-prod/locations/europe-west1/functions/Resize".parse().unwrap();
    let served = CloudFunction {
        service: Some(service("resize")),
        is_event_driven: true,
        trigger_identity: Some(Principal::new(TRIGGER)),
        trigger: None,
        event_type: None,
        policy: None,
    };
    world.functions.insert(function, served);
    world.event_sources.push(EventSource {
        kind: EventSourceKind::Trigger,
        name: "projects/shop-prod/locations/europe-west1/triggers/resize".into(),
        identity: Some(Principal::new(TRIGGER)),
        token: Token::Id,
        target: EventTarget::Service(service("resize")),
        audience: None,
    });
    // A revision of `pay` beside the latest still answers, as the default account.
    let revision: BTreeMap<_, _> = [("pay-1".into(), Observed::Known(None))].into();
    world.revisions.insert(service("pay"), revision);
    if let Observed::Known(pay) = &mut world.services.get_mut(&service("pay")).unwrap().settings {
        pay.traffic = Traffic::Split { revisions: ["pay-1".into()].into() };
    }
    for (place, bindings) in places().iter().zip(policies) {
        *policy_of(&mut world, place) =
            Observed::Known(Policy { bindings: bindings.clone(), ..Policy::empty() });
    }
    world
}

/// Function, caller, and whether its time is up.
type Line = (usize, &'static str, Option<bool>);

fn some_map() -> impl Strategy<Value = CallerMap> {
    let lines = vec((0..GOVERNED.len(), select(&CALLERS[..]), prop::option::of(any::<bool>())), 0..10);
    (lines, any::<bool>()).prop_map(|(lines, has_domains)| map(&lines, has_domains))
}

fn map(lines: &[Line], has_domains: bool) -> CallerMap {
    let place = |start: usize| {
        let start = u32::try_from(start).unwrap();
        Place { file: 0, start, end: start + 1 }
    };
    let functions = GOVERNED.into_iter().enumerate().map(|(index, name)| DeclaredFunction {
        name: name.into(),
        target: service(if name == "resize" { "Resize" } else { name }),
        has_regions: false,
        owner: None,
        written_by: None,
        runs_as: (name == "pay").then(|| Principal::new(PAY_ACCOUNT)),
        is_event_driven: false,
        place: place(index),
        runs_as_place: (name == "pay").then(|| place(index)),
    });
    let mut edges: Vec<Edge> = Vec::new();
    for (index, (function, caller, is_over)) in lines.iter().enumerate() {
        let caller = match caller.strip_prefix("function:") {
            Some(name) => Caller::Function(name.into()),
            None => Caller::Principal(Principal::new(*caller)),
        };
        // A map says each edge once, and public members for good.
        let is_public = matches!(&caller, Caller::Principal(principal) if principal.is_public());
        if edges.iter().any(|edge| edge.function == *function && edge.caller == caller) {
            continue;
        }
        let end = |is_over: bool| if is_over { "2026-11-01T00:00:00Z" } else { "2026-12-01T00:00:00Z" };
        let until = is_over.filter(|_| !is_public).map(|is_over| time::moment(end(is_over)).unwrap());
        let (place, caller_place) = (place(20 + index), place(40 + index));
        edges.push(Edge { caller, function: *function, until, reason: None, place, caller_place });
    }
    let settings =
        Settings { domains: has_domains.then(|| vec!["example.com".into()]), ..Settings::default() };
    CallerMap {
        files: vec![MapFile::new("map.yaml".into(), "\n".repeat(64).into(), Some("shop-prod".into()))],
        env: None,
        functions: functions.collect(),
        edges,
        globs: Vec::new(),
        settings,
    }
}

/// A world, and a map to lay against it.
pub(crate) fn some_estate() -> impl Strategy<Value = (World, CallerMap)> {
    (some_policies(), some_map(), any::<bool>()).prop_map(|(policies, map, is_off)| {
        let mut world = world(&policies);
        if let Observed::Known(settings) = &mut world.services.get_mut(&service("pay")).unwrap().settings {
            settings.is_check_disabled = is_off && policies[0].is_empty();
        }
        (world, map)
    })
}

pub(crate) fn audit(world: &World, map: &CallerMap) -> Audit {
    run(map, world, now(), Scope::new(map, world, &[])).unwrap()
}
