//! Which functions a run looks at.

use std::collections::BTreeSet;

use crate::{
    callers::CallerMap,
    model::{Container, ProjectName, ServiceName},
    world::{World, chain::cut_short},
};

/// The projects of a map, and what a run widens them by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    projects: BTreeSet<ProjectName>,
    wider: BTreeSet<Container>,
}

impl Scope {
    /// The projects of the map's files and functions, and these containers beside them.
    pub fn new(map: &CallerMap, world: &World, wider: &[Container]) -> Self {
        let files = map.files.iter().filter_map(|file| file.project.as_ref());
        let functions = map.functions.iter().map(|function| &function.target.project);
        let mut projects: BTreeSet<_> =
            files.chain(functions).map(|project| world.projects.canonical(project)).collect();
        let wider: BTreeSet<_> =
            wider.iter().map(|container| world.projects.canonical_container(container)).collect();
        projects.extend(wider.iter().filter_map(|container| match container {
            Container::Project(project) => Some(project.clone()),
            Container::Folder(_) | Container::Organization(_) => None,
        }));
        Self { projects, wider }
    }

    /// Every project that was seen.
    pub fn everything(world: &World) -> Self {
        Self { projects: world.projects.seen().cloned().collect(), wider: BTreeSet::new() }
    }

    /// The projects that are named, by canonical name. Folders and organizations may hold more.
    pub fn projects(&self) -> impl Iterator<Item = &ProjectName> {
        self.projects.iter()
    }

    /// Whether a project is looked at, by id or number.
    pub fn has_project(&self, world: &World, project: &str) -> bool {
        self.projects.contains(&world.projects.canonical(project)) || self.is_below_wider(world, project)
    }

    /// Whether a service that was seen is looked at.
    pub fn holds(&self, world: &World, service: &ServiceName) -> bool {
        self.projects.contains(&service.project) || self.is_below_wider(world, &service.project)
    }

    /// Whether a project lies below a folder or an organization that is looked at, or may for all that was read.
    fn is_below_wider(&self, world: &World, project: &str) -> bool {
        let has_levels = || self.wider.iter().any(|container| !matches!(container, Container::Project(_)));
        match world.chains.get(project) {
            Some(chain) => {
                let is_below = chain.iter().any(|container| self.wider.contains(container));
                is_below || (cut_short(chain).is_some() && has_levels())
            }
            None => has_levels(),
        }
    }
}
