//! What a step rests on, in the world as it is now.

use std::collections::BTreeSet;

use super::{CallerIdentity, Change, Deed, Footing, ServiceState, Step};
use crate::{
    callers::Caller,
    model::{Resource, ServiceName},
    rules::context::Context,
};

/// What a step rests on, to be held against what it rested on when it was planned.
pub fn footing(context: &Context<'_>, step: &Step) -> Footing {
    of(context, &step.resource, &step.changes)
}

pub(super) fn of(context: &Context<'_>, resource: &Resource, changes: &[Change]) -> Footing {
    match resource {
        Resource::Service(name) => {
            Footing { service: state(context, name), callers: callers(context, name, changes) }
        }
        Resource::Container(_) | Resource::Other(_) => Footing::default(),
    }
}

fn state(context: &Context<'_>, name: &ServiceName) -> Option<ServiceState> {
    let settings = context.world.services.get(name)?.settings.known()?;
    Some(ServiceState {
        uid: settings.uid.clone(),
        is_check_disabled: settings.is_check_disabled,
        is_iap_enabled: settings.is_iap_enabled,
        sources: context.expected.sources(name).cloned().collect(),
    })
}

/// The functions that edges behind the adds name as callers, each with the account it runs as now.
fn callers(context: &Context<'_>, name: &ServiceName, changes: &[Change]) -> Vec<CallerIdentity> {
    let Some(function) = context.declared.governed.get(name) else { return Vec::new() };
    let mut found = BTreeSet::new();
    for edge in context.declared.edges[*function].iter().map(|edge| &context.map.edges[*edge]) {
        let Caller::Function(caller) = &edge.caller else { continue };
        let meant = context.declared.principals(edge);
        let is_granted = |change: &Change| change.deed == Deed::Add && meant.contains(&change.principal);
        if !edge.is_in_force(context.at) || !changes.iter().any(is_granted) {
            continue;
        }
        let of_name = context.declared.named(caller).iter();
        for service in of_name.filter_map(|index| context.declared.service(*index)) {
            if let Some(identity) = context.world.identity(service) {
                found.insert(CallerIdentity { service: service.clone(), identity });
            }
        }
    }
    found.into_iter().collect()
}
