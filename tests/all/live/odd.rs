//! Answers that a calm Google does not give: each is a gap, or the end of the run, and never nothing.

use std::sync::Arc;

use callmap::{
    access::{RoleBook, RoleClass},
    model::{Container, RoleName, ServiceName},
    sources::google::{self, Asked, Google, LiveError},
    world::{Observed, SourceKind, World},
};
use serde_json::{Value, json};

use crate::google::server::{Said, Server};

const SERVICES: &str = "projects/p/locations/l/services";

/// What is read of project `p`, where this says what differs from a project with nothing in it.
pub(super) fn read(
    say: impl Fn(&str) -> Option<(u16, Value)> + Send + Sync + 'static,
) -> Result<World, LiveError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Server::start(move |asked, _| {
            let path = asked.line.split_once(' ').unwrap().1;
            let (status, body) = say(path).unwrap_or_else(|| (200, usual(path)));
            Said::json(status, &body)
        });
        let google = Google::emulator(server.await.address).unwrap();
        let asked = Asked { projects: ["p".into()].into(), ..Asked::default() };
        google::read(&google, SourceKind::Emulator, &asked, Arc::new(|_| {})).await
    })
}

fn usual(path: &str) -> Value {
    match path.split('?').next().unwrap() {
        "/v1/projects/p" => json!({ "projectId": "p", "projectNumber": "7" }),
        "/v1/projects/p:getAncestry" => {
            json!({ "ancestor": [{ "resourceId": { "type": "project", "id": "p" } }] })
        }
        "/v1/projects/p/locations" | "/v2/projects/p/locations" => {
            json!({ "locations": [{ "locationId": "l", "name": "projects/p/locations/l" }] })
        }
        _ => json!({}),
    }
}

fn service(name: &str) -> Value {
    json!({ "name": format!("{SERVICES}/{name}"), "template": {} })
}

fn error(code: u16, status: &str) -> (u16, Value) {
    (code, json!({ "error": { "code": code, "message": "no", "status": status } }))
}

fn is_list(path: &str) -> bool {
    path.starts_with("/v2/projects/p/locations/l/services?") || path == "/v2/projects/p/locations/l/services"
}

fn has(world: &World, name: &str) -> bool {
    world.services.contains_key(&format!("{SERVICES}/{name}").parse::<ServiceName>().unwrap())
}

#[test]
fn a_project_with_nothing_in_it_has_nothing_and_no_gap() {
    let world = read(|_| None).unwrap();
    assert!(world.services.is_empty() && world.unread_lists.is_empty());
    assert!(
        world.layers.values().all(|state| *state != callmap::world::LayerState::Refused),
        "{:?}",
        world.layers
    );
}

#[test]
fn credentials_that_are_not_taken_end_the_run() {
    let refused = read(|_| Some(error(401, "UNAUTHENTICATED")));
    assert!(matches!(refused, Err(LiveError::Credentials(_))), "{refused:?}");
    let once = read(|path| path.contains("subscriptions").then(|| error(401, "UNAUTHENTICATED")));
    assert!(matches!(once, Err(LiveError::Credentials(_))));
}

#[test]
fn a_service_that_went_away_is_not_there_and_one_that_only_seems_to_is_a_gap() {
    let world = read(|path| match path.split('?').next().unwrap() {
        _ if is_list(path) => {
            Some((200, json!({ "services": [service("gone"), service("odd"), service("here")] })))
        }
        path if path.ends_with("/gone:getIamPolicy")
            || path.ends_with("/gone")
            || path.ends_with("/odd:getIamPolicy") =>
        {
            Some(error(404, "NOT_FOUND"))
        }
        _ => None,
    })
    .unwrap();
    assert!(!has(&world, "gone") && has(&world, "here"));
    let odd = &world.services[&format!("{SERVICES}/odd").parse().unwrap()];
    assert!(odd.policy.gap().is_some_and(|gap| gap.permission.is_none()));
    assert!(world.unread_lists.is_empty());
}

#[test]
fn what_is_not_what_it_should_be_is_a_gap_and_the_rest_is_read() {
    for odd in [
        json!({ "services": [service("here"), { "uid": "x" }] }),
        json!({ "services": [service("here"), { "name": "projects/p/locations/m/services/x" }] }),
        json!({ "services": [service("here")], "unreachable": ["l"] }),
        json!({ "services": [service("here"), 7] }),
    ] {
        let shown = odd.to_string();
        let world = read(move |path| is_list(path).then(|| (200, odd.clone()))).unwrap();
        assert!(has(&world, "here"), "{shown}");
        assert!(world.unread_lists.contains_key(SERVICES), "{shown}");
    }
    // A service of which only the settings cannot be told is there, with a gap.
    let bare = json!({ "services": [{ "name": format!("{SERVICES}/bare") }, { "name": format!("{SERVICES}/wrong"), "template": 7 }] });
    let world = read(move |path| is_list(path).then(|| (200, bare.clone()))).unwrap();
    for name in ["bare", "wrong"] {
        let service = &world.services[&format!("{SERVICES}/{name}").parse().unwrap()];
        assert!(service.settings.gap().is_some() && service.policy.known().is_some());
    }
    for (path, list) in [
        ("/v1/projects/p/locations/-/triggers", "projects/p/locations/-/triggers"),
        ("/v1/projects/p/subscriptions", "projects/p/subscriptions"),
        ("/v2/projects/p/locations/-/functions", "projects/p/locations/-/functions"),
        ("/v2/projects/p/locations/l/queues", "projects/p/locations/l/queues"),
        ("/v1/projects/p/locations/l/jobs", "projects/p/locations/l/jobs"),
    ] {
        let field = path.rsplit('/').next().unwrap();
        for odd in [
            json!({ field: 7 }),
            json!({ field: [{}] }),
            json!({ "unreachable": ["projects/p/locations/l"] }),
        ] {
            let shown = odd.to_string();
            let world = read(move |asked| {
                asked.split('?').next().filter(|asked| *asked == path).map(|_| (200, odd.clone()))
            })
            .unwrap();
            let gaps: Vec<_> = world.unread_lists.keys().collect();
            let of_place = format!("projects/p/locations/l/{field}");
            assert!(
                gaps.len() == 1 && (**gaps[0] == *list || **gaps[0] == *of_place),
                "{list}: {shown}: {gaps:?}"
            );
            assert_eq!(world.event_source_lists["p"].gap().is_some(), field != "functions", "{shown}");
        }
    }
}

#[test]
fn a_role_that_google_does_not_know_is_not_one_that_gives_nothing() {
    let roles =
        ["projects/p/roles/gone", "projects/p/roles/odd", "projects/p/roles/off", "roles/run.invoker"];
    let bindings: Vec<_> =
        roles.iter().map(|role| json!({ "role": role, "members": ["user:alice@example.com"] })).collect();
    let world = read(move |path| match path.split('?').next().unwrap() {
        path if path.ends_with("/p:getIamPolicy") => Some((200, json!({ "bindings": bindings }))),
        "/v1/projects/p/roles/gone" | "/v1/roles/run.invoker" => Some(error(404, "NOT_FOUND")),
        // What is no role carries nothing only by its looks.
        "/v1/projects/p/roles/odd" => Some((200, json!({}))),
        "/v1/projects/p/roles/off" => {
            let permissions = ["run.routes.invoke"];
            Some((200, json!({ "name": roles[2], "includedPermissions": permissions, "deleted": true })))
        }
        _ => None,
    })
    .unwrap();
    let book = RoleBook::new(&world);
    let class = roles.map(|role| book.class(&RoleName::new(role)));
    assert_eq!(class, [RoleClass::Unknown, RoleClass::Unknown, RoleClass::None, RoleClass::Invoker]);
    assert!(book.would_invoke(&RoleName::new(roles[2])));
    let gap = book.gap(&RoleName::new(roles[0])).unwrap();
    assert!(gap.permission.is_none() && gap.why.contains("no role of this name"), "{gap:?}");
    assert!(book.gap(&RoleName::new(roles[1])).is_some() && book.gap(&RoleName::new(roles[3])).is_none());
}

#[test]
fn a_project_whose_number_cannot_be_read_is_a_gap_of_its_own() {
    for (code, status) in [(403, "PERMISSION_DENIED"), (400, "INVALID_ARGUMENT")] {
        let world =
            read(move |path| (path.split('?').next() == Some("/v1/projects/p")).then(|| error(code, status)))
                .unwrap();
        assert!(world.unread_lists.contains_key("projects/p"));
        assert_eq!(world.projects.number("p"), None);
        assert_eq!(world.layers[&callmap::world::Layer::Ancestors], callmap::world::LayerState::Refused);
    }
    let other = json!({ "projectId": "q", "projectNumber": "8" });
    let world =
        read(move |path| (path.split('?').next() == Some("/v1/projects/p")).then(|| (200, other.clone())))
            .unwrap();
    assert!(world.unread_lists.contains_key("projects/p") && world.projects.number("q").is_none());
}

#[test]
fn a_list_without_end_is_a_gap() {
    let world =
        read(|path| path.contains("/subscriptions").then(|| (200, json!({ "nextPageToken": "again" }))))
            .unwrap();
    assert!(world.unread_lists.contains_key("projects/p/subscriptions"));
}

#[test]
fn pages_are_read_to_the_last() {
    let world = read(|path| {
        if !is_list(path) {
            return None;
        }
        let page = ["pageToken=b", "pageToken=c"]
            .iter()
            .position(|token| path.contains(token))
            .map_or(0, |at| at + 1);
        let next = ["b", "c", ""][page];
        Some((200, json!({ "services": [service(&format!("s{page}"))], "nextPageToken": next })))
    })
    .unwrap();
    assert!((0..3).all(|page| has(&world, &format!("s{page}"))));
    // One that fails leaves those before it, and a gap.
    let world = read(|path| {
        let body = json!({ "services": [service("s0")], "nextPageToken": "b" });
        is_list(path)
            .then(|| if path.contains("pageToken=b") { error(403, "PERMISSION_DENIED") } else { (200, body) })
    })
    .unwrap();
    assert!(has(&world, "s0") && world.unread_lists.contains_key(SERVICES));
}

#[test]
fn ancestors_that_are_cut_short_are_a_gap() {
    let ancestor = |kind: &str, id: &str| json!({ "resourceId": { "type": kind, "id": id } });
    let of = move |chain: Vec<Value>| {
        read(move |path| match path.split('?').next().unwrap() {
            path if path.ends_with(":getAncestry") => Some((200, json!({ "ancestor": chain }))),
            _ if is_list(path) => Some((200, json!({ "services": [service("here")] }))),
            _ => None,
        })
        .unwrap()
    };
    let ancestors =
        |world: &World| world.services[&format!("{SERVICES}/here").parse().unwrap()].ancestors.clone();
    let whole = of(vec![ancestor("project", "p"), ancestor("folder", "1"), ancestor("organization", "9")]);
    assert_eq!(ancestors(&whole).known().map(|chain| chain.len()), Some(3));
    assert!(whole.policies.contains_key(&Container::Folder("1".into())));
    let cut = of(vec![ancestor("project", "p"), ancestor("folder", "1")]);
    assert!(matches!(ancestors(&cut), Observed::Unreadable(gap) if gap.why.contains("folders/1")));
    // What was seen of them is read all the same.
    assert!(cut.policies.contains_key(&Container::Folder("1".into())));
    for odd in
        [vec![], vec![ancestor("folder", "1")], vec![ancestor("project", "p"), ancestor("galaxy", "1")]]
    {
        assert!(ancestors(&of(odd)).gap().is_some());
    }
}
