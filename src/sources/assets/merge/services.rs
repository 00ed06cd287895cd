//! Services and what stands above them: what was read, and a gap for each part that no line holds.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    drafts::settled,
    latest::{Latest, Sighting},
    places::Places,
    projects::Chains,
};
use crate::{
    model::{Container, Policy, ProjectName, ServiceName},
    sources::{
        ReadError,
        assets::batch::{FileNotes, Origin},
    },
    world::{Gap, Observed, Projects, Service, Settings, World},
};

/// What was said of one service.
#[derive(Default)]
pub(super) struct ServiceDraft {
    pub(super) settings: Latest<Box<Observed<Settings>>>,
    pub(super) policy: Latest<Policy>,
    /// Where its ancestors were told.
    pub(super) ancestors: Option<Origin>,
    pub(super) settings_gap: Option<Gap>,
    pub(super) policy_gap: Option<Gap>,
    pub(super) ancestors_gap: Option<Gap>,
}

/// Why parts of an export are missing, in the words of Cloud Asset Inventory.
const NO_RESOURCE: &str = "no RESOURCE content in the export";
const NO_POLICY: &str = "no IAM_POLICY line in the export";
const NO_ANCESTORS: &str = "no `ancestors` in the export";

/// Projects in which a service without a policy line has an empty policy: one and the same file holds policy
/// lines of services, and of this project or another service in it. An export of policies leaves out what has
/// none; a file without policies says nothing.
fn exported(files: &[FileNotes], projects: &Projects) -> BTreeSet<ProjectName> {
    files
        .iter()
        .filter(|notes| notes.has_service_policy)
        .flat_map(|notes| &notes.policy_projects)
        .map(|project| projects.canonical(project))
        .collect()
}

/// Fills in the services.
pub(super) fn finish(
    drafts: HashMap<ServiceName, Box<ServiceDraft>>,
    world: &mut World,
    files: &[FileNotes],
    chains: &Chains,
    places: &Places,
) -> Result<(), ReadError> {
    let exported = exported(files, &world.projects);
    let mut drafts: Vec<_> = drafts.into_iter().collect();
    drafts.sort_unstable_by(|(one, _), (other, _)| by_name(one, other));
    let mut services = Vec::with_capacity(drafts.len());
    for (name, draft) in drafts {
        let ServiceDraft { settings, policy, ancestors, settings_gap, policy_gap, ancestors_gap } = *draft;
        let settings = match settled(settings, || format!("the settings of `{name}`"), places)? {
            Some(Sighting { value, .. }) => *value,
            None => unread(settings_gap, NO_RESOURCE, "run.services.get"),
        };
        let policy = match (settled(policy, || format!("the policy of `{name}`"), places)?, policy_gap) {
            (Some(Sighting { value, .. }), _) => Observed::Known(value),
            (None, None) if exported.contains(&name.project) => Observed::Known(Policy::empty()),
            (None, gap) => unread(gap, NO_POLICY, "run.services.getIamPolicy"),
        };
        let ancestors = match (ancestors, chains.by_project.get(&name.project)) {
            // An export names all ancestors, whoever asks for it.
            (Some(_), Some(chain)) => Observed::Known(chain.clone()),
            _ => unread(ancestors_gap, NO_ANCESTORS, "resourcemanager.projects.get"),
        };
        services.push((name, Service { settings, policy, ancestors }));
    }
    // INVARIANT: in order, so that the map is built without searching.
    world.services = services.into_iter().collect();
    Ok(())
}

/// The order of names, for names whose projects and regions are mostly one and the same text.
fn by_name(one: &ServiceName, other: &ServiceName) -> Ordering {
    let part = |one: &Arc<str>, other: &Arc<str>| {
        if Arc::ptr_eq(one, other) { Ordering::Equal } else { one.cmp(other) }
    };
    part(&one.project, &other.project)
        .then_with(|| part(&one.location, &other.location))
        .then_with(|| one.service.cmp(&other.service))
}

fn unread<T>(gap: Option<Gap>, why: &str, permission: &str) -> Observed<T> {
    Observed::Unreadable(gap.unwrap_or_else(|| Gap::new(why, permission)))
}

/// Fills in projects, folders and organizations; gaps that lines tell of stand in the world already.
pub(super) fn containers(
    mut drafts: BTreeMap<Container, Latest<Policy>>,
    world: &mut World,
    places: &Places,
) -> Result<(), ReadError> {
    let above: BTreeSet<Arc<str>> = world.services.keys().map(|name| name.project.clone()).collect();
    for project in above {
        drafts.entry(Container::Project(project)).or_default();
    }
    for (name, draft) in drafts {
        let policy = match settled(draft, || format!("the policy of `{name}`"), places)? {
            Some(Sighting { value, .. }) => Observed::Known(value),
            None if world.policies.contains_key(&name) => continue,
            None => Observed::Unreadable(Gap::new(NO_POLICY, name.policy_permission())),
        };
        world.policies.insert(name, policy);
    }
    Ok(())
}
