//! `functions:` in the schema.

use serde_json::{Value, json};

use super::{defined, extend, mapping, some, texts, undescribed};
use crate::callers::read_functions;

pub(super) fn schema() -> Value {
    let mut function = mapping(&read_functions::KEYS, key);
    let twice = [["resource", "region"], ["resource", "regions"], ["region", "regions"]];
    extend(
        &mut function,
        json!({
            "type": ["object", "null"],
            "not": { "type": "object", "anyOf": twice.map(|pair| json!({ "required": pair })) },
        }),
    );
    json!({
        "type": "object",
        "minProperties": 1,
        "propertyNames": defined("function-name"),
        "additionalProperties": function,
    })
}

fn key(key: &str) -> (&'static str, Value) {
    match key {
        "region" => ("The region, where it is not the file's.", texts::region()),
        "regions" => {
            let mut regions = some(texts::region());
            extend(&mut regions, json!({ "uniqueItems": true }));
            ("Several regions: the same service in each of them, with the same callers.", regions)
        }
        "resource" => (
            "The whole name of the service, where project, region or name are not what the file says.",
            texts::service(),
        ),
        "runs_as" => (
            "The service account that it runs as. Callers named `function:NAME` are this account, and an account \
             that differs is reported.",
            texts::account(),
        ),
        "trigger" => {
            ("`event` asserts that nobody but its event source may call it.", json!({ "const": "event" }))
        }
        "owner" => ("Whom to ask about this function.", texts::plain()),
        "written_by" => (texts::WRITTEN_BY, texts::writer()),
        "only" => ("The environments that have this function; without it, all have.", some(texts::plain())),
        _ => undescribed(),
    }
}
