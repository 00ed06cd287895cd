//! Allow policies as Google keeps them: what is answered, what is taken, and what is refused
//! (<https://cloud.google.com/iam/docs/allow-policies>). Pure: no clock, no store.

mod deny;
pub(super) mod etag;
mod limits;
mod members;
mod modified;
mod roles;
mod version;
mod write;

use serde_json::Value;

pub(super) use deny::check_deny_rule;
pub(super) use modified::modified;
pub(super) use roles::is_taken;
pub(super) use version::answer;
pub(super) use write::{Rules, write};

/// The bindings of a policy.
pub(super) fn bindings(policy: &Value) -> impl Iterator<Item = &Value> {
    policy.get("bindings").and_then(Value::as_array).into_iter().flatten()
}

/// The role of a binding.
pub(super) fn role(binding: &Value) -> &str {
    binding.get("role").and_then(Value::as_str).unwrap_or_default()
}

/// The members of a binding.
pub(super) fn members_of(binding: &Value) -> impl Iterator<Item = &str> {
    binding.get("members").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The condition of a binding.
pub(super) fn condition(binding: &Value) -> Option<&Value> {
    binding.get("condition").filter(|condition| !condition.is_null())
}

/// Whether anything in the policy is conditional.
fn has_conditions(policy: &Value) -> bool {
    bindings(policy).any(|binding| condition(binding).is_some())
}
