//! Reading over HTTP.

use serde_json::{Value, json};

use super::{
    PAY,
    client::{get, post, raw, send},
    started,
};

#[test]
fn services_of_either_shape_are_listed_in_the_shape_of_v2_the_newest_first() {
    let emulator = started();
    let answer = get(&emulator, "/v2/projects/shop-prod/locations/europe-west1/services");
    let conditions = |time: &str| {
        let one =
            |kind: &str| json!({ "type": kind, "state": "CONDITION_SUCCEEDED", "lastTransitionTime": time });
        (one("Ready"), [one("ConfigurationsReady"), one("RoutesReady")])
    };
    let (ship, pay) = (conditions("2026-04-01T00:00:00Z"), conditions("2026-03-01T00:00:00Z"));
    let expected = json!({
        "services": [
            {
                "name": "projects/shop-prod/locations/europe-west1/services/ship",
                "uid": "u-2",
                "createTime": "2026-04-01T00:00:00Z",
                "template": { "serviceAccount": "ship@shop-prod.iam.gserviceaccount.com" },
                // A field that the API does not have is not answered.
                "generation": "1",
                "observedGeneration": "1",
                "terminalCondition": ship.0,
                "conditions": ship.1,
            },
            {
                "name": PAY,
                "uid": "u-1",
                "generation": "4",
                "labels": { "team": "till" },
                "annotations": { "example.com/owner": "till" },
                "createTime": "2026-03-01T00:00:00Z",
                "ingress": "INGRESS_TRAFFIC_INTERNAL_ONLY",
                "template": { "serviceAccount": "pay@shop-prod.iam.gserviceaccount.com" },
                "traffic": [
                    { "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 90 },
                    {
                        "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION",
                        "revision": "pay-00001",
                        "percent": 10,
                        "tag": "old",
                    },
                ],
                "invokerIamDisabled": true,
                "customAudiences": ["pay"],
                "buildConfig": { "functionTarget": "main" },
                "latestReadyRevision": format!("{PAY}/revisions/pay-00002"),
                "trafficStatuses": [{ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 90 }],
                "uri": "https://pay-x-ew.a.run.app",
                "urls": ["https://pay-1001.europe-west1.run.app"],
                "observedGeneration": "4",
                "terminalCondition": pay.0,
                "conditions": pay.1,
            },
        ],
    });
    let without_etag = |service: &Value| {
        let mut service = service.clone();
        let etag = service.as_object_mut().unwrap().remove("etag").unwrap();
        assert!(etag.as_str().unwrap().starts_with('"'), "{etag}");
        service
    };
    let services = answer.json()["services"].clone();
    let services: Vec<Value> = services.as_array().unwrap().iter().map(without_etag).collect();
    assert_eq!(json!({ "services": services }), expected);
    for header in [
        "content-type: application/json; charset=utf-8",
        "server: esf",
        "cache-control: private",
        "x-content-type-options: nosniff",
        "vary: x-origin",
    ] {
        assert!(answer.head.lines().any(|line| line == header), "{header}: {}", answer.head);
    }
    assert_eq!(without_etag(&get(&emulator, &format!("/v2/{PAY}")).json()), expected["services"][1]);
    // The number of a project is another name for it.
    assert_eq!(get(&emulator, &format!("/v2/{}", PAY.replace("shop-prod", "1001"))).status, 200);
    assert_eq!(get(&emulator, "/v2/projects/shop-prod/locations/us-east1/services").json(), json!({}));
}

#[test]
fn a_list_comes_in_pages() {
    let emulator = started();
    let list = "/v2/projects/shop-prod/locations/europe-west1/services?pageSize=1";
    let first = get(&emulator, list).json();
    let token = first["nextPageToken"].as_str().unwrap();
    let second = get(&emulator, &format!("{list}&pageToken={token}")).json();
    assert_eq!(first["services"].as_array().unwrap().len(), 1);
    assert_eq!(second["services"][0]["name"], PAY);
    assert_eq!(second.get("nextPageToken"), None);
    assert_eq!(get(&emulator, &format!("{list}&pageToken=x")).status, 400);
    assert_eq!(get(&emulator, &list.replace("=1", "=-1")).status, 400);
}

#[test]
fn every_location_of_the_estate_is_told_and_the_wildcard_is_not_one() {
    let emulator = started();
    let answer = get(&emulator, "/v1/projects/shop-prod/locations?pageSize=100").json();
    let ids: Vec<_> =
        answer["locations"].as_array().unwrap().iter().map(|each| each["locationId"].clone()).collect();
    assert_eq!(ids, ["europe-west1", "us-east1"]);
    assert_eq!(answer["locations"][0]["name"], "projects/shop-prod/locations/europe-west1");
    let wild = "/v2/projects/shop-prod/locations/-/services";
    let refused = get(&emulator, wild);
    assert_eq!((refused.status, refused.json()["error"]["status"].clone()), (400, json!("INVALID_ARGUMENT")));
    emulator.take_wildcard(true);
    assert_eq!(get(&emulator, wild).json()["services"].as_array().unwrap().len(), 2);
}

#[test]
fn what_calls_by_itself_is_listed_and_an_empty_list_is_an_empty_object() {
    let emulator = started();
    let names = |path: &str, field: &str| -> Vec<Value> {
        let answer = get(&emulator, path).json();
        answer[field].as_array().into_iter().flatten().map(|each| each["name"].clone()).collect()
    };
    let functions = names("/v2/projects/shop-prod/locations/-/functions", "functions");
    assert_eq!(functions, ["projects/shop-prod/locations/europe-west1/functions/pay"]);
    let subscriptions = names("/v1/projects/shop-prod/subscriptions", "subscriptions");
    assert_eq!(subscriptions, ["projects/shop-prod/subscriptions/orders"]);
    let jobs = names("/v1/projects/1001/locations/us-east1/jobs", "jobs");
    assert_eq!(jobs, ["projects/shop-prod/locations/us-east1/jobs/nightly"]);
    for path in [
        "/v2/projects/shop-prod/locations/us-east1/jobs",
        "/v2/projects/shop-prod/locations/us-east1/instances",
        "/v2/projects/shop-prod/locations/us-east1/queues",
        "/v1/projects/shop-prod/locations/-/triggers",
    ] {
        assert_eq!(get(&emulator, path).json(), json!({}), "{path}");
    }
}

#[test]
fn projects_know_what_stands_above_and_folders_what_stands_below() {
    let emulator = started();
    assert_eq!(
        post(&emulator, "/v1/projects/1001:getAncestry", &json!({})).json(),
        json!({ "ancestor": [
            { "resourceId": { "type": "project", "id": "shop-prod" } },
            { "resourceId": { "type": "folder", "id": "40" } },
            { "resourceId": { "type": "organization", "id": "9" } },
        ] })
    );
    assert_eq!(
        get(&emulator, "/v1/projects/shop-prod").json(),
        json!({
            "projectNumber": "1001",
            "projectId": "shop-prod",
            "lifecycleState": "ACTIVE",
            "name": "Shop",
            "parent": { "type": "folder", "id": "40" },
        })
    );
    let projects = get(&emulator, "/v3/projects?parent=folders/40").json();
    assert_eq!(
        projects,
        json!({ "projects": [{
            "name": "projects/1001",
            "parent": "folders/40",
            "projectId": "shop-prod",
            "state": "ACTIVE",
            "displayName": "Shop",
            "etag": projects["projects"][0]["etag"].as_str().unwrap(),
        }] })
    );
    let folders = get(&emulator, "/v3/folders?parent=organizations%2F9").json();
    assert_eq!(folders["folders"][0]["name"], "folders/40");
    assert_eq!(get(&emulator, "/v3/projects").status, 400);
    let other = get(&emulator, "/v1/projects/shop-other");
    assert_eq!((other.status, other.said().as_str()), (403, "The caller does not have permission"));
}

#[test]
fn roles_are_googles_own_those_of_the_estate_or_not_there() {
    let emulator = started();
    let invoker = get(&emulator, "/v1/roles/run.invoker").json();
    let permissions = invoker["includedPermissions"].as_array().unwrap();
    assert!(
        permissions.contains(&json!("run.routes.invoke")) && permissions.contains(&json!("run.jobs.run"))
    );
    let caller = get(&emulator, "/v1/projects/1001/roles/caller").json();
    assert_eq!(caller["includedPermissions"], json!(["run.routes.invoke"]));
    let missing = get(&emulator, "/v1/roles/run.nobody");
    assert_eq!((missing.status, missing.json()["error"]["status"].clone()), (404, json!("NOT_FOUND")));
}

#[test]
fn what_is_not_there_is_not_found_in_googles_words() {
    let emulator = started();
    assert_eq!(
        get(&emulator, "/v2/projects/shop-prod/locations/us-east1/services/gone:getIamPolicy").json(),
        json!({ "error": {
            "code": 404,
            "message": "Resource 'gone' of kind 'SERVICE' in region 'us-east1' in project 'shop-prod' does not exist.",
            "status": "NOT_FOUND",
        } })
    );
    let page = get(&emulator, "/v2/projects/shop-prod/things");
    assert_eq!(page.status, 404);
    assert!(
        page.head.contains("content-type: text/html") && page.body.contains("/v2/projects/shop-prod/things")
    );
}

#[test]
fn gcloud_reads_services_in_the_knative_shape_through_a_proxy() {
    let emulator = started();
    let all = get(&emulator, "/v1/projects/shop-prod/locations/-/services").json();
    assert_eq!((&all["kind"], &all["apiVersion"]), (&json!("ServiceList"), &json!("serving.knative.dev/v1")));
    assert_eq!(all["items"][0]["metadata"]["name"], "ship");
    assert_eq!(all["items"][0]["metadata"]["labels"]["cloud.googleapis.com/location"], "europe-west1");
    assert_eq!(
        all["items"][0]["spec"]["template"]["spec"]["serviceAccountName"],
        "ship@shop-prod.iam.gserviceaccount.com"
    );
    let target = "http://europe-west1-run.googleapis.com/apis/serving.knative.dev/v1/namespaces/shop-prod/services/pay";
    let one = send(&emulator, "GET", target, "").unwrap().json();
    assert_eq!(one["metadata"]["uid"], "u-1");
    let empty = get(&emulator, "/v1/projects/shop-prod/locations/us-east1/services").json();
    assert_eq!(empty, json!({ "apiVersion": "serving.knative.dev/v1", "kind": "ServiceList" }));
}

#[test]
fn who_brings_no_token_or_comes_out_of_a_web_page_is_refused() {
    let emulator = started();
    let request = |headers: &str| {
        let text = format!("GET /v2/{PAY} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n");
        raw(emulator.address(), &text).unwrap()
    };
    let nobody = request("");
    assert_eq!((nobody.status, nobody.json()["error"]["status"].clone()), (401, json!("UNAUTHENTICATED")));
    assert_eq!(request("Authorization: Basic abc\r\n").status, 401);
    assert_eq!(request("Authorization: Bearer x\r\n").status, 200);
    assert_eq!(request("Authorization: Bearer x\r\nOrigin: https://example.com\r\n").status, 403);
}
