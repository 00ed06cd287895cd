//! The JSON Schema of a map's file, for editors and other tools. It is made from the keys that the readers take.
//!
//! A schema sees one file, without the places of its words: what it refuses the readers refuse as well, and they
//! refuse more (names that nothing declares, edges that stand twice, words that only some YAML readers take for text).

mod callers;
mod functions;
mod settings;
mod texts;

use serde_json::{Map, Value, json};

use super::read_file;

/// The JSON Schema (2020-12) of a file of a caller map.
pub fn schema() -> Value {
    let mut schema = mapping(&read_file::KEYS, key);
    let declares: Vec<_> = read_file::KEYS
        .iter()
        .filter(|key| !matches!(**key, "callmap" | "project" | "region" | "owner" | "written_by"))
        .map(|key| json!({ "required": [key] }))
        .collect();
    extend(
        &mut schema,
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "callmap caller map",
            "description": "Who may call which Google Cloud Run function. All files of a directory are one map.",
            "required": ["callmap"],
            "anyOf": declares,
            "dependentRequired": { "functions": ["callers"], "callers": ["functions"] },
            "$defs": {
                "until": texts::until(),
                "caller": texts::caller(),
                "function-name": texts::function_name(),
            },
        }),
    );
    schema
}

/// What the readers of a file take under each of its keys.
fn key(key: &str) -> (&'static str, Value) {
    match key {
        "callmap" => {
            ("The version of this format. It is the first key of every file.", json!({ "const": 1 }))
        }
        "project" => {
            ("The project, by id or number, that short names in this file belong to.", texts::project())
        }
        "region" => ("The region that short names in this file belong to.", texts::region()),
        "owner" => ("Whom to ask about the functions of this file.", texts::plain()),
        "written_by" => (texts::WRITTEN_BY, texts::writer()),
        "functions" => (
            "The functions that this file governs, by short name. Names are unique over all files.",
            functions::schema(),
        ),
        "callers" => (
            "Who may call which of the functions above. `{}` says on purpose that nobody may.",
            callers::schema(),
        ),
        setting => settings::key(setting),
    }
}

/// A mapping that takes these keys and no others, each with its description.
fn mapping(keys: &[&str], key: fn(&str) -> (&'static str, Value)) -> Value {
    let properties: Map<_, _> = keys
        .iter()
        .map(|name| {
            let (description, schema) = key(name);
            ((*name).to_owned(), described(description, schema))
        })
        .collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// A key that a reader takes and nobody described: the tests find it, as nothing is valid there.
fn undescribed() -> (&'static str, Value) {
    ("", Value::Bool(false))
}

fn described(description: &str, mut schema: Value) -> Value {
    extend(&mut schema, json!({ "description": description }));
    schema
}

/// Adds these keywords to a schema.
fn extend(schema: &mut Value, with: Value) {
    if let (Value::Object(schema), Value::Object(with)) = (schema, with) {
        schema.extend(with);
    }
}

fn list(of: Value) -> Value {
    Map::from_iter([("type".to_owned(), "array".into()), ("items".to_owned(), of)]).into()
}

fn some(of: Value) -> Value {
    let mut list = list(of);
    extend(&mut list, json!({ "minItems": 1 }));
    list
}

fn defined(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}
