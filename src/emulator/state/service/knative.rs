//! A service in the Knative shape, from either shape: as much as lists and tables of it show
//! (<https://cloud.google.com/run/docs/reference/rest/v1/namespaces.services>).

use serde_json::{Map, Value, json};

use super::{
    super::{location, object, project},
    is_knative, knative_condition,
    parts::{conditions_to_knative, containers_to_knative, seconds, volumes_to_knative},
    ready, resource_version, uid,
};
use crate::emulator::shape::fit;

/// The service of this relative name. `number` is that of its project.
pub(in crate::emulator) fn service(name: &str, number: Option<&str>, data: Option<&Value>) -> Value {
    let nothing = Value::Null;
    let data = data.unwrap_or(&nothing);
    let mut service = if is_knative(data) { data.clone() } else { from_v2(name, number, data) };
    fit("run.v1", "Service", &mut service);
    complete(name, number, data, &mut service);
    service
}

/// The fields of a part, which there is from now on.
fn part<'v>(value: &'v mut Value, key: &str) -> Option<&'v mut Map<String, Value>> {
    let fields = value.as_object_mut()?;
    fields.entry(key).or_insert_with(|| json!({})).as_object_mut()
}

/// What every service has: gcloud waits until what is observed is what was asked for, and ready.
fn complete(name: &str, number: Option<&str>, data: &Value, service: &mut Value) {
    if let Some(fields) = service.as_object_mut() {
        fields.entry("apiVersion").or_insert_with(|| "serving.knative.dev/v1".into());
        fields.entry("kind").or_insert_with(|| "Service".into());
    }
    let short = name.rsplit('/').next().unwrap_or_default();
    let namespace = number.or_else(|| project(name)).unwrap_or_default();
    let Some(metadata) = part(service, "metadata") else { return };
    metadata.insert("name".to_owned(), short.into());
    metadata.insert("namespace".to_owned(), namespace.into());
    metadata.entry("selfLink").or_insert_with(|| {
        format!("/apis/serving.knative.dev/v1/namespaces/{namespace}/services/{short}").into()
    });
    metadata.entry("uid").or_insert_with(|| uid(name).into());
    metadata.entry("resourceVersion").or_insert_with(|| resource_version(name, data).into());
    let generation = metadata.entry("generation").or_insert(json!(1)).clone();
    let time = metadata.get("creationTimestamp").cloned();
    let labels = metadata.entry("labels").or_insert_with(|| json!({}));
    labels["cloud.googleapis.com/location"] = json!(location(name).unwrap_or_default());
    // gcloud takes a template without metadata for no template.
    if let Some(Value::Object(template)) = part(service, "spec").and_then(|spec| spec.get_mut("template")) {
        template.entry("metadata").or_insert_with(|| json!({}));
    }
    let Some(status) = part(service, "status") else { return };
    status.entry("observedGeneration").or_insert(generation);
    status.entry("conditions").or_insert_with(|| ready(time.as_ref(), knative_condition));
}

fn from_v2(name: &str, number: Option<&str>, data: &Value) -> Value {
    let at = |pointer: &str| data.pointer(pointer).filter(|value| !value.is_null()).cloned();
    let metadata = object([
        ("name", name.rsplit('/').next().map(Value::from)),
        ("namespace", number.or_else(|| project(name)).map(Value::from)),
        ("uid", at("/uid")),
        ("creationTimestamp", at("/createTime")),
        ("generation", at("/generation")),
        ("labels", at("/labels")),
        ("annotations", Some(annotations(data).into())),
    ]);
    json!({
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": metadata,
        "spec": object([
            ("template", Some(data.get("template").map_or_else(|| json!({ "spec": {} }), template))),
            ("traffic", at("/traffic").map(|list| traffic(&list))),
        ]),
        "status": object([
            ("url", at("/uri")),
            ("latestReadyRevisionName", at("/latestReadyRevision").map(|full| short(&full))),
            ("latestCreatedRevisionName", at("/latestCreatedRevision").map(|full| short(&full))),
            ("traffic", at("/trafficStatuses").map(|list| traffic(&list))),
            ("observedGeneration", at("/observedGeneration")),
            ("conditions", conditions(data)),
            ("address", at("/uri").map(|uri| json!({ "url": uri }))),
        ]),
    })
}

/// The settings of revisions to come.
fn template(template: &Value) -> Value {
    let at = |pointer: &str| template.pointer(pointer).filter(|value| !value.is_null()).cloned();
    let mut annotations = template.get("annotations").and_then(Value::as_object).cloned().unwrap_or_default();
    for (key, pointer) in [
        ("autoscaling.knative.dev/minScale", "/scaling/minInstanceCount"),
        ("autoscaling.knative.dev/maxScale", "/scaling/maxInstanceCount"),
    ] {
        if let Some(count) = at(pointer) {
            annotations.insert(key.to_owned(), count.to_string().into());
        }
    }
    let environment = at("/executionEnvironment");
    let environment = environment.as_ref().and_then(Value::as_str);
    if let Some(word) = environment.and_then(|word| word.strip_prefix("EXECUTION_ENVIRONMENT_")) {
        let key = "run.googleapis.com/execution-environment";
        annotations.insert(key.to_owned(), word.to_lowercase().into());
    }
    let metadata = object([
        ("name", at("/revision")),
        ("labels", at("/labels")),
        ("annotations", (!annotations.is_empty()).then(|| annotations.into())),
    ]);
    let spec = object([
        ("containerConcurrency", at("/maxInstanceRequestConcurrency")),
        ("timeoutSeconds", at("/timeout").and_then(|duration| seconds(&duration))),
        ("serviceAccountName", at("/serviceAccount")),
        ("containers", at("/containers").map(|list| containers_to_knative(&list))),
        ("volumes", at("/volumes").map(|list| volumes_to_knative(&list))),
    ]);
    let has_metadata = metadata.as_object().is_some_and(|fields| !fields.is_empty());
    object([("metadata", has_metadata.then_some(metadata)), ("spec", Some(spec))])
}

/// What sums the conditions up is one of them.
fn conditions(data: &Value) -> Option<Value> {
    let first = data.get("terminalCondition").cloned();
    let others = data.get("conditions").and_then(Value::as_array);
    let all: Vec<Value> = first.into_iter().chain(others.into_iter().flatten().cloned()).collect();
    (!all.is_empty()).then(|| conditions_to_knative(&all.into()))
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
    put("client-name", text("/client"));
    put("client-version", text("/clientVersion"));
    put("description", text("/description"));
    put("launch-stage", text("/launchStage"));
    put("build-function-target", text("/buildConfig/functionTarget"));
    let ingress = text("/ingress").map(|word| match word.as_str() {
        "INGRESS_TRAFFIC_ALL" => "all".to_owned(),
        "INGRESS_TRAFFIC_INTERNAL_ONLY" => "internal".to_owned(),
        "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" => "internal-and-cloud-load-balancing".to_owned(),
        "INGRESS_TRAFFIC_NONE" => "none".to_owned(),
        _ => word,
    });
    put("ingress-status", ingress.clone());
    put("ingress", ingress);
    for (key, pointer) in [("creator", "/creator"), ("lastModifier", "/lastModifier")] {
        if let Some(who) = text(pointer) {
            all.insert(format!("serving.knative.dev/{key}"), who.into());
        }
    }
    all
}

fn short(full: &Value) -> Value {
    full.as_str().and_then(|full| full.rsplit('/').next()).into()
}

/// The targets of v2 as those of Knative.
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
