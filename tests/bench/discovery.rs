//! Trims Google's API descriptions (<https://developers.google.com/discovery/v1/reference/apis>) to what the emulator
//! serves: its methods, and the types that those take and give, without what is only there to be read.
//!
//! `cargo run --example discovery -- FOLDER`, where the folder holds `run.v2.json` and so on as Google publishes them.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    path::Path,
};

use serde_json::{Map, Value};

/// What a type is made of.
const KEPT: [&str; 7] = ["type", "$ref", "properties", "items", "additionalProperties", "enum", "format"];

fn main() -> Result<(), Box<dyn Error>> {
    let from = std::env::args().nth(1).ok_or("which folder holds the descriptions?")?;
    let into = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/emulator/discovery");
    let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for method in callmap::emulator::methods() {
        wanted.entry(method.api).or_default().insert(method.id);
    }
    for (api, ids) in wanted {
        let Ok(text) = fs::read_to_string(Path::new(&from).join(format!("{api}.json"))) else {
            continue;
        };
        fs::write(into.join(format!("{api}.json")), trimmed(&serde_json::from_str(&text)?, &ids))?;
    }
    Ok(())
}

/// A line a method and a line a type, in the order of their names.
fn trimmed(description: &Value, ids: &BTreeSet<&str>) -> String {
    let mut methods = BTreeMap::new();
    collect(description, ids, &mut methods);
    let mut types = BTreeMap::new();
    for method in methods.values() {
        for word in ["request", "response"] {
            if let Some(name) = method.get(word).and_then(Value::as_str) {
                reach(name, description, &mut types);
            }
        }
    }
    let block = |lines: BTreeMap<String, Value>| {
        let lines: Vec<String> =
            lines.into_iter().map(|(name, value)| format!("{}: {value}", Value::from(name))).collect();
        lines.join(",\n")
    };
    let revision = &description["revision"];
    let (methods, types) = (block(methods), block(types));
    format!(
        "{{\n\"revision\": {revision},\n\"methods\": {{\n{methods}\n}},\n\"schemas\": {{\n{types}\n}}\n}}\n"
    )
}

fn collect(part: &Value, ids: &BTreeSet<&str>, found: &mut BTreeMap<String, Value>) {
    for method in part["methods"].as_object().into_iter().flat_map(Map::values) {
        let id = method["id"].as_str().unwrap_or_default();
        if !ids.contains(id) {
            continue;
        }
        let path = method["flatPath"].as_str().or_else(|| method["path"].as_str()).unwrap_or_default();
        let mut kept = Map::new();
        kept.insert("verb".to_owned(), method["httpMethod"].clone());
        kept.insert("path".to_owned(), starred(path).into());
        for word in ["request", "response"] {
            if let Some(name) = method[word].get("$ref") {
                kept.insert(word.to_owned(), name.clone());
            }
        }
        found.insert(id.to_owned(), kept.into());
    }
    for resource in part["resources"].as_object().into_iter().flat_map(Map::values) {
        collect(resource, ids, found);
    }
}

/// A star in the place of every name in braces.
fn starred(path: &str) -> String {
    let mut out = String::new();
    let mut is_name = false;
    for letter in path.chars() {
        match letter {
            '{' => {
                is_name = true;
                out.push('*');
            }
            '}' => is_name = false,
            _ if is_name => {}
            _ => out.push(letter),
        }
    }
    out
}

/// A type, and those that it is made of.
fn reach(name: &str, description: &Value, types: &mut BTreeMap<String, Value>) {
    if types.contains_key(name) {
        return;
    }
    let kept = kept(&description["schemas"][name]);
    types.insert(name.to_owned(), kept.clone());
    let mut left = vec![&kept];
    while let Some(value) = left.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(other) = fields.get("$ref").and_then(Value::as_str) {
                    reach(other, description, types);
                }
                left.extend(fields.values());
            }
            Value::Array(values) => left.extend(values),
            _ => {}
        }
    }
}

fn kept(schema: &Value) -> Value {
    let Value::Object(fields) = schema else { return schema.clone() };
    let mut out = BTreeMap::new();
    for (key, value) in fields.iter().filter(|(key, _)| KEPT.contains(&key.as_str())) {
        let value = match (key.as_str(), value) {
            ("properties", Value::Object(all)) => {
                let all: BTreeMap<&String, Value> =
                    all.iter().map(|(name, each)| (name, self::kept(each))).collect();
                serde_json::json!(all)
            }
            ("items" | "additionalProperties", value) => self::kept(value),
            (_, value) => value.clone(),
        };
        out.insert(key.clone(), value);
    }
    serde_json::json!(out)
}
