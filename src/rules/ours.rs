//! Who is one of us: e-mail domains and projects that the map calls ours.

use std::collections::BTreeSet;

use crate::{
    access::agent::agent_project,
    callers::CallerMap,
    model::{Container, Principal, PrincipalKind, ProjectName, resource::is_project_number},
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

    /// Whether a project, by id or number, is known to be none of ours. An id and a number may be one project
    /// as long as nobody said which number the id has.
    fn is_foreign(&self, project: &str) -> bool {
        let project = self.world.projects.canonical(project);
        let may_be = |ours: &ProjectName| {
            let (id, number) = match (is_project_number(ours), is_project_number(&project)) {
                (false, true) => (ours, &project),
                (true, false) => (&project, ours),
                _ => return *ours == project,
            };
            self.world.projects.number(id).is_none_or(|known| *known == **number)
        };
        !self.projects.iter().any(may_be)
    }

    /// Whether a project, by id or number, is ours, or may be for all that is known.
    pub fn has_project(&self, project: &str) -> bool {
        !self.is_foreign(project)
    }

    /// Whether a principal is one of Google's service agents that works for a project of ours.
    pub fn has_agent(&self, principal: &Principal) -> bool {
        agent_project(principal).is_some_and(|number| self.has_project(number))
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
            // An agent of Google's is as much ours as the project that it works for.
            PrincipalKind::ServiceAccount(email) => match agent_project(principal) {
                Some(number) => self.is_foreign(number),
                None => self.world.account_project(email).is_none_or(|project| self.is_foreign(&project)),
            },
            PrincipalKind::ServiceAccountSet(Container::Project(project)) => self.is_foreign(&project),
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
