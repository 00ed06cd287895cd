//! What a role carries.

use serde_json::Value;

use crate::emulator::{
    roles,
    state::{Kind, State},
};

/// Whether a role carries a permission. Of roles that somebody made those count that the state holds, unless they are
/// off or deleted (<https://cloud.google.com/iam/docs/reference/rest/v1/organizations.roles#Role>).
pub(in crate::emulator) fn carries(state: &State, role: &str, permission: &str) -> bool {
    if roles::is_predefined(role) {
        return roles::carries(role, permission);
    }
    let data = state.asset(Kind::Role, role).and_then(|asset| asset.data.as_ref());
    data.is_some_and(|data| {
        let field = |camel: &str, snake: &str| data.get(camel).or_else(|| data.get(snake));
        let is_deleted = data.get("deleted").and_then(Value::as_bool).unwrap_or(false);
        let is_off = data.get("stage").and_then(Value::as_str) == Some("DISABLED");
        let listed = field("includedPermissions", "included_permissions").and_then(Value::as_array);
        !is_deleted && !is_off && listed.is_some_and(|all| all.iter().any(|each| each == permission))
    })
}
