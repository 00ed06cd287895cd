//! Lists of what is below a project or in a location, and the locations.

use std::cmp::Reverse;

use serde_json::{Map, Value, json};

use super::{Context, page::page};
use crate::emulator::{
    fault::Fault,
    state::{Kind, State, location},
};

/// The locations of a project: those that anything of the estate is in.
pub(super) fn locations(kind: Kind, project: &str, context: &Context<'_>) -> Result<Value, Fault> {
    let own = format!("projects/{project}");
    may_list_locations(kind, &own, context).or_else(|fault| {
        // Where the host does not say it, Cloud Tasks may be asked, which has the same path as functions have.
        let is_told = context.request.host.contains("googleapis.com");
        let is_shared = kind == Kind::Function && !is_told;
        if is_shared { may_list_locations(Kind::Queue, &own, context).map_err(|_| fault) } else { Err(fault) }
    })?;
    let mut names: Vec<&str> = context.state.locations().into_iter().collect();
    if names.is_empty() {
        names.push("us-central1");
    }
    let shown = names.iter().map(
        |name| json!({ "name": format!("{own}/locations/{name}"), "locationId": name, "displayName": name }),
    );
    page("locations", shown.collect(), context.request).map(Value::Object)
}

fn may_list_locations(kind: Kind, own: &str, context: &Context<'_>) -> Result<(), Fault> {
    let permission = format!("{}.locations.list", kind.service());
    context.need_api(kind, own)?;
    known(own, &permission, context)?;
    let (locations, below) = (format!("{own}/locations"), format!("{own}/{}", kind.collection()));
    context.permit(&permission, &[own, &locations, &below])
}

/// What of a kind is below a parent.
pub(super) fn list(kind: Kind, parent: &str, context: &Context<'_>) -> Result<Value, Fault> {
    let permission = format!("{}.list", kind.permissions());
    context.need_api(kind, parent)?;
    known(parent, &permission, context)?;
    let (project, place) = parent.split_once("/locations/").unwrap_or((parent, ""));
    let is_run = matches!(kind, Kind::Service | Kind::RunJob | Kind::Instance);
    if place == "-" && is_run && !context.state.takes_wildcard {
        return Err(Fault::invalid(
            "Location must be a valid Google Cloud region, and cannot be the \"-\" wildcard.",
        ));
    }
    let collection = kind.collection();
    let here = format!("{parent}/{collection}");
    let everywhere = format!("{project}/locations/-/{collection}");
    let anywhere = format!("{project}/{collection}");
    context.permit(&permission, &[project, parent, &here, &everywhere, &anywhere])?;
    let dark = context.state.unreachable();
    if dark.contains(place) {
        return Err(Fault::new(503, "UNAVAILABLE", "The service is currently unavailable."));
    }
    let mut answer = page(collection, items(kind, parent, context.state), context.request)?;
    if place == "-" && !dark.is_empty() {
        let names = dark.iter().map(|name| Value::from(format!("{project}/locations/{name}")));
        answer.insert("unreachable".to_owned(), names.collect());
    }
    Ok(Value::Object(answer))
}

/// Everything of a kind below a parent, in the order of Google's lists: the newest first, then by name.
pub(super) fn items(kind: Kind, parent: &str, state: &State) -> Vec<Value> {
    let (project, place) = parent.split_once("/locations/").unwrap_or((parent, ""));
    let project = state.names.canonical(project);
    let is_in = |name: &str| match (place, location(name)) {
        ("", None) => true,
        ("-", Some(location)) => !state.unreachable().contains(location),
        (place, location) => location == Some(place),
    };
    let kinds: &[Kind] = if kind == Kind::Function {
        &[Kind::Function, Kind::Gen1Function]
    } else {
        std::slice::from_ref(&kind)
    };
    let prefix = format!("{project}/");
    let mut found: Vec<Value> = Vec::new();
    for kind in kinds {
        let names = state.assets(*kind, &prefix).map(|(name, _)| name).filter(|name| is_in(name));
        found.extend(names.filter_map(|name| shown(*kind, name, state)));
    }
    if kind == Kind::Service {
        let created = |value: &Value| Reverse(value.get("createTime").map(Value::to_string));
        found.sort_by_key(created);
    }
    found
}

/// A resource as it is answered; `None` where it is not there, or nothing is known of it.
pub(super) fn shown(kind: Kind, name: &str, state: &State) -> Option<Value> {
    if kind == Kind::Service {
        return state.service(name);
    }
    let data = match (state.asset(kind, name), kind) {
        (Some(asset), _) => asset.data.clone(),
        (None, Kind::Function) => return shown(Kind::Gen1Function, name, state),
        (None, _) => return None,
    };
    let mut data = data.unwrap_or_else(|| Value::Object(Map::new()));
    if let Value::Object(fields) = &mut data {
        fields.entry("name").or_insert_with(|| state.names.canonical(name).into());
        if kind == Kind::Gen1Function {
            fields.insert("environment".to_owned(), "GEN_1".into());
        }
    }
    Some(data)
}

/// Refuses what is below a project that nobody knows.
pub(super) fn known(parent: &str, permission: &str, context: &Context<'_>) -> Result<(), Fault> {
    let project = parent.split("/locations/").next().unwrap_or(parent);
    if context.state.has_container(project) { Ok(()) } else { Err(Fault::no_access(permission, parent)) }
}
