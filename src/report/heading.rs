//! What every report starts with: where the world came from, what was read of it, and as of when.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    model::Time,
    rules::Audit,
    world::{Layer, LayerState, Source},
};

/// What every report starts with.
#[derive(Debug, Clone, Copy)]
pub struct Heading<'a> {
    /// Where the world came from.
    pub source: &'a Source,
    /// What was asked for and what came of it.
    pub layers: &'a BTreeMap<Layer, LayerState>,
    /// The environment of the map.
    pub env: Option<&'a str>,
    /// The time it was judged at.
    pub at: Time,
    /// Files whose data is older than was asked for.
    pub stale: &'a [Arc<str>],
    /// How many days old the data about Google's own roles is, where that is too old and something rests on it.
    pub old_roles: Option<i64>,
}

impl<'a> Heading<'a> {
    /// The heading of an audit.
    pub fn of(audit: &'a Audit) -> Self {
        Self {
            source: &audit.source,
            layers: &audit.layers,
            env: audit.env.as_deref(),
            at: audit.at,
            stale: &audit.stale_files,
            old_roles: audit.old_roles,
        }
    }

    /// Layers in this state, in the order they are shown. A layer that nothing is said of was not asked for.
    pub fn layers_in(&self, state: LayerState) -> impl Iterator<Item = Layer> {
        Layer::ALL.into_iter().filter(move |layer| self.state(*layer) == state)
    }

    /// What came of a layer.
    pub fn state(&self, layer: Layer) -> LayerState {
        self.layers.get(&layer).copied().unwrap_or(LayerState::NotAsked)
    }
}
