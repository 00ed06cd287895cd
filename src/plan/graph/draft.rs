//! A picture while it is made: nodes by what they stand for.

use std::collections::{BTreeMap, BTreeSet};

use super::{Kind, Node};
use crate::model::{Container, Principal, ServiceName};

/// What a node stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// A principal.
    Principal(Principal),
    /// An event source by its relative name.
    Source(std::sync::Arc<str>),
    /// What stands above functions.
    Container(Container),
    /// A function, live or not.
    Function(ServiceName),
}

/// A node and how many it stands for.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    pub(super) node: Node,
    pub(super) count: usize,
}

/// A picture while it is made. Every edge leads between nodes that are there.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(super) nodes: BTreeMap<Key, Drawn>,
    /// What each edge says besides its kind.
    pub(super) edges: BTreeMap<(Key, Key, Kind), BTreeSet<String>>,
}

impl Draft {
    /// Adds a node that may be there already.
    pub(super) fn node(&mut self, key: &Key, node: impl FnOnce() -> Node) {
        if !self.nodes.contains_key(key) {
            self.nodes.insert(key.clone(), Drawn { node: node(), count: 1 });
        }
    }

    /// Adds an edge between nodes that are there; what is said of one and the same edge is put together.
    pub(super) fn edge(&mut self, from: Key, to: Key, kind: Kind, detail: Option<String>) {
        self.edges.entry((from, to, kind)).or_default().extend(detail);
    }

    /// Keeps these edges, and the nodes that they lead between.
    pub(super) fn keep(&mut self, mut is_kept: impl FnMut(&Key, &Key, Kind) -> bool) {
        self.edges.retain(|(from, to, kind), _| is_kept(from, to, *kind));
        let ends: BTreeSet<&Key> = self.edges.keys().flat_map(|(from, to, _)| [from, to]).collect();
        self.nodes.retain(|key, _| ends.contains(key));
    }
}
