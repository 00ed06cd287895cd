//! What lines of `callmap/Unreadable` say: gaps that somebody met and wrote down.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    drafts::Drafts,
    places::{KEEP_EITHER, Places},
    projects::Chains,
};
use crate::{
    model::{Container, DenyPolicyName, Principal, ProjectName, RoleName, ServiceName, resource::NameError},
    sources::{
        ReadError, assets::batch::Origin, canonical::canonical_deny_policy, snapshot::layer::GapLayer,
    },
    world::{Gap, Observed, World},
};

/// What was told of one name, and where.
type Told = BTreeSet<(Origin, Gap)>;

/// Every gap that was told.
#[derive(Default)]
pub(super) struct Gaps(BTreeMap<(GapLayer, Arc<str>), Told>);

/// Gaps of which no two contradict each other.
pub(super) struct Checked(Vec<(GapLayer, Arc<str>, Origin, Gap)>);

impl Gaps {
    pub(super) fn add(&mut self, layer: GapLayer, name: Arc<str>, gap: Gap, origin: Origin) {
        self.0.entry((layer, name)).or_default().insert((origin, gap));
    }

    /// One gap for each name and layer; two different ones are an error.
    pub(super) fn checked(self, places: &Places) -> Result<Checked, ReadError> {
        let mut all = Vec::with_capacity(self.0.len());
        for ((layer, name), told) in self.0 {
            let mut told = told.into_iter();
            let Some((origin, gap)) = told.next() else { continue };
            if let Some((other, _)) = told.find(|(_, other)| *other != gap) {
                let what = format!("`{name}` could not be read: {}", gap.why);
                return Err(places.clash((origin, other), what, KEEP_EITHER));
            }
            all.push((layer, name, origin, gap));
        }
        Ok(Checked(all))
    }
}

impl Checked {
    /// Puts each gap where it belongs: in a draft, or in the world where nothing else can stand.
    pub(super) fn apply(
        self,
        drafts: &mut Drafts,
        world: &mut World,
        chains: &Chains,
        places: &Places,
    ) -> Result<(), ReadError> {
        for (layer, name, origin, gap) in self.0 {
            let beside = match layer {
                GapLayer::Settings => settings(drafts, &name, gap),
                GapLayer::Policy => policy(drafts, world, &name, gap),
                GapLayer::Revision => drafts.revisions.gap(&name, gap),
                GapLayer::Ancestors => ancestors(drafts, chains, &name, &gap),
                GapLayer::List => {
                    world.unread_lists.insert(name.clone(), gap);
                    Ok(None)
                }
                GapLayer::Role => {
                    let role = RoleName::new(name.clone());
                    let beside = drafts.roles.get(&role).and_then(super::latest::Latest::first);
                    world.roles.insert(role, Observed::Unreadable(gap));
                    Ok(beside)
                }
                GapLayer::AccountPolicy => {
                    let last: Arc<str> = name.rsplit('/').next().unwrap_or(&name).to_lowercase().into();
                    let beside = drafts.account_policies.get(&last).and_then(super::latest::Latest::first);
                    world.account_policies.insert(last, Observed::Unreadable(gap));
                    Ok(beside)
                }
                GapLayer::Group => {
                    let group = Principal::new(name.clone());
                    let beside = drafts.groups.get(&group).and_then(super::latest::Latest::first);
                    world.groups.insert(group, Observed::Unreadable(gap));
                    Ok(beside)
                }
                GapLayer::DenyPolicy => {
                    name.parse().map_err(|error: NameError| error.to_string()).map(|of: DenyPolicyName| {
                        let of = canonical_deny_policy(of, &world.projects);
                        let beside = drafts.deny_policies.get(&of).and_then(super::latest::Latest::first);
                        world.deny_policies.insert(of, Observed::Unreadable(gap));
                        beside
                    })
                }
                GapLayer::EventSources => project(&name)
                    .and_then(|project| alone(&mut world.event_source_lists, project, gap))
                    .map(|()| None),
                GapLayer::Workloads => project(&name)
                    .and_then(|project| alone(&mut world.workloads, project, gap))
                    .map(|()| None),
                GapLayer::ProjectsBelow => name
                    .parse()
                    .map_err(|error: NameError| error.to_string())
                    .and_then(|container: Container| alone(&mut world.projects_below, container, gap))
                    .map(|()| None),
            };
            match beside {
                Ok(None) => {}
                Ok(Some(other)) => {
                    let what = format!("the {} of `{name}` is told here", layer.as_str());
                    return Err(places.clash((other, origin), what, KEEP_EITHER));
                }
                Err(what) => return Err(places.wrong(origin, what)),
            }
        }
        Ok(())
    }
}

/// Where the same layer of the same name is told all the same, or why the name is none.
type Beside = Result<Option<Origin>, String>;

fn project(name: &str) -> Result<ProjectName, String> {
    match name.parse() {
        Ok(Container::Project(project)) => Ok(project),
        Ok(Container::Folder(_) | Container::Organization(_)) => Err(format!("`{name}` is not a project")),
        Err(error) => Err(error.to_string()),
    }
}

/// What the first line of a snapshot says was listed has no gap.
fn alone<K: Ord, T>(known: &mut BTreeMap<K, Observed<T>>, name: K, gap: Gap) -> Result<(), String> {
    match known.insert(name, Observed::Unreadable(gap)) {
        Some(Observed::Known(_)) => Err("the first line of a snapshot says that this was listed".to_owned()),
        Some(Observed::Unreadable(_)) | None => Ok(()),
    }
}

fn settings(drafts: &mut Drafts, name: &str, gap: Gap) -> Beside {
    let service: ServiceName = name.parse().map_err(|error| format!("{error}"))?;
    let draft = drafts.services.entry(service).or_default();
    draft.settings_gap = Some(gap);
    Ok(draft.settings.first())
}

fn policy(drafts: &mut Drafts, world: &mut World, name: &str, gap: Gap) -> Beside {
    if let Ok(container) = name.parse::<Container>() {
        let beside = drafts.policies.get(&container).and_then(super::latest::Latest::first);
        world.policies.insert(container, Observed::Unreadable(gap));
        return Ok(beside);
    }
    let service: ServiceName = name.parse().map_err(|error| format!("{error}"))?;
    let draft = drafts.services.entry(service).or_default();
    draft.policy_gap = Some(gap);
    Ok(draft.policy.first())
}

/// Of one service, or of every service of a project that has none of its own.
fn ancestors(drafts: &mut Drafts, chains: &Chains, name: &str, gap: &Gap) -> Beside {
    if let Ok(Container::Project(project)) = name.parse::<Container>() {
        for (service, draft) in &mut drafts.services {
            if service.project == project {
                draft.ancestors_gap.get_or_insert_with(|| gap.clone());
            }
        }
        return Ok(chains.told.get(&project).copied());
    }
    let service: ServiceName = name.parse().map_err(|error| format!("{error}"))?;
    let draft = drafts.services.entry(service).or_default();
    draft.ancestors_gap = Some(gap.clone());
    Ok(draft.ancestors)
}
