//! Policy versions: what a reader who knows no conditions is answered
//! (<https://cloud.google.com/iam/docs/troubleshooting-withcond>).

use serde_json::{Value, json};

use super::{condition, etag, has_conditions, role};
use crate::emulator::{fault::Fault, hash::digits, state};

/// The one version that holds conditions.
pub(super) const WITH_CONDITIONS: i64 = 3;

/// A version that is none.
pub(super) fn checked(version: i64) -> Result<i64, Fault> {
    match version {
        0 | 1 | WITH_CONDITIONS => Ok(version),
        other => {
            Err(Fault::invalid(format!("Invalid policy version {other}. Valid values are 0, 1, and 3.")))
        }
    }
}

/// The policy as it is answered to who asks for this version of it.
pub(in crate::emulator) fn answer(stored: Option<&Value>, version: i64) -> Result<Value, Fault> {
    let version = checked(version)?;
    let Some(stored) = stored else { return Ok(state::never_set()) };
    if stored.get("etag").and_then(Value::as_str) == Some(etag::NEVER_SET) {
        return Ok(stored.clone());
    }
    let mut policy = stored.clone();
    let is_conditional = has_conditions(stored);
    if is_conditional && version < WITH_CONDITIONS {
        withhold(&mut policy);
    }
    policy["version"] = json!(if is_conditional && version == WITH_CONDITIONS { WITH_CONDITIONS } else { 1 });
    Ok(policy)
}

/// Takes the conditions away, and renames the roles so that nobody takes the bindings for unconditional.
fn withhold(policy: &mut Value) {
    let Some(Value::Array(bindings)) = policy.get_mut("bindings") else { return };
    for binding in bindings {
        let Some(condition) = condition(binding).cloned() else { continue };
        let renamed = format!("{}_withcond_{}", role(binding), hash(&condition));
        if let Value::Object(fields) = binding {
            fields.shift_remove("condition");
            fields.insert("role".to_owned(), renamed.into());
        }
    }
}

/// Twenty digits that stand for a condition.
fn hash(condition: &Value) -> String {
    let part = |key: &str| condition.get(key).and_then(Value::as_str).unwrap_or_default();
    let text = [part("title"), part("description"), part("expression")].join("\0");
    digits(&text, 10)
}

/// Whether a role is one that was renamed for a reader without conditions.
pub(super) fn is_withcond(role: &str) -> bool {
    role.rsplit_once("_withcond_").is_some_and(|(_, hash)| {
        hash.len() == 20 && hash.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conditional() -> Value {
        json!({
            "etag": "BwYCcnf5oMo=",
            "bindings": [
                { "role": "roles/run.invoker", "members": ["user:a@example.com"] },
                {
                    "role": "roles/run.invoker",
                    "members": ["user:b@example.com"],
                    "condition": { "title": "soon", "expression": "true" },
                },
            ],
            "later": 1,
        })
    }

    #[test]
    fn a_reader_who_did_not_ask_for_version_3_gets_renamed_roles_and_no_condition() {
        let policy = answer(Some(&conditional()), 0).unwrap();
        assert_eq!(policy["version"], 1);
        assert_eq!(policy["bindings"][0]["role"], "roles/run.invoker");
        let renamed = policy["bindings"][1]["role"].as_str().unwrap();
        assert!(renamed.starts_with("roles/run.invoker_withcond_") && is_withcond(renamed), "{renamed}");
        assert_eq!(policy["bindings"][1].get("condition"), None);
        assert_eq!(policy["later"], 1);
        assert_eq!(answer(Some(&conditional()), 1).unwrap(), policy);
    }

    #[test]
    fn version_3_holds_conditions_and_is_said_only_where_there_are_some() {
        let policy = answer(Some(&conditional()), 3).unwrap();
        assert_eq!((&policy["version"], &policy["bindings"]), (&json!(3), &conditional()["bindings"]));
        let plain = json!({ "etag": "BwYCcnf5oMo=", "version": 3, "bindings": [] });
        assert_eq!(answer(Some(&plain), 3).unwrap()["version"], 1);
    }

    #[test]
    fn a_policy_that_was_never_set_has_nothing_but_its_etag() {
        assert_eq!(answer(None, 3).unwrap(), json!({ "etag": "ACAB" }));
    }

    #[test]
    fn there_is_no_version_2() {
        assert_eq!(answer(None, 2).unwrap_err().code, 400);
    }
}
