//! Google's own roles, as far as the role data that ships with callmap tells
//! (<https://cloud.google.com/iam/docs/reference/rest/v1/roles>).

use serde_json::{Value, json};

use crate::{access::RoleData, model::Permission};

/// Whether a role of this name would be one of Google's.
pub(super) fn is_predefined(name: &str) -> bool {
    name.starts_with("roles/")
}

/// Whether Google has a role of this name. The basic roles in preview are newer than the role data.
pub(super) fn is_known(name: &str) -> bool {
    RoleData::get().gives(name).is_some() || matches!(name, "roles/admin" | "roles/writer" | "roles/reader")
}

/// Whether it is one of the basic roles.
pub(super) fn is_basic(name: &str) -> bool {
    matches!(name, "roles/owner" | "roles/editor" | "roles/viewer")
}

/// A role of Google's, with those of its permissions that decide who can call; `None` where there is none.
pub(super) fn predefined(name: &str) -> Option<Value> {
    let given = RoleData::get().gives(name)?;
    let permissions: Vec<_> = given.iter().map(Permission::as_str).collect();
    let mut role = json!({ "name": name, "title": name.trim_start_matches("roles/") });
    if !permissions.is_empty() {
        role["includedPermissions"] = json!(permissions);
    }
    role["stage"] = json!("GA");
    role["etag"] = json!("AA==");
    Some(role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_that_lets_call_says_so_and_one_that_does_not_says_nothing() {
        let has = |name: &str| {
            let role = predefined(name).unwrap();
            role["includedPermissions"]
                .as_array()
                .is_some_and(|all| all.contains(&json!("run.routes.invoke")))
        };
        assert!(has("roles/run.invoker") && has("roles/owner") && has("roles/cloudfunctions.developer"));
        assert!(!has("roles/viewer") && !has("roles/cloudfunctions.invoker"));
        assert_eq!(predefined("roles/run.nobody"), None);
    }
}
