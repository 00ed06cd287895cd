//! What every rule sees: the map, the world, and what follows from laying one against the other.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    above,
    declared::Declared,
    edges::{self, JudgedEdge},
    expected::Expected,
    ours::Ours,
    partition::{self, Judged},
    scope::Scope,
};
use crate::{
    access::{Access, RoleBook},
    callers::{CallerMap, Mistake, Place},
    model::{Container, Level, Principal, RuleId, ServiceName, Time},
    world::{Service, World},
};

/// What every rule sees. Computed once a run; rules only pick from it.
#[derive(Debug)]
pub struct Context<'a> {
    /// What was declared.
    pub map: &'a CallerMap,
    /// What was observed.
    pub world: &'a World,
    /// The verdicts.
    pub access: &'a Access<'a>,
    /// What roles give.
    pub roles: RoleBook<'a>,
    /// The time that is judged.
    pub at: Time,
    /// What is looked at.
    pub scope: Scope,
    /// The services in scope, in order.
    pub services: Vec<(&'a ServiceName, &'a Service)>,
    /// Everything above them, with those of them that lie below it.
    pub above: BTreeMap<Container, Arc<[ServiceName]>>,
    /// The map laid against the world.
    pub declared: Declared,
    /// Who is expected without being declared.
    pub expected: Expected,
    /// The functions that run as each account, in scope or not, also by a revision that still answers.
    pub running_as: BTreeMap<Principal, Vec<&'a ServiceName>>,
    /// Who is one of us.
    pub ours: Ours<'a>,
    /// Every grant that a rule speaks for, each once.
    pub grants: Vec<Judged>,
    /// Every edge that a rule speaks for.
    pub edges: Vec<JudgedEdge>,
}

impl<'a> Context<'a> {
    /// Lays the map against the world.
    ///
    /// # Errors
    /// Mistakes of the map that only the world shows.
    pub fn new(
        map: &'a CallerMap,
        world: &'a World,
        access: &'a Access<'a>,
        at: Time,
        scope: Scope,
    ) -> Result<Self, Vec<Mistake>> {
        let declared = Declared::new(map, world, at)?;
        let services: Vec<_> = world.services.iter().filter(|(name, _)| scope.holds(world, name)).collect();
        let above = above::all(world, &services);
        let expected = Expected::new(map, world, &declared, at);
        let mut context = Self {
            map,
            world,
            access,
            roles: RoleBook::new(world),
            at,
            scope,
            services,
            above,
            declared,
            expected,
            running_as: running_as(world),
            ours: Ours::new(map, world),
            grants: Vec::new(),
            edges: Vec::new(),
        };
        context.grants = partition::judge(&context);
        context.edges = edges::judge(&context);
        Ok(context)
    }

    /// How a service is called in messages: by its short name in the map, with the region where it has
    /// several, else `project/region/service`.
    pub fn label(&self, service: &ServiceName) -> String {
        let ServiceName { project, location, service: name } = service;
        match self.declared.governed.get(service).map(|index| &self.map.functions[*index]) {
            Some(function) if function.has_regions => format!("{} in {location}", function.name),
            Some(function) => function.name.to_string(),
            None => format!("{project}/{location}/{name}"),
        }
    }

    /// Where the map declares a service.
    pub fn place(&self, service: &ServiceName) -> Option<Place> {
        self.declared.governed.get(service).map(|index| self.map.functions[*index].place)
    }

    /// The level of a finding whose rule has several: what the map says, else this one.
    pub fn level_or(&self, rule: RuleId, otherwise: Level) -> Level {
        self.map.settings.levels.get(&rule).copied().unwrap_or(otherwise)
    }
}

fn running_as(world: &World) -> BTreeMap<Principal, Vec<&ServiceName>> {
    let mut running: BTreeMap<Principal, Vec<&ServiceName>> = BTreeMap::new();
    for name in world.services.keys() {
        for account in world.identities(name).accounts {
            running.entry(account).or_default().push(name);
        }
    }
    running
}
