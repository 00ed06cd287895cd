//! Names of the resources that grants hang on.

use std::{fmt, str::FromStr, sync::Arc};

/// A project by its id or, where only that is known, by its number.
pub type ProjectName = Arc<str>;

/// A Cloud Run service, `projects/P/locations/L/services/S`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceName {
    /// Project id, or number where the id is not known.
    pub project: ProjectName,
    /// Region, such as `europe-west1`.
    pub location: Arc<str>,
    /// The short name.
    pub service: Arc<str>,
}

/// A function of the Cloud Functions API, `projects/P/locations/L/functions/F`. It is not the resource that
/// callers are granted on: that is the service it is served by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionName {
    /// Project id, or number where the id is not known.
    pub project: ProjectName,
    /// Region, such as `europe-west1`.
    pub location: Arc<str>,
    /// The function id; may hold upper case and `_`, unlike the service's name.
    pub function: Arc<str>,
}

/// What stands above a service: `projects/P`, `folders/N` or `organizations/N`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Container {
    /// By id, or by number where the id is not known.
    Project(ProjectName),
    /// By number.
    Folder(Arc<str>),
    /// By number.
    Organization(Arc<str>),
}

impl Container {
    /// The permission that reads its allow policy
    /// (<https://cloud.google.com/resource-manager/docs/access-control-proj>).
    pub fn policy_permission(&self) -> &'static str {
        match self {
            Self::Project(_) => "resourcemanager.projects.getIamPolicy",
            Self::Folder(_) => "resourcemanager.folders.getIamPolicy",
            Self::Organization(_) => "resourcemanager.organizations.getIamPolicy",
        }
    }
}

/// Anything a grant hangs on or a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// A Cloud Run service.
    Service(ServiceName),
    /// A project, folder or organization.
    Container(Container),
    /// Something else by its relative name: a role, a list that could not be read.
    Other(Arc<str>),
}

/// The text is not a name of the form that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a name of the form `{1}`")]
pub struct NameError(pub String, pub &'static str);

/// Whether this text names a project by number.
pub fn is_project_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn parts<'a>(text: &'a str, kind: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let mut parts = text.split('/');
    let found = (|| {
        let projects = parts.next()?;
        let project = parts.next()?;
        let locations = parts.next()?;
        let location = parts.next()?;
        let last = parts.next()?;
        let name = parts.next()?;
        (projects == "projects" && locations == "locations" && last == kind)
            .then_some((project, location, name))
    })()?;
    let whole = [found.0, found.1, found.2].iter().all(|part| !part.is_empty());
    (whole && parts.next().is_none()).then_some(found)
}

impl FromStr for ServiceName {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        let (project, location, service) = parts(text, "services").ok_or_else(|| {
            NameError(text.to_owned(), "projects/PROJECT/locations/REGION/services/SERVICE")
        })?;
        Ok(Self { project: project.into(), location: location.into(), service: service.into() })
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { project, location, service } = self;
        write!(f, "projects/{project}/locations/{location}/services/{service}")
    }
}

impl FromStr for FunctionName {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        let (project, location, function) = parts(text, "functions").ok_or_else(|| {
            NameError(text.to_owned(), "projects/PROJECT/locations/REGION/functions/FUNCTION")
        })?;
        Ok(Self { project: project.into(), location: location.into(), function: function.into() })
    }
}

impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { project, location, function } = self;
        write!(f, "projects/{project}/locations/{location}/functions/{function}")
    }
}

impl FromStr for Container {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        match text.split_once('/') {
            Some(("projects", id)) if !id.is_empty() && !id.contains('/') => Ok(Self::Project(id.into())),
            Some(("folders", id)) if is_project_number(id) => Ok(Self::Folder(id.into())),
            Some(("organizations", id)) if is_project_number(id) => Ok(Self::Organization(id.into())),
            _ => Err(NameError(text.to_owned(), "projects/ID, folders/NUMBER or organizations/NUMBER")),
        }
    }
}

impl fmt::Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project(id) => write!(f, "projects/{id}"),
            Self::Folder(id) => write!(f, "folders/{id}"),
            Self::Organization(id) => write!(f, "organizations/{id}"),
        }
    }
}

impl FromStr for Resource {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text
            .parse()
            .map(Self::Service)
            .or_else(|_| text.parse().map(Self::Container))
            .unwrap_or_else(|_| Self::Other(text.into())))
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service(name) => name.fmt(f),
            Self::Container(name) => name.fmt(f),
            Self::Other(name) => f.write_str(name),
        }
    }
}

impl From<ServiceName> for Resource {
    fn from(name: ServiceName) -> Self {
        Self::Service(name)
    }
}

impl From<Container> for Resource {
    fn from(name: Container) -> Self {
        Self::Container(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_as_they_are_written() {
        for text in
            ["projects/shop-prod/locations/europe-west1/services/pay", "projects/p", "folders/12", "roles/x"]
        {
            let Ok(resource) = text.parse::<Resource>();
            assert_eq!(resource.to_string(), text);
        }
    }

    #[test]
    fn a_name_with_a_part_too_many_or_an_empty_one_is_refused() {
        for text in [
            "projects/p/locations/l/services/s/x",
            "projects//locations/l/services/s",
            "projects/p/locations/l/services/",
            "//run.googleapis.com/projects/p/locations/l/services/s",
            "projects/p/locations/l/jobs/s",
        ] {
            assert!(text.parse::<ServiceName>().is_err(), "{text}");
        }
        assert!("folders/x".parse::<Container>().is_err());
        assert!("projects/a/b".parse::<Container>().is_err());
    }
}
