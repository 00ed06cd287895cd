//! What of a picture is asked for, and what of it there is room for.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Choice, Hidden, Kind,
    draft::{Draft, Key},
    gather,
};
use crate::{
    model::{Container, ServiceName},
    rules::context::Context,
};

/// Leaves what is asked for. A folder or an organization stays where an edge to it stays that says something, and a
/// function without edges only where nothing special is asked for.
pub(super) fn by_choice(draft: &mut Draft, choice: &Choice, context: &Context<'_>) {
    let Choice { only, functions, callers, is_all: _ } = choice;
    if !only.is_empty() {
        let structure = structure_of(draft, |kind| only.contains(&kind));
        draft.keep(|from, _, kind| only.contains(&kind) || (kind == Kind::Above && structure.contains(from)));
    }
    if !callers.is_empty() {
        let named: BTreeSet<Key> =
            callers.iter().flat_map(|caller| gather::callers(context, caller)).collect();
        let reached: BTreeSet<Key> = draft
            .edges
            .keys()
            .filter(|(from, ..)| named.contains(from))
            .map(|(_, to, _)| to.clone())
            .collect();
        draft.keep(|from, _, kind| named.contains(from) || (kind == Kind::Above && reached.contains(from)));
    }
    if !functions.is_empty() {
        let over: BTreeSet<Key> = functions.iter().flat_map(|function| above(function, context)).collect();
        draft.keep(|from, to, kind| match (from, to) {
            // What lies between an organization and the project of the function.
            (Key::Container(_), to) if kind == Kind::Above => over.contains(to),
            (_, Key::Container(_)) => over.contains(to),
            (Key::Function(from), Key::Function(to)) => functions.contains(from) || functions.contains(to),
            (_, Key::Function(to)) => functions.contains(to),
            _ => false,
        });
    }
}

/// Folders and organizations that an edge leads to which stays.
fn structure_of(draft: &Draft, is_kept: impl Fn(Kind) -> bool) -> BTreeSet<Key> {
    let kept = draft.edges.keys().filter(|(_, to, kind)| is_kept(*kind) && matches!(to, Key::Container(_)));
    kept.map(|(_, to, _)| to.clone()).collect()
}

/// What stands above a function.
fn above(function: &ServiceName, context: &Context<'_>) -> Vec<Key> {
    let project = Container::Project(function.project.clone());
    let holds = context.above.iter().filter(|(_, below)| below.binary_search(function).is_ok());
    let holds = holds.map(|(container, _)| container.clone());
    holds.chain([project]).map(Key::Container).collect()
}

/// Leaves no more nodes than this: those with what is wrong first.
pub(super) fn to_most(draft: &mut Draft, most: usize) -> Hidden {
    if draft.nodes.len() <= most {
        return Hidden::default();
    }
    let before = count(draft);
    let mut edges: Vec<_> = draft.edges.keys().cloned().collect();
    edges.sort_by(|(from, to, kind), other| (kind, from, to).cmp(&(&other.2, &other.0, &other.1)));
    let mut kept: BTreeSet<Key> = BTreeSet::new();
    for (from, to, _) in edges {
        let more = usize::from(!kept.contains(&from)) + usize::from(from != to && !kept.contains(&to));
        if kept.len() + more <= most {
            kept.extend([from, to]);
        }
    }
    draft.nodes.retain(|key, _| kept.contains(key));
    let nodes = &draft.nodes;
    draft.edges.retain(|(from, to, _), _| nodes.contains_key(from) && nodes.contains_key(to));
    let after = count(draft);
    Hidden {
        functions: before.functions - after.functions,
        others: before.others - after.others,
        edges: before.edges - after.edges,
    }
}

/// How much there is, what was put together counted one by one. Of edges those that are drawn.
fn count(draft: &Draft) -> Hidden {
    let mut counted: BTreeMap<bool, usize> = BTreeMap::new();
    for drawn in draft.nodes.values() {
        *counted.entry(drawn.node.shape.is_function()).or_default() += drawn.count;
    }
    let of = |is_function| counted.get(&is_function).copied().unwrap_or_default();
    Hidden { functions: of(true), others: of(false), edges: draft.edges.len() }
}
