//! What was asked for and what came of it, as far as files tell.

use std::collections::BTreeMap;

use super::Headers;
use crate::world::{Layer, LayerState, Observed, World};

/// The state of every layer. A snapshot says it; of exports it is told by what they hold.
pub(super) fn layers(
    world: &World,
    headers: &Headers,
    files: usize,
    has_groups_file: bool,
) -> BTreeMap<Layer, LayerState> {
    let are_all_snapshots = headers.files.len() == files;
    Layer::ALL
        .into_iter()
        .map(|layer| {
            let mut state = LayerState::NotAsked;
            for (_, header) in headers.iter() {
                state = worse(state, header.layers.get(&layer).copied().unwrap_or(LayerState::NotAsked));
            }
            if !are_all_snapshots {
                state = worse(state, held(world, layer));
            }
            if layer == Layer::Groups && has_groups_file {
                state = worse(state, LayerState::Read);
            }
            (layer, state)
        })
        .collect()
}

/// Something refused stays refused, whatever else was read.
fn worse(one: LayerState, other: LayerState) -> LayerState {
    match (one, other) {
        (LayerState::Refused, _) | (_, LayerState::Refused) => LayerState::Refused,
        (LayerState::Read, _) | (_, LayerState::Read) => LayerState::Read,
        (LayerState::NotAsked, LayerState::NotAsked) => LayerState::NotAsked,
    }
}

/// Services, their policies and their ancestors are always asked for; the rest where a line of it was found.
fn held(world: &World, layer: Layer) -> LayerState {
    let services = || world.services.values();
    match layer {
        Layer::Services => always(
            world.unread_lists.is_empty() && services().next().is_some(),
            services().all(|service| service.settings.known().is_some())
                && world
                    .revisions
                    .values()
                    .flat_map(BTreeMap::values)
                    .all(|account| account.known().is_some()),
        ),
        Layer::Policies => {
            always(services().next().is_some(), services().all(|service| service.policy.known().is_some()))
        }
        Layer::Ancestors => always(
            !world.policies.is_empty(),
            services().all(|service| service.ancestors.known().is_some())
                && world.policies.values().all(|policy| policy.known().is_some()),
        ),
        Layer::Roles => found(world.roles.values()),
        Layer::Groups => found(world.groups.values()),
        Layer::DenyPolicies => found(world.deny_policies.values()),
        Layer::AccountPolicies => found(world.account_policies.values()),
        Layer::Functions => some(!world.functions.is_empty() || world.gen1_functions > 0),
        Layer::EventSources => some(!world.event_sources.is_empty()),
    }
}

fn always(has_some: bool, is_whole: bool) -> LayerState {
    if has_some && is_whole { LayerState::Read } else { LayerState::Refused }
}

fn some(has_some: bool) -> LayerState {
    if has_some { LayerState::Read } else { LayerState::NotAsked }
}

fn found<'a, T: 'a>(all: impl Iterator<Item = &'a Observed<T>>) -> LayerState {
    all.fold(LayerState::NotAsked, |state, one| {
        worse(state, if one.gap().is_some() { LayerState::Refused } else { LayerState::Read })
    })
}
