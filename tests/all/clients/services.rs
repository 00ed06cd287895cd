//! `gcloud run`: services, and who may call them.

use std::fs;

use callmap::emulator::{Emulator, WriteFate};
use serde_json::{Value, json};

use super::{PAYMENTS, SEARCH, asked, gcloud::Gcloud, started};

const ON_SEARCH: &str = "search --region us-central1 --role roles/run.invoker --format json";

fn members(policy: &Value, binding: usize) -> Vec<&str> {
    let members = policy["bindings"][binding]["members"].as_array().unwrap();
    members.iter().map(|member| member.as_str().unwrap()).collect()
}

fn search(emulator: &Emulator) -> Value {
    emulator.policy(SEARCH).unwrap()
}

#[test]
fn gcloud_lists_services_everywhere_and_in_one_region() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let columns = "--format 'value(metadata.name,region,status.url)'";
    let all = gcloud.run(&format!("run services list {columns}")).well();
    assert_eq!(all.lines().len(), 11);
    let payments = "payments\teurope-north1\thttps://payments-100000000001.europe-north1.run.app".to_owned();
    assert!(all.lines().contains(&payments.as_str()), "{}", all.stdout);
    let one = gcloud.run(&format!("run services list --region us-central1 {columns}")).well();
    assert_eq!(one.lines(), ["search\tus-central1\thttps://search-100000000001.us-central1.run.app"]);
    let other = gcloud.run("run services list --project shop-finance --format 'value(metadata.name)'").well();
    assert_eq!(other.lines(), ["ledger"]);
    assert_eq!(
        asked(&emulator),
        [
            "run.projects.locations.services.list",
            "run.namespaces.services.list",
            "run.projects.locations.services.list"
        ]
    );
}

#[test]
fn gcloud_describes_a_service_and_says_where_there_is_none() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let service = gcloud.run("run services describe payments --region europe-north1 --format json").well();
    let service = service.json();
    assert_eq!(service["metadata"]["name"], "payments");
    assert_eq!(
        service["spec"]["template"]["spec"]["serviceAccountName"],
        "payments@shop-prod.iam.gserviceaccount.com"
    );
    let shown = gcloud.run("run services describe payments --region europe-north1").well();
    assert!(shown.stdout.contains("https://payments-100000000001.europe-north1.run.app"), "{}", shown.stdout);
    gcloud
        .run("run services describe payments --region europe-west1")
        .failed("Cannot find service [payments]");
}

#[test]
fn gcloud_lists_the_regions() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let regions = gcloud.run("run regions list --format 'value(locationId)'").well();
    for region in ["europe-north1", "europe-west1", "us-central1"] {
        assert!(regions.lines().contains(&region), "{}", regions.stdout);
    }
}

#[test]
fn gcloud_reads_a_policy_as_it_is_with_its_condition() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let read = gcloud.run("run services get-iam-policy payments --region europe-north1 --format json").well();
    assert_eq!(read.json(), emulator.policy(PAYMENTS).unwrap());
}

#[test]
fn gcloud_adds_and_removes_callers_with_and_without_a_condition() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let add = format!("run services add-iam-policy-binding {ON_SEARCH}");
    let remove = format!("run services remove-iam-policy-binding {ON_SEARCH}");
    let mobile = "serviceAccount:mobile@shop-edge.iam.gserviceaccount.com";
    let ana = "user:ana@example.com";
    let condition = "--condition 'expression=request.time < timestamp(\"2027-01-01T00:00:00Z\"),\
                     title=this year,description=no longer'";

    let shown = gcloud.run(&format!("{add} --member {ana}")).well().json();
    assert_eq!(shown, search(&emulator));
    assert_eq!(members(&shown, 0), [mobile, ana]);

    let shown = gcloud.run(&format!("{add} --member user:bela@example.com {condition}")).well().json();
    assert_eq!(shown, search(&emulator));
    assert_eq!((members(&shown, 0), members(&shown, 1)), (vec![mobile, ana], vec!["user:bela@example.com"]));
    let held = json!({
        "expression": "request.time < timestamp(\"2027-01-01T00:00:00Z\")",
        "title": "this year",
        "description": "no longer",
    });
    assert_eq!(shown["bindings"][1]["condition"], held);
    assert_eq!(shown["version"], 3);

    // From now on gcloud wants to know which it is.
    let before = search(&emulator);
    gcloud.run(&format!("{add} --member user:carlos@example.com")).failed("--condition=None");
    gcloud.run(&format!("{remove} --member {ana}")).failed("--condition=None");
    gcloud
        .run(&format!("{remove} --member user:nobody@example.com --condition None"))
        .failed("Policy binding with the specified principal, role, and condition not found!");
    assert_eq!(search(&emulator), before);

    gcloud.run(&format!("{remove} --member {ana} --condition None")).well();
    let left = search(&emulator);
    assert_eq!((members(&left, 0), members(&left, 1)), (vec![mobile], vec!["user:bela@example.com"]));
    gcloud.run(&format!("{remove} --member user:bela@example.com {condition}")).well();
    let left = search(&emulator);
    assert_eq!((&left["version"], left["bindings"].as_array().unwrap().len()), (&json!(1), 1));
}

#[test]
fn gcloud_sets_a_policy_from_a_file_unless_its_etag_is_old() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let file = gcloud.folder().join("policy.json");
    let binding = json!({ "role": "roles/run.invoker", "members": ["group:sre@example.com"] });
    let set = "run services set-iam-policy search policy.json --region us-central1 --format json";

    fs::write(&file, json!({ "bindings": [binding], "etag": search(&emulator)["etag"] }).to_string())
        .unwrap();
    let shown = gcloud.run(set).well().json();
    assert_eq!((&shown, &shown["bindings"]), (&search(&emulator), &json!([binding])));
    gcloud.run(set).failed("ABORTED: There were concurrent policy changes.");

    fs::write(&file, json!({ "bindings": [] }).to_string()).unwrap();
    gcloud.run(set).well();
    assert_eq!(search(&emulator).get("bindings"), None);
}

#[test]
fn gcloud_gives_up_at_once_where_somebody_else_was_quicker() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let other = emulator.clone();
    emulator.on_write(Box::new(move |write| {
        let theirs = json!([{ "role": "roles/run.invoker", "members": ["user:quick@example.com"] }]);
        other.set_policy(&write.resource, json!({ "bindings": theirs }));
        WriteFate::Go
    }));
    gcloud
        .run(&format!("run services add-iam-policy-binding {ON_SEARCH} --member user:slow@example.com"))
        .failed("ABORTED: There were concurrent policy changes. Please retry the whole read-modify-write");
    assert_eq!(members(&search(&emulator), 0), ["user:quick@example.com"]);
    let writes = emulator.log().iter().filter(|entry| entry.method == "POST").count();
    assert_eq!(writes, 1);
}

#[test]
fn gcloud_says_what_is_refused_and_what_is_not_there() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    emulator.change(|state| state.refuse("run.services.setIamPolicy", SEARCH));
    let add = format!("run services add-iam-policy-binding {ON_SEARCH}");
    gcloud.run(&format!("{add} --member user:ana@example.com")).failed(&format!(
        "PERMISSION_DENIED: Permission 'run.services.setIamPolicy' denied on resource '{SEARCH}' (or resource may \
         not exist)."
    ));
    emulator.change(|state| state.allow("run.services.setIamPolicy", SEARCH));
    gcloud.run(&format!("{add} --member user:ana")).failed("INVALID_ARGUMENT: ");
    gcloud.run("run services get-iam-policy gone --region us-central1").failed(
        "NOT_FOUND: Resource 'gone' of kind 'SERVICE' in region 'us-central1' in project 'shop-prod' does not \
         exist.",
    );
}

#[test]
fn gcloud_turns_the_invoker_check_off_and_on_again() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let before = search(&emulator);
    let says = || {
        let line = "run services describe search --region us-central1 --format json";
        let service = gcloud.run(line).well().json();
        let annotation = &service["metadata"]["annotations"]["run.googleapis.com/invoker-iam-disabled"];
        annotation.as_str().map(str::to_lowercase)
    };
    let update = "run services update search --region us-central1";
    assert_eq!(says(), None);
    let done = gcloud.run(&format!("{update} --no-invoker-iam-check")).well();
    assert!(done.stderr.contains("Service [search] has been updated."), "{}", done.stderr);
    assert_eq!(says().as_deref(), Some("true"));
    gcloud.run(&format!("{update} --invoker-iam-check")).well();
    assert_ne!(says().as_deref(), Some("true"));
    assert_eq!(search(&emulator), before);
}

#[test]
fn gcloud_replaces_a_service_by_what_it_exported() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let export = "run services describe search --region us-central1 --format export";
    let exported = gcloud.run(export).well().stdout;
    let account = "search@shop-prod.iam.gserviceaccount.com";
    assert!(exported.contains(account), "{exported}");
    let changed = exported.replace(account, "checkout@shop-prod.iam.gserviceaccount.com");
    fs::write(gcloud.folder().join("service.yaml"), &changed).unwrap();
    gcloud.run("run services replace service.yaml --region us-central1").well();
    let line = "run services describe search --region us-central1 \
                --format 'value(spec.template.spec.serviceAccountName)'";
    assert_eq!(gcloud.run(line).well().lines(), ["checkout@shop-prod.iam.gserviceaccount.com"]);
}
