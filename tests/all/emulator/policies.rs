//! Reading and writing policies over HTTP.

use serde_json::{Value, json};

use super::{
    PAY,
    client::{Answer, get, post},
    started,
};
use callmap::emulator::Emulator;

const SHIP: &str = "projects/shop-prod/locations/europe-west1/services/ship";

fn read(emulator: &Emulator, name: &str) -> Value {
    get(emulator, &format!("/v2/{name}:getIamPolicy?options.requestedPolicyVersion=3")).json()
}

fn write(emulator: &Emulator, name: &str, policy: &Value) -> Answer {
    post(emulator, &format!("/v2/{name}:setIamPolicy"), &json!({ "policy": policy }))
}

#[test]
fn a_policy_is_read_changed_written_and_read_again_through_both_versions() {
    let emulator = started();
    assert_eq!(read(&emulator, PAY), json!({ "etag": "ACAB" }));
    let bindings =
        json!([{ "role": "roles/run.invoker", "members": ["user:ana@example.com"], "later": { "x": 1 } }]);
    let policy = json!({ "etag": "ACAB", "version": 3, "bindings": bindings });
    let stored = write(&emulator, PAY, &policy).json();
    assert_eq!((&stored["bindings"], &stored["version"]), (&bindings, &json!(1)));
    assert_eq!(read(&emulator, PAY), stored);
    let old = get(&emulator, &format!("/v1/{PAY}:getIamPolicy")).json();
    assert_eq!(old, stored);
    let emptied = write(&emulator, PAY, &json!({ "etag": stored["etag"], "bindings": [] })).json();
    assert_eq!((emptied.get("bindings"), &emptied["version"]), (None, &json!(1)));
    assert!(emptied["etag"] != stored["etag"] && emptied["etag"] != "ACAB");
}

#[test]
fn who_writes_over_another_is_told_to_read_again() {
    let emulator = started();
    let first = write(&emulator, PAY, &json!({ "etag": "ACAB", "bindings": [] }));
    assert_eq!(first.status, 200);
    let second = write(&emulator, PAY, &json!({ "etag": "ACAB", "bindings": [] })).json();
    assert_eq!((&second["error"]["code"], &second["error"]["status"]), (&json!(409), &json!("ABORTED")));
    let said = second["error"]["message"].as_str().unwrap();
    assert!(
        said.starts_with(
            "There were concurrent policy changes. Please retry the whole read-modify-write with exponential \
             backoff. The request's ETag '\\000 \\001' did not match the current policy's ETag '\\007"
        ),
        "{said}"
    );
    // Without an etag nobody is asked.
    assert_eq!(write(&emulator, PAY, &json!({ "bindings": [] })).status, 200);
    assert_eq!(write(&emulator, PAY, &json!({ "etag": "", "bindings": [] })).status, 200);
}

#[test]
fn conditions_are_shown_to_those_only_who_ask_for_them() {
    let emulator = started();
    let whole = read(&emulator, SHIP);
    assert_eq!((&whole["version"], &whole["bindings"][0]["condition"]["title"]), (&json!(3), &json!("soon")));
    let old = get(&emulator, &format!("/v1/{SHIP}:getIamPolicy")).json();
    assert_eq!(old["version"], 1);
    assert_eq!(old["bindings"][0].get("condition"), None);
    assert!(old["bindings"][0]["role"].as_str().unwrap().starts_with("roles/run.invoker_withcond_"));
    // Written back as it was read it would lose its condition.
    assert_eq!(write(&emulator, SHIP, &old).status, 400);
    assert_eq!(
        get(&emulator, &format!("/v2/{SHIP}:getIamPolicy?options.requestedPolicyVersion=2")).status,
        400
    );
    assert_eq!(read(&emulator, SHIP), whole);
}

#[test]
fn a_service_account_has_a_policy_under_any_project() {
    let emulator = started();
    let account = "serviceAccounts/pay@shop-prod.iam.gserviceaccount.com";
    let path = |project: &str, verb: &str| format!("/v1/projects/{project}/{account}:{verb}");
    let set = |role: &str| {
        let bindings = json!([{ "role": role, "members": ["user:ana@example.com"] }]);
        post(&emulator, &path("-", "setIamPolicy"), &json!({ "policy": { "bindings": bindings } }))
    };
    for role in ["roles/run.admin", "roles/viewer.x", "roles/resourcemanager.folderViewer"] {
        assert_eq!(set(role).said(), format!("Role {role} is not supported for this resource."));
    }
    let stored = set("roles/iam.serviceAccountTokenCreator").json();
    for project in ["-", "shop-prod", "1001"] {
        let query = format!("{}?options.requestedPolicyVersion=3", path(project, "getIamPolicy"));
        assert_eq!(post(&emulator, &query, &json!({})).json(), stored, "{project}");
    }
    let asked = json!({ "permissions": ["iam.serviceAccounts.actAs"] });
    assert_eq!(post(&emulator, &path("shop-prod", "testIamPermissions"), &asked).json(), asked);
    let gone = post(&emulator, &path("-", "getIamPolicy").replace("pay@", "gone@"), &json!({}));
    assert_eq!(
        (gone.status, gone.said()),
        (
            404,
            "Unknown service account; Gaia id not found for email gone@shop-prod.iam.gserviceaccount.com"
                .to_owned()
        )
    );
}

#[test]
fn policies_of_projects_folders_and_organizations_are_asked_for_with_post() {
    let emulator = started();
    let body = json!({ "options": { "requestedPolicyVersion": 3 } });
    let policy = post(&emulator, "/v1/projects/shop-prod:getIamPolicy", &body).json();
    assert_eq!(policy["auditConfigs"][0]["service"], "run.googleapis.com");
    let set = json!({ "policy": { "etag": policy["etag"], "bindings": policy["bindings"] } });
    let stored = post(&emulator, "/v1/projects/1001:setIamPolicy", &set).json();
    assert_eq!(stored["auditConfigs"], policy["auditConfigs"]);
    assert_eq!(post(&emulator, "/v3/projects/shop-prod:getIamPolicy", &body).json(), stored);
    for path in ["/v2/folders/40", "/v3/folders/40", "/v1/organizations/9", "/v3/organizations/9"] {
        let answer = post(&emulator, &format!("{path}:getIamPolicy"), &body);
        assert_eq!(answer.json(), json!({ "etag": "ACAB" }), "{path}");
    }
    assert_eq!(post(&emulator, "/v2/folders/41:getIamPolicy", &body).status, 403);
}
