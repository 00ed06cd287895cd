//! What both shapes of a service are made of, under other names: containers, volumes, conditions.

use serde_json::{Map, Value, json};

use super::super::object;

/// The values of a list, each made anew.
fn each(list: &Value, one: impl Fn(&Value) -> Value) -> Value {
    list.as_array().into_iter().flatten().map(one).collect()
}

fn fields(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// Containers of Knative as those of v2: what has no place there is left for the type to leave out.
pub(in crate::emulator) fn containers_to_v2(list: &Value) -> Value {
    containers(list, "valueFrom", "valueSource", |secret| {
        object([("secret", secret.get("name").cloned()), ("version", secret.get("key").cloned())])
    })
}

/// Containers of v2 as those of Knative.
pub(in crate::emulator) fn containers_to_knative(list: &Value) -> Value {
    containers(list, "valueSource", "valueFrom", |secret| {
        object([("name", secret.get("secret").cloned()), ("key", secret.get("version").cloned())])
    })
}

fn containers(list: &Value, from: &str, to: &str, secret: impl Fn(&Value) -> Value) -> Value {
    let variable = |variable: &Value| {
        let mut out = fields(variable);
        if let Some(source) = out.shift_remove(from)
            && let Some(given) = source.get("secretKeyRef")
        {
            out.insert(to.to_owned(), json!({ "secretKeyRef": secret(given) }));
        }
        Value::Object(out)
    };
    each(list, |container| {
        let mut out = fields(container);
        if let Some(list) = out.get("env") {
            let list = each(list, variable);
            out.insert("env".to_owned(), list);
        }
        Value::Object(out)
    })
}

/// Volumes of Knative as those of v2.
pub(in crate::emulator) fn volumes_to_v2(list: &Value) -> Value {
    volumes(list, ["secretName", "secret"], ["key", "version"], |medium| {
        medium.and_then(Value::as_str).map(|medium| medium.to_uppercase().into())
    })
}

/// Volumes of v2 as those of Knative.
pub(in crate::emulator) fn volumes_to_knative(list: &Value) -> Value {
    volumes(list, ["secret", "secretName"], ["version", "key"], |_| Some("Memory".into()))
}

/// Volumes with other words, each from one to the other: for the name of a secret and for its version; and with the
/// medium of an empty directory made anew, where there is another.
fn volumes(
    list: &Value,
    [name, other_name]: [&'static str; 2],
    [version, other_version]: [&'static str; 2],
    medium: impl Fn(Option<&Value>) -> Option<Value>,
) -> Value {
    let item = |item: &Value| {
        object([
            ("path", item.get("path").cloned()),
            (other_version, item.get(version).cloned()),
            ("mode", item.get("mode").cloned()),
        ])
    };
    each(list, |volume| {
        let mut out = fields(volume);
        if let Some(secret) = out.get("secret") {
            let secret = object([
                (other_name, secret.get(name).cloned()),
                ("items", secret.get("items").map(|items| each(items, item))),
                ("defaultMode", secret.get("defaultMode").cloned()),
            ]);
            out.insert("secret".to_owned(), secret);
        }
        if let Some(Value::Object(empty)) = out.get_mut("emptyDir")
            && let Some(medium) = medium(empty.get("medium"))
        {
            empty.insert("medium".to_owned(), medium);
        }
        Value::Object(out)
    })
}

/// Conditions of Knative as those of v2.
pub(in crate::emulator) fn conditions_to_v2(list: &Value) -> Value {
    each(list, |condition| {
        let text = |key: &str| condition.get(key).and_then(Value::as_str);
        let state = match text("status") {
            Some("True") => "CONDITION_SUCCEEDED",
            Some("False") => "CONDITION_FAILED",
            _ => "CONDITION_RECONCILING",
        };
        object([
            ("type", condition.get("type").cloned()),
            ("state", Some(state.into())),
            ("message", condition.get("message").cloned()),
            ("lastTransitionTime", condition.get("lastTransitionTime").cloned()),
            ("severity", text("severity").map(|word| word.to_uppercase().into())),
        ])
    })
}

/// Conditions of v2 as those of Knative.
pub(in crate::emulator) fn conditions_to_knative(list: &Value) -> Value {
    each(list, |condition| {
        let text = |key: &str| condition.get(key).and_then(Value::as_str);
        let status = match text("state") {
            Some("CONDITION_SUCCEEDED") => "True",
            Some("CONDITION_FAILED") => "False",
            _ => "Unknown",
        };
        object([
            ("type", condition.get("type").cloned()),
            ("status", Some(status.into())),
            ("message", condition.get("message").cloned()),
            ("lastTransitionTime", condition.get("lastTransitionTime").cloned()),
            ("severity", text("severity").filter(|word| *word == "INFO").map(|_| "Info".into())),
        ])
    })
}

/// Seconds as a duration: `300s`.
pub(in crate::emulator) fn duration(seconds: &Value) -> Option<Value> {
    seconds.as_i64().map(|seconds| format!("{seconds}s").into())
}

/// A duration as whole seconds.
pub(in crate::emulator) fn seconds(duration: &Value) -> Option<Value> {
    let number = duration.as_str()?.strip_suffix('s')?.split('.').next()?;
    number.parse::<i64>().ok().map(Value::from)
}
