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
                None => !account_project(email).is_some_and(|project| self.has_project(&project)),
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

/// The project of a service account, by id or number, as its address tells
/// (<https://cloud.google.com/iam/docs/service-account-types>). A domain-scoped project `example.com:shop` has
/// accounts at `shop.example.com.iam.gserviceaccount.com`.
pub fn account_project(email: &str) -> Option<String> {
    let (name, domain) = email.split_once('@')?;
    match domain {
        "developer.gserviceaccount.com" => name.strip_suffix("-compute").map(str::to_owned),
        "appspot.gserviceaccount.com" => Some(name.to_owned()),
        _ => {
            let project = domain.strip_suffix(".iam.gserviceaccount.com")?;
            Some(match project.split_once('.') {
                Some((id, scope)) => format!("{scope}:{id}"),
                None => project.to_owned(),
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_accounts_address_tells_its_project() {
        for (email, project) in [
            ("web@shop-prod.iam.gserviceaccount.com", Some("shop-prod")),
            ("1041-compute@developer.gserviceaccount.com", Some("1041")),
            ("shop-prod@appspot.gserviceaccount.com", Some("shop-prod")),
            ("web@shop.example.com.iam.gserviceaccount.com", Some("example.com:shop")),
            ("web@example.com", None),
            ("1041@developer.gserviceaccount.com", None),
        ] {
            assert_eq!(account_project(email).as_deref(), project, "{email}");
        }
    }
}
