//! A Cloud Run job in both of its shapes, from either
//! (<https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.jobs>).

use serde_json::{Map, Value, json};

use super::{
    location, object, project,
    service::{
        conditions_to_knative, conditions_to_v2, containers_to_knative, containers_to_v2, duration,
        is_knative, knative_condition, resource_version, seconds, uid, v2_condition, volumes_to_knative,
        volumes_to_v2,
    },
};
use crate::emulator::shape::fit;

/// The job in the shape of v2.
pub(super) fn v2(name: &str, data: &Value) -> Value {
    let mut job = if is_knative(data) { to_v2(data) } else { data.clone() };
    fit("run.v2", "GoogleCloudRunV2Job", &mut job);
    if let Value::Object(fields) = &mut job {
        fields.insert("name".to_owned(), name.into());
        fields.entry("uid").or_insert_with(|| uid(name).into());
        let generation = fields.entry("generation").or_insert_with(|| "1".into()).clone();
        fields.entry("observedGeneration").or_insert(generation);
        let time = fields.get("createTime").cloned();
        fields.entry("terminalCondition").or_insert_with(|| v2_condition("Ready", time.as_ref()));
    }
    job
}

fn to_v2(data: &Value) -> Value {
    let at = |pointer: &str| data.pointer(pointer).filter(|value| !value.is_null()).cloned();
    let task = data.pointer("/spec/template/spec/template/spec").map(|task| {
        let at = |key: &str| task.get(key).cloned();
        let whole = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok()).map(Value::from);
        object([
            ("containers", at("containers").map(|list| containers_to_v2(&list))),
            ("volumes", at("volumes").map(|list| volumes_to_v2(&list))),
            ("maxRetries", at("maxRetries")),
            ("timeout", task.get("timeoutSeconds").and_then(whole).and_then(|seconds| duration(&seconds))),
            ("serviceAccount", at("serviceAccountName")),
        ])
    });
    object([
        ("uid", at("/metadata/uid")),
        ("generation", at("/metadata/generation")),
        ("labels", at("/metadata/labels").map(|labels| without(&labels, "cloud.googleapis.com/location"))),
        ("createTime", at("/metadata/creationTimestamp")),
        ("creator", at("/metadata/annotations/serving.knative.dev~1creator")),
        ("lastModifier", at("/metadata/annotations/serving.knative.dev~1lastModifier")),
        ("executionCount", at("/status/executionCount")),
        ("conditions", at("/status/conditions").map(|list| conditions_to_v2(&list))),
        (
            "template",
            Some(object([
                ("parallelism", at("/spec/template/spec/parallelism")),
                ("taskCount", at("/spec/template/spec/taskCount")),
                ("template", task),
            ])),
        ),
    ])
}

fn without(labels: &Value, key: &str) -> Value {
    let own = labels.as_object().into_iter().flatten().filter(|(each, _)| *each != key);
    own.map(|(key, value)| (key.clone(), value.clone())).collect::<Map<_, _>>().into()
}

/// The job in the Knative shape. `number` is that of its project.
pub(super) fn knative(name: &str, number: Option<&str>, data: &Value) -> Value {
    let mut job = if is_knative(data) { data.clone() } else { to_knative(data) };
    fit("run.v1", "Job", &mut job);
    for (key, word) in [("apiVersion", "run.googleapis.com/v1"), ("kind", "Job")] {
        job[key] = word.into();
    }
    let short = name.rsplit('/').next().unwrap_or_default();
    if !job["metadata"].is_object() {
        job["metadata"] = json!({});
    }
    let metadata = &mut job["metadata"];
    metadata["name"] = short.into();
    metadata["namespace"] = number.or_else(|| project(name)).unwrap_or_default().into();
    if metadata["uid"].is_null() {
        metadata["uid"] = uid(name).into();
    }
    if metadata["generation"].is_null() {
        metadata["generation"] = 1.into();
    }
    metadata["resourceVersion"] = resource_version(name, data).into();
    metadata["labels"]["cloud.googleapis.com/location"] = location(name).unwrap_or_default().into();
    let generation = metadata["generation"].clone();
    if let Some(Value::Object(template)) = job.pointer_mut("/spec/template") {
        template.entry("metadata").or_insert_with(|| json!({}));
    }
    let status = object([
        ("observedGeneration", Some(generation)),
        ("conditions", Some(json!([knative_condition("Ready", data.get("createTime"))]))),
    ]);
    if !job["status"].is_object() {
        job["status"] = status;
    }
    job
}

fn to_knative(data: &Value) -> Value {
    let at = |pointer: &str| data.pointer(pointer).filter(|value| !value.is_null()).cloned();
    let task = object([
        ("containers", at("/template/template/containers").map(|list| containers_to_knative(&list))),
        ("volumes", at("/template/template/volumes").map(|list| volumes_to_knative(&list))),
        ("maxRetries", at("/template/template/maxRetries")),
        ("timeoutSeconds", at("/template/template/timeout").and_then(|text| seconds(&text))),
        ("serviceAccountName", at("/template/template/serviceAccount")),
    ]);
    let execution = object([
        ("parallelism", at("/template/parallelism")),
        ("taskCount", at("/template/taskCount")),
        ("template", Some(json!({ "spec": task }))),
    ]);
    json!({
        "metadata": object([
            ("uid", at("/uid")),
            ("generation", at("/generation")),
            ("labels", at("/labels")),
            ("creationTimestamp", at("/createTime")),
            ("annotations", at("/creator").map(|who| json!({ "serving.knative.dev/creator": who }))),
        ]),
        "spec": { "template": { "spec": execution } },
        "status": object([
            ("executionCount", at("/executionCount")),
            ("observedGeneration", at("/observedGeneration")),
            ("conditions", at("/conditions").map(|list| conditions_to_knative(&list))),
        ]),
    })
}
