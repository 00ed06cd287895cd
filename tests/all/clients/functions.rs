//! `gcloud functions`: functions of the second generation, whose callers stand on the services behind them.

use serde_json::json;

use super::{asked, gcloud::Gcloud, started};

const RESIZE: &str = "projects/shop-prod/locations/europe-west1/services/resize";
const EVENTS: &str = "serviceAccount:events@shop-prod.iam.gserviceaccount.com";

#[test]
fn gcloud_describes_a_function() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    for flag in ["--v2", "--gen2"] {
        let line = format!("functions describe resize {flag} --region europe-west1 --format json");
        let shown = gcloud.run(&line).well().json();
        assert_eq!(
            (&shown["environment"], &shown["serviceConfig"]["service"]),
            (&json!("GEN_2"), &json!(RESIZE))
        );
    }
}

#[test]
fn gcloud_adds_and_removes_the_invoker_of_a_function_on_its_service() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let events = json!({ "role": "roles/run.invoker", "members": [EVENTS] });
    emulator.set_policy(RESIZE, json!({ "bindings": [events] }));
    let verb = |verb: &str| format!("functions {verb}-invoker-policy-binding resize --region europe-west1");
    let shown =
        gcloud.run(&format!("{} --member user:ana@example.com --format json", verb("add"))).well().json();
    assert_eq!(shown, emulator.policy(RESIZE).unwrap());
    let bindings = json!([{ "role": "roles/run.invoker", "members": [EVENTS, "user:ana@example.com"] }]);
    assert_eq!(shown["bindings"], bindings);
    gcloud.run(&format!("{} --member {EVENTS}", verb("remove"))).well();
    let left = emulator.policy(RESIZE).unwrap();
    assert_eq!(
        left["bindings"],
        json!([{ "role": "roles/run.invoker", "members": ["user:ana@example.com"] }])
    );
    let asked = asked(&emulator);
    assert_eq!(asked[0], "cloudfunctions.projects.locations.functions.get");
    assert_eq!(asked.last().unwrap(), "run.projects.locations.services.setIamPolicy");
}

/// It asks for no version, takes the first binding of a role for the one without a condition, and adds to it.
#[test]
fn what_gcloud_does_not_know_of_conditions_makes_nobody_a_conditional_caller() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let condition =
        json!({ "title": "soon", "expression": "request.time < timestamp('2026-12-01T00:00:00Z')" });
    let conditional = json!({
        "role": "roles/run.invoker",
        "members": ["user:bela@example.com"],
        "condition": condition,
    });
    emulator.set_policy(RESIZE, json!({ "version": 3, "bindings": [conditional] }));
    let before = emulator.policy(RESIZE).unwrap();
    let line =
        "functions add-invoker-policy-binding resize --region europe-west1 --member user:ana@example.com";
    gcloud.run(line).failed("status=[400]");
    assert_eq!(emulator.policy(RESIZE).unwrap(), before);
}

#[test]
fn gcloud_lists_the_functions_of_every_region() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    for flag in ["--v2", ""] {
        let listed = gcloud.run(&format!("functions list {flag}")).well();
        let [_, row] = listed.lines()[..] else { panic!("{}", listed.stdout) };
        assert!(row.starts_with("resize ") && row.contains("europe-west1"), "{row}");
    }
}

#[test]
fn gcloud_lists_the_triggers_of_a_region() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let listed = gcloud.run("eventarc triggers list --location europe-west1").well();
    let [_, row] = listed.lines()[..] else { panic!("{}", listed.stdout) };
    assert!(row.starts_with("resize-uploads ") && row.contains("Cloud Functions: resize"), "{row}");
}
