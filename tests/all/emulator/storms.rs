//! Weather that was chosen: failures and limits of methods, dark locations, delays, and a second writer.

use callmap::emulator::{Emulator, Weather};
use serde_json::{Value, json};

use super::{
    PAY,
    client::{Answer, get, post, send},
    serving, started,
};

fn under(weather: &Value) -> Emulator {
    let emulator = started();
    assert_eq!(post(&emulator, "/_weather", weather).status, 200, "{weather}");
    emulator
}

fn read(emulator: &Emulator) -> std::io::Result<Answer> {
    send(emulator, "GET", &format!("/v2/{PAY}:getIamPolicy"), "")
}

fn write(emulator: &Emulator, policy: &Value) -> Answer {
    post(emulator, &format!("/v2/{PAY}:setIamPolicy"), &json!({ "policy": policy }))
}

fn invoker(member: &str) -> Value {
    json!([{ "role": "roles/run.invoker", "members": [member] }])
}

#[test]
fn every_failure_can_be_chosen_for_a_method_and_no_other_is_befallen() {
    for (kind, status) in [("429", 429), ("500", 500), ("503", 503)] {
        let emulator = under(&json!({ "failures": [{ "method": "*.getIamPolicy", "kind": kind }] }));
        let answer = read(&emulator).unwrap();
        assert_eq!((answer.status, answer.json()["error"]["code"].clone()), (status, json!(status)));
        assert_eq!(get(&emulator, &format!("/v2/{PAY}")).status, 200);
        assert_eq!(write(&emulator, &json!({})).status, 200);
    }
    for kind in ["reset", "resetAfter", "truncated"] {
        let emulator = under(&json!({ "failures": [{ "method": "*.getIamPolicy", "kind": kind }] }));
        assert!(read(&emulator).is_err(), "{kind}");
    }
    let emulator = under(&json!({ "failures": [{ "kind": "wrongJson" }] }));
    let answer = read(&emulator).unwrap();
    assert_eq!(answer.status, 200);
    assert!(serde_json::from_str::<Value>(&answer.body).is_err(), "{answer:?}");
    let emulator = under(&json!({ "failures": [{ "kind": "wrongShape" }] }));
    assert!(read(&emulator).unwrap().json().is_array());
}

#[test]
fn a_write_is_carried_out_where_only_its_answer_is_spoilt() {
    for (kind, is_written) in
        [("reset", false), ("500", false), ("resetAfter", true), ("truncated", true), ("wrongJson", true)]
    {
        let emulator = under(&json!({ "failures": [{ "kind": kind }] }));
        let body = json!({ "policy": { "bindings": invoker("user:new@example.com") } }).to_string();
        // Some of the answers are lost; what counts is what is stored.
        let _ = send(&emulator, "POST", &format!("/v2/{PAY}:setIamPolicy"), &body);
        let stored = emulator.policy(PAY).unwrap_or_default();
        assert_eq!(stored["bindings"] == invoker("user:new@example.com"), is_written, "{kind}");
    }
}

#[test]
fn an_answer_that_drips_is_whole_in_the_end() {
    let calm = read(&started()).unwrap().body;
    let emulator = under(&json!({ "failures": [{ "kind": "slowDrip" }] }));
    assert_eq!(read(&emulator).unwrap().body, calm);
}

#[test]
fn who_goes_over_a_limit_is_told_how_long_it_lasts_and_other_methods_are_free() {
    let emulator = under(&json!({ "limits": [{ "method": "run.*.getIamPolicy", "perMinute": 3 }] }));
    let ends: Vec<u16> = (0..5).map(|_| read(&emulator).unwrap().status).collect();
    assert_eq!(ends, [200, 200, 200, 429, 429]);
    let answer = read(&emulator).unwrap();
    let seconds = answer.head.lines().find_map(|line| line.strip_prefix("retry-after: "));
    assert!((1..=60).contains(&seconds.unwrap().parse::<u64>().unwrap()), "{answer:?}");
    let details = &answer.json()["error"]["details"][0];
    assert_eq!(details["reason"], "RATE_LIMIT_EXCEEDED");
    assert_eq!(get(&emulator, &format!("/v2/{PAY}")).status, 200);
}

#[test]
fn a_location_that_does_not_answer_is_named_by_lists_and_refused_by_itself() {
    let emulator = under(&json!({ "unreachable": ["europe-west1"] }));
    let all = get(&emulator, "/v1/projects/shop-prod/locations/-/services").json();
    assert_eq!(all["unreachable"], json!(["europe-west1"]));
    for path in [
        format!("/v2/{PAY}"),
        format!("/v1/{PAY}:getIamPolicy"),
        "/v2/projects/shop-prod/locations/europe-west1/services".to_owned(),
        "/v2/projects/shop-prod/locations/europe%2Dwest1/services".to_owned(),
        "http://europe-west1-run.googleapis.com/apis/serving.knative.dev/v1/namespaces/shop-prod/services"
            .to_owned(),
    ] {
        assert_eq!(get(&emulator, &path).status, 503, "{path}");
    }
    assert_eq!(post(&emulator, "/_weather", &json!({})).status, 200);
    assert_eq!(get(&emulator, &format!("/v2/{PAY}")).status, 200);
}

#[test]
fn a_second_writer_makes_the_first_lose_the_race() {
    let emulator = under(&json!({ "secondWriter": { "member": "user:other@example.com" } }));
    let before = read(&emulator).unwrap().json();
    let lost = write(&emulator, &before);
    assert_eq!((lost.status, lost.json()["error"]["status"].clone()), (409, json!("ABORTED")));
    let after = read(&emulator).unwrap().json();
    let other = json!({ "role": "roles/run.viewer", "members": ["user:other@example.com"] });
    assert!(after["bindings"].as_array().unwrap().contains(&other), "{after}");
    // It goes as it came: two writes of it leave what was there.
    assert_eq!(write(&emulator, &after).status, 409);
    assert_eq!(read(&emulator).unwrap().json()["bindings"], before["bindings"]);
}

#[test]
fn a_second_writer_puts_back_what_was_there() {
    let emulator = under(&json!({ "secondWriter": { "when": "after" } }));
    let before = read(&emulator).unwrap().json();
    let answer = write(&emulator, &json!({ "bindings": invoker("user:new@example.com") }));
    assert_eq!((answer.status, &answer.json()["bindings"]), (200, &invoker("user:new@example.com")));
    let after = read(&emulator).unwrap().json();
    assert_eq!(after["bindings"], before["bindings"]);
    assert_ne!(after["etag"], answer.json()["etag"]);
}

#[test]
fn nobody_meddles_with_what_is_not_there() {
    let emulator = under(&json!({ "secondWriter": {} }));
    let none = PAY.replace("pay", "none");
    assert_eq!(post(&emulator, &format!("/v2/{none}:setIamPolicy"), &json!({ "policy": {} })).status, 404);
    assert_eq!(emulator.policy(&none), None);
}

#[test]
fn weather_that_is_none_is_refused_and_changes_nothing() {
    let emulator = under(&json!({ "latencyMs": 0, "seed": 9 }));
    for wrong in [
        json!({ "failures": [{ "kind": "hail" }] }),
        json!({ "failures": [{ "kind": "500", "share": 1.5 }] }),
        json!({ "limits": [{ "method": "*" }] }),
        json!({ "secondWriter": { "share": -1 } }),
        json!({ "clock": "yesterday" }),
        json!([]),
    ] {
        assert_eq!(post(&emulator, "/_weather", &wrong).status, 400, "{wrong}");
    }
    assert_eq!(get(&emulator, "/_weather").json()["seed"], 9);
    let cleared = send(&emulator, "DELETE", "/_weather", "").unwrap();
    assert_eq!((cleared.status, get(&emulator, "/_weather").json()["seed"].clone()), (200, json!(0)));
}

#[test]
fn the_clock_is_part_of_the_weather_stands_runs_and_goes_forward() {
    let emulator = under(&json!({ "clock": "2026-12-01T09:00:00Z" }));
    let clock = |body: &Value| post(&emulator, "/_clock", body).json();
    assert_eq!(get(&emulator, "/_clock").json(), json!({ "now": "2026-12-01T09:00:00Z", "runs": false }));
    post(&emulator, "/_weather", &json!({ "seed": 1 }));
    assert_eq!(get(&emulator, "/_clock").json()["now"], "2026-12-01T09:00:00Z");
    assert_eq!(clock(&json!({ "forwardSeconds": 90 }))["now"], "2026-12-01T09:01:30Z");
    let running = clock(&json!({ "now": "2030-01-01T00:00:00Z", "runs": true }));
    assert_eq!(running["runs"], true);
    assert!(running["now"].as_str().unwrap().starts_with("2030-01-01T00:0"), "{running}");
    assert!(
        clock(&json!({ "forwardSeconds": 86_400 }))["now"].as_str().unwrap().starts_with("2030-01-02T00:0")
    );
    assert_eq!(clock(&json!({}))["runs"], true);
    assert!(emulator.now() < callmap::model::time::moment("2030-01-01T00:00:00Z").unwrap());
    for wrong in [json!({ "forwardSeconds": i64::MAX }), json!({ "then": 1 }), json!({ "now": 1 })] {
        assert_eq!(post(&emulator, "/_clock", &wrong).status, 400, "{wrong}");
    }
}

#[test]
fn settings_are_told_and_kept_with_the_state() {
    let settings = json!({
        "apisOff": ["run.googleapis.com"],
        "memberDomains": ["example.com"],
        "takesWildcard": true,
        "basicGroups": true,
        "hiddenGroups": ["group:team@example.com"],
    });
    let emulator = started();
    assert_eq!(post(&emulator, "/_settings", &settings).json(), settings);
    assert_eq!(get(&emulator, &format!("/v2/{PAY}")).status, 403);
    let saved = get(&emulator, "/_state").body;
    let input = callmap::sources::Input::from_bytes("saved.ndjson", saved.as_bytes());
    assert!(
        callmap::sources::assets::read(vec![input], callmap::sources::assets::ReadOptions::default()).is_ok()
    );
    let again = serving(&saved);
    assert_eq!(get(&again, "/_settings").json(), settings);
    post(&again, "/_settings", &json!({ "memberDomains": ["example.com"], "takesWildcard": true }));
    assert_eq!(get(&again, "/v2/projects/shop-prod/locations/-/services").status, 200);
    let stranger = write(&again, &json!({ "bindings": invoker("user:x@elsewhere.example") }));
    assert_eq!(stranger.json()["error"]["status"], "FAILED_PRECONDITION");
    assert_eq!(post(&again, "/_settings", &json!({ "apis": [] })).status, 400);
}

#[test]
fn another_state_can_be_put_in_its_place() {
    let emulator = started();
    let first = get(&emulator, "/_state").body;
    write(&emulator, &json!({ "bindings": invoker("user:new@example.com") }));
    assert_ne!(get(&emulator, "/_state").body, first);
    assert_eq!(send(&emulator, "PUT", "/_state", &first).unwrap().status, 200);
    assert_eq!(get(&emulator, "/_state").body, first);
    assert_eq!(send(&emulator, "PUT", "/_state", "{}\n").unwrap().status, 400);
    assert_eq!(get(&emulator, "/_state").body, first);
}

#[test]
fn calm_weather_says_no_more_than_that() {
    let calm = json!({ "latencyMs": 0, "failing": 0.0, "seed": 0, "retryAfter": 0, "sparesWrites": false });
    assert_eq!(get(&started(), "/_weather").json(), calm);
    assert_eq!(serde_json::from_value::<Weather>(calm).unwrap(), Weather::default());
}
