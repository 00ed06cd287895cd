//! What stands above the functions in scope: their projects, folders and organizations.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    model::{Container, ServiceName},
    world::{Service, World},
};

/// What stands above a service, nearest first. Where its ancestors were not all read, what was seen of them still does,
/// and its project at least.
pub(super) fn of<'w>(
    world: &'w World,
    name: &ServiceName,
    service: &'w Service,
) -> impl Iterator<Item = Container> + use<'w> {
    let project = Container::Project(name.project.clone());
    let seen = world.seen_above(name, service);
    let unnamed = (!seen.contains(&project)).then_some(project);
    unnamed.into_iter().chain(seen.iter().cloned())
}

/// Everything above these services, which are in order, with those of them that lie below it.
pub(super) fn all(
    world: &World,
    services: &[(&ServiceName, &Service)],
) -> BTreeMap<Container, Arc<[ServiceName]>> {
    let mut below: BTreeMap<Container, Vec<ServiceName>> = BTreeMap::new();
    let is_alike = |one: &(&ServiceName, &Service), other: &(&ServiceName, &Service)| {
        one.0.project == other.0.project && one.1.ancestors == other.1.ancestors
    };
    for alike in services.chunk_by(is_alike) {
        for container in alike.first().into_iter().flat_map(|(name, service)| of(world, name, service)) {
            let names = alike.iter().map(|(name, _)| (*name).clone());
            below.entry(container).or_default().extend(names);
        }
    }
    below.into_iter().map(|(container, services)| (container, services.into())).collect()
}
