//! One estate, from a file and live: one world.

use std::collections::BTreeSet;

use callmap::{
    model::{Container, ServiceName},
    report::json,
    sources::{google::Asked, snapshot},
    world::{EventSourceKind, LayerState, Nature, Observed, Token, World},
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
fn functions_and_event_sources_tell_as_much_live_as_from_a_file_and_from_a_snapshot() {
    let at = "projects/shop-prod/locations/europe-west1";
    let told = ESTATE.replace(
        r#""eventTrigger":{"#,
        &format!(
            r#""eventTrigger":{{"trigger":"{at}/triggers/resize-uploads","eventType":"google.cloud.storage.object.v1.finalized","#
        ),
    );
    let of_job = r#""oidcToken":{"serviceAccountEmail":"scheduler@"#;
    assert!(told.contains(of_job));
    let told = told.replace(of_job, &of_job.replace("oidcToken", "oauthToken"));
    let upgrading = serde_json::json!({
        "name": format!("//cloudfunctions.googleapis.com/{at}/functions/legacy"),
        "asset_type": "cloudfunctions.googleapis.com/Function",
        "resource": { "version": "v2", "data": {
            "environment": "GEN_1",
            "upgradeInfo": {
                "upgradeState": "SETUP_FUNCTION_UPGRADE_CONFIG_SUCCESSFUL",
                "serviceConfig": { "service": format!("{at}/services/nightly") },
            },
        } },
        "ancestors": ["projects/1041", "folders/7", "organizations/9000"],
    });
    let text = format!("{}\n{upgrading}\n", told.trim_end());
    let (file, live) = (from_file(&text), live(&emulator(&text)));
    let mut out = Vec::new();
    snapshot::write(&live, Some(super::at()), &mut out).unwrap();
    let back = from_file(&String::from_utf8(out).unwrap());
    for world in [&live, &file, &back] {
        let function = &world.functions[&format!("{at}/functions/Resize_Images").parse().unwrap()];
        assert_eq!(function.trigger.as_deref(), Some(&*format!("{at}/triggers/resize-uploads")));
        assert_eq!(function.event_type.as_deref(), Some("google.cloud.storage.object.v1.finalized"));
        // On its way to the second generation: of both.
        let legacy = &world.functions[&format!("{at}/functions/legacy").parse().unwrap()];
        assert_eq!(legacy.service.as_ref().map(ToString::to_string), Some(format!("{at}/services/nightly")));
        assert_eq!(world.gen1_functions, 2);
        assert_eq!(world.nature(legacy.service.as_ref().unwrap()), Nature::Function);
        assert_eq!((&world.functions, &world.event_sources), (&file.functions, &file.event_sources));
        let tokens: Vec<_> = world.event_sources.iter().map(|source| (source.kind, source.token)).collect();
        assert_eq!(
            tokens,
            [
                (EventSourceKind::Trigger, Token::Id),
                (EventSourceKind::Subscription, Token::Id),
                (EventSourceKind::Job, Token::Access),
                (EventSourceKind::Queue, Token::Id),
            ]
        );
    }
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

#[test]
fn where_accounts_are_judged_the_event_sources_of_what_is_ours_are_read() {
    let emulator = emulator(ESTATE);
    let name = "projects/shop-edge/locations/europe-west1/jobs/morning";
    emulator.change(|state| {
        let target = serde_json::json!({"uri": "https://elsewhere.example.com"});
        state.put(
            callmap::emulator::Kind::SchedulerJob,
            name,
            serde_json::json!({"name": name, "httpTarget": target}),
        );
    });
    let mut asked = Asked { projects: ["shop-prod".into()].into(), ..Asked::default() };
    asked.ours.insert("shop-edge".into());
    let has_job = |world: &World| world.event_sources.iter().any(|source| &*source.name == name);
    let world = live_of(&emulator, &asked);
    assert!(!has_job(&world) && !world.event_source_lists.contains_key("shop-edge"));
    asked.is_judging_accounts = true;
    let world = live_of(&emulator, &asked);
    assert!(has_job(&world) && !world.has_seen("shop-edge"));
    assert_eq!(world.event_source_lists["shop-edge"], Observed::Known(()));
}
