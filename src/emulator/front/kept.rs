//! What was made of the state, kept until the state changes.

use std::{collections::HashMap, sync::Arc};

use super::names::Names;
use crate::{
    emulator::state::{State, View},
    model::Time,
    sources::{Input, assets},
    world::{Layer, LayerState, World},
};

/// So many functions are kept; then all are let go of.
const MOST: usize = 256;

/// Worlds of one function each, and the names of all of them.
#[derive(Debug, Default)]
pub(in crate::emulator) struct Kept {
    changes: u64,
    /// Which policies decide in the place of those that are stored, and the state with them.
    deciding: Vec<Option<Time>>,
    decided: Option<Arc<State>>,
    names: Option<Arc<Names>>,
    worlds: HashMap<(String, View), Arc<World>>,
}

impl Kept {
    /// Lets go of what was made before the state changed last, or one of its policies took effect.
    pub(in crate::emulator) fn renew(&mut self, changes: u64, deciding: Vec<Option<Time>>) {
        if (self.changes, &self.deciding) != (changes, &deciding) {
            *self = Self { changes, deciding, ..Self::default() };
        }
    }

    /// The state with the policies that decide now; `None` where those decide that are stored.
    pub(in crate::emulator) fn decided(&mut self, state: &State, now: Time) -> Option<Arc<State>> {
        let is_other = !self.deciding.is_empty();
        is_other.then(|| Arc::clone(self.decided.get_or_insert_with(|| Arc::new(state.as_decided(now)))))
    }

    /// The addresses of all functions.
    pub(super) fn names(&mut self, state: &State) -> Arc<Names> {
        Arc::clone(self.names.get_or_insert_with(|| Arc::new(Names::of(state))))
    }

    /// All that decides who may call one function.
    ///
    /// # Errors
    /// Where the state holds what the reader of assets does not take.
    pub(super) fn world(&mut self, state: &State, service: &str, view: View) -> Result<Arc<World>, String> {
        let key = (service.to_owned(), view);
        if let Some(world) = self.worlds.get(&key) {
            return Ok(Arc::clone(world));
        }
        let files = vec![Input::from_bytes("state", state.around(service, view))];
        let mut world =
            assets::read(files, assets::ReadOptions::default()).map_err(|error| error.to_string())?;
        // The emulator knows all of them: where there is no line there is none.
        world.layers.entry(Layer::DenyPolicies).and_modify(|layer| {
            if *layer == LayerState::NotAsked {
                *layer = LayerState::Read;
            }
        });
        if self.worlds.len() >= MOST {
            self.worlds.clear();
        }
        let world = Arc::new(world);
        self.worlds.insert(key, Arc::clone(&world));
        Ok(world)
    }
}
