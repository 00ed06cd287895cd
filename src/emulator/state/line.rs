//! One line of a state: an asset as an export has it, in either spelling of its fields.

use serde_json::{Map, Value};

use super::names::relative;
use crate::model::{Time, time};

/// Why a state is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the state {what}")]
pub struct StateError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong there: a fragment that goes on from "line 3 of the state".
    pub what: String,
}

/// A line, taken apart as far as all lines go.
pub(super) struct Line {
    pub(super) fields: Map<String, Value>,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) time: Option<Time>,
}

impl Line {
    /// Takes one line apart.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?;
        let Value::Object(fields) = value else { return Err("is not an object".to_owned()) };
        let mut line = Self { fields, kind: String::new(), name: String::new(), time: None };
        let word = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        line.kind = word(line.field("asset_type", "assetType")).ok_or("has no `asset_type`")?;
        line.name = word(line.fields.get("name")).ok_or("has no `name`")?;
        if let Some(text) = word(line.field("update_time", "updateTime")) {
            line.time =
                Some(time::moment(&text).map_err(|error| format!("has a bad `update_time`: {error}"))?);
        }
        for part in [line.policy(), line.fields.get("resource")] {
            if part.is_some_and(|part| !part.is_object()) {
                return Err("has a part that is not an object".to_owned());
            }
        }
        Ok(line)
    }

    fn field(&self, snake: &str, camel: &str) -> Option<&Value> {
        self.fields.get(snake).or_else(|| self.fields.get(camel)).filter(|value| !value.is_null())
    }

    /// Its name without the service before it.
    pub(super) fn relative(&self) -> &str {
        relative(&self.name)
    }

    /// Its `IAM_POLICY` content.
    pub(super) fn policy(&self) -> Option<&Value> {
        self.field("iam_policy", "iamPolicy")
    }

    /// What its RESOURCE content holds.
    pub(super) fn data(&self) -> Option<&Value> {
        self.fields.get("resource").and_then(|resource| resource.get("data")).filter(|data| !data.is_null())
    }

    /// A text of its RESOURCE content, at this pointer.
    pub(super) fn text(&self, pointer: &str) -> Option<&str> {
        self.data().and_then(|data| data.pointer(pointer)).and_then(Value::as_str)
    }

    /// A text of the line itself.
    pub(super) fn word(&self, key: &str) -> Option<&str> {
        self.fields.get(key).and_then(Value::as_str)
    }

    /// The names above it, nearest first, its own project before them.
    pub(super) fn ancestors(&self) -> Vec<String> {
        let listed = self.fields.get("ancestors").and_then(Value::as_array);
        listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}
