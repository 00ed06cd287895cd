//! Services under short names.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Function,
    edges::{Grants, OwnGrants, Sources},
};
use crate::{
    model::{Principal, ProjectName, ServiceName},
    rules::writers,
    world::{EventSource, World},
};

/// The longest short name a map takes.
const LONGEST: usize = 63;

/// Every service under a name of its own. Regions of one service that are alike are one function.
pub(super) fn named(
    world: &World,
    grants: &Grants,
    sources: &Sources<'_>,
    usual: Option<&ProjectName>,
) -> BTreeMap<String, Function> {
    let mut alike: BTreeMap<(&str, &str), Vec<(&ServiceName, &OwnGrants)>> = BTreeMap::new();
    for (name, own) in grants {
        alike.entry((&name.service, &name.project)).or_default().push((name, own));
    }
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut functions = BTreeMap::new();
    let shared = shared_names(&alike);
    let event_driven: BTreeSet<&ServiceName> = world
        .functions
        .values()
        .filter(|function| function.is_event_driven)
        .filter_map(|function| function.service.as_ref())
        .collect();
    for ((service, project), regions) in alike {
        let base = if shared.contains(service) {
            format!("{service}-{}", plain(project))
        } else {
            service.to_owned()
        };
        // Only a short name of the file's own project can stand for several regions.
        let can_be_one =
            usual.is_some_and(|usual| **usual == *project) && base == service && !taken.contains(&base);
        let is_one = can_be_one && are_alike(world, &regions);
        let groups: Vec<Vec<&ServiceName>> = if is_one {
            vec![regions.iter().map(|(name, _)| *name).collect()]
        } else {
            regions.iter().map(|(name, _)| vec![*name]).collect()
        };
        let is_single = groups.len() == 1;
        for group in groups {
            let wanted = if is_single { base.clone() } else { format!("{base}-{}", group[0].location) };
            let is_event_driven = group.iter().any(|name| event_driven.contains(name));
            let told = group.iter().flat_map(|name| sources.get(*name).into_iter().flatten());
            let function = Function {
                runs_as: world.identity(group[0]),
                is_event_driven,
                written_by: writers::of_service(world, group[0]),
                sources: told.filter(|_| is_event_driven).map(|source| origin(source)).collect(),
                services: group.into_iter().cloned().collect(),
            };
            functions.insert(free(wanted, &mut taken), function);
        }
    }
    functions
}

/// An event source and whom it calls as, for people.
fn origin(source: &EventSource) -> String {
    match source.identity.as_ref().and_then(Principal::email) {
        Some(email) => format!("{} as `{email}`", source.label()),
        None => source.label(),
    }
}

/// Whether regions of a service have the same callers and run as the same account.
fn are_alike(world: &World, regions: &[(&ServiceName, &OwnGrants)]) -> bool {
    regions.windows(2).all(|pair| {
        let [(left, left_own), (right, right_own)] = pair else { return false };
        let ends = |own: &OwnGrants| -> Vec<_> {
            own.iter().map(|(principal, own)| (principal.clone(), own.until)).collect()
        };
        ends(left_own) == ends(right_own)
            && world.identity(left) == world.identity(right)
            && writers::of_service(world, left) == writers::of_service(world, right)
    })
}

/// Names that services of several projects have.
fn shared_names<'a, V>(alike: &BTreeMap<(&'a str, &'a str), V>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    alike.keys().map(|(service, _)| *service).filter(|service| !seen.insert(*service)).collect()
}

/// A project's id without what a short name cannot hold.
fn plain(project: &str) -> String {
    project.replace([':', '.'], "-")
}

/// The wanted name, or one like it that is still free.
fn free(mut wanted: String, taken: &mut BTreeSet<String>) -> String {
    wanted.truncate(LONGEST);
    let mut name = wanted.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        let suffix = format!("-{number}");
        wanted.truncate(LONGEST - suffix.len());
        name = format!("{wanted}{suffix}");
        number += 1;
    }
    name
}

/// The project that most services are in.
pub(super) fn usual_project(grants: &Grants) -> Option<ProjectName> {
    most(grants.keys().map(|name| &name.project))
}

/// The region that most services of a project are in.
pub(super) fn usual_region(grants: &Grants, project: Option<&ProjectName>) -> Option<Arc<str>> {
    most(grants.keys().filter(|name| Some(&name.project) == project).map(|name| &name.location))
}

/// What comes most often; the first in order where several do.
fn most<'a>(values: impl Iterator<Item = &'a Arc<str>>) -> Option<Arc<str>> {
    let mut counts: BTreeMap<&Arc<str>, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let most = counts.values().copied().max()?;
    counts.into_iter().find(|(_, count)| *count == most).map(|(value, _)| value.clone())
}
