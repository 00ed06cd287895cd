//! Who is one of us: e-mail domains and projects that the map calls ours.

use std::collections::BTreeSet;

use crate::{
    access::agent::agent_project,
    callers::CallerMap,
    model::{Container, Principal, PrincipalKind, ProjectName},
    world::World,
};

/// The domains and projects that are ours.
#[derive(Debug)]
pub struct Ours<'a> {
    domains: Option<&'a [std::sync::Arc<str>]>,
    projects: BTreeSet<ProjectName>,
    world: &'a World,
}

impl<'a> Ours<'a> {
    /// As the map says; its own projects are ours.
    pub fn new(map: &'a CallerMap, world: &'a World) -> Self {
        let files = map.files.iter().filter_map(|file| file.project.as_ref());
        let functions = map.functions.iter().map(|function| &function.target.project);
        let projects = files.chain(functions).chain(&map.settings.projects);
        Self {
            domains: map.settings.domains.as_deref(),
            projects: projects.map(|project| world.projects.canonical(project)).collect(),
            world,
        }
    }

    /// Whether a project is ours, by id or number.
    pub fn has_project(&self, project: &str) -> bool {
        self.projects.contains(&self.world.projects.canonical(project))
    }

    /// Whether a principal is known not to be one of us. Nobody is where the map names no domains.
    pub fn is_external(&self, principal: &Principal) -> bool {
        let Some(domains) = self.domains else { return false };
        let has_domain = |domain: &str| domains.iter().any(|ours| ours.eq_ignore_ascii_case(domain));
        match principal.kind() {
            PrincipalKind::User(email) | PrincipalKind::Group(email) => {
                !email.rsplit_once('@').is_some_and(|(_, domain)| has_domain(domain))
            }
            PrincipalKind::Domain(domain) => !has_domain(domain),
            PrincipalKind::ServiceAccount(email) => match agent_project(principal) {
                Some(_) => false,
                None => !self.world.account_project(email).is_some_and(|project| self.has_project(&project)),
            },
            PrincipalKind::ServiceAccountSet(Container::Project(project)) => !self.has_project(&project),
            // Folders and organizations are not named in a map, and the others are no one's.
            PrincipalKind::ServiceAccountSet(_)
            | PrincipalKind::AllUsers
            | PrincipalKind::AllAuthenticatedUsers
            | PrincipalKind::ProjectRole(_)
            | PrincipalKind::Deleted => false,
            PrincipalKind::Federated | PrincipalKind::Other => true,
        }
    }
}
