//! One estate, from a file and live: one world.

use std::collections::BTreeSet;

use callmap::{
    model::{Container, ServiceName},
    report::json,
    sources::{google::Asked, snapshot},
    world::{LayerState, Observed, World},
};
use serde_json::Value;

use super::{ESTATE, at, audit, emulator, from_file, live, live_of, strayed};

/// An audit as machines read it, but for where it was read from.
fn shown(world: &World) -> Value {
    let mut text = Vec::new();
    json::audit(&audit(world), &mut text).unwrap();
    let mut value: Value = serde_json::from_slice(&text).unwrap();
    assert!(value.as_object_mut().unwrap().remove("source").is_some());
    value
}

#[test]
fn an_estate_gives_the_same_audit_from_a_file_and_live() {
    for (text, has_errors) in [(ESTATE.to_owned(), false), (strayed(), true)] {
        let (file, live) = (from_file(&text), live(&emulator(&text)));
        assert_eq!(shown(&live), shown(&file));
        let audit = audit(&live);
        assert!(audit.is_complete);
        assert_eq!(audit.has_findings_from(callmap::model::Level::Error), has_errors);
    }
}

#[test]
fn everything_that_decides_is_the_same_and_not_only_the_audit() {
    let (file, live) = (from_file(ESTATE), live(&emulator(ESTATE)));
    assert_eq!(live.projects, file.projects);
    assert_eq!(live.chains, file.chains);
    assert_eq!(live.functions, file.functions);
    assert_eq!((live.gen1_functions, file.gen1_functions), (1, 1));
    assert_eq!(live.event_sources, file.event_sources);
    assert_eq!(live.event_sources.len(), 4);
    assert!(live.unread_lists.is_empty());
    for (name, service) in &file.services {
        assert_eq!(live.services[name].settings, service.settings, "{name}");
        assert_eq!(live.services[name].ancestors, service.ancestors, "{name}");
        let bindings = |world: &World| world.services[name].policy.known().unwrap().bindings.clone();
        assert_eq!(bindings(&live), bindings(&file), "{name}");
    }
    assert_eq!(live.services.len(), file.services.len());
    for (name, policy) in &file.policies {
        let read = live.policies[name].known().unwrap();
        assert_eq!(read.bindings, policy.known().unwrap().bindings, "{name}");
    }
    for (name, role) in &file.roles {
        assert_eq!(live.roles[name], *role);
    }
    // Asked for live alone: whether all lists were whole, and what Google's own roles hold.
    let lists: Vec<_> = live.event_source_lists.iter().map(|(project, lists)| (&**project, lists)).collect();
    assert_eq!(lists, [("shop-edge", &Observed::Known(())), ("shop-prod", &Observed::Known(()))]);
    assert!(live.roles.keys().any(|role| role.as_str() == "roles/run.invoker"));
    assert!(live.workloads.is_empty() && live.projects_below.is_empty());
}

#[test]
fn a_snapshot_of_what_was_read_live_is_the_same_world() {
    for text in [ESTATE.to_owned(), strayed()] {
        let emulator = emulator(&text);
        emulator.change(|state| {
            state.refuse(
                "run.services.getIamPolicy",
                "projects/shop-prod/locations/europe-west1/services/nightly",
            );
        });
        emulator.change(|state| state.refuse("pubsub.subscriptions.list", "projects/shop-prod"));
        let asked = Asked { is_for_changes: true, ..super::asked() };
        let world = live_of(&emulator, &asked);
        let mut file = Vec::new();
        snapshot::write(&world, Some(at()), &mut file).unwrap();
        let mut back = from_file(&String::from_utf8(file).unwrap());
        assert_eq!(shown(&back), shown(&world));
        back.source = world.source.clone();
        assert_eq!(back, world);
    }
}

#[test]
fn what_is_named_by_number_or_found_below_a_folder_is_the_same_project() {
    let emulator = emulator(ESTATE);
    let prod = live_of(&emulator, &Asked { projects: ["shop-prod".into()].into(), ..Asked::default() });
    let ids = |world: &World| world.projects.seen().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(ids(&prod), ["shop-prod"]);
    let twice = Asked { projects: ["1041".into(), "shop-prod".into()].into(), ..Asked::default() };
    emulator.clear_log();
    assert_eq!(live_of(&emulator, &twice), prod);
    let of_pay = |entry: &&callmap::emulator::Entry| entry.target.contains("/services/payments:getIamPolicy");
    assert_eq!(emulator.log().iter().filter(of_pay).count(), 1);
    let wider = |name: &str| Asked { wider: [name.parse::<Container>().unwrap()].into(), ..Asked::default() };
    assert_eq!(live_of(&emulator, &wider("folders/7")), prod);
    assert_eq!(ids(&live_of(&emulator, &wider("organizations/9000"))), ["shop-edge", "shop-prod"]);
}

#[test]
fn for_changes_what_else_a_role_above_opens_is_read() {
    let emulator = emulator(ESTATE);
    emulator.change(|state| {
        for (kind, name) in [
            (callmap::emulator::Kind::RunJob, "projects/shop-prod/locations/europe-west1/jobs/report"),
            (callmap::emulator::Kind::Instance, "projects/shop-prod/locations/europe-west1/instances/box"),
        ] {
            state.put(kind, name, serde_json::json!({ "name": name }));
        }
    });
    let mut asked = Asked { projects: ["shop-prod".into()].into(), is_for_changes: true, ..Asked::default() };
    asked.ours.insert("shop-edge".into());
    let world = live_of(&emulator, &asked);
    let names: Vec<_> = world.workloads["shop-prod"].known().unwrap().iter().map(|name| &**name).collect();
    assert_eq!(
        names,
        [
            "projects/shop-prod/locations/europe-west1/instances/box",
            "projects/shop-prod/locations/europe-west1/jobs/report",
        ]
    );
    let below = |name: &str| {
        let below = world.projects_below[&name.parse::<Container>().unwrap()].known().unwrap();
        below.iter().map(|id| &**id).collect::<BTreeSet<&str>>()
    };
    assert_eq!(below("folders/7"), ["shop-prod"].into());
    assert_eq!(below("organizations/9000"), ["shop-edge", "shop-prod"].into());
    // What is ours is asked for its event sources, and is not looked at.
    assert_eq!(world.event_source_lists["shop-edge"], Observed::Known(()));
    assert!(!world.has_seen("shop-edge"));
    assert!(world.layers.values().all(|state| *state != LayerState::Refused));
    let gateway: ServiceName = "projects/shop-edge/locations/us-central1/services/gateway".parse().unwrap();
    assert!(!world.services.contains_key(&gateway));
}
