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
    let Choice { only, functions, callers, most: _ } = choice;
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

/// So many edges for each node that there is room for.
const EDGES_A_NODE: usize = 3;

/// Leaves no more nodes than this, nor more edges than there is room for: those with what is wrong first.
pub(super) fn to_most(draft: &mut Draft, most: usize) -> Hidden {
    let most_edges = most * EDGES_A_NODE;
    if draft.nodes.len() <= most && draft.edges.len() <= most_edges {
        return Hidden::default();
    }
    let before = count(draft);
    let edges = in_order(draft);
    let mut kept: BTreeSet<&Key> = BTreeSet::new();
    for (from, to, _) in &edges {
        let more = usize::from(!kept.contains(from)) + usize::from(from != to && !kept.contains(to));
        if kept.len() + more <= most {
            kept.extend([from, to]);
        }
    }
    let between = edges.iter().filter(|(from, to, _)| kept.contains(from) && kept.contains(to));
    let between: BTreeSet<_> = between.take(most_edges).map(|(from, to, kind)| (from, to, *kind)).collect();
    draft.keep(|from, to, kind| between.contains(&(from, to, kind)));
    let after = count(draft);
    Hidden {
        functions: before.functions - after.functions,
        others: before.others - after.others,
        edges: before.edges - after.edges,
    }
}

/// The edges as room is given to them: one of each kind that is wrong, then the second of each, so that none of them
/// crowds the others out; then the rest, kind by kind.
fn in_order(draft: &Draft) -> Vec<(Key, Key, Kind)> {
    let mut edges: Vec<_> = draft.edges.keys().cloned().collect();
    edges.sort_by(|(from, to, kind), other| (kind, from, to).cmp(&(&other.2, &other.0, &other.1)));
    let mut before: BTreeMap<Kind, usize> = BTreeMap::new();
    let numbered = edges.into_iter().map(|edge| {
        let number = before.entry(edge.2).or_default();
        *number += 1;
        (if edge.2.is_wrong() { *number } else { usize::MAX }, edge)
    });
    let mut numbered: Vec<_> = numbered.collect();
    numbered.sort_by_key(|(number, _)| *number);
    numbered.into_iter().map(|(_, edge)| edge).collect()
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
