//! What stands above the functions in scope: their projects, folders and organizations.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    model::{Container, ServiceName},
    world::Service,
};

/// What stands above a service, nearest first. Where its ancestors were not read, its project still does.
pub(super) fn of(name: &ServiceName, service: &Service) -> impl Iterator<Item = Container> + use<> {
    let project = Container::Project(name.project.clone());
    let read: Arc<[Container]> = service.ancestors.known().map_or_else(|| [].into(), Arc::clone);
    let unnamed = (!read.contains(&project)).then_some(project);
    unnamed.into_iter().chain((0..read.len()).map(move |level| read[level].clone()))
}

/// Everything above these services, which are in order, with those of them that lie below it.
pub(super) fn all(services: &[(&ServiceName, &Service)]) -> BTreeMap<Container, Arc<[ServiceName]>> {
    let mut below: BTreeMap<Container, Vec<ServiceName>> = BTreeMap::new();
    let is_alike = |one: &(&ServiceName, &Service), other: &(&ServiceName, &Service)| {
        one.0.project == other.0.project && one.1.ancestors == other.1.ancestors
    };
    for alike in services.chunk_by(is_alike) {
        for container in alike.first().into_iter().flat_map(|(name, service)| of(name, service)) {
            let names = alike.iter().map(|(name, _)| (*name).clone());
            below.entry(container).or_default().extend(names);
        }
    }
    below.into_iter().map(|(container, services)| (container, services.into())).collect()
}
