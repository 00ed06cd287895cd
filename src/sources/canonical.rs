//! Names with the canonical names of their projects: see [`Projects::canonical`].

use super::name;
use crate::{
    model::{DenyPolicyName, FunctionName, Policy, RoleName},
    world::{EventSource, EventTarget, Projects},
};

/// The name with its project's canonical name, where that is another.
pub(in crate::sources) fn canonical(text: &str, projects: &Projects) -> Option<String> {
    name::with_project(text, |project| projects.canonical(project))
}

/// A deny policy by its project's canonical name.
pub(in crate::sources) fn canonical_deny_policy(name: DenyPolicyName, projects: &Projects) -> DenyPolicyName {
    let DenyPolicyName { attachment, id } = name;
    DenyPolicyName { attachment: projects.canonical_container(&attachment), id }
}

/// A function by its project's canonical name.
pub(in crate::sources) fn canonical_function(name: &FunctionName, projects: &Projects) -> FunctionName {
    FunctionName {
        project: projects.canonical(&name.project),
        location: name.location.clone(),
        function: name.function.clone(),
    }
}

/// An event source, and what it calls, by canonical names.
pub(in crate::sources) fn canonical_source(source: EventSource, projects: &Projects) -> EventSource {
    let EventSource { kind, name, identity, token, target, audience } = source;
    let target = match target {
        EventTarget::Service(name) => EventTarget::Service(projects.canonical_service(&name)),
        EventTarget::Function(name) => EventTarget::Function(canonical_function(&name, projects)),
        other @ (EventTarget::Url(_) | EventTarget::Other) => other,
    };
    let name = canonical(&name, projects).map_or(name, Into::into);
    EventSource { kind, name, identity, token, target, audience }
}

/// Roles of projects by canonical name: a binding may name them by number, their definition by id.
pub(in crate::sources) fn with_roles(mut policy: Policy, projects: &Projects) -> Policy {
    for binding in &mut policy.bindings {
        if binding.role.as_str().starts_with("projects/")
            && let Some(name) = canonical(binding.role.as_str(), projects)
        {
            binding.role = RoleName::new(name);
        }
    }
    policy
}
