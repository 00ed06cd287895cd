//! Google's descriptions as JSON Schema, in which nothing is but what they name.

use std::{collections::BTreeMap, fs};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// The types of an API.
pub(super) struct Description {
    methods: Map<String, Value>,
    definitions: Value,
}

impl Description {
    /// `None` where there is none.
    pub(super) fn of(api: &str) -> Option<Self> {
        let path = format!("{}/src/emulator/discovery/{api}.json", env!("CARGO_MANIFEST_DIR"));
        let value: Value = serde_json::from_str(&fs::read_to_string(path).ok()?).unwrap();
        let all = value["schemas"].as_object().unwrap();
        let definitions: BTreeMap<&String, Value> =
            all.iter().map(|(name, kind)| (name, converted(kind))).collect();
        Some(Self { methods: value["methods"].as_object().unwrap().clone(), definitions: json!(definitions) })
    }

    /// What the answer of a method is held to.
    pub(super) fn answer(&self, id: &str) -> Validator {
        self.of_type(self.methods[id]["response"].as_str().unwrap())
    }

    /// What a request of a method is held to; `None` where it has no body.
    pub(super) fn request(&self, id: &str) -> Option<Validator> {
        self.methods[id]["request"].as_str().map(|name| self.of_type(name))
    }

    fn of_type(&self, name: &str) -> Validator {
        let schema = json!({ "$ref": format!("#/$defs/{name}"), "$defs": self.definitions });
        jsonschema::validator_for(&schema).unwrap()
    }
}

/// What is wrong with a value, one line a fault.
pub(super) fn faults(schema: &Validator, value: &Value) -> Vec<String> {
    schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn converted(kind: &Value) -> Value {
    if let Some(name) = kind["$ref"].as_str() {
        return json!({ "$ref": format!("#/$defs/{name}") });
    }
    let text = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    let range = |low: i64, high: i64| json!({ "type": "integer", "minimum": low, "maximum": high });
    match (kind["type"].as_str().unwrap(), kind["format"].as_str().unwrap_or("")) {
        ("any", _) => json!(true),
        ("object", _) => object(kind),
        ("array", _) => json!({ "type": "array", "items": converted(&kind["items"]) }),
        ("boolean", _) => json!({ "type": "boolean" }),
        ("number", _) => json!({ "type": "number" }),
        ("integer", "uint32") => range(0, i64::from(u32::MAX)),
        ("integer", _) => range(i64::from(i32::MIN), i64::from(i32::MAX)),
        ("string", "int64" | "uint64") => text("^-?[0-9]+$"),
        // The last letter before the end leaves no bits over.
        ("string", "byte") => {
            text("^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$")
        }
        ("string", "google-datetime") => {
            text("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?Z$")
        }
        ("string", "google-duration") => text("^-?[0-9]+([.][0-9]{1,9})?s$"),
        ("string", _) => match kind.get("enum") {
            Some(words) => json!({ "type": "string", "enum": words }),
            None => json!({ "type": "string" }),
        },
        other => panic!("{other:?}"),
    }
}

fn object(kind: &Value) -> Value {
    let own = kind["properties"].as_object().cloned().unwrap_or_default();
    let own: BTreeMap<String, Value> =
        own.iter().map(|(name, kind)| (name.clone(), converted(kind))).collect();
    let others = kind.get("additionalProperties").map_or(json!(false), converted);
    json!({ "type": "object", "properties": own, "additionalProperties": others })
}
