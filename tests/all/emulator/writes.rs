//! Services that are made, changed and taken away, in both of their shapes.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    PAY,
    client::{Answer, get, post, raw, send},
    started,
};
use callmap::emulator::{Emulator, State};

const LOCATION: &str = "projects/shop-prod/locations/europe-west1";
const SHIP: &str = "projects/shop-prod/locations/europe-west1/services/ship";
const INVOKER: &str = "run.googleapis.com/invoker-iam-disabled";

fn knative(emulator: &Emulator, method: &str, name: &str, body: &Value) -> Answer {
    let target = format!(
        "http://europe-west1-run.googleapis.com/apis/serving.knative.dev/v1/namespaces/shop-prod/services{name}"
    );
    send(emulator, method, &target, &body.to_string()).unwrap()
}

fn patch(emulator: &Emulator, target: &str, body: &Value) -> Answer {
    send(emulator, "PATCH", target, &body.to_string()).unwrap()
}

fn service(name: &str) -> Value {
    json!({
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": { "name": name, "namespace": "shop-prod" },
        "spec": { "template": { "spec": { "containers": [{ "image": "example" }] } } },
    })
}

#[test]
fn gcloud_turns_the_check_off_and_both_shapes_say_so() {
    let emulator = started();
    let before = knative(&emulator, "GET", "/ship", &json!({})).json();
    let mut asked = before.clone();
    asked["metadata"]["annotations"][INVOKER] = json!("True");
    let answer = knative(&emulator, "PUT", "/ship", &asked).json();
    assert_eq!(answer["metadata"]["annotations"][INVOKER], "True");
    assert_eq!(
        (&answer["metadata"]["generation"], &answer["status"]["observedGeneration"]),
        (&json!(2), &json!(2))
    );
    let conditions: Vec<_> = answer["status"]["conditions"].as_array().unwrap().iter().collect();
    assert!(conditions.iter().all(|condition| condition["status"] == "True"), "{conditions:?}");
    let kinds: Vec<_> = conditions.iter().map(|condition| condition["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["Ready", "ConfigurationsReady", "RoutesReady"]);
    assert_eq!(answer["metadata"]["uid"], before["metadata"]["uid"]);
    assert_eq!(knative(&emulator, "GET", "/ship", &json!({})).json(), answer);
    let second = get(&emulator, &format!("/v2/{SHIP}")).json();
    assert_eq!((&second["invokerIamDisabled"], &second["generation"]), (&json!(true), &json!("2")));
    assert_eq!(second["template"]["serviceAccount"], "ship@shop-prod.iam.gserviceaccount.com");
    // Its policy is what it was.
    assert_eq!(get(&emulator, &format!("/v2/{SHIP}:getIamPolicy")).json()["etag"], "BwYCcnf5oMs=");
}

#[test]
fn who_replaces_what_was_replaced_meanwhile_is_told_the_version() {
    let emulator = started();
    let before = knative(&emulator, "GET", "/ship", &json!({})).json();
    assert_eq!(knative(&emulator, "PUT", "/ship", &before).status, 200);
    let after = knative(&emulator, "GET", "/ship", &json!({})).json();
    assert_eq!(after["metadata"]["generation"], before["metadata"]["generation"], "nothing was changed");
    assert_ne!(after["metadata"]["resourceVersion"], before["metadata"]["resourceVersion"]);
    let refused = knative(&emulator, "PUT", "/ship", &before);
    assert_eq!((refused.status, refused.json()["error"]["status"].clone()), (409, json!("ABORTED")));
    let said = refused.said();
    let version = said
        .strip_prefix("Conflict for resource 'ship' for version '")
        .and_then(|rest| rest.strip_suffix("'."));
    assert!(version.is_some_and(|version| version.parse::<u64>().is_ok()), "{said}");
    let mut blind = before;
    blind["metadata"]["resourceVersion"] = Value::Null;
    assert_eq!(knative(&emulator, "PUT", "/ship", &blind).status, 200);
}

#[test]
fn a_service_is_made_and_taken_away_in_the_knative_shape() {
    let emulator = started();
    let made = knative(&emulator, "POST", "", &service("cart"));
    assert_eq!(made.status, 200, "{}", made.body);
    assert_eq!(made.json()["status"]["url"], "https://cart-1001.europe-west1.run.app");
    let again = knative(&emulator, "POST", "", &service("cart"));
    assert_eq!((again.status, again.said().as_str()), (409, "Resource 'cart' already exists."));
    let revision = made.json()["status"]["latestReadyRevisionName"].as_str().unwrap().to_owned();
    let shown = get(&emulator, &format!("/v2/{LOCATION}/services/cart/revisions/{revision}")).json();
    assert_eq!(shown["containers"][0]["image"], "example");
    let lines = get(&emulator, "/_state").body;
    let kept = State::read(lines.as_bytes()).unwrap();
    assert_eq!(kept.lines(), lines);
    assert_eq!(knative(&emulator, "DELETE", "/cart", &json!({})).json()["status"], "Success");
    assert_eq!(knative(&emulator, "GET", "/cart", &json!({})).status, 404);
    for name in ["Cart", "cart-", "cart/x", &"c".repeat(50), ""] {
        assert_eq!(knative(&emulator, "POST", "", &service(name)).status, 400, "{name}");
    }
}

#[test]
fn another_template_is_another_revision() {
    let emulator = started();
    let made = knative(&emulator, "POST", "", &service("cart")).json();
    let latest = |answer: &Value| answer["status"]["latestCreatedRevisionName"].as_str().unwrap().to_owned();
    let mut next = made.clone();
    next["spec"]["traffic"] = json!([{ "revisionName": latest(&made), "percent": 100 }]);
    let same = knative(&emulator, "PUT", "/cart", &next).json();
    assert_eq!((latest(&same), &same["metadata"]["generation"]), (latest(&made), &json!(2)));
    next = same.clone();
    next["spec"]["template"]["spec"]["containers"][0]["image"] = json!("other");
    let other = knative(&emulator, "PUT", "/cart", &next).json();
    assert_ne!(latest(&other), latest(&made));
    next = other.clone();
    next["spec"]["template"]["metadata"] = json!({ "name": "cart-mine" });
    assert_eq!(latest(&knative(&emulator, "PUT", "/cart", &next).json()), "cart-mine");
    let mut clash = knative(&emulator, "GET", "/cart", &json!({})).json();
    clash["spec"]["template"]["spec"]["containers"][0]["image"] = json!("third");
    assert_eq!(
        knative(&emulator, "PUT", "/cart", &clash).said(),
        "Revision named 'cart-mine' with different configuration already exists."
    );
}

#[test]
fn a_patch_changes_what_its_mask_names_and_is_an_operation_that_is_done() {
    let emulator = started();
    let before = get(&emulator, &format!("/v2/{PAY}")).json();
    assert_eq!(before["invokerIamDisabled"], true);
    let target = format!("/v2/{PAY}?updateMask=invokerIamDisabled,template.max_instance_request_concurrency");
    let body = json!({ "template": { "maxInstanceRequestConcurrency": 5 }, "labels": { "not": "named" } });
    let operation = patch(&emulator, &target, &body).json();
    assert_eq!(operation["done"], true);
    let mut service = operation["response"].clone();
    assert_eq!(service["@type"], "type.googleapis.com/google.cloud.run.v2.Service");
    service.as_object_mut().unwrap().remove("@type");
    assert_eq!(get(&emulator, &format!("/v2/{PAY}")).json(), service);
    assert_eq!((service.get("invokerIamDisabled"), &service["generation"]), (None, &json!("5")));
    assert_eq!(service["labels"], before["labels"]);
    assert_eq!(service["template"]["maxInstanceRequestConcurrency"], 5);
    assert_eq!(service["template"]["serviceAccount"], before["template"]["serviceAccount"]);
    let first = knative(&emulator, "GET", "/pay", &json!({})).json();
    assert_eq!(first["metadata"]["annotations"].get(INVOKER), None);
    assert_eq!(first["spec"]["template"]["spec"]["containerConcurrency"], 5);
    let name = operation["name"].as_str().unwrap();
    assert_eq!(get(&emulator, &format!("/v2/{name}")).json(), operation);
    let listed = get(&emulator, &format!("/v2/{LOCATION}/operations")).json();
    assert_eq!(listed["operations"], json!([operation]));
    assert_eq!(get(&emulator, &format!("/v2/{name}0")).status, 404);
}

#[test]
fn what_a_patch_may_not_do_it_does_not() {
    let emulator = started();
    let at = |query: &str, body: &Value| patch(&emulator, &format!("/v2/{PAY}?{query}"), body);
    let unknown = at("", &json!({ "template": { "later": 1 } }));
    assert_eq!(
        (unknown.status, unknown.said().as_str()),
        (400, "Invalid JSON payload received. Unknown name \"later\" at 'template': Cannot find field.")
    );
    assert_eq!(at("", &json!({ "etag": "\"other\"" })).status, 409);
    assert_eq!(at("updateMask=later", &json!({})).status, 200, "there is nothing to take away");
    let tried = at("validateOnly=true&updateMask=description", &json!({ "description": "x" })).json();
    assert_eq!(tried["response"]["description"], "x");
    assert_eq!(get(&emulator, &format!("/v2/{PAY}")).json().get("description"), None);
    let gone = format!("/v2/{LOCATION}/services/gone");
    assert_eq!(patch(&emulator, &gone, &json!({})).status, 404);
    let body = json!({ "template": { "containers": [{ "image": "example" }] } });
    assert_eq!(patch(&emulator, &format!("{gone}?allowMissing=true"), &body).status, 200);
    assert_eq!(get(&emulator, &gone).json()["ingress"], "INGRESS_TRAFFIC_ALL");
    assert_eq!(send(&emulator, "DELETE", &gone, "").unwrap().json()["done"], true);
    assert_eq!(get(&emulator, &gone).status, 404);
    assert_eq!(post(&emulator, &format!("/v2/{LOCATION}/services?serviceId=pay"), &body).status, 409);
    let elsewhere = format!("/v2/{LOCATION}/services?serviceId=cart").replace("shop-prod", "shop-nowhere");
    assert_eq!(post(&emulator, &elsewhere, &body).status, 403);
}

#[test]
fn who_may_deploy_may_not_open_a_service_nor_run_it_as_any_account() {
    let emulator = started();
    let bind = |roles: &[&str]| {
        let bindings: Vec<Value> =
            roles.iter().map(|role| json!({ "role": role, "members": ["user:dev@example.com"] })).collect();
        emulator.set_policy("projects/shop-prod", json!({ "bindings": bindings }));
    };
    let token = emulator.token_of("user:dev@example.com", TimeDelta::hours(1));
    let tried = |mask: &str, body: Value| {
        let body = body.to_string();
        let text = format!(
            "PATCH /v2/{PAY}?updateMask={mask} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\
             Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        raw(emulator.address(), &text).unwrap()
    };
    bind(&["roles/run.developer"]);
    assert_eq!(
        tried("labels", json!({})).said(),
        "Permission 'iam.serviceaccounts.actAs' denied on service account pay@shop-prod.iam.gserviceaccount.com (or it \
         may not exist)."
    );
    bind(&["roles/run.developer", "roles/iam.serviceAccountUser"]);
    assert_eq!(tried("labels", json!({})).status, 200);
    assert_eq!(
        tried("invokerIamDisabled", json!({})).said(),
        format!(
            "Permission 'run.services.setIamPolicy' denied on resource '{PAY}' (or resource may not exist)."
        )
    );
    bind(&["roles/run.admin", "roles/iam.serviceAccountUser"]);
    assert_eq!(tried("invokerIamDisabled", json!({})).status, 200);
}
