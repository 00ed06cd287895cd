//! Groups of Cloud Identity, as its API answers them.

use callmap::emulator::{Emulator, State};
use serde_json::{Value, json};

use super::{client::get, started};

fn grouped() -> Emulator {
    let emulator = started();
    emulator.change(|state| {
        state.put_group("group:Team@example.com", &["user:ann@example.com", "group:inner@example.com"]);
        let inner = [
            "serviceAccount:a@shop-prod.iam.gserviceaccount.com",
            "group:team@example.com",
            "user:bo@example.com",
        ];
        state.put_group("group:inner@example.com", &inner);
    });
    emulator
}

fn named(emulator: &Emulator, email: &str) -> String {
    let found = get(emulator, &format!("/v1/groups:lookup?groupKey.id={email}")).json();
    found["name"].as_str().unwrap().to_owned()
}

fn ids(memberships: &Value) -> Vec<(String, Value)> {
    let all = memberships["memberships"].as_array().unwrap().iter();
    let id = |one: &Value| one["preferredMemberKey"]["id"].as_str().unwrap().to_owned();
    all.map(|one| (id(one), one["type"].clone())).collect()
}

#[test]
fn a_group_is_looked_up_and_its_direct_members_are_listed_in_pages() {
    let emulator = grouped();
    let team = named(&emulator, "team%40EXAMPLE.com");
    let shown = get(&emulator, &format!("/v1/{team}")).json();
    assert_eq!((&shown["name"], &shown["groupKey"]["id"]), (&json!(team), &json!("Team@example.com")));
    let full = get(&emulator, &format!("/v1/{team}/memberships?view=FULL&pageSize=1")).json();
    assert_eq!(ids(&full), [("ann@example.com".to_owned(), json!("USER"))]);
    let next = full["nextPageToken"].as_str().unwrap();
    let rest = get(&emulator, &format!("/v1/{team}/memberships?view=FULL&pageToken={next}")).json();
    assert_eq!(ids(&rest), [("inner@example.com".to_owned(), json!("GROUP"))]);
    assert_eq!(rest["nextPageToken"], Value::Null);
    // The basic view does not tell the kind.
    let basic = get(&emulator, &format!("/v1/{team}/memberships")).json();
    assert!(ids(&basic).iter().all(|(_, kind)| kind.is_null()));
    assert_eq!(get(&emulator, &format!("/v1/{team}/memberships?view=FULL&pageSize=501")).status, 400);
    assert_eq!(get(&emulator, "/v1/groups:lookup").status, 400);
}

#[test]
fn a_group_that_is_hidden_looks_like_one_that_is_not_there() {
    let emulator = grouped();
    let inner = named(&emulator, "inner@example.com");
    emulator.change(|state| state.hide_group("group:Inner@example.com"));
    for (target, name) in [
        ("/v1/groups:lookup?groupKey.id=inner@example.com", "inner@example.com"),
        ("/v1/groups:lookup?groupKey.id=none@example.com", "none@example.com"),
        (&format!("/v1/{inner}"), &inner),
        (&format!("/v1/{inner}/memberships"), &inner),
        ("/v1/groups/0none", "groups/0none"),
    ] {
        let answer = get(&emulator, target);
        let said = format!("Error(2028): Permission denied for resource {name} (or it may not exist).");
        assert_eq!((answer.status, answer.said()), (403, said), "{target}");
    }
}

#[test]
fn the_transitive_search_goes_through_rings_and_the_smaller_editions_refuse_it() {
    let emulator = grouped();
    let team = named(&emulator, "team@example.com");
    let search = format!("/v1/{team}/memberships:searchTransitiveMemberships");
    let found = get(&emulator, &search).json();
    let relations: Vec<_> = found["memberships"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (one["preferredMemberKey"][0]["id"].as_str().unwrap(), one["relationType"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        relations,
        [
            ("inner@example.com", "DIRECT"),
            ("team@example.com", "INDIRECT"),
            ("a@shop-prod.iam.gserviceaccount.com", "INDIRECT"),
            ("ann@example.com", "DIRECT"),
            ("bo@example.com", "INDIRECT"),
        ]
    );
    let check = |who: &str| {
        let query = format!("member_key_id%20==%20'{who}'");
        get(&emulator, &format!("/v1/{team}/memberships:checkTransitiveMembership?query={query}")).json()
    };
    assert_eq!(check("bo@example.com"), json!({ "hasMembership": true }));
    assert_eq!(check("cy@example.com"), json!({}));
    emulator.change(State::shrink_edition);
    assert_eq!(get(&emulator, &search).status, 403);
    assert_eq!(get(&emulator, &format!("/v1/{team}/memberships")).status, 200);
}

#[test]
fn groups_are_in_the_state_that_is_written_out() {
    let emulator = grouped();
    emulator.change(|state| state.hide_group("group:none@example.com"));
    let lines = get(&emulator, "/_state").body;
    let again = State::read(lines.as_bytes()).unwrap();
    assert_eq!(again.lines(), lines);
    for name in ["group:Team@example.com", "group:inner@example.com"] {
        assert_eq!(lines.matches(&format!(r#""name":"{name}""#)).count(), 1, "{name}");
    }
    assert!(lines.contains(r#""name":"group:none@example.com""#));
}

#[test]
fn an_api_that_is_off_says_so() {
    let emulator = grouped();
    emulator.change(|state| state.turn_off("cloudidentity.googleapis.com"));
    let error = get(&emulator, "/v1/groups:lookup?groupKey.id=team@example.com").json()["error"].clone();
    assert_eq!(error["details"][1]["reason"], "SERVICE_DISABLED");
    assert!(
        error["message"].as_str().unwrap().starts_with("Cloud Identity API has not been used in project ")
    );
}
