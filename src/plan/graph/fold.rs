//! Nodes that are alike, put together: whoever calls the same, and whatever is called by the same.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Kind, Node, Place, Shape, State,
    draft::{Draft, Drawn, Key},
};

/// So many alike are one node.
const ENOUGH: usize = 4;
/// So many of them are named on it.
const NAMED: usize = 3;

/// What nodes have in common that are put together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    shape: Shape,
    state: State,
    place: Option<Place>,
    from: BTreeSet<(Key, Kind)>,
    to: BTreeSet<(Key, Kind)>,
}

/// Puts together callers that call the same, then functions that are called by the same and call the same. The named
/// ones stay by themselves.
pub(super) fn alike(draft: &mut Draft, named: &BTreeSet<Key>) {
    for is_function in [false, true] {
        let groups =
            groups(draft, |shape: Shape| if is_function { shape.is_function() } else { shape.is_caller() });
        let mut stands_for: BTreeMap<Key, Key> = BTreeMap::new();
        for (alike, members) in groups {
            let members: Vec<Key> = members.into_iter().filter(|key| !named.contains(key)).collect();
            if members.len() < ENOUGH || alike.shape == Shape::Public {
                continue;
            }
            let lines = lines(draft, &alike, &members);
            let first = members[0].clone();
            let Alike { shape, state, place, from: _, to: _ } = alike;
            let node = Node { shape, state, place, lines };
            for member in &members {
                draft.nodes.remove(member);
                stands_for.insert(member.clone(), first.clone());
            }
            draft.nodes.insert(first, Drawn { node, count: members.len() });
        }
        for ((from, to, kind), details) in std::mem::take(&mut draft.edges) {
            let of = |key: Key| stands_for.get(&key).cloned().unwrap_or(key);
            draft.edges.entry((of(from), of(to), kind)).or_default().extend(details);
        }
    }
}

fn groups(draft: &Draft, is_meant: impl Fn(Shape) -> bool) -> BTreeMap<Alike, Vec<Key>> {
    let (mut from, mut to): (BTreeMap<&Key, BTreeSet<_>>, BTreeMap<&Key, BTreeSet<_>>) = Default::default();
    for (one, other, kind) in draft.edges.keys() {
        to.entry(one).or_default().insert((other.clone(), *kind));
        from.entry(other).or_default().insert((one.clone(), *kind));
    }
    let mut groups: BTreeMap<Alike, Vec<Key>> = BTreeMap::new();
    for (key, drawn) in draft.nodes.iter().filter(|(_, drawn)| is_meant(drawn.node.shape)) {
        let Node { shape, state, place, lines: _ } = drawn.node.clone();
        let (from, to) = (from.remove(key).unwrap_or_default(), to.remove(key).unwrap_or_default());
        groups.entry(Alike { shape, state, place, from, to }).or_default().push(key.clone());
    }
    groups
}

/// How many, and who the first of them are.
fn lines(draft: &Draft, alike: &Alike, members: &[Key]) -> Vec<String> {
    let mut lines = vec![format!("{} {}", members.len(), alike.shape.words().1)];
    let names =
        members.iter().take(NAMED).filter_map(|key| draft.nodes.get(key)?.node.lines.first().cloned());
    lines.extend(names);
    lines.push(format!("and {} more", members.len() - NAMED));
    lines.extend(alike.state.word().map(str::to_owned));
    lines
}
