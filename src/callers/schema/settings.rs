//! Settings in the schema.

use serde_json::{Map, Value, json};

use super::{defined, described, extend, list, mapping, some, texts, undescribed};
use crate::{
    callers::{read_accepted, read_settings},
    model::{Level, RuleId},
};

pub(super) fn key(key: &str) -> (&'static str, Value) {
    match key {
        "environments" => (
            "One map, several worlds: each environment says what every `$word` stands for in it. All of them define \
             the same words.",
            environments(),
        ),
        "accepted" => (
            "Findings that a reviewer agreed to live with, for a while. They stay in every report.",
            list(acceptance()),
        ),
        "rules" => ("Levels of rules, where they are not the rule's own.", levels()),
        "role" => (
            "The role that a declared caller is given. `roles/run.servicesInvoker` is the narrower one.",
            json!({ "enum": read_settings::ROLES, "default": "roles/run.invoker" }),
        ),
        "expiry" => (
            "How an `until` is kept: by an IAM condition on the grant, or by the map alone.",
            json!({ "enum": read_settings::EXPIRIES, "default": "condition" }),
        ),
        "max_until" => (
            "The longest that a temporary caller may be given, from the time of the run: days, hours, minutes or \
             seconds.",
            texts::duration(),
        ),
        "domains" => (
            "E-mail domains that are ours; without it, nobody is reported as external.",
            list(texts::domain()),
        ),
        "projects" => (
            "Projects whose service accounts are ours, besides the map's own.",
            list(texts::project_without_words()),
        ),
        _ => undescribed(),
    }
}

fn environments() -> Value {
    json!({
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {
            "type": "object",
            "propertyNames": { "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" },
            "additionalProperties": { "type": ["string", "integer"], "pattern": r"^[^$]*[^\s$][^$]*$" },
        },
    })
}

/// Every rule with the levels that a map may give it.
fn levels() -> Value {
    let rules: Map<_, _> = RuleId::ALL
        .iter()
        .map(|rule| {
            let words: Vec<_> = Level::ALL
                .into_iter()
                .filter(|level| *level >= rule.lowest_level())
                .map(Level::as_str)
                .collect();
            let own = rule.default_level().as_str();
            let schema = json!({ "enum": words, "default": own });
            (
                rule.as_str().to_owned(),
                described(&format!("The level of `{rule}`; its own is `{own}`."), schema),
            )
        })
        .collect();
    json!({ "type": "object", "additionalProperties": false, "properties": rules })
}

fn acceptance() -> Value {
    let mut acceptance = mapping(&read_accepted::KEYS, acceptance_key);
    extend(
        &mut acceptance,
        json!({
            "required": ["rule", "reason", "until"],
            "anyOf": [{ "required": ["caller"] }, { "required": ["resource"] }],
        }),
    );
    acceptance
}

fn acceptance_key(key: &str) -> (&'static str, Value) {
    match key {
        "rule" => {
            let ids: Vec<_> = RuleId::ALL.iter().map(|rule| rule.as_str()).collect();
            ("Findings of this rule.", json!({ "enum": ids }))
        }
        "caller" => (
            "Of exactly this caller, as the finding names it.",
            json!({ "type": "string", "pattern": r":|\$|^all(Authenticated)?Users$" }),
        ),
        "resource" => ("About exactly this resource, as the finding names it.", texts::plain()),
        "functions" => ("About these functions alone, by their short names.", some(defined("function-name"))),
        "role" => ("Of this role alone.", texts::plain()),
        "reason" => ("Why it was agreed to.", texts::plain()),
        "until" => (
            "When it has to be looked at again: a date, to the end of that day in UTC, or a time with its zone.",
            defined("until"),
        ),
        _ => undescribed(),
    }
}
