//! `effectiveIamPolicies:batchGet`: the policies of resources and of all that stands above them, within a scope
//! (<https://cloud.google.com/asset-inventory/docs/reference/rest/v1/effectiveIamPolicies/batchGet>).

use serde_json::{Value, json};

use super::{Context, scope::Scope};
use crate::emulator::{
    fault::Fault,
    state::{Kind, State, container_kind, project},
};

/// What the full name of a project, folder or organization begins with.
const CONTAINER: &str = "//cloudresourcemanager.googleapis.com/";
/// So many names at the most.
const MOST: usize = 20;

/// What it takes, all of it on the scope.
const PERMISSIONS: [&str; 3] = [
    "cloudasset.assets.analyzeIamPolicy",
    "cloudasset.assets.searchAllResources",
    "cloudasset.assets.searchAllIamPolicies",
];

pub(super) fn batch(scope: &str, context: &Context<'_>) -> Result<Value, Fault> {
    for permission in PERMISSIONS {
        super::permit(permission, scope, context)?;
    }
    let names = context.request.query.iter().filter(|(key, _)| key == "names" || key == "names[]");
    let names: Vec<&str> = names.map(|(_, value)| value.as_str()).collect();
    if names.is_empty() || names.len() > MOST {
        return Err(Fault::invalid(format!("The number of names must be between 1 and {MOST}.")));
    }
    let mut within = Scope::new(scope, context.state);
    let results = names.into_iter().map(|full| {
        let (kind, name) = found(full, context.state)
            .filter(|(_, name)| within.holds(name))
            .ok_or_else(|| Fault::invalid(format!("Invalid full resource name: {full}")))?;
        Ok(json!({ "fullResourceName": full, "policies": policies(kind, &name, full, &mut within, context.state) }))
    });
    Ok(json!({ "policyResults": results.collect::<Result<Vec<Value>, Fault>>()? }))
}

/// The kind and the canonical name of something that is there.
fn found(full: &str, state: &State) -> Option<(Kind, String)> {
    let (host, name) = full.strip_prefix("//")?.split_once('/')?;
    let name = state.names.canonical(name);
    let is_it = |kind: &Kind| kind.host() == host && state.asset(*kind, &name).is_some();
    let kind = Kind::ALL.into_iter().find(is_it)?;
    Some((kind, name))
}

/// Its own policy first, then those above, up to the scope.
fn policies(kind: Kind, name: &str, full: &str, within: &mut Scope<'_>, state: &State) -> Vec<Value> {
    let own = match project(name) {
        _ if kind.is_container() => name.to_owned(),
        Some(project) => format!("projects/{project}"),
        None => name.split('/').take(2).collect::<Vec<_>>().join("/"),
    };
    let mut chain = vec![(kind, name.to_owned(), full.to_owned())];
    let above = std::iter::once(own.as_str()).filter(|own| *own != name).chain(state.names.above(&own));
    for container in above.filter(|container| within.holds(container)) {
        chain.push((container_kind(container), container.to_owned(), format!("{CONTAINER}{container}")));
    }
    let held = chain.into_iter().filter_map(|(kind, name, full)| {
        let policy = state.policy(kind, &name)?;
        Some(json!({ "attachedResource": full, "policy": policy }))
    });
    held.collect()
}
