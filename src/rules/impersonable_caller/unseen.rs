//! What could not be read of who can act as whom. It lets nobody call by itself, and so is a note.

use std::collections::BTreeSet;

use super::{
    RULE,
    places::{Node, Places, above},
    words::accounts,
};
use crate::{
    model::{Container, Level, Resource},
    rules::{Finding, phrase::counted, unreadable::need},
    world::{Gap, Layer, LayerState, Observed},
};

/// One note for all of it, where it was asked for.
pub(super) fn finding(places: &Places<'_>) -> Option<Finding> {
    let context = places.context;
    let state = context.world.layers.get(&Layer::AccountPolicies).copied();
    if state.is_none_or(|state| state == LayerState::NotAsked) {
        return None;
    }
    let mut gaps = BTreeSet::new();
    let mut open = Vec::new();
    for node in &places.nodes {
        let found = gaps_of(places, node);
        if !found.is_empty() {
            open.push(node.principal.email().unwrap_or_default());
            gaps.extend(found);
        }
    }
    let (what, Gap { why, permission: _ }) = gaps.first()?;
    let more = gaps.len() - 1;
    let more = if more > 0 { format!(", and {more} more could not") } else { String::new() };
    let count = counted(open.len(), "service account");
    let message = format!(
        "who can act as {count} ({}) is not wholly known: {what} could not be read: {why}{more}",
        accounts(&open)
    );
    let resource = Resource::Other("projects/-/serviceAccounts".into());
    let mut finding = context.at_resource(RULE.id, resource, None, message);
    finding.level = context.level_or(RULE.id, Level::Note);
    let permissions: BTreeSet<_> = gaps.iter().filter_map(|(_, gap)| gap.permission.as_deref()).collect();
    let needed: Vec<_> = permissions.into_iter().map(need).collect();
    finding.fix = Some(if needed.is_empty() {
        "no permission is missing: put right what is said, or read again".to_owned()
    } else {
        format!("needs {}", needed.join(" and "))
    });
    Some(finding)
}

/// What is not known of who can act as an account. Of what stands above functions in scope another rule speaks.
fn gaps_of(places: &Places<'_>, node: &Node) -> BTreeSet<(String, Gap)> {
    let (context, world) = (places.context, places.context.world);
    let own = node.principal.email().and_then(|email| world.account_policies.get(email));
    let own = own.and_then(Observed::gap).map(|gap| ("the policy of the account".to_owned(), gap.clone()));
    let mut gaps: BTreeSet<(String, Gap)> = own.into_iter().collect();
    let Some(project) = &node.project else { return gaps };
    let outside = above(world, project).into_iter().filter(|name| !context.above.contains_key(name));
    for container in outside {
        if let Some(gap) = world.policies.get(&container).and_then(Observed::gap) {
            gaps.insert((format!("the policy of `{container}`"), gap.clone()));
        }
    }
    let itself = Container::Project(project.clone());
    if !world.chains.contains_key(project) && !context.above.contains_key(&itself) {
        let gap = Gap::new("it was not shown", "resourcemanager.projects.get");
        gaps.insert((format!("what stands above `{itself}`"), gap));
    }
    gaps
}
