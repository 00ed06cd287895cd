//! What callers may do: a token acts as its principal, and the policies decide.

use callmap::{
    emulator::{Clock, Emulator, Kind},
    model::time::moment,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    PAY,
    client::{Answer, get, raw},
    started,
};

const EVE: &str = "user:eve@example.com";
const LIST: &str = "/v2/projects/shop-prod/locations/europe-west1/services";

/// Asks with this token.
fn ask(emulator: &Emulator, token: &str, method: &str, target: &str, body: &Value) -> Answer {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let text = format!(
        "{method} {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    raw(emulator.address(), &text).unwrap()
}

/// A GET as somebody, whose status is what is asked for.
fn reads(emulator: &Emulator, who: &str, target: &str) -> u16 {
    let token = emulator.token_of(who, TimeDelta::hours(1));
    ask(emulator, &token, "GET", target, &Value::Null).status
}

/// A POST as somebody.
fn writes(emulator: &Emulator, who: &str, target: &str, body: &Value) -> Answer {
    let token = emulator.token_of(who, TimeDelta::hours(1));
    ask(emulator, &token, "POST", target, body)
}

fn bind(emulator: &Emulator, place: &str, role: &str, member: &str) {
    emulator.set_policy(place, json!({ "bindings": [{ "role": role, "members": [member] }] }));
}

#[test]
fn a_viewer_lists_and_reads_and_does_not_set() {
    let emulator = started();
    bind(&emulator, "projects/shop-prod", "roles/run.viewer", EVE);
    for target in [
        LIST,
        &format!("/v2/{PAY}"),
        &format!("/v2/{PAY}:getIamPolicy"),
        &format!("/v1/{PAY}:getIamPolicy"),
        "/v1/projects/shop-prod/locations",
        "/v1/projects/shop-prod/locations/-/services",
        "/apis/serving.knative.dev/v1/namespaces/shop-prod/services/pay",
        "/v1/projects/shop-prod",
        "/v1/roles/run.invoker",
    ] {
        assert_eq!(reads(&emulator, EVE, target), 200, "{target}");
        let is_for_all = target == "/v1/roles/run.invoker";
        let expected = if is_for_all { 200 } else { 403 };
        assert_eq!(reads(&emulator, "user:mallory@example.com", target), expected, "{target}");
    }
    let body = json!({ "policy": { "bindings": [] } });
    let denied = writes(&emulator, EVE, &format!("/v2/{PAY}:setIamPolicy"), &body);
    assert_eq!(
        denied.json(),
        json!({ "error": {
            "code": 403,
            "message": format!(
                "Permission 'run.services.setIamPolicy' denied on resource '{PAY}' (or resource may not exist)."
            ),
            "status": "PERMISSION_DENIED",
        } })
    );
    assert_eq!(emulator.policy(PAY), None);
    // It is not told whether a service is there that it may not see.
    let (gone, mallory) = (PAY.replace("pay", "gone"), "user:mallory@example.com");
    assert_eq!(reads(&emulator, EVE, &format!("/v2/{gone}")), 404);
    assert_eq!(reads(&emulator, mallory, &format!("/v2/{gone}")), 403);
}

#[test]
fn what_a_caller_may_do_ends_with_its_grant() {
    let emulator = started();
    let target = &*format!("/v2/{PAY}:setIamPolicy");
    bind(&emulator, PAY, "roles/run.admin", EVE);
    let policy = |role: &str| json!({ "policy": { "bindings": [{ "role": role, "members": [EVE] }] } });
    assert_eq!(writes(&emulator, EVE, target, &policy("roles/run.viewer")).status, 200);
    assert_eq!(writes(&emulator, EVE, target, &policy("roles/run.admin")).status, 403);
    // A list is asked of the project.
    assert_eq!((reads(&emulator, EVE, &format!("/v2/{PAY}")), reads(&emulator, EVE, LIST)), (200, 403));
}

#[test]
fn an_invoker_of_the_whole_project_reads_no_policies() {
    let emulator = started();
    bind(&emulator, "projects/shop-prod", "roles/run.invoker", EVE);
    for target in [LIST, &format!("/v2/{PAY}"), &format!("/v2/{PAY}:getIamPolicy")] {
        assert_eq!(reads(&emulator, EVE, target), 403, "{target}");
    }
    let asked =
        json!({ "permissions": ["run.services.get", "run.routes.invoke", "run.services.setIamPolicy"] });
    let held = writes(&emulator, EVE, &format!("/v2/{PAY}:testIamPermissions"), &asked).json();
    assert_eq!(held, json!({ "permissions": ["run.routes.invoke"] }));
}

#[test]
fn resource_manager_refuses_in_its_own_words() {
    let emulator = started();
    let expected = json!({ "error": {
        "code": 403,
        "message": "The caller does not have permission",
        "status": "PERMISSION_DENIED",
    } });
    for target in [
        "/v1/projects/shop-prod:getAncestry",
        "/v1/projects/shop-prod:getIamPolicy",
        "/v3/projects/shop-prod:getIamPolicy",
        "/v1/projects/shop-prod:setIamPolicy",
        "/v2/folders/40:getIamPolicy",
        "/v1/organizations/9:getIamPolicy",
    ] {
        let body = json!({ "policy": { "bindings": [] } });
        assert_eq!(writes(&emulator, EVE, target, &body).json(), expected, "{target}");
    }
    let token = emulator.token_of(EVE, TimeDelta::hours(1));
    for target in [
        "/v1/projects/shop-prod",
        "/v3/projects/1001",
        "/v3/folders?parent=organizations/9",
        "/v2/folders/40",
    ] {
        assert_eq!(ask(&emulator, &token, "GET", target, &Value::Null).json(), expected, "{target}");
    }
    bind(&emulator, "projects/shop-prod", "roles/browser", EVE);
    assert_eq!(writes(&emulator, EVE, "/v1/projects/shop-prod:getAncestry", &json!({})).status, 200);
    assert_eq!(writes(&emulator, EVE, "/v1/projects/shop-prod:getIamPolicy", &json!({})).status, 200);
    assert_eq!(writes(&emulator, EVE, "/v2/folders/40:getIamPolicy", &json!({})).status, 403);
}

#[test]
fn grants_reach_down_from_folders_and_through_groups() {
    let emulator = started();
    bind(&emulator, "folders/40", "roles/run.viewer", "group:leads@example.com");
    let ana = "user:Ana@example.com";
    assert_eq!((reads(&emulator, ana, LIST), reads(&emulator, EVE, LIST)), (200, 403));
    emulator.change(|state| state.put_group("group:leads@example.com", &["group:all@example.com"]));
    emulator.change(|state| state.put_group("group:all@example.com", &[EVE]));
    assert_eq!((reads(&emulator, ana, LIST), reads(&emulator, EVE, LIST)), (403, 200));
}

#[test]
fn a_conditional_grant_counts_in_its_time() {
    let emulator = started();
    let condition =
        json!({ "title": "soon", "expression": "request.time < timestamp(\"2026-12-01T00:00:00Z\")" });
    let bindings = json!([{ "role": "roles/run.viewer", "members": [EVE], "condition": condition }]);
    emulator.set_policy("organizations/9", json!({ "version": 3, "bindings": bindings }));
    for (time, expected) in [("2026-11-30T23:59:59Z", 200), ("2026-12-01T00:00:00Z", 403)] {
        emulator.clock(Clock::Fixed(moment(time).unwrap()));
        assert_eq!(reads(&emulator, EVE, LIST), expected, "{time}");
    }
}

#[test]
fn who_may_give_one_role_gives_no_other() {
    let emulator = started();
    let limit =
        "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/run.invoker'])";
    let admin = json!({
        "role": "roles/resourcemanager.projectIamAdmin",
        "members": [EVE],
        "condition": { "title": "invokers", "expression": limit },
    });
    emulator.set_policy("projects/shop-prod", json!({ "version": 3, "bindings": [admin] }));
    let give = |role: &str| {
        let more = json!({ "role": role, "members": ["user:new@example.com"] });
        let body = json!({ "policy": { "version": 3, "bindings": [admin, more] } });
        writes(&emulator, EVE, "/v1/projects/shop-prod:setIamPolicy", &body).status
    };
    assert_eq!((give("roles/run.admin"), give("roles/run.invoker")), (403, 200));
    let alone = json!({ "policy": { "version": 3, "bindings": [] } });
    assert_eq!(writes(&emulator, EVE, "/v1/projects/shop-prod:setIamPolicy", &alone).status, 403);
}

#[test]
fn a_deny_policy_refuses_what_a_role_gives_and_spares_the_owner_of_the_estate() {
    let emulator = started();
    bind(&emulator, "projects/shop-prod", "roles/owner", EVE);
    let rule = json!({
        "deniedPrincipals": ["principalSet://goog/public:all"],
        "deniedPermissions": ["run.googleapis.com/services.setIamPolicy"],
    });
    let policy = json!({ "rules": [{ "denyRule": rule }] });
    emulator.change(|state| state.put_deny_policy("folders/40/denypolicies/guard", policy));
    let target = &*format!("/v2/{PAY}:setIamPolicy");
    let body = json!({ "policy": { "bindings": [] } });
    assert_eq!(writes(&emulator, EVE, target, &body).status, 403);
    assert_eq!(reads(&emulator, EVE, &format!("/v2/{PAY}:getIamPolicy")), 200);
    assert_eq!(ask(&emulator, "made-up", "POST", target, &body).status, 200);
}

#[test]
fn a_role_that_somebody_made_gives_what_it_lists() {
    let emulator = started();
    let role = "projects/shop-prod/roles/auditor";
    let data = json!({ "name": role, "includedPermissions": ["run.services.getIamPolicy"], "stage": "GA" });
    emulator.change(|state| state.put(Kind::Role, role, data));
    bind(&emulator, PAY, role, EVE);
    let (policy, service) = (format!("/v2/{PAY}:getIamPolicy"), format!("/v2/{PAY}"));
    assert_eq!((reads(&emulator, EVE, &policy), reads(&emulator, EVE, &service)), (200, 403));
    emulator.change(|state| state.data_mut(Kind::Role, role).unwrap()["stage"] = json!("DISABLED"));
    assert_eq!(reads(&emulator, EVE, &policy), 403);
}

#[test]
fn what_the_state_refuses_is_refused_to_whoever_has_it() {
    let emulator = started();
    bind(&emulator, "projects/shop-prod", "roles/owner", EVE);
    emulator.change(|state| state.refuse("run.services.getIamPolicy", PAY));
    assert_eq!(reads(&emulator, EVE, &format!("/v2/{PAY}:getIamPolicy")), 403);
    assert_eq!(get(&emulator, &format!("/v2/{PAY}:getIamPolicy")).status, 403);
    let asked = json!({ "permissions": ["run.services.getIamPolicy", "run.services.get"] });
    for token in [emulator.token_of(EVE, TimeDelta::hours(1)), "made-up".to_owned()] {
        let held = ask(&emulator, &token, "POST", &format!("/v2/{PAY}:testIamPermissions"), &asked).json();
        assert_eq!(held, json!({ "permissions": ["run.services.get"] }));
    }
}

#[test]
fn only_permissions_on_the_resource_can_be_tested() {
    let emulator = started();
    let test = |name: &str, permission: &str| {
        let answer = ask(
            &emulator,
            "made-up",
            "POST",
            &format!("/{name}:testIamPermissions"),
            &json!({ "permissions": [permission] }),
        );
        (answer.status == 400).then(|| answer.said())
    };
    let (pay, project) = (&*format!("v2/{PAY}"), "v1/projects/shop-prod");
    for (name, permission) in [
        (pay, "run.services.adore"),
        (pay, "run.services.*"),
        (pay, "*"),
        (pay, "run.jobs.run"),
        (pay, "resourcemanager.projects.get"),
        (project, "run.services.adore"),
        (project, "storage.*.get"),
        (project, "owner"),
    ] {
        let said = format!("Permission {permission} is not valid for this resource.");
        assert_eq!(test(name, permission), Some(said), "{name}");
    }
    for (name, permission) in [
        (pay, "run.routes.invoke"),
        (project, "run.jobs.run"),
        (project, "resourcemanager.projects.get"),
        (project, "storage.buckets.get"),
    ] {
        assert_eq!(test(name, permission), None, "{name} {permission}");
    }
    let wrong = json!({ "permissions": [7] });
    assert_eq!(ask(&emulator, "x", "POST", &format!("/{pay}:testIamPermissions"), &wrong).status, 400);
}

#[test]
fn roles_can_be_granted_where_they_carry_something() {
    let emulator = started();
    let grantable = |full: &str| {
        let body = json!({ "fullResourceName": full, "pageSize": 1000 });
        let answer = ask(&emulator, "made-up", "POST", "/v1/roles:queryGrantableRoles", &body).json();
        let names =
            answer["roles"].as_array().unwrap().iter().map(|role| role["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    let has = |names: &[String], role: &str| names.iter().any(|name| name == role);
    let service = grantable(&format!("//run.googleapis.com/{PAY}"));
    assert!(has(&service, "roles/run.invoker") && has(&service, "projects/shop-prod/roles/caller"));
    assert!(!has(&service, "roles/run.jobsExecutor") && !has(&service, "roles/iam.serviceAccountUser"));
    let account = grantable(
        "//iam.googleapis.com/projects/shop-prod/serviceAccounts/pay@shop-prod.iam.gserviceaccount.com",
    );
    assert!(has(&account, "roles/iam.serviceAccountUser") && !has(&account, "roles/run.invoker"));
}

#[test]
fn a_token_that_has_run_out_is_nobodys() {
    let emulator = started();
    bind(&emulator, "projects/shop-prod", "roles/owner", EVE);
    let token = emulator.token_of(EVE, TimeDelta::seconds(-1));
    let answer = ask(&emulator, &token, "GET", LIST, &Value::Null);
    assert_eq!((answer.status, answer.json()["error"]["status"].clone()), (401, json!("UNAUTHENTICATED")));
}

#[test]
fn an_api_that_is_off_is_off_before_anybody_is_asked_who_they_are() {
    let emulator = started();
    for host in [
        "run",
        "cloudfunctions",
        "cloudresourcemanager",
        "iam",
        "eventarc",
        "pubsub",
        "cloudscheduler",
        "cloudtasks",
    ] {
        emulator.change(|state| state.turn_off(&format!("{host}.googleapis.com")));
    }
    let token = emulator.token_of(EVE, TimeDelta::hours(1));
    let nowhere = PAY.replace("shop-prod", "bank");
    for (method, target) in [
        ("GET", LIST),
        ("GET", &*format!("/v2/{nowhere}")),
        ("GET", "/v2/projects/bank/locations/l/services"),
        ("GET", "/v1/projects/bank/locations"),
        ("GET", "/v1/projects/bank/locations/-/services"),
        ("GET", "/v2/projects/bank/locations/-/functions"),
        ("GET", &format!("/v2/{nowhere}:getIamPolicy")),
        ("POST", &format!("/v2/{nowhere}:setIamPolicy")),
        ("POST", &format!("/v2/{nowhere}:testIamPermissions")),
        ("POST", "/v1/projects/bank:getAncestry"),
        ("POST", "/v1/projects/bank:getIamPolicy"),
        ("GET", "/v3/projects?parent=folders/1"),
        ("GET", "/v1/roles/run.invoker"),
        ("GET", "/v1/projects/bank/roles/x"),
        ("GET", "/v2/policies/cloudresourcemanager.googleapis.com%2Fprojects%2Fbank/denypolicies"),
        ("GET", "/v1/projects/bank/subscriptions"),
        ("GET", "/v1/projects/bank/locations/-/triggers"),
        ("GET", "/v1/projects/bank/locations/l/jobs"),
        ("GET", "/v2/projects/bank/locations/l/queues"),
    ] {
        for token in [token.as_str(), "made-up"] {
            let answer = ask(&emulator, token, method, target, &Value::Null);
            let reason = answer.json()["error"]["details"][1]["reason"].clone();
            assert_eq!((answer.status, reason), (403, json!("SERVICE_DISABLED")), "{method} {target}");
        }
    }
}
