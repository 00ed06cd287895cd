//! The door and the audit say the same of every caller of the sample estate, and nothing makes the door fall down.

use std::collections::BTreeSet;

use callmap::{
    access::{Access, Verdict},
    emulator::{Clock, Emulator, Options, State, estate},
    model::{Principal, PrincipalKind, time::moment},
    sources::{Input, assets},
};
use serde_json::json;

use super::{
    super::id_tokens::{of_account, of_user},
    ask, started,
};

#[test]
fn the_audit_and_the_door_say_the_same_of_everybody() {
    let state = State::read(estate::ASSETS.as_bytes()).unwrap();
    let emulator = Emulator::start(Options { state, ..Options::default() }).unwrap();
    let now = moment("2026-11-23T12:00:00Z").unwrap();
    emulator.clock(Clock::Fixed(now));
    let files = vec![Input::from_bytes("estate", estate::ASSETS)];
    let world = assets::read(files, assets::ReadOptions::default()).unwrap();
    let access = Access::new(&world, now);
    let own = world.services.values().filter_map(|service| service.policy.known());
    let policies = own.chain(world.policies.values().filter_map(|policy| policy.known()));
    let bindings = policies.flat_map(|policy| &policy.bindings).flat_map(|binding| &binding.members);
    let members = world.groups.values().filter_map(|members| members.known()).flatten();
    let stranger = Principal::new("user:stranger@elsewhere.example.com");
    let callers: BTreeSet<&Principal> = bindings.chain(members).chain([&stranger]).collect();
    let (mut through, mut stopped) = (0, 0);
    for caller in callers {
        let token = match caller.kind() {
            PrincipalKind::User(email) => of_user(&emulator, email),
            PrincipalKind::ServiceAccount(email) => of_account(&emulator, email, "any"),
            _ => continue,
        };
        for (name, service) in &world.services {
            let settings = service.settings.known().unwrap();
            let url = settings.urls.first().unwrap();
            let token = match caller.kind() {
                PrincipalKind::ServiceAccount(email) => of_account(&emulator, email, url),
                _ => token.clone(),
            };
            let expected = if access.allows(caller, name) == Verdict::Yes { 200 } else { 403 };
            let headers = [&*format!("Authorization: Bearer {token}"), "Host: x", "X-Callmap-From: internal"];
            let answer = ask(&emulator, "GET", &format!("/_front/{name}"), &headers);
            assert_eq!(answer.status, expected, "{caller} at {name}: {answer:?}");
            *(if expected == 200 { &mut through } else { &mut stopped }) += 1;
        }
    }
    assert!(through > 20 && stopped > 20, "{through} and {stopped}");
}

#[test]
fn whatever_is_brought_is_answered() {
    let emulator = started();
    let long = "a".repeat(5_000);
    let dots = ".".repeat(200);
    let tokens =
        ["", ".", "..", "...", "a.b", "é.é.é", &dots, &long, "eyJ9.e30.", "e30.e30.e30", "bnVsbA.W10.AA"];
    let targets = [
        "/_front/",
        "/_front//",
        "/_front/pay//..",
        "/_front/projects",
        "/_front/projects//locations//services//",
        "/_front/%2e%2e/%00",
        "http://a.run.app",
        "http://---.run.app/",
        "http://.run.app/",
        "http://a.cloudfunctions.net",
        "http://a.cloudfunctions.net//",
    ];
    for token in tokens {
        for target in targets {
            let header = format!("Authorization: Bearer {token}");
            let own = format!("X-Serverless-Authorization: {token}");
            for headers in [[header.as_str(), "Host: pay-x-ew.a.run.app"], [own.as_str(), "Host: x"]] {
                let status = ask(&emulator, "GET", target, &headers).status;
                assert!([300, 401, 403, 404].contains(&status), "{status} {target} {token}");
            }
        }
        let header = format!("Authorization: Bearer {token}");
        assert_eq!(ask(&emulator, "GET", "/", &[&header, "Host: pay-x-ew.a.run.app"]).status, 401, "{token}");
    }
    // What the state says that makes no sense is told, and lets nobody through.
    let odd = json!({ "bindings": "none" });
    emulator.set_policy(super::PAY, odd);
    let answer = ask(&emulator, "GET", "/", &["Host: pay-x-ew.a.run.app"]);
    assert!(answer.status == 500 && answer.body.contains("cannot be judged"), "{answer:?}");
}
