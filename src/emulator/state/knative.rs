//! A service in the Knative shape, from either shape: as much as lists and tables of it show
//! (<https://cloud.google.com/run/docs/reference/rest/v1/namespaces.services>).

use serde_json::{Map, Value, json};

use super::{location, object, project};

/// The service of this relative name. `number` is that of its project.
pub(super) fn service(name: &str, number: Option<&str>, data: Option<&Value>) -> Value {
    match data {
        Some(data) if data.get("spec").is_some() || data.get("metadata").is_some() => data.clone(),
        Some(data) => from_v2(name, number, data),
        None => from_v2(name, number, &Value::Null),
    }
}

fn from_v2(name: &str, number: Option<&str>, data: &Value) -> Value {
    let at = |pointer: &str| data.pointer(pointer).filter(|value| !value.is_null()).cloned();
    let mut labels = data.get("labels").and_then(Value::as_object).cloned().unwrap_or_default();
    labels.insert("cloud.googleapis.com/location".to_owned(), location(name).into());
    let metadata = object([
        ("name", name.rsplit('/').next().map(Value::from)),
        ("namespace", number.or_else(|| project(name)).map(Value::from)),
        ("uid", at("/uid")),
        ("creationTimestamp", at("/createTime")),
        ("labels", Some(labels.into())),
        ("annotations", Some(annotations(data).into())),
    ]);
    let template = object([
        ("serviceAccountName", at("/template/serviceAccount")),
        ("containers", at("/template/containers")),
    ]);
    json!({
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": metadata,
        "spec": object([
            ("template", Some(json!({ "spec": template }))),
            ("traffic", at("/traffic").map(|list| traffic(&list))),
        ]),
        "status": object([
            ("url", at("/uri")),
            ("latestReadyRevisionName", at("/latestReadyRevision").map(|full| short(&full))),
            ("latestCreatedRevisionName", at("/latestCreatedRevision").map(|full| short(&full))),
            ("traffic", at("/trafficStatuses").map(|list| traffic(&list))),
        ]),
    })
}

fn annotations(data: &Value) -> Map<String, Value> {
    let mut all = data.get("annotations").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            all.insert(format!("run.googleapis.com/{key}"), value.into());
        }
    };
    let flag = |key: &str| data.get(key).and_then(Value::as_bool).filter(|on| *on).map(|_| "true".to_owned());
    put("invoker-iam-disabled", flag("invokerIamDisabled"));
    put("default-url-disabled", flag("defaultUriDisabled"));
    put("iap-enabled", flag("iapEnabled"));
    put("custom-audiences", data.get("customAudiences").map(Value::to_string));
    put("urls", data.get("urls").map(Value::to_string));
    let text = |pointer: &str| data.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    put("build-function-target", text("/buildConfig/functionTarget"));
    let ingress = text("/ingress").map(|word| match word.as_str() {
        "INGRESS_TRAFFIC_ALL" => "all".to_owned(),
        "INGRESS_TRAFFIC_INTERNAL_ONLY" => "internal".to_owned(),
        "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" => "internal-and-cloud-load-balancing".to_owned(),
        "INGRESS_TRAFFIC_NONE" => "none".to_owned(),
        _ => word,
    });
    put("ingress", ingress);
    all
}

fn short(full: &Value) -> Value {
    full.as_str().and_then(|full| full.rsplit('/').next()).into()
}

fn traffic(targets: &Value) -> Value {
    let one = |target: &Value| {
        let is_latest =
            target.get("type").and_then(Value::as_str) == Some("TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST");
        object([
            ("latestRevision", is_latest.then(|| json!(true))),
            ("revisionName", target.get("revision").map(short)),
            ("percent", target.get("percent").cloned()),
            ("tag", target.get("tag").cloned()),
            ("url", target.get("uri").cloned()),
        ])
    };
    targets.as_array().into_iter().flatten().map(one).collect()
}
