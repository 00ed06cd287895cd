//! Policies in the types of the Google crates, which know only the fields of their day.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// This policy in the type of a Google crate, where that type holds all of it: a field it does not know, or
/// an etag it would spell otherwise, is `None`, and then the policy is sent as it stands.
pub(super) fn typed<P: DeserializeOwned + Serialize>(policy: &Value) -> Option<P> {
    let typed: P = serde_json::from_value(policy.clone()).ok()?;
    let mut back = serde_json::to_value(&typed).ok()?;
    remove_nulls(&mut back);
    (back == *policy).then_some(typed)
}

/// The crates leave nulls out of what they send.
fn remove_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, field| !field.is_null());
            fields.values_mut().for_each(remove_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(remove_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use google_cloudresourcemanager1::api::Policy;
    use google_run2::api::GoogleIamV1Policy;
    use serde_json::json;

    use super::*;

    fn is_typed(policy: &Value) -> (bool, bool) {
        (typed::<GoogleIamV1Policy>(policy).is_some(), typed::<Policy>(policy).is_some())
    }

    #[test]
    fn a_policy_that_the_crates_know_whole_is_sent_by_them() {
        for policy in [
            json!({"etag": "ACAB", "version": 3}),
            json!({"etag": "ACAB", "version": 3, "bindings": []}),
            json!({
                "version": 3, "etag": "BwWWja0YfJA=",
                "bindings": [{"role": "roles/run.invoker", "members": ["allUsers"], "condition": {
                    "title": "t", "expression": "true", "description": "d", "location": "l",
                }}],
                "auditConfigs": [{"service": "allServices", "auditLogConfigs": [
                    {"logType": "DATA_READ", "exemptedMembers": ["user:a@example.com"]},
                ]}],
            }),
        ] {
            assert_eq!(is_typed(&policy), (true, true), "{policy}");
        }
    }

    #[test]
    fn a_policy_of_which_anything_would_be_lost_is_not() {
        for policy in [
            json!({"etag": "ACAB", "new": 1}),
            json!({"etag": "ACAB", "bindings": [{"role": "r", "members": [], "bindingId": "x"}]}),
            json!({"etag": "ACAB", "bindings": [{"role": "r", "condition": {"title": "t", "new": true}}]}),
            json!({"etag": "not base64!"}),
            json!({"etag": "BwYzzzzzzzz="}),
            json!({"etag": "ACAB", "bindings": null}),
            json!({"version": "3"}),
        ] {
            assert_eq!(is_typed(&policy), (false, false), "{policy}");
        }
    }
}
