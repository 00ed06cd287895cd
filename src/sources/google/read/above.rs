//! Projects by their two names, what stands above them, and the policies of all of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::Deserialize;

use super::{
    Asked, LiveError, Project,
    below::Tree,
    calls::{Reader, all, answer, shape, text},
    gap::gap,
};
use crate::{
    model::{Container, Policy, ProjectName, resource::is_project_number},
    sources::{
        google::CallError,
        intern::Interner,
        wire::{
            self,
            policy::{PolicyWire, policy},
            text::Digits,
        },
    },
    world::{Gap, Observed, Projects, chain::cut_short},
};

/// What reading a project's names and ancestors takes.
const GET: &str = "resourcemanager.projects.get";

/// What stands above a project.
pub(super) struct Ancestry {
    /// What was seen of it, itself first; empty where nothing was.
    pub(super) seen: Arc<[Container]>,
    /// Why that is not all, where it is not.
    pub(super) gap: Option<Gap>,
}

/// The policy of a project, folder or organization.
pub(super) type ContainerPolicy = Observed<Policy>;

/// Projects by id and number.
pub(super) struct Named {
    pub(super) projects: Projects,
    /// Projects that are looked at, and why their names could not be read.
    pub(super) gaps: BTreeMap<ProjectName, Gap>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a project")]
struct ProjectWire {
    project_id: String,
    project_number: Digits,
}

#[derive(Deserialize)]
struct AncestryWire {
    ancestor: Vec<AncestorWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AncestorWire {
    resource_id: ResourceIdWire,
}

#[derive(Deserialize)]
struct ResourceIdWire {
    #[serde(rename = "type")]
    kind: String,
    id: String,
}

/// The names of all projects that are asked about. One whose names are refused keeps the one it was asked by.
pub(super) async fn names(reader: &Arc<Reader>, asked: &Asked, below: &Tree) -> Result<Named, LiveError> {
    let mut projects = Projects::default();
    for (id, number) in below.projects() {
        projects.join(id, number)?;
    }
    // Of a project that was listed both names are known.
    let is_open = |name: &&ProjectName| {
        if is_project_number(name) {
            projects.canonical(name) == **name
        } else {
            projects.number(name).is_none()
        }
    };
    let open: Vec<ProjectName> = asked.projects.union(&asked.ours).filter(is_open).cloned().collect();
    let read = all(open.into_iter().map(|project| {
        let reader = reader.clone();
        async move {
            let names = names_of(&reader, &project).await;
            (project, names)
        }
    }));
    let mut gaps = BTreeMap::new();
    for (project, names) in read.await? {
        match names {
            Ok((id, number)) => projects.join(&id, &number)?,
            // What is ours without being looked at need not be known.
            Err(error) if asked.projects.contains(&project) => drop(gaps.insert(project, gap(&error, GET))),
            Err(_) => {}
        }
    }
    Ok(Named { projects, gaps })
}

async fn names_of(reader: &Reader, project: &str) -> Result<(String, String), CallError> {
    let body = reader.call(reader.google.project(project)).await?;
    let ProjectWire { project_id, project_number: Digits(number) } = answer(&body)?;
    if project_id != project && number != project {
        return Err(shape("it is about another project"));
    }
    Ok((project_id, number))
}

impl Named {
    /// The projects that are looked at, each once.
    pub(super) fn scope(&self, asked: &Asked, below: &Tree) -> BTreeSet<ProjectName> {
        let wider = below.projects().map(|(id, _)| id);
        asked.projects.iter().chain(wider).map(|project| self.projects.canonical(project)).collect()
    }

    /// A project with both its names.
    pub(super) fn project(&self, name: &ProjectName) -> Project {
        Project { name: name.clone(), number: self.projects.number(name).map(Into::into) }
    }

    /// The projects besides of which event sources are read.
    pub(super) fn ours(&self, asked: &Asked, scope: &BTreeSet<ProjectName>) -> BTreeSet<ProjectName> {
        let ours = asked.ours.iter().filter(|_| asked.is_for_changes || asked.is_judging_accounts);
        ours.map(|project| self.projects.canonical(project))
            .filter(|project| !scope.contains(project))
            .collect()
    }
}

/// What stands above each project, and the policies of the projects and of everything above them, each once, but for
/// those that are known.
pub(super) async fn read(
    reader: &Arc<Reader>,
    scope: &BTreeSet<ProjectName>,
    is_known: impl Fn(&Container) -> bool,
) -> Result<(BTreeMap<ProjectName, Ancestry>, BTreeMap<Container, ContainerPolicy>), LiveError> {
    let own = scope.iter().map(|project| Container::Project(project.clone()));
    let own = all(own.filter(|name| !is_known(name)).map(|name| policy_of(reader.clone(), name)));
    let above = async {
        let read = all(scope.iter().map(|project| ancestry(reader.clone(), project.clone()))).await?;
        let named = read.iter().flat_map(|(_, ancestry)| ancestry.seen.iter());
        let above: BTreeSet<Container> =
            named.filter(|name| !matches!(name, Container::Project(_)) && !is_known(name)).cloned().collect();
        let policies = all(above.into_iter().map(|container| policy_of(reader.clone(), container))).await?;
        Ok::<_, LiveError>((read, policies))
    };
    let (own, above) = tokio::join!(own, above);
    let (ancestry, above) = above?;
    Ok((ancestry.into_iter().collect(), own?.into_iter().chain(above).collect()))
}

impl Ancestry {
    /// What stands above a service of the project.
    pub(super) fn of_service(&self) -> Observed<Arc<[Container]>> {
        match &self.gap {
            None => Observed::Known(self.seen.clone()),
            Some(gap) => Observed::Unreadable(gap.clone()),
        }
    }
}

async fn ancestry(reader: Arc<Reader>, project: ProjectName) -> (ProjectName, Ancestry) {
    let body = reader.call(reader.google.ancestry(&project)).await;
    let ancestry = match body.and_then(|body| chain(&project, &body)) {
        Err(error) => Ancestry { seen: Arc::default(), gap: Some(gap(&error, GET)) },
        Ok(seen) => Ancestry { gap: cut_short(&seen), seen: seen.into() },
    };
    (project, ancestry)
}

fn chain(project: &ProjectName, body: &[u8]) -> Result<Vec<Container>, CallError> {
    let AncestryWire { ancestor } = answer(body)?;
    let mut containers = Vec::with_capacity(ancestor.len());
    for AncestorWire { resource_id: ResourceIdWire { kind, id } } in ancestor {
        let name = format!("{kind}s/{id}");
        containers.push(name.parse().map_err(|_| shape(&format!("`{kind}` `{id}` is no ancestor")))?);
    }
    match containers.first_mut() {
        Some(first @ Container::Project(_)) => *first = Container::Project(project.clone()),
        _ => return Err(shape("it does not begin with the project")),
    }
    Ok(containers)
}

async fn policy_of(reader: Arc<Reader>, container: Container) -> (Container, ContainerPolicy) {
    let body = reader.call(reader.google.container_policy(&container)).await;
    let read = body.and_then(|body| policy_in(&body));
    let permission = container.policy_permission();
    let policy = read.map_or_else(|error| Observed::Unreadable(gap(&error, permission)), Observed::Known);
    (container, policy)
}

/// The policy that an answer is.
pub(super) fn policy_in(body: &[u8]) -> Result<Policy, CallError> {
    let wire: PolicyWire<'_> = wire::read(text(body)?, "").map_err(|error| shape(&error.0))?;
    Ok(policy(wire, &mut Interner::default()))
}
