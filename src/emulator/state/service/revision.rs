//! The revisions of a service: those that it names, each as its template says
//! (<https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services.revisions>).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{super::object, knative_condition, ready, uid, v2_condition};

/// The short names of the revisions that a service in the shape of v2 names, the latest last.
pub(in crate::emulator) fn names(service: &Value) -> BTreeSet<String> {
    let latest = ["latestCreatedRevision", "latestReadyRevision"].map(|key| service.get(key));
    let pinned = ["traffic", "trafficStatuses"].into_iter().filter_map(|key| service.get(key)?.as_array());
    let pinned = pinned.flatten().map(|target| target.get("revision"));
    let all = latest.into_iter().chain(pinned).flatten().filter_map(Value::as_str);
    all.filter_map(|full| full.rsplit('/').next())
        .filter(|short| !short.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A revision in the shape of v2, of its service in the same shape.
pub(in crate::emulator) fn v2(name: &str, short: &str, service: &Value) -> Value {
    let template = |key: &str| service.get("template").and_then(|template| template.get(key)).cloned();
    let time = service.get("createTime");
    let full = format!("{name}/revisions/{short}");
    let mut revision = object([
        ("name", Some(full.as_str().into())),
        ("uid", Some(uid(&full).into())),
        ("generation", Some("1".into())),
        ("createTime", time.cloned()),
        ("updateTime", time.cloned()),
        ("launchStage", service.get("launchStage").cloned()),
        ("service", name.rsplit('/').next().map(Value::from)),
        ("conditions", Some(ready(time, v2_condition))),
        ("observedGeneration", Some("1".into())),
        ("etag", Some(format!("\"{}\"", uid(short)).into())),
    ]);
    for key in [
        "labels",
        "annotations",
        "scaling",
        "vpcAccess",
        "maxInstanceRequestConcurrency",
        "timeout",
        "serviceAccount",
        "containers",
        "volumes",
        "executionEnvironment",
    ] {
        if let Some(value) = template(key) {
            revision[key] = value;
        }
    }
    revision
}

/// A revision in the Knative shape, of its service in the same shape.
pub(in crate::emulator) fn knative(name: &str, short: &str, service: &Value) -> Value {
    let at = |pointer: &str| service.pointer(pointer).cloned();
    let time = service.pointer("/metadata/creationTimestamp");
    let own = name.rsplit('/').next().unwrap_or_default();
    let mut labels = service.pointer("/spec/template/metadata/labels").cloned().unwrap_or_else(|| json!({}));
    labels["cloud.googleapis.com/location"] = json!(super::super::location(name).unwrap_or_default());
    labels["serving.knative.dev/service"] = own.into();
    labels["serving.knative.dev/configuration"] = own.into();
    let metadata = object([
        ("name", Some(short.into())),
        ("namespace", at("/metadata/namespace")),
        ("uid", Some(uid(&format!("{name}/revisions/{short}")).into())),
        ("generation", Some(json!(1))),
        ("creationTimestamp", time.cloned()),
        ("labels", Some(labels)),
        ("annotations", at("/spec/template/metadata/annotations")),
    ]);
    json!({
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Revision",
        "metadata": metadata,
        "spec": at("/spec/template/spec").unwrap_or_else(|| json!({})),
        "status": {
            "conditions": [
                knative_condition("Ready", time),
                knative_condition("ContainerHealthy", time),
                knative_condition("ResourcesAvailable", time),
            ],
            "observedGeneration": 1,
            "serviceName": own,
        },
    })
}
