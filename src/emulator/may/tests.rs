//! Who may do what, by the policies of an estate.

use serde_json::json;

use super::*;
use crate::model::time::moment;

const PAY: &str = "projects/shop/locations/europe-west1/services/pay";
const ANA: &str = "user:ana@example.com";

/// A project `shop` with the number 77 in the folder 4 of the organization 9.
fn estate() -> State {
    State::read(
        concat!(
            r#"{"name":"//cloudresourcemanager.googleapis.com/projects/77","asset_type":"cloudresourcemanager.googleapis.com/Project","resource":{"data":{"projectId":"shop","projectNumber":"77"}},"ancestors":["projects/77","folders/4","organizations/9"]}"#,
            "\n",
            r#"{"name":"//run.googleapis.com/projects/shop/locations/europe-west1/services/pay","asset_type":"run.googleapis.com/Service","resource":{"data":{"template":{}}}}"#,
        )
        .as_bytes(),
    )
    .unwrap()
}

fn now() -> Time {
    moment("2026-11-23T12:00:00Z").unwrap()
}

fn bind(state: &mut State, kind: Kind, name: &str, role: &str, member: &str) {
    let bindings = json!([{ "role": role, "members": ["user:nobody@example.com", member] }]);
    state.set_policy(kind, name, json!({ "bindings": bindings }), now());
}

fn has(state: &State, who: &str, permission: &str, name: &str) -> bool {
    may(state, &Principal::new(who), permission, name, now())
}

#[test]
fn a_policy_counts_for_its_resource_and_for_all_below_it() {
    for (kind, place) in [
        (Kind::Service, PAY),
        (Kind::Project, "projects/77"),
        (Kind::Folder, "folders/4"),
        (Kind::Organization, "organizations/9"),
    ] {
        let mut state = estate();
        bind(&mut state, kind, place, "roles/run.viewer", ANA);
        for name in [PAY, &PAY.replace("shop", "77"), &format!("{PAY}/revisions/pay-1")] {
            assert!(has(&state, ANA, "run.services.get", name), "{place}");
        }
        assert!(!has(&state, "user:bob@example.com", "run.services.get", PAY), "{place}");
        assert!(!has(&state, ANA, "run.services.setIamPolicy", PAY), "{place}");
        // A policy says nothing of what stands above it, and of what stands beside it.
        let is_above = kind != Kind::Service;
        assert_eq!(has(&state, ANA, "run.services.list", "projects/shop"), is_above, "{place}");
        assert_eq!(has(&state, ANA, "run.services.get", &PAY.replace("pay", "ship")), is_above, "{place}");
        assert!(!has(&state, ANA, "run.services.get", &PAY.replace("shop", "bank")), "{place}");
    }
}

#[test]
fn a_job_of_a_scheduler_is_no_job_of_cloud_run() {
    let mut state = estate();
    let job = "projects/shop/locations/europe-west1/jobs/nightly";
    bind(&mut state, Kind::RunJob, job, "roles/owner", ANA);
    assert!(has(&state, ANA, "run.jobs.get", job) && !has(&state, ANA, "cloudscheduler.jobs.get", job));
}

#[test]
fn a_service_account_is_found_under_any_project_and_by_its_number() {
    let mut state = estate();
    let email = "pay@shop.iam.gserviceaccount.com";
    let own = format!("projects/shop/serviceAccounts/{email}");
    state.put(Kind::ServiceAccount, &own, json!({ "email": email, "uniqueId": "104100000000000000007" }));
    bind(&mut state, Kind::ServiceAccount, &own, "roles/iam.serviceAccountTokenCreator", ANA);
    for project in ["shop", "77", "-"] {
        for word in [email, "104100000000000000007"] {
            let name = format!("projects/{project}/serviceAccounts/{word}");
            assert!(has(&state, ANA, "iam.serviceAccounts.getAccessToken", &name), "{name}");
            assert!(!has(&state, ANA, "iam.serviceAccounts.actAs", &name), "{name}");
        }
    }
    assert!(!has(&state, ANA, "iam.serviceAccounts.getAccessToken", "projects/-/serviceAccounts/7"));
}

#[test]
fn members_are_the_caller_or_contain_it() {
    let account = "serviceAccount:web@shop.iam.gserviceaccount.com";
    let pool = "//iam.googleapis.com/projects/77/locations/global/workloadIdentityPools/ci";
    let job = &*format!("principal:{pool}/subject/job");
    let below = |container: &str| {
        format!("principalSet://cloudresourcemanager.googleapis.com/{container}/type/ServiceAccount")
    };
    for (member, who, expected) in [
        (ANA, "user:Ana@Example.com", true),
        ("user:ANA@example.com", ANA, true),
        (ANA, "serviceAccount:ana@example.com", false),
        ("domain:example.com", ANA, true),
        ("domain:Example.com", ANA, true),
        ("domain:example.com", "user:ana@other.example", false),
        ("domain:example.com", "serviceAccount:web@example.com", false),
        ("allUsers", job, true),
        ("allAuthenticatedUsers", ANA, true),
        ("allAuthenticatedUsers", account, true),
        ("allAuthenticatedUsers", job, false),
        ("group:outer@example.com", ANA, true),
        ("group:Outer@example.com", "user:direct@example.com", true),
        ("group:outer@example.com", account, false),
        ("group:ring@example.com", ANA, false),
        ("group:unknown@example.com", ANA, false),
        ("deleted:user:ana@example.com?uid=1", ANA, false),
        ("projectOwner:shop", ANA, false),
        (job, job, true),
        (&format!("principal:{pool}/subject/JOB"), job, false),
        (&format!("principalSet:{pool}/*"), job, true),
        (&format!("principalSet:{}/*", pool.replace("/ci", "/c")), job, false),
        (&format!("principalSet:{pool}/group/all"), job, false),
        (&below("projects/77"), account, true),
        (&below("projects/shop"), account, true),
        (&below("folders/4"), account, true),
        (&below("organizations/9"), "serviceAccount:77-compute@developer.gserviceaccount.com", true),
        (&below("folders/5"), account, false),
        (&below("organizations/9"), "serviceAccount:web@bank.iam.gserviceaccount.com", false),
        (&below("organizations/9"), "serviceAccount:service-77@gcp-sa-pubsub.iam.gserviceaccount.com", false),
        (&below("organizations/9"), ANA, false),
    ] {
        let mut state = estate();
        state.put_group("group:outer@example.com", &["user:direct@example.com", "group:Inner@example.com"]);
        state.put_group("group:inner@example.com", &["group:outer@example.com", ANA]);
        state.put_group("group:ring@example.com", &["group:ring@example.com"]);
        state.hide_group("group:inner@example.com");
        bind(&mut state, Kind::Service, PAY, "roles/run.viewer", member);
        assert_eq!(has(&state, who, "run.services.get", PAY), expected, "{member} {who}");
    }
}

#[test]
fn a_group_that_holds_the_caller_is_found_again() {
    let mut state = estate();
    state.put_group("group:a@example.com", &["group:b@example.com"]);
    state.put_group("group:b@example.com", &[ANA]);
    let when =
        |time: &str| json!({ "title": "t", "expression": format!("request.time > timestamp(\"{time}\")") });
    let bindings = json!([
        { "role": "roles/run.viewer", "members": ["group:a@example.com"], "condition": when("2027-01-01T00:00:00Z") },
        { "role": "roles/run.viewer", "members": ["group:a@example.com"], "condition": when("2026-01-01T00:00:00Z") },
    ]);
    state.set_policy(Kind::Service, PAY, json!({ "bindings": bindings }), now());
    assert!(has(&state, ANA, "run.services.get", PAY));
}

#[test]
fn federated_identities_call_no_service() {
    let mut state = estate();
    let job =
        "principal://iam.googleapis.com/projects/77/locations/global/workloadIdentityPools/ci/subject/job";
    bind(&mut state, Kind::Service, PAY, "roles/run.admin", job);
    assert!(has(&state, job, "run.services.get", PAY) && !has(&state, job, "run.routes.invoke", PAY));
    bind(&mut state, Kind::Service, PAY, "roles/run.invoker", "allUsers");
    assert!(has(&state, job, "run.routes.invoke", PAY));
}

#[test]
fn roles_that_somebody_made_carry_what_they_list_unless_they_are_off() {
    let role = "projects/shop/roles/reader";
    for (data, expected) in [
        (json!({ "includedPermissions": ["run.services.get"] }), true),
        (json!({ "included_permissions": ["run.services.get"], "stage": "ALPHA" }), true),
        (json!({ "includedPermissions": ["run.services.list"] }), false),
        (json!({ "includedPermissions": ["run.services.get"], "stage": "DISABLED" }), false),
        (json!({ "includedPermissions": ["run.services.get"], "deleted": true }), false),
        (json!({ "includedPermissions": "run.services.get" }), false),
    ] {
        let mut state = estate();
        bind(&mut state, Kind::Service, PAY, "projects/77/roles/reader", ANA);
        assert!(!has(&state, ANA, "run.services.get", PAY), "a role that nobody knows");
        state.put(Kind::Role, role, data.clone());
        assert_eq!(has(&state, ANA, "run.services.get", PAY), expected, "{data}");
    }
}

#[test]
fn a_condition_gives_what_it_certainly_gives() {
    let set = |expression: &str, permission: &str| {
        let mut state = estate();
        let condition = json!({ "title": "t", "expression": expression });
        let bindings = json!([{ "role": "roles/owner", "members": [ANA], "condition": condition }]);
        state.set_policy(
            Kind::Project,
            "projects/shop",
            json!({ "version": 3, "bindings": bindings }),
            now(),
        );
        has(&state, ANA, permission, "projects/shop")
    };
    let get = "resourcemanager.projects.get";
    for (expression, expected) in [
        ("request.time < timestamp(\"2026-11-23T12:00:01Z\")", true),
        ("request.time < timestamp(\"2026-11-23T12:00:00Z\")", false),
        ("true", true),
        ("request.host == \"x\"", false),
        ("resource.matchTag(\"9/env\", \"prod\")", false),
        ("resource.name.startsWith(\"projects/\")", false),
        ("resource.type == \"cloudresourcemanager.googleapis.com/Project\"", true),
        ("resource.service != \"cloudresourcemanager.googleapis.com\"", false),
        ("request.time <", false),
    ] {
        assert_eq!(set(expression, get), expected, "{expression}");
    }
    // Of services it is not told what they are.
    for expression in ["resource.type == \"run.googleapis.com/Service\"", "resource.type != \"x\""] {
        assert!(!set(expression, "run.services.list"), "{expression}");
    }
    assert!(set("resource.type != \"x\" || true", "run.services.list"));
}

#[test]
fn who_may_give_some_roles_only_gives_no_others() {
    let mut state = estate();
    let limited =
        "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/run.invoker'])";
    let condition = json!({ "title": "t", "expression": limited });
    let bindings = json!([{ "role": "roles/owner", "members": [ANA], "condition": condition }]);
    state.set_policy(Kind::Project, "projects/shop", json!({ "version": 3, "bindings": bindings }), now());
    for (roles, expected) in [
        (&[][..], true),
        (&["roles/run.invoker"], true),
        (&["roles/run.admin"], false),
        (&["roles/run.admin", "roles/run.invoker"], false),
        (&["roles/x'"], false),
    ] {
        let modified = roles.iter().copied().collect();
        let permission = "run.services.setIamPolicy";
        let asked = Asked { permission, name: PAY, modified: Some(&modified), now: now() };
        assert_eq!(decides(&state, &Principal::new(ANA), &asked), expected, "{roles:?}");
    }
    assert!(has(&state, ANA, "run.services.get", PAY), "what is no write is not limited");
}

#[test]
fn what_deny_policies_refuse_nothing_gives() {
    let account = "serviceAccount:web@shop.iam.gserviceaccount.com";
    let named = "principal://iam.googleapis.com/projects/-/serviceAccounts/web@shop.iam.gserviceaccount.com";
    let all = "principalSet://goog/public:all";
    let job =
        "principal://iam.googleapis.com/projects/77/locations/global/workloadIdentityPools/ci/subject/job";
    let agent = "serviceAccount:service-77@gcp-sa-pubsub.iam.gserviceaccount.com";
    let agents = "principalSet://cloudresourcemanager.googleapis.com/folders/4/type/ServiceAgent";
    let rule = |denied: &str, excepted: &str| json!({ "deniedPrincipals": [denied], "exceptionPrincipals": [excepted] });
    for (who, rule, expected) in [
        (ANA, rule(all, ""), false),
        (ANA, rule("principal://goog/subject/Ana@example.com", ""), false),
        (ANA, rule("principal://goog/subject/bob@example.com", ""), true),
        (ANA, rule("principalSet://goog/group/all@example.com", ""), false),
        (ANA, rule(all, "principalSet://goog/group/all@example.com"), true),
        (ANA, rule("principalSet://goog/cloudIdentityCustomerId/C1", ""), false),
        (account, rule("principalSet://goog/cloudIdentityCustomerId/C1", ""), true),
        (account, rule(named, ""), false),
        (account, rule(all, named), true),
        (account, rule(all, all), false),
        (job, rule(job, ""), false),
        (
            job,
            rule(
                "principalSet://iam.googleapis.com/projects/77/locations/global/workloadIdentityPools/ci/*",
                "",
            ),
            false,
        ),
        (agent, rule(agents, ""), false),
        (account, rule(agents, ""), true),
        (ANA, rule("user:ana@example.com", ""), true),
    ] {
        for attachment in ["projects/77", "folders/4", "organizations/9"] {
            let mut state = estate();
            state.put_group("group:all@example.com", &[ANA]);
            bind(&mut state, Kind::Project, "projects/shop", "roles/owner", who);
            let mut rule = rule.clone();
            rule["deniedPermissions"] = json!(["run.googleapis.com/services.*"]);
            rule["exceptionPermissions"] = json!(["run.googleapis.com/services.list"]);
            let policy = json!({ "rules": [{ "description": "x", "denyRule": rule }] });
            assert!(state.put_deny_policy(&format!("{attachment}/denypolicies/guard"), policy));
            assert_eq!(has(&state, who, "run.services.get", PAY), expected, "{who} {rule}");
            assert!(has(&state, who, "run.services.list", "projects/shop"), "{who} {rule}");
            assert!(has(&state, who, "resourcemanager.projects.get", "projects/shop"), "{who} {rule}");
        }
    }
}

#[test]
fn a_deny_rule_counts_unless_its_condition_certainly_does_not_hold() {
    for (expression, expected) in [
        ("false", true),
        ("true", false),
        ("resource.matchTag(\"9/env\", \"prod\")", false),
        ("request.time <", false),
    ] {
        let mut state = estate();
        bind(&mut state, Kind::Project, "projects/shop", "roles/owner", ANA);
        let rule = json!({
            "deniedPrincipals": ["principalSet://goog/public:all"],
            "deniedPermissions": ["run.googleapis.com/services.get"],
            "denialCondition": { "title": "t", "expression": expression },
        });
        state.put_deny_policy("folders/4/denypolicies/guard", json!({ "rules": [{ "denyRule": rule }] }));
        assert_eq!(has(&state, ANA, "run.services.get", PAY), expected, "{expression}");
    }
}

#[test]
fn names_of_nothing_give_nothing() {
    let mut state = estate();
    bind(&mut state, Kind::Project, "projects/shop", "roles/owner", ANA);
    for name in [
        "",
        "/",
        "projects",
        "projects/",
        "projects/-",
        "roles/run.viewer",
        "groups/1",
        "a/b/c/d",
        "projects/é",
    ] {
        assert!(!has(&state, ANA, "run.services.get", name), "{name}");
    }
    for permission in ["", ".", "run", "run.services.", "run.services.get.x", "x.y.z"] {
        assert!(!has(&state, ANA, permission, PAY), "{permission}");
    }
}
