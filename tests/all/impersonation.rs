//! Who can act as a declared caller, for any policies: against a plain search, and laws.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use callmap::{
    callers::{CallerMap, MapText, load},
    model::{Binding, Policy, Principal, Resource, RoleName, Time, time::moment},
    rules::{self, Scope},
    sources::{Input, assets},
    world::{Layer, LayerState, Observed, World},
};
use proptest::{collection::vec, prelude::*, sample::Index};

const MAP: &str = "callmap: 1
project: shop-prod
region: europe-west1
functions:
  pay:
  ledger:
callers:
  serviceAccount:a@shop-prod.iam.gserviceaccount.com: [pay, ledger]
  serviceAccount:b@shop-edge.iam.gserviceaccount.com: [ledger]
  user:bob@example.com: [pay]
";
/// Declared are the first two.
const ACCOUNTS: [&str; 4] = [
    "a@shop-prod.iam.gserviceaccount.com",
    "b@shop-edge.iam.gserviceaccount.com",
    "c@shop-prod.iam.gserviceaccount.com",
    "d@shop-edge.iam.gserviceaccount.com",
];
const CONTAINERS: [&str; 3] = ["projects/shop-prod", "projects/shop-edge", "organizations/9000"];
/// Whether a role gives an ID token, all that an account has, its attachment, or the making of what runs as it.
const ROLES: [(&str, [bool; 4]); 6] = [
    ("roles/iam.serviceAccountOpenIdTokenCreator", [true, false, false, false]),
    ("roles/iam.serviceAccountKeyAdmin", [true, true, false, false]),
    ("roles/iam.serviceAccountUser", [false, false, true, false]),
    ("roles/workflows.editor", [false, false, false, true]),
    ("roles/editor", [true, true, true, true]),
    ("roles/viewer", [false; 4]),
];

/// A grant: where (an account, then a container), which role, who.
type Given = (usize, usize, usize);

fn at() -> Time {
    moment("2026-11-23T09:00:00Z").unwrap()
}

fn map() -> CallerMap {
    load(vec![MapText { path: "map.yaml".into(), bytes: MAP.into() }], None, at()).unwrap()
}

fn who(number: usize) -> String {
    match number {
        0..4 => format!("serviceAccount:{}", ACCOUNTS[number]),
        4 => "user:bob@example.com".to_owned(),
        _ => "user:ann@example.com".to_owned(),
    }
}

fn place(number: usize) -> String {
    match number {
        0..4 => format!("projects/-/serviceAccounts/{}", ACCOUNTS[number]),
        _ => CONTAINERS[number - 4].to_owned(),
    }
}

fn world(given: &[Given]) -> World {
    let mut text = String::new();
    for (project, number) in [("shop-prod", "1041"), ("shop-edge", "1042")] {
        writeln!(
            text,
            "{{\"name\":\"//cloudresourcemanager.googleapis.com/projects/{number}\",\"asset_type\":\
             \"cloudresourcemanager.googleapis.com/Project\",\"resource\":{{\"data\":{{\"projectId\":\"{project}\",\
             \"projectNumber\":\"{number}\"}}}},\"ancestors\":[\"projects/{number}\",\"organizations/9000\"]}}"
        )
        .unwrap();
    }
    for name in ["pay", "ledger"] {
        writeln!(
            text,
            "{{\"name\":\"//run.googleapis.com/projects/shop-prod/locations/europe-west1/services/{name}\",\
             \"asset_type\":\"run.googleapis.com/Service\",\"iam_policy\":{{}},\
             \"ancestors\":[\"projects/1041\",\"organizations/9000\"]}}"
        )
        .unwrap();
    }
    let input = Input::from_bytes("world.ndjson", text);
    let mut world = assets::read(vec![input], assets::ReadOptions::default()).unwrap();
    let mut policies: BTreeMap<usize, Policy> = (0..7).map(|place| (place, Policy::empty())).collect();
    for (place, role, member) in given {
        let members = vec![Principal::new(who(*member))];
        let role = RoleName::new(ROLES[*role].0);
        policies.get_mut(place).unwrap().bindings.push(Binding { role, members, condition: None });
    }
    for (number, policy) in policies {
        match number {
            0..4 => drop(world.account_policies.insert(ACCOUNTS[number].into(), Observed::Known(policy))),
            _ => drop(world.policies.insert(place(number).parse().unwrap(), Observed::Known(policy))),
        }
    }
    world.layers.insert(Layer::AccountPolicies, LayerState::Read);
    world
}

/// What the rule finds: where, which role, who, with what it may then call.
fn found(given: &[Given]) -> BTreeMap<(String, String, String), BTreeSet<String>> {
    let (map, world) = (map(), world(given));
    let audit = rules::run(&map, &world, at(), Scope::new(&map, &world, &[])).unwrap();
    let findings = audit.findings.iter().filter(|finding| finding.rule.as_str() == "impersonable-caller");
    findings
        .map(|finding| {
            let grant = finding.grant.as_ref().unwrap();
            assert_eq!(finding.resource, grant.resource);
            let key = (grant.resource.to_string(), grant.role.to_string(), grant.principal.to_string());
            (key, finding.opens.iter().map(|name| name.service.to_string()).collect())
        })
        .collect()
}

/// The accounts that a policy counts for.
fn below(place: usize) -> Vec<usize> {
    match place {
        0..4 => vec![place],
        4 => vec![0, 2],
        5 => vec![1, 3],
        _ => vec![0, 1, 2, 3],
    }
}

/// The same by walking from each grant as far as it leads, without returning to its holder.
fn searched(given: &[Given]) -> BTreeMap<(String, String, String), BTreeSet<String>> {
    let makes = |who: usize| {
        given.iter().any(|(place, role, member)| *place >= 4 && *member == who && ROLES[*role].1[3])
    };
    let power = |(_, role, member): &Given| {
        let [token, all, attach, _] = ROLES[*role].1;
        let attaches = attach && makes(*member);
        (token || attaches, all || attaches)
    };
    let mut told = BTreeMap::new();
    for grant in given {
        let (place_of, role, holder) = *grant;
        let mut reached = BTreeSet::new();
        let mut stood_in = BTreeSet::new();
        let mut open = vec![*grant];
        while let Some(step) = open.pop() {
            let (acts, stands_in) = power(&step);
            for account in
                below(step.0).into_iter().filter(|account| *account != holder && *account != step.2)
            {
                if acts {
                    reached.insert(account);
                }
                if stands_in && stood_in.insert(account) {
                    open.extend(given.iter().filter(|(_, _, member)| *member == account));
                }
            }
        }
        let mut calls = BTreeSet::new();
        for account in reached {
            calls.extend(match account {
                0 => vec!["pay", "ledger"],
                1 => vec!["ledger"],
                _ => vec![],
            });
        }
        // Who is declared for a function itself is no news.
        let own: &[&str] = match holder {
            0 => &["pay", "ledger"],
            1 => &["ledger"],
            4 => &["pay"],
            _ => &[],
        };
        calls.retain(|name| !own.contains(name));
        if !calls.is_empty() {
            let key = (place(place_of), ROLES[role].0.to_owned(), who(holder));
            told.insert(key, calls.into_iter().map(str::to_owned).collect());
        }
    }
    told
}

fn given() -> impl Strategy<Value = Vec<Given>> {
    vec((0..7_usize, 0..ROLES.len(), 0..6_usize), 0..7)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_found_is_what_a_plain_search_finds(given in given()) {
        prop_assert_eq!(found(&given), searched(&given));
    }

    #[test]
    fn the_order_of_bindings_does_not_matter(given in given().prop_flat_map(|given| {
        (Just(given.clone()), Just(given).prop_shuffle())
    })) {
        let (one, other) = given;
        let audit = |given: &[Given]| {
            let (map, world) = (map(), world(given));
            rules::run(&map, &world, at(), Scope::new(&map, &world, &[])).unwrap().findings
        };
        prop_assert_eq!(audit(&one), audit(&other));
    }

    #[test]
    fn taking_a_grant_away_adds_nothing(given in given(), which in any::<Index>()) {
        prop_assume!(!given.is_empty());
        let mut fewer = given.clone();
        fewer.remove(which.index(given.len()));
        let (before, after) = (found(&given), found(&fewer));
        for (grant, calls) in after {
            prop_assert!(before.get(&grant).is_some_and(|known| known.is_superset(&calls)), "{grant:?}");
        }
    }
}

/// Thousands of accounts below an organization whose policy names hundreds, and a chain through some of them.
#[test]
fn many_accounts_are_judged_at_once() {
    let mut map = String::from(
        "callmap: 1\nproject: shop-prod\nregion: europe-west1\nfunctions:\n  pay:\n  ledger:\ncallers:\n",
    );
    for number in 0..2_000 {
        writeln!(map, "  serviceAccount:a{number}@shop-prod.iam.gserviceaccount.com: [pay]").unwrap();
    }
    let map = load(vec![MapText { path: "map.yaml".into(), bytes: map.into() }], None, at()).unwrap();
    let mut world = world(&[]);
    let members =
        |who: &dyn Fn(usize) -> String| (0..300).map(|number| Principal::new(who(number))).collect();
    let binding = |role: &str, members| Binding { role: RoleName::new(role), members, condition: None };
    let users = members(&|number| format!("user:u{number}@example.com"));
    let robots = members(&|number| format!("serviceAccount:r{number}@shop-edge.iam.gserviceaccount.com"));
    let bindings = vec![binding("roles/editor", users), binding("roles/owner", robots)];
    let policy = Policy { bindings, ..Policy::empty() };
    world.policies.insert("organizations/9000".parse().unwrap(), Observed::Known(policy));
    let audit = rules::run(&map, &world, at(), Scope::new(&map, &world, &[])).unwrap();
    let of_rule = audit.findings.iter().filter(|finding| finding.rule.as_str() == "impersonable-caller");
    assert_eq!(of_rule.clone().count(), 600);
    let Ok(organization) = "organizations/9000".parse::<Resource>();
    assert!(of_rule.clone().all(|finding| finding.resource == organization && finding.message.len() < 600));
}
