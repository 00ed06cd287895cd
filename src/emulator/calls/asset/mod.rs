//! Cloud Asset Inventory (<https://cloud.google.com/asset-inventory/docs/reference/rest>).

mod effective;
mod list;
mod query;
mod scope;
mod search;

use regex::RegexBuilder;
use serde_json::Value;

use super::Context;
use crate::emulator::fault::Fault;

/// The host of the API.
const HOST: &str = "cloudasset.googleapis.com";
/// A pattern over asset types becomes no larger than this, in bytes.
const LARGEST: usize = 1 << 20;

/// A method of Cloud Asset Inventory, with the scope that it is asked of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) enum AssetCall {
    /// Bindings, as a query means them.
    Search(String),
    /// What there is.
    List(String),
    /// The policies that count for resources.
    Effective(String),
}

/// Does what is asked for.
pub(super) fn answer(call: &AssetCall, context: &Context<'_>) -> Result<Value, Fault> {
    match call {
        AssetCall::Search(scope) => search::search(scope, context),
        AssetCall::List(parent) => list::list(parent, context),
        AssetCall::Effective(scope) => effective::batch(scope, context),
    }
}

/// Refuses where the API is off, the caller may not ask, or there is no such scope.
fn permit(permission: &str, scope: &str, context: &Context<'_>) -> Result<(), Fault> {
    context.need_service(HOST, scope)?;
    context.permit(permission, &[scope])?;
    if context.state.has_container(scope) { Ok(()) } else { Err(Fault::denied(permission, scope)) }
}

/// The asset types that are asked for; `None` for all. Each is a pattern, and means one at least.
fn types(context: &Context<'_>) -> Result<Option<Vec<String>>, Fault> {
    let asked = context.request.query.iter().filter(|(key, _)| key == "assetTypes" || key == "assetTypes[]");
    let asked: Vec<&str> = asked.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty()).collect();
    if asked.is_empty() {
        return Ok(None);
    }
    let known = context.state.asset_types();
    let mut found = Vec::new();
    for pattern in asked {
        let wrong = || Fault::invalid(format!("Invalid asset type: {pattern}"));
        let whole = format!("^(?:{pattern})$");
        let regex = RegexBuilder::new(&whole).size_limit(LARGEST).build().map_err(|_| wrong())?;
        let before = found.len();
        found.extend(known.iter().filter(|kind| regex.is_match(kind)).map(|kind| (*kind).to_owned()));
        if found.len() == before {
            return Err(wrong());
        }
    }
    Ok(Some(found))
}
