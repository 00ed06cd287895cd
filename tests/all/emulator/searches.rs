//! Lists and searches beyond one location: policies, assets, containers, roles, accounts, functions.

use callmap::{
    emulator::{Emulator, Kind, State},
    sources::{Input, assets},
    world::SourceKind,
};
use serde_json::{Value, json};

use super::{
    client::{get, post},
    serving,
};

const ESTATE: &str = include_str!("strict/estate.ndjson");

fn emulator() -> Emulator {
    serving(ESTATE)
}

/// The texts at a pointer of each item of a list.
fn each(answer: &Value, field: &str, pointer: &str) -> Vec<String> {
    let items = answer[field].as_array().cloned().unwrap_or_default();
    items.iter().map(|item| item.pointer(pointer).and_then(Value::as_str).unwrap_or("-").to_owned()).collect()
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[test]
fn policies_are_searched_and_only_the_bindings_that_match_are_shown() {
    let emulator = emulator();
    let found = |scope: &str, query: &str| {
        let target = format!("/v1/{scope}:searchAllIamPolicies?query={}&orderBy=resource", encoded(query));
        let answer = get(&emulator, &target);
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        answer.json()
    };
    let resources = |scope: &str, query: &str| -> Vec<String> {
        let all = each(&found(scope, query), "results", "/resource");
        all.iter().map(|full| full.rsplit('/').next().unwrap().to_owned()).collect()
    };
    let public = found("projects/shop-prod", "policy:allUsers");
    assert_eq!(
        public["results"],
        json!([{
            "resource": "//run.googleapis.com/projects/shop-prod/locations/europe-west1/services/pay",
            "assetType": "run.googleapis.com/Service",
            "project": "projects/1001",
            "folders": ["folders/40"],
            "organization": "organizations/9",
            "policy": { "bindings": [{ "role": "roles/run.invoker", "members": ["allUsers"] }] },
        }])
    );
    assert_eq!(resources("organizations/9", "policy:team"), ["40"]);
    assert_eq!(resources("projects/1001", "policy:team"), Vec::<String>::new());
    assert_eq!(resources("folders/40", "resource:(ship OR nightly) memberTypes:user"), ["nightly", "ship"]);
    assert_eq!(resources("projects/shop-prod", "roles:projects/shop-prod/roles/caller"), ["pay"]);
    assert_eq!(resources("projects/shop-prod", "policy:\"until December\" NOT resource:40"), ["pay"]);
    let by_permission = found("projects/shop-prod", "policy.role.permissions:run.routes.invoke resource:pay");
    assert_eq!(
        by_permission["results"][0]["explanation"]["matchedPermissions"]["projects/shop-prod/roles/caller"],
        json!({ "permissions": ["run.routes.invoke"] })
    );
    let list = "/v1/organizations/9:searchAllIamPolicies?pageSize=2&orderBy=assetType%20DESC,resource";
    let (first, mut seen) = (get(&emulator, list).json(), Vec::new());
    let mut page = first;
    loop {
        seen.extend(each(&page, "results", "/assetType"));
        let Some(token) = page["nextPageToken"].as_str().map(str::to_owned) else { break };
        page = get(&emulator, &format!("{list}&pageToken={token}")).json();
    }
    assert!(seen.len() > 6 && seen.is_sorted_by(|one, other| one >= other), "{seen:?}");
    for (target, status) in [
        ("/v1/projects/shop-prod:searchAllIamPolicies?query=later:x", 400),
        ("/v1/projects/shop-prod:searchAllIamPolicies?orderBy=policy", 400),
        ("/v1/projects/shop-prod:searchAllIamPolicies?assetTypes=nothing.*", 400),
        ("/v1/projects/shop-prod:searchAllIamPolicies?assetTypes=(", 400),
        ("/v1/projects/shop-nowhere:searchAllIamPolicies", 403),
    ] {
        assert_eq!(get(&emulator, target).status, status, "{target}");
    }
}

#[test]
fn the_policies_that_count_for_a_service_are_those_above_it_up_to_the_scope() {
    let emulator = emulator();
    let pay = "//run.googleapis.com/projects/1001/locations/europe-west1/services/pay";
    let attached = |scope: &str| {
        let target = format!("/v1/{scope}/effectiveIamPolicies:batchGet?names={pay}");
        each(&get(&emulator, &target).json()["policyResults"][0], "policies", "/attachedResource")
    };
    let container = |name: &str| format!("//cloudresourcemanager.googleapis.com/{name}");
    let expected = [
        pay.to_owned(),
        container("projects/shop-prod"),
        container("folders/40"),
        container("organizations/9"),
    ];
    assert_eq!(attached("organizations/9"), expected);
    assert_eq!(attached("projects/shop-prod"), expected[..2]);
    for bad in ["", "?names=//run.googleapis.com/projects/1001/locations/europe-west1/services/gone"] {
        let target = format!("/v1/folders/40/effectiveIamPolicies:batchGet{bad}");
        assert_eq!(get(&emulator, &target).status, 400, "{bad}");
    }
}

#[test]
fn assets_that_are_listed_are_lines_that_can_be_read() {
    let emulator = emulator();
    let listed = |content: &str| {
        let answer =
            get(&emulator, &format!("/v1/organizations/9/assets?pageSize=1000&contentType={content}"));
        answer.json()["assets"].as_array().unwrap().clone()
    };
    let lines: Vec<String> =
        listed("RESOURCE").iter().chain(&listed("IAM_POLICY")).map(Value::to_string).collect();
    let world = |text: &str| {
        let options = assets::ReadOptions { kind: SourceKind::Assets, groups: None };
        let world = assets::read(vec![Input::from_bytes("x", text)], options).unwrap();
        (world.services, world.policies, world.chains, world.functions, world.roles)
    };
    // An etag is made up where a policy has none.
    let given = State::read(ESTATE.as_bytes()).unwrap().lines();
    let given: Vec<&str> = given.lines().filter(|line| !line.contains("callmap/")).collect();
    let (found, expected) = (world(&lines.join("\n")), world(&given.join("\n")));
    assert_eq!(found, expected);
    let buckets =
        get(&emulator, "/v1/projects/1001/assets?assetTypes=storage.*&contentType=IAM_POLICY").json();
    assert_eq!(each(&buckets, "assets", "/name"), ["//storage.googleapis.com/uploads"]);
    let names = get(&emulator, "/v1/projects/1001/assets?assetTypes=.*Queue").json();
    assert_eq!(names["assets"][0].get("resource"), None);
    for bad in ["contentType=ALL", "readTime=2020-01-01T00:00:00Z", "pageSize=-1"] {
        assert_eq!(get(&emulator, &format!("/v1/projects/1001/assets?{bad}")).status, 400, "{bad}");
    }
}

#[test]
fn a_state_with_everything_in_it_is_read_in_again_as_the_same() {
    let lines = State::read(ESTATE.as_bytes()).unwrap().lines();
    assert_eq!(State::read(lines.as_bytes()).unwrap().lines(), lines);
    for line in ESTATE.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(lines.contains(line["asset_type"].as_str().unwrap()), "{line}");
    }
}

#[test]
fn services_that_were_deleted_are_shown_to_those_who_ask_for_them() {
    let emulator = emulator();
    let list = "/v2/projects/shop-prod/locations/europe-west1/services";
    emulator.change(|state| {
        let data = state.data_mut(Kind::Service, &format!("{}/ship", &list["/v2/".len()..])).unwrap();
        data["deleteTime"] = json!("2026-11-01T00:00:00Z");
    });
    let has_ship = |query: &str| {
        let answer = get(&emulator, &format!("{list}{query}")).json();
        each(&answer, "services", "/name").iter().any(|name| name.ends_with("/ship"))
    };
    assert!(!has_ship("") && has_ship("?showDeleted=true"));
}

#[test]
fn containers_are_searched_by_what_they_are_called_and_stand_in() {
    let emulator = emulator();
    let projects = |filter: &str| {
        each(
            &get(&emulator, &format!("/v1/projects?filter={}", encoded(filter))).json(),
            "projects",
            "/projectId",
        )
    };
    assert_eq!(projects(""), ["shop-new", "shop-prod"]);
    assert_eq!(projects("id:shop-p*"), ["shop-prod"]);
    assert_eq!(projects("name:Shop id:shop-new"), ["shop-new", "shop-prod"]);
    assert_eq!(projects("parent.type:folder parent.id:40 lifecycleState:ACTIVE"), ["shop-new", "shop-prod"]);
    assert_eq!(projects("parent.type:folder parent.id:41"), Vec::<String>::new());
    assert_eq!(projects("labels.team:till"), ["shop-prod"]);
    let v3 = get(&emulator, "/v3/projects:search?query=parent%3Dfolders/40&pageSize=1").json();
    assert_eq!(
        (each(&v3, "projects", "/projectId"), v3["nextPageToken"].is_string()),
        (vec!["shop-new".to_owned()], true)
    );
    let folders = post(
        &emulator,
        "/v2/folders:search",
        &json!({ "query": "displayName=Sh* AND parent=organizations/9" }),
    );
    assert_eq!(each(&folders.json(), "folders", "/name"), ["folders/40"]);
    let organizations = get(&emulator, "/v3/organizations:search").json();
    assert_eq!(organizations["organizations"][0]["directoryCustomerId"], "C0example");
    emulator.change(|state| state.refuse("resourcemanager.projects.get", "projects/shop-new"));
    assert_eq!(projects(""), ["shop-prod"]);
}

#[test]
fn roles_and_service_accounts_are_listed_and_found_under_all_their_names() {
    let emulator = emulator();
    let own = get(&emulator, "/v1/projects/1001/roles").json();
    assert_eq!(each(&own, "roles", "/name"), ["projects/shop-prod/roles/caller"]);
    assert_eq!(own["roles"][0].get("includedPermissions"), None);
    let all = get(&emulator, "/v1/projects/1001/roles?showDeleted=true&view=FULL").json();
    assert_eq!(all["roles"].as_array().unwrap().len(), 2);
    assert_eq!(all["roles"][0]["includedPermissions"], json!(["run.routes.invoke"]));
    let google = get(&emulator, "/v1/roles").json();
    assert_eq!(google["roles"].as_array().unwrap().len(), 300);
    let accounts = get(&emulator, "/v1/projects/shop-prod/serviceAccounts").json();
    let pay = "projects/shop-prod/serviceAccounts/pay@shop-prod.iam.gserviceaccount.com";
    assert_eq!(accounts["accounts"][0]["name"], pay);
    let unique = "100000000000000000001";
    for name in [pay, &pay.replace("shop-prod/", "-/"), &format!("projects/-/serviceAccounts/{unique}")] {
        let account = get(&emulator, &format!("/v1/{name}")).json();
        assert_eq!((&account["name"], &account["uniqueId"]), (&json!(pay), &json!(unique)), "{name}");
        let asked = format!("/v1/{name}:getIamPolicy?options.requestedPolicyVersion=3");
        let policy = post(&emulator, &asked, &json!({})).json();
        assert_eq!(policy["bindings"][0]["role"], "roles/iam.serviceAccountTokenCreator", "{name}");
    }
    assert_eq!(get(&emulator, &format!("/v1/{}", pay.replace("/pay", "/nobody"))).status, 404);
    assert_eq!(get(&emulator, "/v1/projects/-/serviceAccounts/nobody@example.com").status, 403);
}

#[test]
fn functions_are_filtered_by_their_environment_and_the_old_api_shows_the_old_ones() {
    let emulator = emulator();
    let names = |target: &str| each(&get(&emulator, target).json(), "functions", "/name");
    let short = |target: &str| -> Vec<String> {
        names(target).iter().map(|name| name.rsplit('/').next().unwrap().to_owned()).collect()
    };
    let all = "/v2/projects/shop-prod/locations/-/functions";
    assert_eq!(short(all), ["Resize_It", "old", "older"]);
    assert_eq!(short(&format!("{all}?filter=environment%3D%22GEN_2%22")), ["Resize_It"]);
    assert_eq!(short(&format!("{all}?filter=environment!%3DGEN_2")), ["old", "older"]);
    assert_eq!(short("/v1/projects/shop-prod/locations/-/functions"), ["old", "older"]);
    assert_eq!(get(&emulator, &format!("{all}?filter=environment")).status, 400);
    let old = get(&emulator, "/v2/projects/shop-prod/locations/europe-west1/functions/old").json();
    assert_eq!(
        (&old["environment"], &old["serviceConfig"]["availableMemory"]),
        (&json!("GEN_1"), &json!("256M"))
    );
}

#[test]
fn what_is_given_in_one_shape_is_shown_in_the_other_with_all_its_parts() {
    let emulator = emulator();
    let base = "projects/shop-prod/locations/europe-west1/services";
    let second = get(&emulator, &format!("/v2/{base}/pay")).json();
    let container = &second["template"]["containers"][0];
    assert_eq!(
        container["env"],
        json!([
            { "name": "MODE", "value": "live" },
            { "name": "KEY", "valueSource": { "secretKeyRef": { "secret": "pay-key", "version": "latest" } } },
            { "name": "OLD" },
        ])
    );
    assert_eq!(container["resources"], json!({ "limits": { "cpu": "1000m", "memory": "512Mi" } }));
    assert_eq!(second["template"]["scaling"], json!({ "minInstanceCount": 1, "maxInstanceCount": 5 }));
    assert_eq!((&second["template"]["timeout"], &second["launchStage"]), (&json!("300s"), &json!("BETA")));
    assert_eq!(second["template"]["volumes"][0]["secret"]["items"][0]["version"], "1");
    assert_eq!(second["conditions"][1]["state"], "CONDITION_RECONCILING");
    let first = get(&emulator, &format!("/v1/{base}/ship")).json();
    assert_eq!(
        first["spec"]["template"]["spec"]["containers"][0]["env"][0]["valueFrom"],
        json!({ "secretKeyRef": { "name": "ship-key", "key": "1" } })
    );
    assert_eq!(first["spec"]["template"]["metadata"]["annotations"]["autoscaling.knative.dev/maxScale"], "3");
    assert_eq!(
        first["status"]["conditions"][0],
        json!({ "type": "Ready", "status": "True", "lastTransitionTime": "2026-04-02T00:00:00Z" })
    );
    let revisions = get(&emulator, "/v1/projects/shop-prod/locations/europe-west1/revisions?labelSelector=serving.knative.dev/service%3Dpay").json();
    assert_eq!(each(&revisions, "items", "/metadata/name"), ["pay-00002-abc", "pay-00001-xyz"]);
    let labelled = get(
        &emulator,
        "/v1/projects/shop-prod/locations/-/services?labelSelector=team%20in%20(till)&limit=1",
    )
    .json();
    assert_eq!(each(&labelled, "items", "/metadata/name"), ["ship"]);
    assert_eq!(labelled["metadata"]["continue"], "1");
}
