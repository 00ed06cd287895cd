//! What was read of each project, put together as one world.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Asked, Parts, Reading, above::Ancestry, event_sources::EventSources, functions::Functions,
    services::Found,
};
use crate::{
    model::{ProjectName, RoleName},
    sources::canonical::{canonical, canonical_source, with_roles},
    world::{Gap, Layer, LayerState, Observed, Service, Source, SourceKind, World},
};

/// The world that this reading is.
pub(super) fn world(kind: SourceKind, asked: &Asked, reading: Reading) -> World {
    let Reading { named, ancestry, policies, parts, ours, below, wider_gaps, roles } = reading;
    let mut world = World::nothing(Source { kind, files: Vec::new() });
    world.projects = named.projects;
    let mut states = States::default();
    for (project, parts) in parts {
        world.projects.see(&project);
        add(&mut world, &project, parts, &ancestry, &mut states);
    }
    for (project, sources) in ours {
        // Nobody looks at these projects: a list of theirs that is refused is said where a change needs it.
        event_sources(&mut world, &project, sources);
    }
    for (project, gap) in named.gaps {
        let project = format!("projects/{}", world.projects.canonical(&project));
        world.unread_lists.insert(project.into(), gap);
        states.refuse(Layer::Ancestors);
    }
    for (list, gap) in wider_gaps {
        world.unread_lists.insert(list.into(), gap);
        states.refuse(Layer::Services);
    }
    if asked.is_for_changes {
        world.projects_below = below.below();
    }
    let seen = ancestry.into_iter().filter(|(_, ancestry)| !ancestry.seen.is_empty());
    world.chains.extend(seen.map(|(project, ancestry)| (project, ancestry.seen)));
    for (container, policy) in policies {
        let policy = match policy {
            Observed::Known(policy) => Observed::Known(with_roles(policy, &world.projects)),
            Observed::Unreadable(gap) => {
                states.refuse(Layer::Ancestors);
                Observed::Unreadable(gap)
            }
        };
        world.policies.insert(container, policy);
    }
    for (name, role) in roles {
        if role.gap().is_some() {
            states.refuse(Layer::Roles);
        }
        let name = canonical(name.as_str(), &world.projects).map_or(name, RoleName::new);
        world.roles.insert(name, role);
    }
    world.event_sources.sort();
    world.layers = states.layers();
    world
}

/// What was read of one project that is looked at.
fn add(
    world: &mut World,
    project: &ProjectName,
    parts: Parts,
    ancestry: &BTreeMap<ProjectName, Ancestry>,
    states: &mut States,
) {
    let Parts { services, functions: read, event_sources: sources, workloads } = parts;
    let is_managed = services.found.iter().any(is_managed);
    for (list, gap) in services.gaps {
        states.refuse(Layer::Services);
        world.unread_lists.insert(list.into(), gap);
    }
    let ancestors = ancestry.get(project).map_or_else(
        || Observed::Unreadable(Gap::new("it was not asked about", "resourcemanager.projects.get")),
        Ancestry::of_service,
    );
    for Found { name, settings, policy, revisions } in services.found {
        let policy = match policy {
            Observed::Known(policy) => Observed::Known(with_roles(policy, &world.projects)),
            Observed::Unreadable(gap) => Observed::Unreadable(gap),
        };
        let gaps = [
            (Layer::Services, settings.gap().is_some()),
            (Layer::Services, revisions.values().any(|account| account.gap().is_some())),
            (Layer::Policies, policy.gap().is_some()),
            (Layer::Ancestors, ancestors.gap().is_some()),
        ];
        gaps.into_iter().filter(|(_, is_gap)| *is_gap).for_each(|(layer, _)| states.refuse(layer));
        if !revisions.is_empty() {
            world.revisions.insert(name.clone(), revisions);
        }
        world.services.insert(name, Service { settings, policy, ancestors: ancestors.clone() });
    }
    functions(world, project, read, is_managed, states);
    for (list, gap) in &sources.gaps {
        states.refuse(Layer::EventSources);
        world.unread_lists.insert(list.as_str().into(), gap.clone());
    }
    event_sources(world, project, sources);
    world.workloads.extend(workloads.map(|workloads| (project.clone(), workloads)));
}

/// Whether the Cloud Functions API says of a service that it is its own.
fn is_managed(found: &Found) -> bool {
    let labels = found.settings.known().map(|settings| &settings.labels);
    labels.is_some_and(|labels| labels.get("goog-managed-by").is_some_and(|by| &**by == "cloudfunctions"))
}

fn functions(
    world: &mut World,
    project: &ProjectName,
    read: Functions,
    is_managed: bool,
    states: &mut States,
) {
    let Functions { found, gen1, gaps, off } = read;
    // While the API is off it has no functions; services that say they are its own say otherwise.
    let off =
        off.filter(|_| is_managed).map(|gap| (format!("projects/{project}/locations/-/functions"), gap));
    for (list, gap) in gaps.into_iter().chain(off) {
        states.refuse(Layer::Functions);
        world.unread_lists.insert(list.into(), gap);
    }
    world.gen1_functions += gen1;
    for (name, mut function) in found {
        function.service = function.service.map(|service| world.projects.canonical_service(&service));
        world.functions.insert(name, function);
    }
}

fn event_sources(world: &mut World, project: &ProjectName, sources: EventSources) {
    let EventSources { found, gaps } = sources;
    let lists = match gaps.into_values().next() {
        None => Observed::Known(()),
        Some(gap) => Observed::Unreadable(gap),
    };
    world.event_source_lists.insert(project.clone(), lists);
    let found = found.into_iter().map(|source| canonical_source(source, &world.projects));
    world.event_sources.extend(found);
}

/// Layers of which something was refused.
#[derive(Default)]
struct States(BTreeSet<Layer>);

impl States {
    fn refuse(&mut self, layer: Layer) {
        self.0.insert(layer);
    }

    /// Members of groups, deny policies and policies of accounts are read after all else.
    fn layers(&self) -> BTreeMap<Layer, LayerState> {
        let state = |layer| match layer {
            Layer::Groups | Layer::DenyPolicies | Layer::AccountPolicies => LayerState::NotAsked,
            Layer::Services
            | Layer::Policies
            | Layer::Ancestors
            | Layer::Roles
            | Layer::Functions
            | Layer::EventSources => {
                if self.0.contains(&layer) {
                    LayerState::Refused
                } else {
                    LayerState::Read
                }
            }
        };
        Layer::ALL.into_iter().map(|layer| (layer, state(layer))).collect()
    }
}
