//! The types of Google's APIs, as their descriptions have them
//! (<https://developers.google.com/discovery/v1/reference/apis>). A resource that somebody gave, out of an export of
//! another version for one, is held to them before it is answered.

use std::{collections::BTreeMap, sync::OnceLock};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::fault::Fault;
use crate::model::time;

/// A description, as far as the emulator serves it.
#[derive(Debug, Deserialize)]
struct Description {
    schemas: BTreeMap<String, Type>,
}

/// A type, or a reference to one.
#[derive(Debug, Deserialize)]
struct Type {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(rename = "$ref")]
    name: Option<String>,
    #[serde(default)]
    properties: BTreeMap<String, Type>,
    items: Option<Box<Type>>,
    #[serde(rename = "additionalProperties")]
    others: Option<Box<Type>>,
    #[serde(rename = "enum")]
    words: Option<Vec<String>>,
    #[serde(default)]
    format: String,
}

macro_rules! descriptions {
    ($($api:literal),* $(,)?) => {
        [$(($api, include_str!(concat!("discovery/", $api, ".json")))),*]
    };
}

/// The descriptions by API and version; what cannot be read holds nothing to its types, which a test rules out.
fn descriptions() -> &'static BTreeMap<&'static str, Description> {
    static ALL: OnceLock<BTreeMap<&str, Description>> = OnceLock::new();
    ALL.get_or_init(|| {
        let texts = descriptions![
            "cloudasset.v1",
            "cloudfunctions.v2",
            "cloudidentity.v1",
            "cloudresourcemanager.v1",
            "cloudresourcemanager.v2",
            "cloudresourcemanager.v3",
            "cloudscheduler.v1",
            "cloudtasks.v2",
            "eventarc.v1",
            "iam.v1",
            "iam.v2",
            "pubsub.v1",
            "run.v1",
            "run.v2",
        ];
        texts.into_iter().filter_map(|(api, text)| Some((api, serde_json::from_str(text).ok()?))).collect()
    })
}

/// Takes out of a value what a type of an API does not have. What has another type goes as well.
pub(super) fn fit(api: &str, name: &str, value: &mut Value) {
    let Some(description) = descriptions().get(api) else { return };
    if let Some(kind) = description.schemas.get(name)
        && !description.fit(kind, value)
    {
        *value = Value::Object(Map::new());
    }
}

/// Refuses a body that is not of a type, as Google does.
pub(super) fn check(api: &str, name: &str, value: &Value) -> Result<(), Fault> {
    let Some(description) = descriptions().get(api) else { return Ok(()) };
    match description.schemas.get(name) {
        Some(kind) => description.check(kind, value, ""),
        None => Ok(()),
    }
}

impl Description {
    fn resolved<'d>(&'d self, kind: &'d Type) -> &'d Type {
        kind.name.as_ref().and_then(|name| self.schemas.get(name)).unwrap_or(kind)
    }

    /// Whether the value can stay.
    fn fit(&self, kind: &Type, value: &mut Value) -> bool {
        let kind = self.resolved(kind);
        match (kind.kind.as_str(), value) {
            (_, Value::Null) => false,
            ("any", _) | ("boolean", Value::Bool(_)) | ("number", Value::Number(_)) => true,
            ("object", Value::Object(fields)) => {
                self.fit_fields(kind, fields);
                true
            }
            ("array", Value::Array(values)) => {
                if let Some(items) = &kind.items {
                    values.retain_mut(|value| self.fit(items, value));
                }
                true
            }
            ("integer", value) => scalar(kind, value).is_some_and(|whole| {
                *value = whole;
                true
            }),
            ("string", value) => scalar(kind, value).is_some_and(|text| {
                *value = text;
                true
            }),
            _ => false,
        }
    }

    fn fit_fields(&self, kind: &Type, fields: &mut Map<String, Value>) {
        let kept = std::mem::take(fields).into_iter().filter_map(|(name, mut value)| {
            let own = kind.properties.get(&name).or(kind.others.as_deref())?;
            self.fit(own, &mut value).then_some((name, value))
        });
        *fields = kept.collect();
    }

    fn check(&self, kind: &Type, value: &Value, at: &str) -> Result<(), Fault> {
        let kind = self.resolved(kind);
        let bad = || Fault::invalid(format!("Invalid value at '{at}', {value}"));
        match (kind.kind.as_str(), value) {
            (_, Value::Null) | ("any", _) | ("boolean", Value::Bool(_)) | ("number", Value::Number(_)) => {
                Ok(())
            }
            ("object", Value::Object(fields)) => fields.iter().try_for_each(|(name, value)| {
                let inner = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                match kind.properties.get(name).or(kind.others.as_deref()) {
                    Some(own) => self.check(own, value, &inner),
                    None => Err(unknown(name, at)),
                }
            }),
            ("array", Value::Array(values)) => match &kind.items {
                Some(items) => values
                    .iter()
                    .enumerate()
                    .try_for_each(|(place, value)| self.check(items, value, &format!("{at}[{place}]"))),
                None => Ok(()),
            },
            ("integer" | "string", value) => scalar(kind, value).map(|_| ()).ok_or_else(bad),
            _ => Err(bad()),
        }
    }
}

fn unknown(name: &str, at: &str) -> Fault {
    let place = if at.is_empty() { String::new() } else { format!(" at '{at}'") };
    Fault::invalid(format!(
        "Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field."
    ))
}

/// A number or a text as JSON writes it for protocol buffers (<https://protobuf.dev/programming-guides/json/>);
/// `None` where it is none of this type.
fn scalar(kind: &Type, value: &Value) -> Option<Value> {
    if kind.kind == "integer" {
        let whole = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
        let is_small = match kind.format.as_str() {
            "uint32" => u32::try_from(whole).is_ok(),
            _ => i32::try_from(whole).is_ok(),
        };
        return is_small.then(|| whole.into());
    }
    let whole = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
    if kind.format == "int64" {
        return whole(value).map(|whole| whole.to_string().into());
    }
    let text = value.as_str()?;
    let is_kept = match kind.format.as_str() {
        "uint64" => text.parse::<u64>().is_ok(),
        "byte" => STANDARD.decode(text).is_ok(),
        "google-datetime" => time::moment(text).is_ok() && text.contains('T'),
        "google-duration" => text.strip_suffix('s').is_some_and(|number| number.parse::<f64>().is_ok()),
        _ => kind.words.as_ref().is_none_or(|words| words.iter().any(|word| word == text)),
    };
    is_kept.then(|| value.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_description_is_read() {
        assert_eq!(descriptions().len(), 14);
    }

    #[test]
    fn what_an_api_does_not_have_is_left_out_and_numbers_are_written_as_it_writes_them() {
        let mut service = json!({
            "name": "x", "later": { "a": 1 }, "generation": 4, "ingress": "INGRESS_TRAFFIC_SIDEWAYS",
            "createTime": "yesterday", "uid": 7, "labels": { "a": "b", "c": 1 }, "uri": null,
            "template": { "maxInstanceRequestConcurrency": "80", "timeout": "300s", "containers": [{ "image": "i", "x": 1 }, 3] },
        });
        fit("run.v2", "GoogleCloudRunV2Service", &mut service);
        assert_eq!(
            service,
            json!({
                "name": "x", "generation": "4", "labels": { "a": "b" },
                "template": { "maxInstanceRequestConcurrency": 80, "timeout": "300s", "containers": [{ "image": "i" }] },
            })
        );
    }

    #[test]
    fn a_body_with_a_field_that_there_is_not_is_refused_in_googles_words() {
        let said =
            |body: Value| check("run.v2", "GoogleCloudRunV2Service", &body).map_err(|fault| fault.message);
        assert_eq!(
            said(json!({ "labels": { "a": "b" }, "template": { "timeout": "1s" }, "uri": null })),
            Ok(())
        );
        assert_eq!(
            said(json!({ "template": { "later": 1 } })).unwrap_err(),
            "Invalid JSON payload received. Unknown name \"later\" at 'template': Cannot find field."
        );
        assert_eq!(said(json!({ "uri": 1 })).unwrap_err(), "Invalid value at 'uri', 1");
    }
}
