//! Project ids and numbers: one project, two names.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Container, ProjectName, ServiceName, resource::is_project_number};

/// Which id belongs to which number, and of which projects anything was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Projects {
    ids: BTreeMap<ProjectName, ProjectName>,
    numbers: BTreeMap<ProjectName, ProjectName>,
    seen: BTreeSet<ProjectName>,
}

/// Two ids claim one number, or two numbers one id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("project `{name}` goes by both `{first}` and `{second}`")]
pub struct ProjectConflictError {
    /// The name both belong to.
    pub name: ProjectName,
    /// One of them.
    pub first: ProjectName,
    /// The other.
    pub second: ProjectName,
}

impl Projects {
    /// Notes that these are one project.
    ///
    /// # Errors
    /// Where either is known by another name already.
    pub fn join(&mut self, id: &str, number: &str) -> Result<(), ProjectConflictError> {
        let conflict = |name: &str, first: &ProjectName, second: &str| {
            Err(ProjectConflictError { name: name.into(), first: first.clone(), second: second.into() })
        };
        match (self.numbers.get(id), self.ids.get(number)) {
            (Some(known), _) if &**known != number => conflict(id, known, number),
            (_, Some(known)) if &**known != id => conflict(number, known, id),
            (Some(_), _) => Ok(()),
            (None, _) => {
                self.numbers.insert(id.into(), number.into());
                self.ids.insert(number.into(), id.into());
                Ok(())
            }
        }
    }

    /// Notes that something of this project was seen. To be called once all ids and numbers are known.
    pub fn see(&mut self, project: &str) {
        let name = self.canonical(project);
        self.seen.insert(name);
    }

    /// Whether anything of this project was seen.
    pub fn is_seen(&self, project: &str) -> bool {
        self.seen.contains(&self.canonical(project))
    }

    /// Every project of which anything was seen, by canonical name.
    pub fn seen(&self) -> impl Iterator<Item = &ProjectName> {
        self.seen.iter()
    }

    /// Every pair of id and number.
    pub fn pairs(&self) -> impl Iterator<Item = (&ProjectName, &ProjectName)> {
        self.numbers.iter()
    }

    /// The id where it is known, else the name as given.
    pub fn canonical(&self, project: &str) -> ProjectName {
        self.ids.get(project).cloned().unwrap_or_else(|| project.into())
    }

    /// The number of a project, where it is known.
    pub fn number<'a>(&'a self, project: &'a str) -> Option<&'a str> {
        if is_project_number(project) {
            return Some(project);
        }
        self.numbers.get(project).map(|number| &**number)
    }

    /// The service with its project by canonical name.
    pub fn canonical_service(&self, name: &ServiceName) -> ServiceName {
        ServiceName {
            project: self.canonical(&name.project),
            location: name.location.clone(),
            service: name.service.clone(),
        }
    }

    /// The container with a project by canonical name.
    pub fn canonical_container(&self, container: &Container) -> Container {
        match container {
            Container::Project(project) => Container::Project(self.canonical(project)),
            Container::Folder(_) | Container::Organization(_) => container.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_one_thing_by_id_and_by_number() {
        let mut projects = Projects::default();
        projects.join("shop-prod", "1041").unwrap();
        projects.join("shop-prod", "1041").unwrap();
        projects.see("1041");
        assert_eq!(&*projects.canonical("1041"), "shop-prod");
        assert_eq!(projects.number("shop-prod"), Some("1041"));
        assert!(projects.is_seen("shop-prod") && projects.is_seen("1041"));
        assert!(projects.join("shop-prod", "7").is_err());
        assert!(projects.join("other", "1041").is_err());
    }
}
