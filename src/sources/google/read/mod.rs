//! Google Cloud, live → one [`World`].
//!
//! Everything is asked at once, as far as the client lets through. What comes of it is put together by name, so
//! that the world does not depend on which answer came first. Nothing is dropped: a call that did not succeed is
//! a gap with its reason, and where it was refused with the permission by name. Credentials that are not taken
//! at all are no gap but the end of the run.

mod above;
mod accounts;
mod asked;
mod below;
mod calls;
mod deny;
mod event_sources;
mod functions;
mod gap;
mod groups;
pub mod one;
mod revisions;
mod roles;
mod services;
mod workloads;
mod world;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

pub use asked::{Asked, DenyAsked};

use self::{
    above::{Ancestry, Named},
    calls::{Reader, all},
    event_sources::EventSources,
    functions::Functions,
    services::Services,
    workloads::Workloads,
};
use super::{CallError, Google};
use crate::{
    model::{Container, ProjectName, ServiceName},
    world::{Gap, SourceKind, World},
};

/// What happens while reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// An answer came.
    Answer,
    /// For so long nothing will be asked, because Google takes so few reads of deny policies.
    Wait(Duration),
}

/// Told what happens, for whoever shows progress.
pub type OnNews = Arc<dyn Fn(News) + Send + Sync>;

/// Why there is no world at all.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// Google takes no credentials of ours, or there are none.
    #[error("{0}")]
    Credentials(CallError),
    /// A reading broke off by a fault of ours.
    #[error("reading broke off: {0}; report this as a fault of callmap")]
    Broken(String),
    /// Answers contradict each other.
    #[error("{0}, as Google answers; run again")]
    Contradiction(#[from] crate::world::projects::ProjectConflictError),
}

/// Reads what is asked for. `kind` is what the world is called in reports.
///
/// # Errors
/// Where credentials are not taken, or answers contradict each other; everything else is a gap in the world.
pub async fn read(
    google: &Google,
    kind: SourceKind,
    asked: &Asked,
    on_news: OnNews,
) -> Result<World, LiveError> {
    let reader = Arc::new(Reader::new(google.clone(), on_news));
    let world = whole(&reader, kind, asked).await;
    match reader.refused() {
        Some(error) => Err(LiveError::Credentials(error)),
        None => world,
    }
}

async fn whole(reader: &Arc<Reader>, kind: SourceKind, asked: &Asked) -> Result<World, LiveError> {
    let mut world = world::world(kind, asked, Reading::all(reader, asked).await?);
    if let Some(asked) = &asked.deny {
        deny::read(reader, asked, &mut world).await;
    }
    // Deny policies name groups, too.
    groups::read(reader, asked, &mut world).await?;
    accounts::read(reader, asked, &mut world).await?;
    Ok(world)
}

/// Everything that was read, by the project it was read of.
struct Reading {
    named: Named,
    ancestry: BTreeMap<ProjectName, Ancestry>,
    policies: BTreeMap<Container, above::ContainerPolicy>,
    parts: BTreeMap<ProjectName, Parts>,
    ours: BTreeMap<ProjectName, EventSources>,
    below: below::Tree,
    /// Lists of projects and folders below what is looked at that could not be had, by relative name.
    wider_gaps: BTreeMap<String, Gap>,
    roles: roles::Roles,
}

/// A project that is read: the name it has in the world, and its other one.
struct Project {
    name: ProjectName,
    number: Option<ProjectName>,
}

impl Project {
    /// Whether a word is one of its names.
    fn is(&self, word: &str) -> bool {
        *self.name == *word || self.number.as_deref() == Some(word)
    }
}

/// What was read of one project.
#[derive(Default)]
struct Parts {
    services: Services,
    functions: Functions,
    event_sources: EventSources,
    workloads: Option<Workloads>,
}

impl Reading {
    async fn all(reader: &Arc<Reader>, asked: &Asked) -> Result<Self, LiveError> {
        let mut below = below::read(reader, asked.wider.iter().cloned()).await?;
        let wider_gaps = below.gaps().map(|(list, gap)| (list.clone(), gap.clone())).collect();
        let named = above::names(reader, asked, &below).await?;
        let scope = named.scope(asked, &below);
        let (above, parts, ours) = tokio::join!(
            above::read(reader, &scope, |_| false),
            all(scope.iter().map(|project| {
                let regions = asked.regions_of(project, &named.projects);
                let alone = asked.alone.as_ref().map(|service| named.projects.canonical_service(service));
                let alone = alone.filter(|service| service.project == *project);
                parts(reader.clone(), named.project(project), regions, alone, asked.is_for_changes)
            })),
            all(named.ours(asked, &scope).into_iter().map(|project| {
                let (reader, project) = (reader.clone(), named.project(&project));
                async move {
                    let sources = event_sources::read(&reader, &project).await;
                    (project.name, sources)
                }
            })),
        );
        let (ancestry, policies) = above?;
        let parts: BTreeMap<ProjectName, Parts> = parts?.into_iter().collect();
        if asked.is_for_changes {
            let above = policies.keys().filter(|name| !matches!(name, Container::Project(_)));
            below.extend(below::read(reader, above.cloned()).await?);
        }
        let services = parts.values().flat_map(|parts| parts.services.policies());
        let met = services.chain(policies.values().filter_map(above::ContainerPolicy::known));
        let roles = roles::read(reader, met, |_| false).await?;
        let ours = ours?.into_iter().collect();
        Ok(Self { named, ancestry, policies, parts, ours, below, wider_gaps, roles })
    }
}

async fn parts(
    reader: Arc<Reader>,
    project: Project,
    regions: BTreeSet<Arc<str>>,
    alone: Option<ServiceName>,
    is_for_changes: bool,
) -> (ProjectName, Parts) {
    if let Some(service) = alone {
        let services = services::alone(&reader, &service).await;
        return (project.name, Parts { services, ..Parts::default() });
    }
    let (services, functions, event_sources, workloads) = tokio::join!(
        services::read(&reader, &project.name, regions),
        functions::read(&reader, &project),
        event_sources::read(&reader, &project),
        async { if is_for_changes { Some(workloads::read(&reader, &project.name).await) } else { None } },
    );
    (project.name, Parts { services, functions, event_sources, workloads })
}
