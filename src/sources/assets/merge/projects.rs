//! Which projects were seen, by which names, and what stands above them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Headers,
    places::{KEEP_EITHER, Places},
};
use crate::{
    model::{Container, ProjectName, resource::is_project_number},
    sources::{
        ReadError,
        assets::batch::{FileNotes, Origin},
    },
    world::Projects,
};

/// Ids and numbers, from whatever line tells both.
pub(super) fn projects(
    files: &[FileNotes],
    headers: &Headers,
    places: &Places,
) -> Result<Projects, ReadError> {
    let mut joins: BTreeSet<(Origin, ProjectName, ProjectName)> = BTreeSet::new();
    for (file, notes) in files.iter().enumerate() {
        for ((one, other), line) in &notes.joins {
            joins.insert((Origin { file, line: *line }, one.clone(), other.clone()));
        }
    }
    for (origin, header) in headers.iter() {
        joins.extend(header.projects.iter().map(|(id, number)| (*origin, id.clone(), number.clone())));
    }
    let mut projects = Projects::default();
    for (origin, one, other) in &joins {
        let (id, number) = match (is_project_number(one), is_project_number(other)) {
            (false, true) => (one, other),
            (true, false) => (other, one),
            _ => {
                let what = format!("names one project both `{one}` and `{other}`; export it again");
                return Err(places.wrong(*origin, what));
            }
        };
        projects.join(id, number).map_err(|error| {
            places.wrong(*origin, format!("{error}, after all lines so far; export it again"))
        })?;
    }
    for (file, notes) in files.iter().enumerate() {
        if !headers.has(file) {
            notes.seen.iter().for_each(|project| projects.see(project));
        }
    }
    headers.iter().flat_map(|(_, header)| &header.seen).for_each(|project| projects.see(project));
    Ok(projects)
}

/// What stands above projects.
pub(super) struct Chains {
    /// Of each project, itself first.
    pub(super) by_project: BTreeMap<ProjectName, Arc<[Container]>>,
    /// Every container that was named as one that matters.
    pub(super) named: BTreeSet<Container>,
    /// Where a chain was first told.
    pub(super) told: BTreeMap<ProjectName, Origin>,
}

/// Chains by canonical names; two that differ are an error.
pub(super) fn chains(
    files: &[FileNotes],
    headers: &Headers,
    projects: &Projects,
    places: &Places,
) -> Result<Chains, ReadError> {
    let mut all: Vec<(Origin, Arc<[Container]>)> = Vec::new();
    let mut found = Chains { by_project: BTreeMap::new(), named: BTreeSet::new(), told: BTreeMap::new() };
    for (file, notes) in files.iter().enumerate() {
        for chain in notes.chains.values() {
            let canonical: Arc<[Container]> =
                chain.containers.iter().map(|container| projects.canonical_container(container)).collect();
            if chain.is_of_service || !headers.has(file) {
                found.named.extend(canonical.iter().cloned());
            }
            all.push((Origin { file, line: chain.line }, canonical));
        }
    }
    all.sort();
    for (origin, chain) in all {
        let Some(Container::Project(project)) = chain.first() else { continue };
        let project = project.clone();
        match (found.by_project.get(&project), found.told.get(&project)) {
            (Some(known), Some(first)) if *known != chain => {
                let what = format!("the `ancestors` of project `{project}` are `{}`", shown(known));
                return Err(places.clash((*first, origin), what, KEEP_EITHER));
            }
            (Some(_), _) => {}
            (None, _) => {
                found.told.insert(project.clone(), origin);
                found.by_project.insert(project, chain);
            }
        }
    }
    Ok(found)
}

fn shown(chain: &[Container]) -> String {
    chain.iter().map(ToString::to_string).collect::<Vec<_>>().join(" < ")
}
