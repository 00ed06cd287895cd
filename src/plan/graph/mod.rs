//! The map and the world as a picture: nodes and edges as plain values, before anybody draws them.
//!
//! Pure: it picks from what the rules see. What a picture leaves out, it says.

mod draft;
mod fold;
mod gather;
pub mod kind;
mod narrow;
mod sources;

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    model::{Level, Principal, ProjectName, RuleId, ServiceName},
    rules::{Audit, context::Context},
};
use draft::Key;
pub use kind::{Kind, Shape, State};

/// How many nodes a picture has that was not asked to have all.
pub const MOST: usize = 120;

/// What is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Edges of these kinds alone; none is all.
    pub only: BTreeSet<Kind>,
    /// What leads to these functions and away from them; none is all.
    pub functions: BTreeSet<ServiceName>,
    /// What these callers call; none is all.
    pub callers: BTreeSet<Principal>,
    /// At most so many nodes, with those that are alike put together; nothing is every node by itself, however many
    /// there are.
    pub most: Option<usize>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The nodes; edges name them by their index.
    pub nodes: Vec<Node>,
    /// The edges, in order.
    pub edges: Vec<Edge>,
    /// What was left out because there was too much.
    pub hidden: Hidden,
    /// Whether everything that decides was read.
    pub is_complete: bool,
    /// Rules that the map lowered below their own level, with the level they have now.
    pub relaxed: Vec<(RuleId, Level)>,
}

/// A node of a picture.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// What it is.
    pub shape: Shape,
    /// How sure it is that it is there.
    pub state: State,
    /// The box it stands in.
    pub place: Option<Place>,
    /// What is written on it, line by line, as it was read: nothing is escaped.
    pub lines: Vec<String>,
}

/// The box that a node stands in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The project.
    pub project: ProjectName,
    /// The region, of what has one.
    pub region: Option<Arc<str>>,
}

/// An edge of a picture.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// Whom it leads from.
    pub from: usize,
    /// What it leads to.
    pub to: usize,
    /// What it says.
    pub kind: Kind,
    /// What there is to say besides, as it was read: nothing is escaped.
    pub details: Vec<String>,
}

/// How much was left out because there was too much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Functions.
    pub functions: usize,
    /// Callers, event sources, and whatever else is a node.
    pub others: usize,
    /// Edges.
    pub edges: usize,
}

impl Hidden {
    /// Whether nothing was left out.
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// Draws what a map says and a world holds. `audit` is what the rules found in the same context; `has_map` is
/// whether there is a map at all.
pub fn picture(context: &Context<'_>, audit: &Audit, has_map: bool, choice: &Choice) -> Picture {
    let mut draft = gather::all(context, audit, has_map);
    narrow::by_choice(&mut draft, choice, context);
    let mut hidden = Hidden::default();
    if let Some(most) = choice.most {
        let functions = choice.functions.iter().cloned().map(Key::Function);
        let callers = choice.callers.iter().flat_map(|caller| gather::callers(context, caller));
        fold::alike(&mut draft, &functions.chain(callers).collect());
        hidden = narrow::to_most(&mut draft, most);
    }
    let ids: Vec<&Key> = draft.nodes.keys().collect();
    // Every edge leads between nodes of the draft.
    let id = |key: &Key| ids.binary_search(&key).ok();
    let edges = draft.edges.iter().filter_map(|((from, to, kind), details)| {
        let details = details.iter().cloned().collect();
        Some(Edge { from: id(from)?, to: id(to)?, kind: *kind, details })
    });
    let mut edges: Vec<Edge> = edges.collect();
    edges.sort();
    Picture {
        edges,
        hidden,
        is_complete: audit.is_complete,
        relaxed: audit.relaxed.clone(),
        nodes: draft.nodes.into_values().map(|node| node.node).collect(),
    }
}
