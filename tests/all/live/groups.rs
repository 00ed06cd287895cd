//! Groups, live: expanded as far as they are shown, and not known where they are not.

use std::collections::BTreeSet;

use callmap::{
    access::{Access, Verdict},
    emulator::{Emulator, Handle, Kind},
    model::Principal,
    sources::{google::Asked, snapshot},
    world::{Layer, LayerState, World},
};
use serde_json::json;

use super::{ESTATE, asked, at, audit, emulator, from_file, gaps, live, live_of, targets, weather};

const PAYMENTS: &str = "projects/shop-prod/locations/europe-north1/services/payments";

/// The estate, with `payments` open to `group:outer@example.com` alone, below which others lie in a ring.
fn ringed() -> Emulator {
    let emulator = emulator(ESTATE);
    let bindings = json!([{ "role": "roles/run.invoker", "members": ["group:Outer@example.com"] }]);
    emulator.change(|state| {
        state.set_policy(Kind::Service, PAYMENTS, json!({ "bindings": bindings }), at());
        state.put_group("group:outer@example.com", &["user:ann@example.com", "group:inner@example.com"]);
        let many: Vec<String> = (0..1_100).map(|number| format!("user:u{number}@example.com")).collect();
        let mut inner =
            vec!["serviceAccount:bot@shop-edge.iam.gserviceaccount.com", "group:outer@example.com"];
        inner.extend(many.iter().map(String::as_str));
        state.put_group("group:inner@example.com", &inner);
    });
    emulator
}

fn verdict(world: &World, caller: &str) -> Verdict {
    Access::new(world, at()).allows(&Principal::new(caller), &PAYMENTS.parse().unwrap())
}

fn names(world: &World) -> BTreeSet<&str> {
    world.groups.keys().map(Principal::as_str).collect()
}

#[test]
fn nested_groups_are_expanded_and_a_ring_ends_in_every_edition() {
    let worlds = [false, true].map(|is_small| {
        let emulator = ringed();
        if is_small {
            emulator.change(callmap::emulator::State::shrink_edition);
        }
        let world = live(&emulator);
        let looked: Vec<_> = targets(&emulator).into_iter().filter(|line| line.contains("outer")).collect();
        assert_eq!(looked, ["GET /v1/groups:lookup?groupKey.id=outer%40example.com"]);
        world
    });
    assert_eq!(worlds[0], worlds[1]);
    let world = &worlds[0];
    assert_eq!(world.layers[&Layer::Groups], LayerState::Read);
    let inner = world.groups[&Principal::new("group:inner@example.com")].known().unwrap();
    assert_eq!(inner.len(), 1_102);
    for (caller, expected) in [
        ("user:ann@example.com", Verdict::Yes),
        ("user:u1099@example.com", Verdict::Yes),
        ("serviceAccount:bot@shop-edge.iam.gserviceaccount.com", Verdict::Yes),
        ("group:inner@example.com", Verdict::Yes),
        ("user:nobody@example.com", Verdict::No),
    ] {
        assert_eq!(verdict(world, caller), expected, "{caller}");
    }
}

#[test]
fn a_group_that_is_hidden_is_not_empty_and_not_unread() {
    let emulator = ringed();
    emulator.change(|state| state.hide_group("group:inner@example.com"));
    let world = live(&emulator);
    assert_eq!(world.layers[&Layer::Groups], LayerState::Refused);
    let gap = world.groups[&Principal::new("group:inner@example.com")].gap().unwrap();
    assert!(gap.why.contains("Groups Reader") && gap.why.contains("`--groups FILE`"), "{}", gap.why);
    assert_eq!(gap.permission, None);
    assert_eq!(verdict(&world, "user:ann@example.com"), Verdict::Yes);
    assert_eq!(verdict(&world, "user:nobody@example.com"), Verdict::Unknown);
    let audit = audit(&world);
    assert_eq!(gaps(&audit), [""; 0]);
    assert!(audit.is_complete);
    // Whoever is not there cannot be told from who is hidden.
    emulator.change(|state| state.put_group("group:outer@example.com", &["group:gone@example.com"]));
    assert_eq!(verdict(&live(&emulator), "user:nobody@example.com"), Verdict::Unknown);
}

#[test]
fn a_member_that_cannot_be_named_is_somebody() {
    let emulator = ringed();
    emulator
        .change(|state| state.put_group("group:outer@example.com", &["sharedDrive:0AD7", "other:C046psxkn"]));
    let world = live(&emulator);
    let members = world.groups[&Principal::new("group:outer@example.com")].known().unwrap();
    assert_eq!(
        members.iter().map(Principal::as_str).collect::<Vec<_>>(),
        ["sharedDrive:0AD7", "other:C046psxkn"]
    );
    assert_eq!(verdict(&world, "user:nobody@example.com"), Verdict::Unknown);
}

#[test]
fn an_api_that_is_off_is_one_reason_and_hides_every_group() {
    let emulator = ringed();
    emulator.change(|state| state.turn_off("cloudidentity.googleapis.com"));
    let world = live(&emulator);
    let reasons: BTreeSet<_> = world.groups.values().map(|members| &*members.gap().unwrap().why).collect();
    let [reason] = reasons.into_iter().collect::<Vec<_>>()[..] else { panic!() };
    assert!(reason.starts_with("`cloudidentity.googleapis.com` is off in project"), "{reason}");
    assert!(reason.contains("gcloud services enable cloudidentity.googleapis.com"), "{reason}");
    assert_eq!(verdict(&world, "user:nobody@example.com"), Verdict::Unknown);
}

#[test]
fn groups_are_asked_for_where_they_decide_and_what_a_file_says_is_not_asked() {
    let emulator = ringed();
    let asked = Asked {
        groups: [(
            Principal::new("group:outer@example.com"),
            vec![Principal::new("group:on-call@example.com"), Principal::new("user:told@example.com")],
        )]
        .into(),
        callers: [Principal::new("group:auditors@example.com"), Principal::new("user:ann@example.com")]
            .into(),
        ..asked()
    };
    let world = live_of(&emulator, &asked);
    // Of the groups of the estate those of the owners and developers, of the map's its own, and groups in them.
    assert_eq!(
        names(&world),
        BTreeSet::from([
            "group:auditors@example.com",
            "group:on-call@example.com",
            "group:outer@example.com",
            "group:shop-leads@example.com",
            "group:sre@example.com",
        ])
    );
    assert_eq!(verdict(&world, "user:told@example.com"), Verdict::Yes);
    assert_eq!(verdict(&world, "user:gil@example.com"), Verdict::Yes);
    assert!(!targets(&emulator).iter().any(|line| line.contains("outer")));
    // What nobody asks for is not known.
    let world = live_of(&emulator, &Asked { is_expanding: false, ..asked.clone() });
    assert_eq!(world.layers[&Layer::Groups], LayerState::Read);
    assert_eq!(verdict(&world, "user:nobody@example.com"), Verdict::Unknown);
    let world = live_of(&emulator, &Asked { is_expanding: false, groups: [].into(), ..asked });
    assert_eq!(world.layers[&Layer::Groups], LayerState::NotAsked);
    assert!(world.groups.is_empty());
}

#[test]
fn groups_go_into_a_snapshot_and_come_back() {
    let emulator = ringed();
    emulator.change(|state| state.hide_group("group:sre@example.com"));
    let world = live(&emulator);
    let mut file = Vec::new();
    snapshot::write(&world, Some(at()), &mut file).unwrap();
    let text = String::from_utf8(file).unwrap();
    let back = from_file(&text);
    assert_eq!((&back.groups, &back.layers), (&world.groups, &world.layers));
    // An emulator that is given the snapshot tells the same of groups.
    assert_eq!(live(&super::emulator(&text)).groups, world.groups);
}

#[test]
fn bad_weather_makes_no_group_smaller() {
    let emulator = ringed();
    let right = live(&emulator);
    let mut unread = 0;
    for seed in 0..12 {
        emulator.weather(weather(0.5, seed));
        let world = live(&emulator);
        for (group, members) in &world.groups {
            match members.known() {
                Some(members) => assert_eq!(Some(members), right.groups[group].known(), "{group}"),
                None => unread += 1,
            }
        }
    }
    assert!(unread > 0);
    Handle::clear_log(&emulator);
}
