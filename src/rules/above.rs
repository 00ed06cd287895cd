//! What stands above the functions in scope: their projects, folders and organizations.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    model::{Container, ServiceName},
    world::{Service, World},
};

/// What stands above a service, nearest first. Where its ancestors were not read, its project still does.
pub(super) fn of(name: &ServiceName, service: &Service) -> impl Iterator<Item = Container> + use<> {
    let project = Container::Project(name.project.clone());
    let read: Arc<[Container]> = service.ancestors.known().map_or_else(|| [].into(), Arc::clone);
    let unnamed = (!read.contains(&project)).then_some(project);
    unnamed.into_iter().chain((0..read.len()).map(move |level| read[level].clone()))
}

/// Everything above these services, with those of them that lie below it, in their order.
pub(super) fn all(world: &World, services: &[&ServiceName]) -> BTreeMap<Container, Arc<[ServiceName]>> {
    let mut below: BTreeMap<Container, Vec<ServiceName>> = BTreeMap::new();
    for name in services {
        let Some(service) = world.services.get(*name) else { continue };
        for container in of(name, service) {
            below.entry(container).or_default().push((*name).clone());
        }
    }
    below.into_iter().map(|(container, services)| (container, services.into())).collect()
}
