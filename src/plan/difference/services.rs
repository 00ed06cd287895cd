//! One world as it is compared: by names that both worlds share, and what of it is not known.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};

use super::{Side, Unread};
use crate::{
    model::{Container, Policy, ProjectName, Resource, ServiceName},
    world::{Gap, Observed, Service, World},
};

/// Names that mean the same in both worlds: ids where either knows them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names<'w> {
    pub(super) old: &'w World,
    pub(super) new: &'w World,
}

impl Names<'_> {
    pub(super) fn project(self, name: &str) -> ProjectName {
        self.new.projects.canonical(&self.old.projects.canonical(name))
    }

    pub(super) fn service(self, name: &ServiceName) -> ServiceName {
        ServiceName { project: self.project(&name.project), ..name.clone() }
    }

    pub(super) fn container(self, container: &Container) -> Container {
        match container {
            Container::Project(project) => Container::Project(self.project(project)),
            Container::Folder(_) | Container::Organization(_) => container.clone(),
        }
    }
}

/// One of both worlds.
#[derive(Debug)]
pub(super) struct Seen<'w> {
    pub(super) world: &'w World,
    pub(super) side: Side,
    /// Every service, with the name it has in this world.
    pub(super) services: BTreeMap<ServiceName, (&'w ServiceName, &'w Service)>,
    /// What stands above services, with how many stand below it.
    pub(super) above: BTreeMap<Container, usize>,
    /// What stands above each project that has services, nearest first.
    pub(super) chains: BTreeMap<ProjectName, Vec<Container>>,
    policies: BTreeMap<Container, &'w Observed<Policy>>,
}

impl<'w> Seen<'w> {
    pub(super) fn new(world: &'w World, side: Side, names: Names<'_>) -> Self {
        let (mut services, mut above) = (BTreeMap::new(), BTreeMap::new());
        let mut chains = BTreeMap::new();
        for (name, service) in &world.services {
            let project = names.project(&name.project);
            let mut chain = vec![Container::Project(project.clone())];
            for container in world.seen_above(name, service) {
                let container = names.container(container);
                if !chain.contains(&container) {
                    chain.push(container);
                }
            }
            for container in &chain {
                *above.entry(container.clone()).or_default() += 1;
            }
            chains.entry(project).or_insert(chain);
            services.insert(names.service(name), (name, service));
        }
        let policies = world.policies.iter().map(|(name, policy)| (names.container(name), policy)).collect();
        Self { world, side, services, above, chains, policies }
    }

    /// The policy of what stands above services; `None` where it stands above none here.
    pub(super) fn policy(&self, container: &Container) -> Option<Result<&'w Policy, String>> {
        self.above.get(container)?;
        Some(match self.policies.get(container) {
            Some(Observed::Known(policy)) => Ok(policy),
            Some(Observed::Unreadable(gap)) => Err(gap.why.to_string()),
            None => Err("it was not seen".to_owned()),
        })
    }

    /// Whether a service that is not here is not there: `false` where it may not have been seen.
    pub(super) fn is_gone(&self, service: &ServiceName) -> bool {
        let ServiceName { project, location, service: _ } = service;
        let lists = [
            format!("projects/{project}/services"),
            format!("projects/{project}/locations/{location}/services"),
        ];
        self.world.has_seen(project)
            && !lists.iter().any(|list| self.world.unread_lists.contains_key(list.as_str()))
    }

    /// Something that is not known here.
    pub(super) fn unread(&self, name: &dyn Display, what: &'static str, why: impl Into<String>) -> Unread {
        Unread { name: name.to_string(), what, side: self.side, why: why.into() }
    }

    /// Everything on the way to functions that was not read.
    pub(super) fn gaps(&self, unread: &mut BTreeSet<Unread>) {
        let mut add = |name: String, what, gap: &Gap| {
            unread.insert(self.unread(&name, what, &*gap.why));
        };
        for (list, gap) in &self.world.unread_lists {
            if list.ends_with("/services") || list.ends_with("/projects") || list.ends_with("/folders") {
                add(list.to_string(), "list", gap);
            }
        }
        for (name, (_, service)) in &self.services {
            service.settings.gap().into_iter().for_each(|gap| add(name.to_string(), "settings", gap));
            service.policy.gap().into_iter().for_each(|gap| add(name.to_string(), "policy", gap));
            let project = Container::Project(name.project.clone()).to_string();
            service.ancestors.gap().into_iter().for_each(|gap| add(project.clone(), "ancestors", gap));
        }
        for container in self.above.keys() {
            if let Some(Err(why)) = self.policy(container) {
                unread.insert(self.unread(container, "policy", why));
            }
        }
    }

    /// The policies that can be compared: those of functions and of what stands above them.
    pub(super) fn policies(&self) -> BTreeMap<Resource, &'w Policy> {
        let own = self.services.iter().filter_map(|(name, (_, service))| {
            Some((Resource::Service(name.clone()), service.policy.known()?))
        });
        let above = self.above.keys().filter_map(|container| {
            Some((Resource::Container(container.clone()), self.policy(container)?.ok()?))
        });
        own.chain(above).collect()
    }
}
