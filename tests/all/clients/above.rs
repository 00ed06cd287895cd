//! gcloud on what stands above functions: projects, folders, organizations, roles.

use std::fs;

use serde_json::{Value, json};

use super::{gcloud::Gcloud, started, started_with};

const PROJECT: &str = "projects/shop-prod";

#[test]
fn gcloud_reads_and_changes_the_policy_of_a_project() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let policy = || emulator.policy(PROJECT).unwrap();
    let before = policy();
    let shown = gcloud.run("projects get-iam-policy shop-prod --format json").well().json();
    assert_eq!((&shown["bindings"], &shown["etag"]), (&before["bindings"], &before["etag"]));

    let on = "shop-prod --member user:ana@example.com --role roles/run.invoker --format json";
    let shown = gcloud.run(&format!("projects add-iam-policy-binding {on}")).well().json();
    assert_eq!(shown, policy());
    let callers = json!(["group:platform@example.com", "user:ana@example.com"]);
    assert_eq!(policy()["bindings"][1], json!({ "role": "roles/run.invoker", "members": callers }));
    gcloud.run(&format!("projects remove-iam-policy-binding {on}")).well();
    assert_eq!(policy()["bindings"], before["bindings"]);

    let public = "shop-prod --member allUsers --role roles/run.invoker";
    gcloud.run(&format!("projects add-iam-policy-binding {public}")).failed("INVALID_ARGUMENT");
}

#[test]
fn gcloud_reads_every_policy_on_the_way_up() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let shown = gcloud.run("projects get-ancestors-iam-policy shop-prod --format json").well().json();
    let levels: Vec<&Value> = shown.as_array().unwrap().iter().collect();
    let kinds: Vec<_> = levels.iter().map(|level| level["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["project", "folder", "organization"]);
    for (level, name) in levels.iter().zip([PROJECT, "folders/4000", "organizations/9000"]) {
        assert_eq!(level["policy"]["bindings"], emulator.policy(name).unwrap()["bindings"], "{name}");
    }
}

#[test]
fn gcloud_describes_a_role() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let role = gcloud.run("iam roles describe roles/run.invoker --format json").well().json();
    assert_eq!(
        role["includedPermissions"],
        json!(["run.instances.invoke", "run.jobs.run", "run.routes.invoke"])
    );
}

#[test]
fn gcloud_lists_and_describes_projects() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let listed = gcloud.run("projects list --format 'value(projectId,projectNumber)'").well();
    assert_eq!(
        listed.lines(),
        ["shop-edge\t100000000003", "shop-finance\t100000000002", "shop-prod\t100000000001"]
    );
    let shown = gcloud.run("projects describe shop-prod --format json").well().json();
    assert_eq!((&shown["projectNumber"], &shown["parent"]["id"]), (&json!("100000000001"), &json!("4000")));
}

#[test]
fn gcloud_searches_every_policy_of_a_scope() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let search = |scope: &str, query: &str| -> Vec<String> {
        let line = format!(
            "asset search-all-iam-policies --scope {scope} --query '{query}' --format 'value(resource)'"
        );
        let mut found: Vec<_> = gcloud.run(&line).well().lines().iter().map(ToString::to_string).collect();
        found.sort_unstable();
        found
    };
    let service =
        |name: &str| format!("//run.googleapis.com/{PROJECT}/locations/europe-west1/services/{name}");
    assert_eq!(search(PROJECT, "policy:allUsers"), [service("promo"), service("storefront")]);
    assert!(search("folders/4000", "policy:allUsers").len() >= 2);
    let everything = search("organizations/9000", "");
    assert!(everything.iter().any(|name| name.ends_with("/services/ledger")), "{everything:?}");
}

#[test]
fn gcloud_reads_and_changes_who_may_act_as_a_service_account() {
    let account = "checkout@shop-prod.iam.gserviceaccount.com";
    let line = json!({
        "name": format!("//iam.googleapis.com/{PROJECT}/serviceAccounts/{account}"),
        "asset_type": "iam.googleapis.com/ServiceAccount",
        "resource": { "data": { "email": account, "projectId": "shop-prod" } },
        "ancestors": ["projects/100000000001", "folders/4000", "organizations/9000"],
    });
    let emulator = started_with(&line.to_string());
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let read = format!("iam service-accounts get-iam-policy {account} --format json");
    assert_eq!(gcloud.run(&read).well().json()["etag"], "ACAB");
    let add = format!(
        "iam service-accounts add-iam-policy-binding {account} --member group:sre@example.com \
         --role roles/iam.serviceAccountTokenCreator --format json"
    );
    gcloud.run(&add).well();
    let held =
        json!([{ "role": "roles/iam.serviceAccountTokenCreator", "members": ["group:sre@example.com"] }]);
    assert_eq!(gcloud.run(&read).well().json()["bindings"], held);
}

#[test]
fn gcloud_makes_reads_and_takes_away_a_deny_policy() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let rule = json!({ "denyRule": {
        "deniedPrincipals": ["principal://goog/subject/casey@contractor.example"],
        "deniedPermissions": ["run.googleapis.com/routes.invoke"],
    } });
    let file = json!({ "displayName": "no calls", "rules": [rule] });
    fs::write(gcloud.folder().join("deny.json"), file.to_string()).unwrap();
    let on = "--kind denypolicies --attachment-point cloudresourcemanager.googleapis.com/projects/shop-prod \
              --format json";
    gcloud.run(&format!("iam policies create no-calls --policy-file deny.json {on}")).well();
    let made = gcloud.run(&format!("iam policies get no-calls {on}")).well().json();
    assert_eq!((&made["displayName"], &made["rules"]), (&json!("no calls"), &json!([rule])));
    let listed = gcloud.run(&format!("iam policies list {on}")).well().json();
    let shown = listed.to_string();
    assert!(shown.contains("no-calls"), "{shown}");
    gcloud.run(&format!("iam policies delete no-calls {on}")).well();
    gcloud.run(&format!("iam policies get no-calls {on}")).failed("NOT_FOUND");
}
