//! A service in the shape of the v2 API, from either shape
//! (<https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services>).

use serde_json::{Map, Value, json};

use super::object;
use crate::emulator::hash::digits;

const RUN: &str = "run.googleapis.com";

/// The service of this relative name; one of which only the policy is known has no more than its name.
pub(super) fn service(name: &str, data: Option<&Value>) -> Value {
    match data {
        Some(data) if data.get("spec").is_some() || data.get("metadata").is_some() => {
            from_knative(name, data)
        }
        Some(data) => {
            let mut service = data.clone();
            if let Value::Object(fields) = &mut service {
                fields.entry("name").or_insert_with(|| name.into());
                fields.entry("uid").or_insert_with(|| uid(name).into());
            }
            service
        }
        None => json!({ "name": name, "uid": uid(name) }),
    }
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
    let template = object([
        ("serviceAccount", at("/spec/template/spec/serviceAccountName")),
        ("containers", at("/spec/template/spec/containers")),
    ]);
    let target = annotation("build-function-target").map(|target| json!({ "functionTarget": entry(target) }));
    object([
        ("name", Some(name.into())),
        ("uid", Some(text("/metadata/uid").unwrap_or_else(|| uid(name)).into())),
        ("generation", at("/metadata/generation").map(as_text)),
        ("labels", labels(data)),
        ("annotations", own_annotations(annotations)),
        ("createTime", at("/metadata/creationTimestamp")),
        ("creator", annotation_of(annotations, "serving.knative.dev/creator")),
        ("lastModifier", annotation_of(annotations, "serving.knative.dev/lastModifier")),
        ("client", annotation("client-name").map(Value::from)),
        ("ingress", annotation("ingress-status").or(annotation("ingress")).map(|word| ingress(word).into())),
        // A service without its template's settings is one of which nothing is said, not one with the defaults.
        ("template", data.pointer("/spec/template/spec").map(|_| template)),
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
        ("trafficStatuses", at("/status/traffic").map(|list| traffic(&list))),
        ("uri", at("/status/url")),
        ("urls", list("urls").map(Value::from)),
    ])
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
        !["run.googleapis.com", "serving.knative.dev", "cloud.googleapis.com"].contains(&host)
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

fn ingress(word: &str) -> &str {
    match word {
        "all" => "INGRESS_TRAFFIC_ALL",
        "internal" => "INGRESS_TRAFFIC_INTERNAL_ONLY",
        "internal-and-cloud-load-balancing" => "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
        "none" => "INGRESS_TRAFFIC_NONE",
        other => other,
    }
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

/// What a service without one is called for good: the same at every start.
fn uid(name: &str) -> String {
    let hex = digits(name, 16);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    parts.map(|range| hex.get(range).unwrap_or_default().to_owned()).join("-")
}
