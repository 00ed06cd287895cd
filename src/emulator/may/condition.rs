//! When a binding counts.

use serde_json::Value;

use crate::{
    access::{Verdict, condition},
    model::{Condition, Time},
};

/// Whether a condition lets a binding count. Of the attributes of resources, of tags and of the request nothing is
/// known but its time; what rests on them gives nothing, as does what cannot be read.
pub(super) fn holds(given: &Value, permission: &str, now: Time) -> bool {
    let Some(expression) = given.get("expression").and_then(Value::as_str) else { return false };
    // What a write of a policy may change is an attribute of that write, and without a value it limits nothing
    // (https://cloud.google.com/iam/docs/setting-limits-on-granting-roles).
    if permission.ends_with(".setIamPolicy") && expression.contains("api.getAttribute") {
        return false;
    }
    condition::holds_at(Some(&of(expression)), now) == Verdict::Yes
}

/// A condition of which only the expression matters.
pub(super) fn of(expression: &str) -> Condition {
    Condition { title: "".into(), description: None, expression: expression.into(), location: None }
}
