//! Deny policies, as IAM v2 answers them.

use callmap::emulator::State;
use serde_json::{Value, json};

use super::{
    client::{get, post, send},
    started,
};

const AT: &str = "/v2/policies/cloudresourcemanager.googleapis.com%2Fprojects%2Fshop-prod/denypolicies";

fn policy(who: &str) -> Value {
    json!({
        "displayName": "no calls",
        "rules": [{ "denyRule": {
            "deniedPrincipals": [format!("principal://goog/subject/{who}")],
            "deniedPermissions": ["run.googleapis.com/routes.invoke"],
        } }],
    })
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[test]
fn a_policy_is_made_read_changed_and_taken_away() {
    let emulator = started();
    assert_eq!(get(&emulator, AT).json(), json!({}));
    let made = post(&emulator, &format!("{AT}?policyId=no-calls"), &policy("ann@example.com"));
    assert_eq!(made.status, 200, "{made:?}");
    let made = made.json();
    assert_eq!((&made["done"], &made["response"]["kind"]), (&json!(true), &json!("DenyPolicy")));
    // Names hold the number, by whichever name it was asked for.
    let name = "policies/cloudresourcemanager.googleapis.com%2Fprojects%2F1001/denypolicies/no-calls";
    assert_eq!(made["response"]["name"], name);
    assert!(made["name"].as_str().unwrap().starts_with(&format!("{name}/operations/")));
    let read = get(&emulator, &format!("/v2/{name}")).json();
    assert_eq!(read, get(&emulator, &format!("{AT}/no-calls")).json());
    assert_eq!(read["rules"], policy("ann@example.com")["rules"]);
    // A list tells of it without its rules.
    let listed = get(&emulator, AT).json()["policies"][0].clone();
    assert_eq!(
        (&listed["etag"], &listed["uid"], &listed["rules"]),
        (&read["etag"], &read["uid"], &Value::Null)
    );
    let put = |body: &Value| send(&emulator, "PUT", &format!("{AT}/no-calls"), &body.to_string()).unwrap();
    let mut next = policy("bo@example.com");
    next["etag"] = "old".into();
    let refused = put(&next);
    assert_eq!((refused.status, &refused.json()["error"]["status"]), (409, &json!("ABORTED")));
    next["etag"] = read["etag"].clone();
    let written = put(&next).json()["response"].clone();
    assert_eq!(written["uid"], read["uid"]);
    assert_ne!(written["etag"], read["etag"]);
    let delete = |etag: &str| send(&emulator, "DELETE", &format!("{AT}/no-calls{etag}"), "").unwrap();
    assert_eq!(delete("?etag=old").status, 409);
    assert_eq!(delete(&format!("?etag={}", encoded(written["etag"].as_str().unwrap()))).status, 200);
    let gone = get(&emulator, &format!("{AT}/no-calls"));
    assert_eq!((gone.status, &gone.json()["error"]["status"]), (404, &json!("NOT_FOUND")));
}

#[test]
fn what_makes_no_sense_is_not_taken() {
    let emulator = started();
    let make = |id: &str, body: &Value| post(&emulator, &format!("{AT}?policyId={id}"), body).status;
    for id in ["", "no", "No-calls", "7calls", "a_b_c"] {
        assert_eq!(make(id, &policy("a@example.com")), 400, "{id}");
    }
    for body in [
        json!({}),
        json!({ "rules": [] }),
        json!({ "rules": [{}] }),
        json!({ "rules": [{ "denyRule": { "deniedPrincipals": "x" } }] }),
    ] {
        assert_eq!(make("no-calls", &body), 400, "{body}");
    }
    assert_eq!(make("no-calls", &policy("a@example.com")), 200);
    assert_eq!(make("no-calls", &policy("a@example.com")), 409);
    let elsewhere = AT.replace("shop-prod", "shop-none");
    assert_eq!(get(&emulator, &elsewhere).status, 403);
    assert_eq!(get(&emulator, "/v2/policies/x%2Fy/denypolicies").status, 404);
}

#[test]
fn policies_and_refusals_are_in_the_state_that_is_written_out() {
    let emulator = started();
    post(&emulator, &format!("{AT}?policyId=no-calls"), &policy("ann@example.com"));
    emulator.change(|state| {
        state.refuse("iam.denypolicies.get", "projects/shop-prod/denypolicies/hidden");
        state.refuse("iam.denypolicies.list", "folders/40");
    });
    let lines = get(&emulator, "/_state").body;
    assert!(lines.contains(
        r#""name":"//cloudresourcemanager.googleapis.com/projects/shop-prod/denypolicies/no-calls""#
    ));
    assert!(lines.contains(r#""name":"//cloudresourcemanager.googleapis.com/folders/40/denypolicies""#));
    let again = State::read(lines.as_bytes()).unwrap();
    assert_eq!(again.lines(), lines);
    // What is refused is there.
    let listed = get(&emulator, AT).json();
    let names: Vec<_> =
        listed["policies"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 2);
    assert!(names[0].ends_with("/hidden"));
    assert_eq!(get(&emulator, &format!("{AT}/hidden")).status, 403);
    assert_eq!(
        get(&emulator, "/v2/policies/cloudresourcemanager.googleapis.com%2Ffolders%2F40/denypolicies").status,
        403
    );
}

#[test]
fn what_a_policy_is_attached_to_may_be_encoded_once_more() {
    let emulator = started();
    let target = |separator: &str| {
        let on = ["cloudresourcemanager.googleapis.com", "projects", "shop-prod"].join(separator);
        format!("/v2/policies/{on}/denypolicies")
    };
    let once = get(&emulator, &target("%2F"));
    assert_eq!(once.status, 200, "{once:?}");
    assert_eq!(get(&emulator, &target("%252F")).body, once.body);
    assert_eq!(get(&emulator, &target("%25252F")).status, 404);
}
