//! A service in the shape of the v2 API, from either shape
//! (<https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services>).

use serde_json::{Map, Value, json};

use super::{
    super::object,
    etag, is_knative,
    parts::{conditions_to_v2, containers_to_v2, duration, volumes_to_v2},
    ready, uid, v2_condition,
};
use crate::{emulator::shape::fit, sources::ingress_word};

const RUN: &str = "run.googleapis.com";

/// The service of this relative name; one of which only the policy is known has no more than its name.
pub(in crate::emulator) fn service(name: &str, data: Option<&Value>) -> Value {
    let Some(data) = data else { return json!({ "name": name, "uid": uid(name) }) };
    let mut service = if is_knative(data) { from_knative(name, data) } else { data.clone() };
    fit("run.v2", "GoogleCloudRunV2Service", &mut service);
    if let Value::Object(fields) = &mut service {
        complete(name, data, fields);
    }
    service
}

/// What every service has.
fn complete(name: &str, data: &Value, fields: &mut Map<String, Value>) {
    fields.insert("name".to_owned(), name.into());
    fields.entry("uid").or_insert_with(|| uid(name).into());
    let generation = fields.entry("generation").or_insert_with(|| "1".into()).clone();
    fields.entry("observedGeneration").or_insert(generation);
    let time = fields.get("updateTime").or_else(|| fields.get("createTime")).cloned();
    if !fields.contains_key("terminalCondition") {
        let mut all = match fields.get("conditions").and_then(Value::as_array) {
            Some(all) => all.clone(),
            None => ready(time.as_ref(), v2_condition).as_array().cloned().unwrap_or_default(),
        };
        if let Some(at) = all.iter().position(|each| each["type"] == "Ready") {
            fields.insert("terminalCondition".to_owned(), all.remove(at));
        }
        fields.insert("conditions".to_owned(), all.into());
    }
    fields.entry("etag").or_insert_with(|| etag(name, data).into());
}

fn from_knative(name: &str, data: &Value) -> Value {
    let at = |pointer: &str| data.pointer(pointer).filter(|value| !value.is_null()).cloned();
    let text = |pointer: &str| data.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let annotations = data.pointer("/metadata/annotations").and_then(Value::as_object);
    let annotation = |key: &str| {
        let value = annotations.and_then(|all| all.get(&format!("{RUN}/{key}")));
        value.and_then(Value::as_str).filter(|text| !text.is_empty())
    };
    let flag =
        |key: &str| annotation(key).filter(|text| text.eq_ignore_ascii_case("true")).map(|_| json!(true));
    let list = |key: &str| annotation(key).and_then(|text| serde_json::from_str::<Vec<String>>(text).ok());
    let template = data.pointer("/spec/template").map(template);
    let target = annotation("build-function-target").map(|target| json!({ "functionTarget": entry(target) }));
    object([
        ("name", Some(name.into())),
        ("uid", Some(text("/metadata/uid").unwrap_or_else(|| uid(name)).into())),
        ("generation", at("/metadata/generation").map(as_text)),
        ("labels", labels(data)),
        ("annotations", own_annotations(annotations)),
        ("createTime", at("/metadata/creationTimestamp")),
        ("updateTime", ready_since(data)),
        ("description", annotation("description").map(Value::from)),
        ("launchStage", annotation("launch-stage").map(Value::from)),
        ("creator", annotation_of(annotations, "serving.knative.dev/creator")),
        ("lastModifier", annotation_of(annotations, "serving.knative.dev/lastModifier")),
        ("client", annotation("client-name").map(Value::from)),
        ("clientVersion", annotation("client-version").map(Value::from)),
        (
            "ingress",
            annotation("ingress-status").or(annotation("ingress")).map(|word| ingress_word(word).into()),
        ),
        // A service without its template's settings is one of which nothing is said, not one with the defaults.
        ("template", template),
        ("traffic", at("/spec/traffic").map(|list| traffic(&list))),
        ("invokerIamDisabled", flag("invoker-iam-disabled")),
        ("defaultUriDisabled", flag("default-url-disabled")),
        ("iapEnabled", flag("iap-enabled")),
        ("customAudiences", list("custom-audiences").map(Value::from)),
        ("buildConfig", target),
        ("latestReadyRevision", text("/status/latestReadyRevisionName").map(|short| revision(name, &short))),
        (
            "latestCreatedRevision",
            text("/status/latestCreatedRevisionName").map(|short| revision(name, &short)),
        ),
        ("conditions", at("/status/conditions").map(|list| conditions_to_v2(&list))),
        ("trafficStatuses", at("/status/traffic").map(|list| traffic(&list))),
        ("uri", at("/status/url")),
        ("urls", list("urls").map(Value::from)),
    ])
}

/// The settings of revisions to come.
fn template(template: &Value) -> Value {
    let at = |pointer: &str| template.pointer(pointer).filter(|value| !value.is_null()).cloned();
    let annotations = template.pointer("/metadata/annotations").and_then(Value::as_object);
    let count = |key: &str| {
        let text = annotations.and_then(|all| all.get(key)).and_then(Value::as_str)?;
        text.parse::<i64>().ok().map(Value::from)
    };
    let scaling = object([
        ("minInstanceCount", count("autoscaling.knative.dev/minScale")),
        ("maxInstanceCount", count("autoscaling.knative.dev/maxScale")),
    ]);
    let environment = annotation_of(annotations, "run.googleapis.com/execution-environment");
    let environment = environment.as_ref().and_then(Value::as_str);
    object([
        ("revision", at("/metadata/name")),
        ("labels", at("/metadata/labels")),
        ("annotations", own_annotations(annotations)),
        ("scaling", scaling.as_object().is_some_and(|fields| !fields.is_empty()).then_some(scaling)),
        ("maxInstanceRequestConcurrency", at("/spec/containerConcurrency")),
        ("timeout", at("/spec/timeoutSeconds").and_then(|seconds| duration(&seconds))),
        (
            "executionEnvironment",
            environment.map(|word| format!("EXECUTION_ENVIRONMENT_{}", word.to_uppercase()).into()),
        ),
        ("serviceAccount", at("/spec/serviceAccountName")),
        ("containers", at("/spec/containers").map(|list| containers_to_v2(&list))),
        ("volumes", at("/spec/volumes").map(|list| volumes_to_v2(&list))),
    ])
}

/// Since when it is as it is.
fn ready_since(data: &Value) -> Option<Value> {
    let all = data.pointer("/status/conditions")?.as_array()?;
    let ready = all.iter().find(|each| each.get("type").and_then(Value::as_str) == Some("Ready"))?;
    ready.get("lastTransitionTime").cloned()
}

/// The entry point: a plain name, or a JSON object of one container's name and its entry point.
fn entry(target: &str) -> String {
    match serde_json::from_str::<Map<String, Value>>(target) {
        Ok(map) => map.values().find_map(Value::as_str).unwrap_or_default().to_owned(),
        Err(_) => target.to_owned(),
    }
}

fn labels(data: &Value) -> Option<Value> {
    let all = data.pointer("/metadata/labels")?.as_object()?;
    // Where it stands is in the name of a v2 service.
    let own = all.iter().filter(|(key, _)| *key != "cloud.googleapis.com/location");
    let own: Map<_, _> = own.map(|(key, value)| (key.clone(), value.clone())).collect();
    (!own.is_empty()).then(|| own.into())
}

/// Those that are the user's: Google's own have fields in v2.
fn own_annotations(all: Option<&Map<String, Value>>) -> Option<Value> {
    let is_own = |key: &str| {
        let host = key.split('/').next().unwrap_or_default();
        !["run.googleapis.com", "serving.knative.dev", "autoscaling.knative.dev", "cloud.googleapis.com"]
            .contains(&host)
    };
    let own = all?.iter().filter(|(key, _)| is_own(key));
    let own: Map<_, _> = own.map(|(key, value)| (key.clone(), value.clone())).collect();
    (!own.is_empty()).then(|| own.into())
}

fn annotation_of(all: Option<&Map<String, Value>>, key: &str) -> Option<Value> {
    all.and_then(|all| all.get(key)).cloned()
}

fn as_text(value: Value) -> Value {
    if value.is_string() { value } else { value.to_string().into() }
}

fn revision(service: &str, short: &str) -> Value {
    format!("{service}/revisions/{short}").into()
}

fn traffic(targets: &Value) -> Value {
    let one = |target: &Value| {
        let is_latest = target.get("latestRevision").and_then(Value::as_bool).unwrap_or(false);
        let kind = if is_latest { "LATEST" } else { "REVISION" };
        object([
            ("type", Some(format!("TRAFFIC_TARGET_ALLOCATION_TYPE_{kind}").into())),
            // A v2 answer names the revision of a pinned entry alone.
            ("revision", target.get("revisionName").filter(|_| !is_latest).cloned()),
            ("percent", target.get("percent").cloned()),
            ("tag", target.get("tag").cloned()),
            ("uri", target.get("url").cloned()),
        ])
    };
    targets.as_array().into_iter().flatten().map(one).collect()
}
