//! `callers:` in the schema.

use serde_json::{Value, json};

use super::{defined, extend, mapping, some, texts, undescribed};
use crate::callers::read_callers;

pub(super) fn schema() -> Value {
    let mut entry = mapping(&read_callers::KEYS, key);
    extend(&mut entry, json!({ "required": ["function"] }));
    let mut for_good = mapping(&read_callers::KEYS, public_key);
    extend(&mut for_good, json!({ "required": ["function"] }));
    json!({
        "type": "object",
        "propertyNames": defined("caller"),
        "patternProperties": {
            "^all(Authenticated)?Users$": some(json!({ "anyOf": [defined("function-name"), for_good] })),
        },
        "additionalProperties": some(json!({ "anyOf": [texts::function_pattern(), entry] })),
    })
}

fn key(key: &str) -> (&'static str, Value) {
    match key {
        "function" => {
            ("A function of this file, or a pattern over them such as `pay*`.", texts::function_pattern())
        }
        "until" => (
            "When the caller may no longer call: a date, to the end of that day in UTC, or a time with its zone.",
            defined("until"),
        ),
        "reason" => ("Why, for whoever reviews it.", texts::plain()),
        _ => undescribed(),
    }
}

/// The public is named function by function, and for good: Google takes no condition on it.
fn public_key(name: &str) -> (&'static str, Value) {
    match name {
        "function" => ("A function of this file, by its name.", defined("function-name")),
        "until" => ("A public caller cannot be temporary.", json!({ "not": {} })),
        _ => key(name),
    }
}
