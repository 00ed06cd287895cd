//! States: read, changed, written, read again; and estates with gaps.

use callmap::{
    emulator::{Kind, State, estate},
    sources::{Input, assets},
    world::SourceKind,
};
use serde_json::json;

use super::{
    ESTATE, PAY,
    client::{get, post},
    serving, started,
};

#[test]
fn what_is_written_out_is_read_in_again_as_the_same_by_both_who_read_it() {
    let state = State::read(ESTATE.as_bytes()).unwrap();
    let lines = state.lines();
    assert_eq!(State::read(lines.as_bytes()).unwrap().lines(), lines);
    for (name, given) in [("own", ESTATE), ("sample", estate::ASSETS)] {
        let again = State::read(given.as_bytes()).unwrap().lines();
        let world = |text: &str| {
            let files = vec![Input::from_bytes("x", text)];
            let options = assets::ReadOptions { kind: SourceKind::Assets, groups: None };
            let world = assets::read(files, options).unwrap();
            (world.services, world.policies, world.chains, world.functions, world.groups, world.roles)
        };
        let (mut expected, found) = (world(given), world(&again));
        // An etag is made up where a policy has none.
        expected.0.values_mut().zip(found.0.values()).for_each(|(one, other)| {
            if one.policy.known().is_some_and(|policy| policy.etag.is_none()) {
                one.policy = other.policy.clone();
            }
        });
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn a_write_is_in_the_state_that_is_written_out() {
    let emulator = started();
    let body =
        json!({ "policy": { "bindings": [{ "role": "roles/run.invoker", "members": ["allUsers"] }] } });
    let stored = post(&emulator, &format!("/v2/{PAY}:setIamPolicy"), &body).json();
    let lines = get(&emulator, "/_state").body;
    let again = State::read(lines.as_bytes()).unwrap();
    assert_eq!(again.policy(Kind::Service, PAY), Some(&stored));
}

#[test]
fn lines_that_are_no_assets_are_told_by_their_number() {
    for (lines, expected) in [
        ("\n{}", "line 2 of the state has no `asset_type`"),
        ("[]", "line 1 of the state is not an object"),
        (r#"{"asset_type":"run.googleapis.com/Service"}"#, "line 1 of the state has no `name`"),
        (
            r#"{"name":"//run.googleapis.com/x","asset_type":"run.googleapis.com/Service","iam_policy":[]}"#,
            "line 1 of the state has a part that is not an object",
        ),
        (
            r#"{"name":"x","asset_type":"run.googleapis.com/Service","update_time":"noon"}"#,
            "line 1 of the state has a bad `update_time`: `noon` is not a date or a time",
        ),
    ] {
        assert_eq!(State::read(lines.as_bytes()).unwrap_err().to_string(), expected);
    }
    assert!(State::read(b"{").unwrap_err().to_string().starts_with("line 1 of the state is not JSON"));
}

#[test]
fn of_several_lines_about_one_thing_the_latest_counts() {
    let line = |members: &str, time: &str| {
        let policy = json!({ "bindings": [{ "role": "roles/run.invoker", "members": [members] }] });
        let name = format!("//run.googleapis.com/{PAY}");
        json!({ "name": name, "asset_type": "run.googleapis.com/Service", "iam_policy": policy, "update_time": time })
            .to_string()
    };
    let (old, new) = (
        line("user:old@example.com", "2026-01-01T00:00:00Z"),
        line("user:new@example.com", "2026-02-01T00:00:00Z"),
    );
    for lines in [[&old, &new], [&new, &old]] {
        let state = State::read(format!("{}\n{}", lines[0], lines[1]).as_bytes()).unwrap();
        let policy = state.policy(Kind::Service, PAY).unwrap();
        assert_eq!(policy["bindings"][0]["members"], json!(["user:new@example.com"]));
        assert!(policy["etag"].as_str().is_some_and(|etag| etag.starts_with("Bw")));
    }
}

#[test]
fn what_a_snapshot_could_not_read_is_refused_here_too() {
    let gap = |name: &str, permission: &str| {
        json!({ "name": name, "asset_type": "callmap/Unreadable", "why": "denied", "permission": permission })
            .to_string()
    };
    let gaps = [
        gap(&format!("//run.googleapis.com/{PAY}"), "run.services.getIamPolicy"),
        gap("//run.googleapis.com/projects/shop-prod/locations/us-east1/services", "run.services.list"),
        gap("//cloudresourcemanager.googleapis.com/folders/40", "resourcemanager.folders.getIamPolicy"),
        gap("//iam.googleapis.com/organizations/9/roles/x", "iam.roles.get"),
        gap("projects/shop-prod/locations/-/triggers", "eventarc.triggers.list"),
        gap("projects/shop-prod/services", "run.locations.list"),
    ];
    let emulator = serving(&format!("{ESTATE}{}", gaps.join("\n")));
    let refused = get(&emulator, &format!("/v2/{PAY}:getIamPolicy"));
    assert_eq!(
        refused.json(),
        json!({ "error": {
            "code": 403,
            "message": format!(
                "Permission 'run.services.getIamPolicy' denied on resource '{PAY}' (or resource may not exist)."
            ),
            "status": "PERMISSION_DENIED",
        } })
    );
    assert_eq!(get(&emulator, &format!("/v2/{PAY}")).status, 200);
    for path in [
        "/v2/projects/shop-prod/locations/us-east1/services",
        "/v1/organizations/9/roles/x",
        "/v1/projects/shop-prod/locations/-/triggers",
        "/v1/projects/shop-prod/locations",
    ] {
        assert_eq!(get(&emulator, path).status, 403, "{path}");
    }
    assert_eq!(post(&emulator, "/v2/folders/40:getIamPolicy", &json!({})).status, 403);
    assert_eq!(post(&emulator, "/v1/organizations/9:getIamPolicy", &json!({})).status, 200);
    // The gaps are in the state that is written out.
    assert_eq!(get(&emulator, "/_state").body.matches("callmap/Unreadable").count(), 6);
}

#[test]
fn an_api_that_is_off_says_so_and_names_the_project() {
    let emulator = started();
    emulator.change(|state| state.turn_off("eventarc.googleapis.com"));
    let error = get(&emulator, "/v1/projects/shop-prod/locations/-/triggers").json()["error"].clone();
    assert_eq!((&error["code"], &error["details"][1]["reason"]), (&json!(403), &json!("SERVICE_DISABLED")));
    assert_eq!(
        error["details"][1]["metadata"],
        json!({
            "service": "eventarc.googleapis.com",
            "consumer": "projects/1001",
        })
    );
    assert!(error["message"].as_str().unwrap().starts_with(
        "Eventarc API has not been used in project 1001 before or it is disabled. Enable it by visiting"
    ));
    assert_eq!(get(&emulator, "/v1/projects/shop-prod/subscriptions").status, 200);
}

#[test]
fn a_region_that_does_not_answer_is_named_where_all_are_asked() {
    let emulator = started();
    emulator.change(|state| state.lose(&["europe-west1"]));
    let functions = get(&emulator, "/v2/projects/shop-prod/locations/-/functions").json();
    assert_eq!(functions, json!({ "unreachable": ["projects/shop-prod/locations/europe-west1"] }));
    assert_eq!(get(&emulator, "/v2/projects/shop-prod/locations/europe-west1/services").status, 503);
    assert_eq!(get(&emulator, "/v2/projects/shop-prod/locations/us-east1/services").status, 200);
}

#[test]
fn services_come_change_and_go_while_it_runs() {
    let emulator = started();
    let other = PAY.replace("pay", "other");
    emulator.change(|state| {
        state.data_mut(Kind::Service, PAY).unwrap()["spec"]["template"]["spec"]["serviceAccountName"] =
            json!("x@shop-prod.iam.gserviceaccount.com");
        state.put(Kind::Service, &other, json!({ "uid": "u-9", "template": {} }));
        assert!(state.remove(Kind::Service, &PAY.replace("pay", "ship")));
    });
    let services =
        get(&emulator, "/v2/projects/shop-prod/locations/europe-west1/services").json()["services"].clone();
    let uids: Vec<_> = services.as_array().unwrap().iter().map(|service| service["uid"].clone()).collect();
    assert_eq!(uids, ["u-1", "u-9"]);
    assert_eq!(
        get(&emulator, &format!("/v2/{PAY}")).json()["template"]["serviceAccount"],
        "x@shop-prod.iam.gserviceaccount.com"
    );
    assert_eq!(get(&emulator, &format!("/v2/{other}:getIamPolicy")).json(), json!({ "etag": "ACAB" }));
}

#[test]
fn a_project_of_which_only_one_name_is_known_has_the_other_as_well() {
    let line = |project: &str| {
        let name = format!("//run.googleapis.com/projects/{project}/locations/europe-west1/services/pay");
        json!({ "name": name, "asset_type": "run.googleapis.com/Service", "resource": { "data": { "template": {} } } })
            .to_string()
    };
    let emulator = serving(&line("shop-lab"));
    let project = get(&emulator, "/v1/projects/shop-lab").json();
    let number = project["projectNumber"].as_str().unwrap();
    assert!(number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit()), "{number}");
    assert_eq!(get(&emulator, &format!("/v1/projects/{number}")).json(), project);
    let emulator = serving(&line("2002"));
    let project = get(&emulator, "/v1/projects/2002").json();
    assert_eq!((&project["projectId"], &project["projectNumber"]), (&json!("project-2002"), &json!("2002")));
}
