//! `searchAllIamPolicies`: the bindings of a scope that a query means
//! (<https://cloud.google.com/asset-inventory/docs/searching-iam-policies>).

use std::{borrow::Cow, collections::BTreeMap};

use serde_json::{Value, json};

use super::{Context, query::Query, scope::Scope, types};
use crate::emulator::{
    calls::page::{Page, Size},
    fault::Fault,
    roles,
    state::{Kind, State, object, project},
};

/// So many are on a page.
const SIZE: Size = Size::new(100, 500);
const PERMISSION: &str = "cloudasset.assets.searchAllIamPolicies";

/// What of a policy is meant.
struct Found<'s> {
    kind: Kind,
    name: &'s str,
    resource: String,
    bindings: Vec<&'s Value>,
}

pub(super) fn search(scope: &str, context: &Context<'_>) -> Result<Value, Fault> {
    super::permit(PERMISSION, scope, context)?;
    let query = Query::read(context.request.query("query").unwrap_or_default())?;
    let types = types(context)?;
    let mut within = Scope::new(scope, context.state);
    let mut found: Vec<Found<'_>> = context
        .state
        .policies()
        .filter(|(kind, ..)| {
            types.as_ref().is_none_or(|types| types.iter().any(|each| each == kind.asset_type()))
        })
        .filter(|(_, name, _)| within.holds(name))
        .filter_map(|(kind, name, policy)| meant(kind, name, policy, &query, context.state))
        .collect();
    sort(&mut found, context)?;
    // A size that is none is the server's to choose.
    let size = context.request.number("pageSize")?.max(0);
    let page = Page::asked(size, context.request.query("pageToken"), found.len(), SIZE)?;
    let items = found.get(page.places.clone()).unwrap_or_default().iter();
    Ok(page.answer("results", items.map(|found| shown(found, &query, context.state)).collect()).into())
}

fn meant<'s>(
    kind: Kind,
    name: &'s str,
    policy: &'s Value,
    query: &Query,
    state: &'s State,
) -> Option<Found<'s>> {
    let resource = format!("//{}/{name}", kind.host());
    let places = places(name, state);
    let bindings = policy.get("bindings").and_then(Value::as_array)?;
    let bindings: Vec<&Value> =
        bindings.iter().filter(|binding| is_meant(binding, &resource, &places, query, state)).collect();
    (!bindings.is_empty()).then_some(Found { kind, name, resource, bindings })
}

/// What a resource is in: its project by its number, the folders, the organization.
fn places(name: &str, state: &State) -> Vec<String> {
    let own: Vec<&str> = name.split('/').take(2).collect();
    let own = own.join("/");
    let number = project(&own).and_then(|project| state.names.number(project));
    let first = number.map_or_else(|| own.clone(), |number| format!("projects/{number}"));
    std::iter::once(first).chain(state.names.above(&own).into_iter().map(str::to_owned)).collect()
}

fn is_meant(binding: &Value, resource: &str, places: &[String], query: &Query, state: &State) -> bool {
    let role = binding.get("role").and_then(Value::as_str).unwrap_or_default();
    let members =
        || binding.get("members").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let condition = binding.get("condition").and_then(Value::as_object);
    let of =
        |word: &'static str| places.iter().map(String::as_str).filter(move |place| place.starts_with(word));
    let policy = || {
        let texts = condition.into_iter().flat_map(|condition| condition.values().filter_map(Value::as_str));
        std::iter::once(role).chain(members()).chain(texts)
    };
    let texts = |field: Option<&str>| -> Vec<&str> {
        match field {
            None => policy().chain([resource]).chain(places.iter().map(String::as_str)).collect(),
            Some("policy") => policy().collect(),
            Some("roles") => vec![role],
            Some("members") => members().collect(),
            Some("memberTypes") => {
                members().map(|member| member.split(':').next().unwrap_or(member)).collect()
            }
            Some("policy.role.permissions") => permissions(role, state),
            Some("resource") => vec![resource],
            Some("project") => of("projects/").collect(),
            Some("folders") => of("folders/").collect(),
            Some("organization") => of("organizations/").collect(),
            Some(_) => Vec::new(),
        }
    };
    query.holds(&texts)
}

fn permissions<'s>(role: &str, state: &'s State) -> Vec<&'s str> {
    if roles::is_predefined(role) {
        return roles::permissions(role).collect();
    }
    let data = state.asset(Kind::Role, role).and_then(|asset| asset.data.as_ref());
    let given = data.and_then(|data| data.get("includedPermissions")).and_then(Value::as_array);
    given.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// `assetType DESC, resource`.
fn sort(found: &mut [Found<'_>], context: &Context<'_>) -> Result<(), Fault> {
    let order = context.request.query("orderBy").unwrap_or_default();
    let mut fields: Vec<(&str, bool)> = Vec::new();
    for part in order.split(',').filter(|part| !part.trim().is_empty()) {
        let mut words = part.split_whitespace();
        let is_down = match (words.next(), words.next(), words.next()) {
            (Some("resource" | "assetType" | "project"), None | Some("ASC" | "asc"), None) => false,
            (Some("resource" | "assetType" | "project"), Some("DESC" | "desc"), None) => true,
            _ => return Err(Fault::invalid(format!("Invalid order_by: {order}"))),
        };
        fields.push((part.split_whitespace().next().unwrap_or_default(), is_down));
    }
    let key = |found: &Found<'_>, field: &str| match field {
        "assetType" => found.kind.asset_type().to_owned(),
        "project" => places(found.name, context.state).swap_remove(0),
        _ => found.resource.clone(),
    };
    for (field, is_down) in fields.into_iter().rev() {
        found.sort_by_cached_key(|found| key(found, field));
        if is_down {
            found.reverse();
        }
    }
    Ok(())
}

fn shown(found: &Found<'_>, query: &Query, state: &State) -> Value {
    let places = places(found.name, state);
    let of = |word: &'static str| places.iter().filter(move |place| place.starts_with(word));
    let folders: Vec<&String> = of("folders/").collect();
    let asked = query.permissions();
    let mut matched: BTreeMap<&str, Value> = BTreeMap::new();
    for binding in found.bindings.iter().filter(|_| !asked.is_empty()) {
        let role = binding.get("role").and_then(Value::as_str).unwrap_or_default();
        let mut own: Vec<&str> = permissions(role, state);
        own.retain(|permission| asked.iter().any(|text| text.is_in(permission)));
        matched.insert(role, json!({ "permissions": own }));
    }
    object([
        ("resource", Some(found.resource.as_str().into())),
        ("assetType", Some(found.kind.asset_type().into())),
        ("project", of("projects/").next().map(|name| Cow::from(name.as_str()).into())),
        ("folders", (!folders.is_empty()).then(|| json!(folders))),
        ("organization", of("organizations/").next().map(|name| name.as_str().into())),
        ("policy", Some(json!({ "bindings": found.bindings }))),
        ("explanation", (!matched.is_empty()).then(|| json!({ "matchedPermissions": matched }))),
    ])
}
