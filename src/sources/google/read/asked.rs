//! What a run asks Google for.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use crate::{
    callers::{Caller, CallerMap},
    model::{Container, Principal, ProjectName, ServiceName},
    world::Projects,
};

/// What a run asks Google for. Names of projects are ids or numbers, as somebody wrote them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The projects that are looked at.
    pub projects: BTreeSet<ProjectName>,
    /// Folders and organizations whose projects are looked at as well.
    pub wider: BTreeSet<Container>,
    /// The regions that a map names in a project: these are read where the list of regions is refused.
    pub regions: BTreeMap<ProjectName, BTreeSet<Arc<str>>>,
    /// Projects that are ours without being looked at: the map's `projects`.
    pub ours: BTreeSet<ProjectName>,
    /// One service alone: of its project nothing else is read but what decides who can call it.
    pub alone: Option<ServiceName>,
    /// Whether changes are to be made of it: then also read are the jobs and instances of each project, every
    /// project below the folders and organizations above, and the event sources of `ours`, which call as accounts that
    /// somebody might take for idle.
    pub is_for_changes: bool,
    /// Whether groups are expanded that are not among `groups`.
    pub is_expanding: bool,
    /// Groups that somebody told the members of.
    pub groups: BTreeMap<Principal, Vec<Principal>>,
    /// Callers that a map names: its groups are expanded whether anything is granted to them or not.
    pub callers: BTreeSet<Principal>,
    /// Functions whose accounts a map names as callers, by the name that the map gives them.
    pub calling: BTreeSet<ServiceName>,
    /// Whether it is judged who can act as the callers: then also read are the allow policies of service accounts that
    /// are callers or may act as one, and of what stands above these; and, since all of it is judged, the event sources
    /// of `ours`.
    pub is_judging_accounts: bool,
    /// How deny policies are read; `None` leaves them.
    pub deny: Option<DenyAsked>,
}

/// How deny policies are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DenyAsked {
    /// The file that keeps what was read of them before; without one everything is read.
    pub cache: Option<PathBuf>,
}

impl Asked {
    /// What a map, and what was named besides, ask for.
    pub fn new(map: Option<&CallerMap>, wider: &[Container]) -> Self {
        let mut asked = Self::default();
        for container in wider {
            match container {
                Container::Project(project) => drop(asked.projects.insert(project.clone())),
                Container::Folder(_) | Container::Organization(_) => {
                    asked.wider.insert(container.clone());
                }
            }
        }
        let Some(map) = map else { return asked };
        asked.projects.extend(map.files.iter().filter_map(|file| file.project.clone()));
        for function in &map.functions {
            let target = &function.target;
            asked.projects.insert(target.project.clone());
            asked.regions.entry(target.project.clone()).or_default().insert(target.location.clone());
        }
        asked.ours.extend(map.settings.projects.iter().cloned());
        let mut named = BTreeSet::new();
        for edge in &map.edges {
            match &edge.caller {
                Caller::Principal(principal) => drop(asked.callers.insert(principal.clone())),
                Caller::Function(name) => drop(named.insert(name)),
            }
        }
        for function in map.functions.iter().filter(|function| named.contains(&function.name)) {
            asked.callers.extend(function.runs_as.clone());
            asked.calling.insert(function.target.clone());
        }
        asked
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.projects.is_empty() && self.wider.is_empty()
    }

    /// The regions that the map names in a project, by whichever of its names.
    pub(super) fn regions_of(&self, project: &str, projects: &Projects) -> BTreeSet<Arc<str>> {
        let project = projects.canonical(project);
        let same = self.regions.iter().filter(|(name, _)| projects.canonical(name) == project);
        same.flat_map(|(_, regions)| regions.iter().cloned()).collect()
    }
}
