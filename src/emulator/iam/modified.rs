//! Which roles a write gives or takes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{bindings, condition, members_of, role, write::mask};

/// The roles whose grants a write would change: somebody comes, goes, or is under another condition.
pub(in crate::emulator) fn modified<'p>(stored: Option<&'p Value>, request: &'p Value) -> BTreeSet<&'p str> {
    let is_asked = mask(request).is_ok_and(|fields| fields.iter().any(|field| field == "bindings"));
    let next = request.get("policy").filter(|_| is_asked);
    let Some(next) = next else { return BTreeSet::new() };
    let (before, after) = (stored.map(grants).unwrap_or_default(), grants(next));
    before.symmetric_difference(&after).map(|(role, ..)| *role).collect()
}

/// Every grant of a policy: its role, its member, its condition.
fn grants(policy: &Value) -> BTreeSet<(&str, &str, String)> {
    let of_binding = |binding| {
        let under = condition(binding).map(Value::to_string).unwrap_or_default();
        members_of(binding).map(move |member| (role(binding), member, under.clone()))
    };
    bindings(policy).flat_map(of_binding).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_role_is_modified_where_its_members_or_their_conditions_are() {
        let stored = json!({ "bindings": [
            { "role": "roles/a", "members": ["user:x@example.com", "user:y@example.com"] },
            { "role": "roles/b", "members": ["user:x@example.com"] },
        ] });
        let of = |bindings: Value| {
            let request = json!({ "policy": { "bindings": bindings } });
            modified(Some(&stored), &request).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let (x, y) = ("user:x@example.com", "user:y@example.com");
        let b = json!({ "role": "roles/b", "members": [x] });
        // The order, and in how many bindings, changes nothing.
        assert_eq!(
            of(json!([b, { "role": "roles/a", "members": [y] }, { "role": "roles/a", "members": [x, x] }])),
            [""; 0]
        );
        assert_eq!(of(json!([b, { "role": "roles/a", "members": [x] }])), ["roles/a"]);
        assert_eq!(of(json!([])), ["roles/a", "roles/b"]);
        let under = json!({ "title": "t", "expression": "true" });
        assert_eq!(
            of(json!([stored["bindings"][0], { "role": "roles/b", "members": [x], "condition": under }])),
            ["roles/b"]
        );
        let nothing = json!({ "policy": { "bindings": [] }, "updateMask": "auditConfigs" });
        assert!(modified(Some(&stored), &nothing).is_empty());
    }
}
