//! Roles: Google's own and those that somebody made.

use serde_json::{Map, Value};

use super::{Context, missing};
use crate::emulator::{fault::Fault, roles, state::Kind};

/// A role by its name.
pub(super) fn get(name: &str, context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Role, name)?;
    let name = context.state.names.canonical(name);
    if roles::is_predefined(&name) {
        // Google's own are shown to everybody.
        if context.state.is_refused("iam.roles.get", &name) {
            return Err(Fault::denied("iam.roles.get", &name));
        }
        return roles::predefined(&name).ok_or_else(|| missing(Kind::Role, &name));
    }
    context.permit("iam.roles.get", &[&name])?;
    let data = context.state.asset(Kind::Role, &name).and_then(|asset| asset.data.as_ref());
    let mut role: Map<String, Value> =
        data.and_then(Value::as_object).cloned().ok_or_else(|| missing(Kind::Role, &name))?;
    role.entry("name").or_insert_with(|| name.into());
    Ok(Value::Object(role))
}
