//! Full resource names, `//SERVICE/RELATIVE/NAME`
//! (<https://cloud.google.com/iam/docs/full-resource-names>).

use crate::model::{Container, FunctionName, ProjectName, ServiceName, resource::NameError};

use super::intern::Interner;

/// Where Cloud Run services stand.
pub(super) const RUN: &str = "//run.googleapis.com/";
/// Where functions stand.
pub(super) const FUNCTIONS: &str = "//cloudfunctions.googleapis.com/";
/// Where projects, folders and organizations stand.
pub(super) const RESOURCE_MANAGER: &str = "//cloudresourcemanager.googleapis.com/";
/// Where roles and service accounts stand.
pub(super) const IAM: &str = "//iam.googleapis.com/";

/// The name without `//SERVICE/`; a name that never had it stays as it is.
pub(super) fn relative(full: &str) -> &str {
    full.strip_prefix("//").and_then(|rest| rest.split_once('/')).map_or(full, |(_, relative)| relative)
}

/// The project that a full or relative name stands in.
pub(super) fn project(name: &str) -> Option<&str> {
    relative(name)
        .strip_prefix("projects/")?
        .split('/')
        .next()
        .filter(|project| !matches!(*project, "" | "-" | "_"))
}

/// The same name with another word for its project.
pub(super) fn with_project(name: &str, canonical: impl FnOnce(&str) -> ProjectName) -> Option<String> {
    let project = project(name)?;
    let other = canonical(project);
    (*other != *project)
        .then(|| name.replacen(&format!("projects/{project}"), &format!("projects/{other}"), 1))
}

/// A service by its full name.
pub(super) fn service(full: &str, words: &mut Interner) -> Result<ServiceName, NameError> {
    let wrong = || {
        NameError(full.to_owned(), "//run.googleapis.com/projects/PROJECT/locations/REGION/services/SERVICE")
    };
    let name: ServiceName = full.strip_prefix(RUN).ok_or_else(wrong)?.parse().map_err(|_| wrong())?;
    Ok(ServiceName {
        project: words.word(&name.project),
        location: words.word(&name.location),
        service: name.service,
    })
}

/// A revision by its full or relative name: its project and location, its service where the name holds that, and its
/// own short name. In Knative a revision stands beside its service, not below it.
pub(super) fn revision(full: &str) -> Option<(&str, &str, Option<&str>, &str)> {
    let parts: Vec<&str> = full.strip_prefix(RUN).unwrap_or(full).split('/').collect();
    let found = match parts[..] {
        ["projects", project, "locations", location, "services", service, "revisions", revision] => {
            (project, location, Some(service), revision)
        }
        ["projects", project, "locations", location, "revisions", revision] => {
            (project, location, None, revision)
        }
        _ => return None,
    };
    (!parts.contains(&"")).then_some(found)
}

/// A function by its full name.
pub(super) fn function(full: &str, words: &mut Interner) -> Result<FunctionName, NameError> {
    let wrong = || {
        NameError(
            full.to_owned(),
            "//cloudfunctions.googleapis.com/projects/PROJECT/locations/REGION/functions/FUNCTION",
        )
    };
    let name: FunctionName = full.strip_prefix(FUNCTIONS).ok_or_else(wrong)?.parse().map_err(|_| wrong())?;
    Ok(FunctionName {
        project: words.word(&name.project),
        location: words.word(&name.location),
        function: name.function,
    })
}

/// A project, folder or organization by its full name.
pub(super) fn container(full: &str, words: &mut Interner) -> Result<Container, NameError> {
    let wrong = || {
        NameError(
            full.to_owned(),
            "//cloudresourcemanager.googleapis.com/{projects|folders|organizations}/NAME",
        )
    };
    let name = full.strip_prefix(RESOURCE_MANAGER).ok_or_else(wrong)?.parse().map_err(|_| wrong())?;
    Ok(interned(name, words))
}

/// A container with the one copy of its name.
pub(super) fn interned(container: Container, words: &mut Interner) -> Container {
    match container {
        Container::Project(name) => Container::Project(words.word(&name)),
        Container::Folder(name) => Container::Folder(words.word(&name)),
        Container::Organization(name) => Container::Organization(words.word(&name)),
    }
}
