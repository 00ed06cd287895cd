//! Revisions keep the account that they were made with.

use callmap::emulator::{Emulator, Kind};
use serde_json::{Value, json};

use super::{
    PAY,
    client::{get, send},
    serving, started,
};

const OLD: &str = "old@shop-prod.iam.gserviceaccount.com";
const NEW: &str = "new@shop-prod.iam.gserviceaccount.com";
const PARENT: &str = "/v1/projects/shop-prod/locations/europe-west1";

/// The account of a revision in both shapes, which is one; null is the default account.
fn account(emulator: &Emulator, short: &str) -> Value {
    let new = get(emulator, &format!("/v2/{PAY}/revisions/{short}")).json()["serviceAccount"].take();
    let old = get(emulator, &format!("{PARENT}/revisions/{short}")).json();
    assert_eq!(old["kind"], "Revision", "{old}");
    assert_eq!(old["spec"]["serviceAccountName"], new, "{old}");
    new
}

fn names(emulator: &Emulator) -> Vec<String> {
    let list = get(emulator, &format!("/v2/{PAY}/revisions")).json();
    let all = list["revisions"].as_array().cloned().unwrap_or_default();
    all.iter().filter_map(|each| each["name"].as_str()?.rsplit('/').next().map(str::to_owned)).collect()
}

#[test]
fn lines_of_revisions_decide_their_accounts_and_that_they_are_there() {
    let line = |name: &str, data: Value| {
        json!({ "name": format!("//run.googleapis.com/{name}"), "asset_type": "run.googleapis.com/Revision",
            "resource": { "data": data }, "ancestors": ["projects/1041", "folders/7", "organizations/9000"] })
        .to_string()
    };
    let knative = |spec: Value| json!({ "metadata": { "labels": { "serving.knative.dev/service": "pay" } }, "spec": spec });
    let beside = "projects/shop-prod/locations/europe-west1/revisions";
    let service = json!({ "name": format!("//run.googleapis.com/{PAY}"), "asset_type": "run.googleapis.com/Service",
        "resource": { "data": { "template": { "serviceAccount": NEW },
            "latestReadyRevision": format!("{PAY}/revisions/pay-3"), "latestCreatedRevision": format!("{PAY}/revisions/pay-3") } },
        "ancestors": ["projects/1041", "folders/7", "organizations/9000"] });
    let stale = line(&format!("{PAY}/revisions/pay-1"), json!({ "service": "pay", "serviceAccount": NEW }));
    let text = [
        line(&format!("{beside}/pay-1"), knative(json!({ "serviceAccountName": OLD })))
            .replacen('{', r#"{"update_time":"2026-05-02T00:00:00Z","#, 1),
        // An older line does not count.
        stale.replacen('{', r#"{"update_time":"2026-05-01T00:00:00Z","#, 1),
        line(&format!("{PAY}/revisions/pay-2"), json!({ "service": "pay" })),
        // Of no service, and of no data.
        line(&format!("{beside}/pay-8"), json!({ "spec": {} })),
        json!({ "name": format!("//run.googleapis.com/{PAY}/revisions/pay-9"), "asset_type": "run.googleapis.com/Revision" }).to_string(),
        service.to_string(),
    ];
    let first = serving(&text.join("\n"));
    let again = serving(&first.change(|state| state.lines()));
    for emulator in [first, again] {
        assert_eq!(names(&emulator), ["pay-3", "pay-2", "pay-1"]);
        let all = ["pay-1", "pay-2", "pay-3"].map(|short| account(&emulator, short));
        assert_eq!(all, [json!(OLD), Value::Null, json!(NEW)]);
        assert_eq!(get(&emulator, &format!("/v2/{PAY}/revisions/pay-9")).status, 404);
    }
}

#[test]
fn what_was_the_latest_revision_keeps_its_account_when_another_is_written() {
    let emulator = started();
    let before = format!("{PAY}/revisions/pay-00007");
    emulator.change(|state| {
        let data = json!({ "template": { "serviceAccount": OLD }, "latestReadyRevision": before, "latestCreatedRevision": before });
        state.put(Kind::Service, PAY, data);
    });
    let body = json!({
        "template": { "serviceAccount": NEW },
        "traffic": [{ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", "revision": "pay-00007", "percent": 100 }],
    });
    let path = format!("/v2/{PAY}?updateMask=template.serviceAccount,traffic");
    let answer = send(&emulator, "PATCH", &path, &body.to_string()).unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    let latest =
        get(&emulator, &format!("/v2/{PAY}")).json()["latestCreatedRevision"].as_str().unwrap().to_owned();
    let latest = latest.rsplit('/').next().unwrap();
    let again = serving(&emulator.change(|state| state.lines()));
    for emulator in [&emulator, &again] {
        assert_eq!(account(emulator, "pay-00007"), OLD);
        assert_eq!(account(emulator, latest), NEW);
        assert_eq!(names(emulator).len(), 2);
    }
    // They go with their service.
    assert_eq!(send(&again, "DELETE", &format!("/v2/{PAY}"), "").unwrap().status, 200);
    again.change(|state| state.put(Kind::Service, PAY, json!({ "template": {} })));
    assert_eq!(names(&again), [""; 0]);
    assert!(!again.change(|state| state.lines()).contains("pay-00007"));
}

#[test]
fn the_same_holds_of_a_service_that_is_replaced_in_the_knative_shape() {
    let emulator = started();
    let mut service = get(&emulator, &format!("/v1/{PAY}")).json();
    let before = service["status"]["latestReadyRevisionName"].as_str().unwrap().to_owned();
    let was = account(&emulator, &before);
    service["spec"]["template"]["spec"]["serviceAccountName"] = NEW.into();
    service["spec"]["traffic"] = json!([{ "revisionName": before, "percent": 100 }]);
    let answer = send(&emulator, "PUT", &format!("/v1/{PAY}"), &service.to_string()).unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(account(&emulator, &before), was);
    assert_ne!(was, NEW);
}
