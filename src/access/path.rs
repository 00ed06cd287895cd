//! The way from a function up: its own policy, and those of its project, folders and organization.

use std::collections::BTreeMap;

use foldhash::HashMap;

use super::{RoleBook, Verdict, carried::Given};
use crate::{
    model::{Container, ServiceName, Time},
    world::{Gap, Observed, Service, World},
};

/// Every way in a world, with what each policy on it gives.
#[derive(Debug)]
pub(super) struct Paths<'w> {
    containers: Vec<(Container, Given<'w>)>,
    services: HashMap<&'w ServiceName, Path<'w>>,
}

/// The way of one function.
#[derive(Debug)]
pub(super) struct Path<'w> {
    pub(super) service: &'w Service,
    /// What its own policy gives.
    pub(super) own: Given<'w>,
    /// What stands above, nearest first.
    above: Box<[usize]>,
    /// Whether its invoker check is off.
    pub(super) open: Verdict,
}

impl<'w> Paths<'w> {
    /// The ways of every service that was seen.
    pub(super) fn new(world: &'w World, roles: RoleBook<'_>, at: Time) -> Self {
        let mut builder = Builder { world, roles, at, containers: Vec::new(), places: BTreeMap::new() };
        let path = |(name, service): (&'w ServiceName, &'w Service)| {
            let open = match &service.settings {
                Observed::Known(settings) => settings.is_check_disabled.into(),
                Observed::Unreadable(_) => Verdict::Unknown,
            };
            let own = Given::new(&service.policy, roles, at);
            (name, Path { service, own, above: builder.above(name, service), open })
        };
        let services = world.services.iter().map(path).collect();
        Self { containers: builder.containers, services }
    }

    /// The way of a function, if it was seen.
    pub(super) fn of(&self, name: &ServiceName) -> Option<&Path<'w>> {
        self.services.get(name)
    }

    /// What stands above a function, nearest first.
    pub(super) fn above<'a>(
        &'a self,
        path: &'a Path<'w>,
    ) -> impl Iterator<Item = &'a (Container, Given<'w>)> {
        path.above.iter().map(|place| &self.containers[*place])
    }
}

struct Builder<'w, 'r> {
    world: &'w World,
    roles: RoleBook<'r>,
    at: Time,
    containers: Vec<(Container, Given<'w>)>,
    places: BTreeMap<Container, usize>,
}

impl Builder<'_, '_> {
    /// What stands above a service. Where its ancestors were not read, its project still does.
    fn above(&mut self, name: &ServiceName, service: &Service) -> Box<[usize]> {
        let project = Container::Project(name.project.clone());
        let read = service.ancestors.known().map_or(&[] as &[Container], |ancestors| ancestors);
        let unnamed = (!read.contains(&project)).then_some(&project);
        unnamed.into_iter().chain(read).map(|container| self.place(container)).collect()
    }

    fn place(&mut self, container: &Container) -> usize {
        if let Some(place) = self.places.get(container) {
            return *place;
        }
        let given = match self.world.policies.get(container) {
            Some(policy) => Given::new(policy, self.roles, self.at),
            None => Given::Unread(unread(container)),
        };
        self.containers.push((container.clone(), given));
        let place = self.containers.len() - 1;
        self.places.insert(container.clone(), place);
        place
    }
}

/// The gap of a policy that nobody noted.
fn unread(container: &Container) -> Gap {
    Gap::new("it was not seen", container.policy_permission())
}
