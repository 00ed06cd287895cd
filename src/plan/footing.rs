//! What a step rests on, in the world as it is now.

use std::collections::BTreeSet;

use super::{CallerIdentity, Change, Deed, Footing, ServiceState, Step, law, step::removed};
use crate::{
    callers::Caller,
    model::{Principal, Resource, ServiceName},
    rules::context::Context,
};

/// What a step rests on, to be held against what it rested on when it was planned.
pub fn footing(context: &Context<'_>, step: &Step) -> Footing {
    of(context, &step.resource, &step.changes)
}

pub(super) fn of(context: &Context<'_>, resource: &Resource, changes: &[Change]) -> Footing {
    let service = match resource {
        Resource::Service(name) => state(context, name),
        Resource::Container(_) | Resource::Other(_) => None,
    };
    Footing { service, callers: callers(context, resource, changes) }
}

fn state(context: &Context<'_>, name: &ServiceName) -> Option<ServiceState> {
    let settings = context.world.services.get(name)?.settings.known()?;
    let sources = context.expected.sources(name);
    Some(ServiceState {
        uid: settings.uid.clone(),
        is_check_disabled: settings.is_check_disabled,
        is_iap_enabled: settings.is_iap_enabled,
        sources: sources.map(|source| (source.name.clone(), source.identity.clone())).collect(),
    })
}

/// The functions that are declared as callers and granted something, or may live on what is taken out, each with the
/// account it runs as now: as another it would need another grant.
fn callers(context: &Context<'_>, resource: &Resource, changes: &[Change]) -> Vec<CallerIdentity> {
    let protected = law::protected(context, resource, &removed(resource, changes));
    let protected: BTreeSet<_> = protected.iter().map(|edge| (&edge.service, &edge.principal)).collect();
    let is_granted = |principal: &Principal| {
        changes.iter().any(|change| change.deed == Deed::Add && change.principal == *principal)
    };
    let mut named = BTreeSet::new();
    for service in law::opened(context, resource) {
        let Some(function) = context.declared.governed.get(service) else { continue };
        for edge in context.declared.edges[*function].iter().map(|edge| &context.map.edges[*edge]) {
            let Caller::Function(caller) = &edge.caller else { continue };
            let is_meant =
                |principal: &Principal| is_granted(principal) || protected.contains(&(service, principal));
            if edge.is_in_force(context.at) && context.declared.principals(edge).iter().any(is_meant) {
                named.insert(caller);
            }
        }
    }
    let of_name = named.into_iter().flat_map(|name| context.declared.named(name));
    let services: BTreeSet<&ServiceName> =
        of_name.filter_map(|index| context.declared.service(*index)).collect();
    let running = services.into_iter().filter_map(|service| {
        let identity = context.world.identity(service)?;
        Some(CallerIdentity { service: service.clone(), identity })
    });
    running.collect()
}
