//! The way from a function up: its own policy, and those of its project, folders and organization, which allow and
//! deny.

use std::collections::BTreeMap;

use foldhash::HashMap;

use super::{
    RoleBook, Verdict,
    carried::Given,
    deny::{self, Denials},
};
use crate::{
    model::{Container, ServiceName, Time},
    world::{Gap, Observed, Service, World},
};

/// Every way in a world, with what each policy on it gives.
#[derive(Debug)]
pub(super) struct Paths<'w> {
    levels: Vec<Level<'w>>,
    services: HashMap<&'w ServiceName, Path<'w>>,
}

/// A project, folder or organization.
#[derive(Debug)]
pub(super) struct Level<'w> {
    pub(super) container: Container,
    /// What its allow policy gives.
    pub(super) given: Given<'w>,
    /// What its deny policies refuse.
    pub(super) denials: Denials<'w>,
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
    /// Whether anything on it could refuse a call.
    pub(super) is_deniable: bool,
    /// Whether deny policies refuse a request without a token.
    pub(super) denied_to_anyone: Verdict,
    /// Whether deny policies may refuse anybody for all that was read: what stands above was not.
    pub(super) least_denied: Verdict,
}

impl<'w> Paths<'w> {
    /// The ways of every service that was seen.
    pub(super) fn new(world: &'w World, roles: RoleBook<'_>, at: Time) -> Self {
        let mut builder = Builder { world, roles, at, levels: Vec::new(), places: BTreeMap::new() };
        let services =
            world.services.iter().map(|(name, service)| (name, builder.path(name, service))).collect();
        Self { levels: builder.levels, services }
    }

    /// The way of a function, if it was seen.
    pub(super) fn of(&self, name: &ServiceName) -> Option<&Path<'w>> {
        self.services.get(name)
    }

    /// Everything that stands above functions, by its number.
    pub(super) fn levels(&self) -> impl Iterator<Item = (usize, &Level<'w>)> {
        self.levels.iter().enumerate()
    }

    /// What stands above a function, nearest first.
    pub(super) fn above<'a>(&'a self, path: &'a Path<'w>) -> impl Iterator<Item = &'a Level<'w>> {
        self.places(path).map(|(_, level)| level)
    }

    /// The same, with the number of each level.
    pub(super) fn places<'a>(&'a self, path: &'a Path<'w>) -> impl Iterator<Item = (usize, &'a Level<'w>)> {
        path.above.iter().map(|place| (*place, &self.levels[*place]))
    }
}

struct Builder<'w, 'r> {
    world: &'w World,
    roles: RoleBook<'r>,
    at: Time,
    levels: Vec<Level<'w>>,
    places: BTreeMap<Container, usize>,
}

impl<'w> Builder<'w, '_> {
    fn path(&mut self, name: &ServiceName, service: &'w Service) -> Path<'w> {
        let open = match &service.settings {
            Observed::Known(settings) => settings.is_check_disabled.into(),
            Observed::Unreadable(_) => Verdict::Unknown,
        };
        let own = Given::new(&service.policy, self.roles, self.at);
        let above = self.above(name, service);
        let is_cut_off = deny::is_asked(self.world) && service.ancestors.gap().is_some();
        let least_denied = if is_cut_off { Verdict::Unknown } else { Verdict::No };
        let denials = || above.iter().map(|place| &self.levels[*place].denials);
        let is_deniable = is_cut_off || denials().any(|denials| !denials.is_empty());
        let to_anyone = denials().map(Denials::to_anyone).max().unwrap_or(Verdict::No);
        let denied_to_anyone = to_anyone.max(least_denied);
        Path { service, own, above, open, is_deniable, denied_to_anyone, least_denied }
    }

    /// What stands above a service. Where its ancestors were not all read, what was seen of them still does, and
    /// its project at least.
    fn above(&mut self, name: &ServiceName, service: &Service) -> Box<[usize]> {
        let project = Container::Project(name.project.clone());
        let read = self.world.seen_above(name, service);
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
        let denials = Denials::new(self.world, container);
        self.levels.push(Level { container: container.clone(), given, denials });
        let place = self.levels.len() - 1;
        self.places.insert(container.clone(), place);
        place
    }
}

/// The gap of a policy that nobody noted.
fn unread(container: &Container) -> Gap {
    Gap::new("it was not seen", container.policy_permission())
}
