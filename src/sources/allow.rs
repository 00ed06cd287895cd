//! One allow policy by itself, as Google answers it.

use serde_json::Value;

use super::{
    intern::Interner,
    wire::{
        in_words,
        policy::{PolicyWire, policy as meaning},
    },
};
use crate::model::Policy;

/// What an allow policy says. The bindings and members of what is given stand where they stand in the JSON.
///
/// # Errors
/// Where it is not an allow policy: a lowercase fragment with the field.
pub fn policy(raw: &Value) -> Result<Policy, String> {
    let read: Result<PolicyWire<'_>, _> = serde_path_to_error::deserialize(raw);
    match read {
        Ok(wire) => Ok(meaning(wire, &mut Interner::default())),
        Err(error) => Err(format!("`{}`: {}", error.path(), in_words(error.inner()))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_policy_alone_says_who_holds_what() {
        let raw = json!({"version": 3, "etag": "BwYCcnf5oMo=", "bindings": [
            {"role": "roles/run.invoker", "members": ["user:Alice@example.com"], "bindingId": "x"},
            {"role": "roles/viewer"},
        ], "auditConfigs": []});
        let policy = policy(&raw).unwrap();
        assert_eq!(policy.etag.as_deref(), Some("BwYCcnf5oMo="));
        assert_eq!(policy.bindings[0].members[0].as_str(), "user:Alice@example.com");
        assert!(policy.bindings[1].members.is_empty());
    }

    #[test]
    fn what_is_no_policy_says_where() {
        let wrong = policy(&json!({"bindings": [{"role": "roles/viewer", "members": [7]}]})).unwrap_err();
        assert!(wrong.starts_with("`bindings[0].members[0]`: "), "{wrong}");
        assert!(policy(&json!("x")).is_err());
    }
}
