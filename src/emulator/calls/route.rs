//! Which method a request means: every path that callmap and Google's own tools for it ask for.

use super::{
    deny::{self, DenyCall},
    groups::{self, GroupCall},
    policy::{Place, place},
};
use crate::emulator::{request::Request, state::Kind};

/// Which of the shapes of Resource Manager is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::emulator) enum Shape {
    /// v1, and v2 of folders.
    Old,
    /// v3.
    New,
}

/// A method, and the names in its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) enum Call {
    /// The locations of a project, which several APIs have under one path.
    Locations(String),
    /// What of a kind is below a parent: `projects/P` or `projects/P/locations/L`.
    List(Kind, String),
    /// One resource.
    Get(Kind, String),
    /// Services of a parent in the Knative shape, or one of them.
    Knative(String, Option<String>),
    /// `getIamPolicy`.
    GetPolicy(Place),
    /// `setIamPolicy`.
    SetPolicy(Place),
    /// `testIamPermissions`.
    TestPermissions(Place),
    /// `getAncestry` of a project.
    Ancestry(String),
    /// A project, folder or organization.
    Container(String, Shape),
    /// Projects or folders directly below a parent.
    Children(Kind, Shape),
    /// A role.
    Role(String),
    /// Groups of Cloud Identity.
    Group(GroupCall),
    /// Deny policies.
    Deny(DenyCall),
}

impl Call {
    /// The service that is asked, for the error of who brings no token.
    pub(in crate::emulator) fn host(&self) -> &'static str {
        match self {
            Self::List(kind, _) | Self::Get(kind, _) => kind.host(),
            Self::GetPolicy(place) | Self::SetPolicy(place) | Self::TestPermissions(place) => {
                place.kind.host()
            }
            Self::Locations(_) | Self::Knative(..) => Kind::Service.host(),
            Self::Ancestry(_) | Self::Container(..) | Self::Children(..) => Kind::Project.host(),
            Self::Role(_) | Self::Deny(_) => Kind::Role.host(),
            Self::Group(_) => groups::HOST,
        }
    }
}

/// The method of a request; `None` where there is none under its path.
pub(in crate::emulator) fn route(request: &Request) -> Option<Call> {
    let (parts, verb) = request.parts();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    if parts.iter().any(|part| part.is_empty()) {
        return None;
    }
    let (&version, rest) = parts.split_first()?;
    let is_get = request.method == "GET";
    if let ("v2", ["policies", ..]) = (version, rest) {
        return deny::call(rest, &request.method).map(Call::Deny);
    }
    match (verb.as_deref(), is_get) {
        (Some(verb), true) if version == "v1" && rest.first() == Some(&"groups") => {
            groups::verb(rest, verb).map(Call::Group)
        }
        (Some(verb), _) => verbs(version, rest, verb, is_get),
        (None, true) if version == "apis" => knative(rest, &request.host),
        (None, true) => reads(version, rest),
        (None, false) => None,
    }
}

fn verbs(version: &str, rest: &[&str], verb: &str, is_get: bool) -> Option<Call> {
    let name = rest.join("/");
    if verb == "getAncestry" {
        let is_it = version == "v1" && !is_get && matches!(rest, ["projects", _]);
        return is_it.then_some(Call::Ancestry(name));
    }
    let place = place(&name)?;
    let has_version = match place.kind {
        Kind::Project | Kind::Organization => matches!(version, "v1" | "v3"),
        Kind::Folder => matches!(version, "v2" | "v3"),
        Kind::Function => matches!(version, "v1" | "v2"),
        Kind::Service | Kind::RunJob | Kind::Instance => matches!(version, "v1" | "v2"),
        _ => false,
    };
    let is_read_by_get = !place.kind.is_container();
    match verb {
        _ if !has_version => None,
        "getIamPolicy" if is_get == is_read_by_get => Some(Call::GetPolicy(place)),
        "setIamPolicy" if !is_get => Some(Call::SetPolicy(place)),
        "testIamPermissions" if !is_get => Some(Call::TestPermissions(place)),
        _ => None,
    }
}

fn reads(version: &str, rest: &[&str]) -> Option<Call> {
    let name = rest.join("/");
    let shape = if version == "v3" { Shape::New } else { Shape::Old };
    let call = match (version, rest) {
        ("v1" | "v2", ["projects", project, "locations"]) => Call::Locations((*project).to_owned()),
        ("v1", ["projects", _, "locations", _, "services"]) => Call::Knative(parent(rest), None),
        ("v1", ["projects", _, "locations", _, "services", _]) => {
            Call::Knative(parent(rest.get(..5)?), Some(name))
        }
        ("v1" | "v2", ["projects", _, "locations", _, word]) => {
            Call::List(located(version, word)?, parent(rest))
        }
        ("v1" | "v2", ["projects", _, "locations", _, word, _]) => Call::Get(located(version, word)?, name),
        ("v1", ["projects", _, "subscriptions"]) => Call::List(Kind::Subscription, parent(rest)),
        ("v1", ["projects", _, "subscriptions", _]) => Call::Get(Kind::Subscription, name),
        ("v1", ["roles", _] | ["projects" | "organizations", _, "roles", _]) => Call::Role(name),
        ("v1", ["groups", id]) => Call::Group(GroupCall::Get((*id).to_owned())),
        ("v1", ["groups", id, "memberships"]) => Call::Group(GroupCall::Members((*id).to_owned())),
        ("v3", ["projects"]) => Call::Children(Kind::Project, shape),
        ("v2" | "v3", ["folders"]) => Call::Children(Kind::Folder, shape),
        ("v1" | "v3", ["projects" | "organizations", _]) | ("v2" | "v3", ["folders", _]) => {
            Call::Container(name, shape)
        }
        _ => return None,
    };
    Some(call)
}

/// What stands before the last word.
fn parent(rest: &[&str]) -> String {
    rest.split_last().map(|(_, before)| before.join("/")).unwrap_or_default()
}

/// What is called so in a location, in this version of its API.
fn located(version: &str, word: &str) -> Option<Kind> {
    let kind = match (version, word) {
        ("v2", "services") => Kind::Service,
        ("v2", "jobs") => Kind::RunJob,
        ("v2", "instances") => Kind::Instance,
        ("v2", "functions") => Kind::Function,
        ("v2", "queues") => Kind::Queue,
        ("v1", "triggers") => Kind::Trigger,
        ("v1", "jobs") => Kind::SchedulerJob,
        _ => return None,
    };
    Some(kind)
}

/// `apis/serving.knative.dev/v1/namespaces/P/services[/S]`: the host says in which location.
fn knative(rest: &[&str], host: &str) -> Option<Call> {
    let location = host.split('.').next().and_then(|first| first.strip_suffix("-run")).unwrap_or("-");
    let (project, service) = match rest {
        ["serving.knative.dev", "v1", "namespaces", project, "services"] => (project, None),
        ["serving.knative.dev", "v1", "namespaces", project, "services", service] => (project, Some(service)),
        _ => return None,
    };
    let parent = format!("projects/{project}/locations/{location}");
    let name = service.map(|service| format!("{parent}/services/{service}"));
    Some(Call::Knative(parent, name))
}

#[cfg(test)]
mod tests;
