//! What must be known before a grant above functions is taken out.

use std::collections::BTreeSet;

use super::{Include, proposal::Case};
use crate::{
    model::{Container, Grant, ProjectName, Resource, ServiceName},
    rules::context::Context,
    world::Observed,
};

/// Every function that was seen which a grant on a resource opens, governed or not, in order.
pub(super) fn below<'a>(context: &Context<'a>, resource: &Resource) -> Vec<&'a ServiceName> {
    let services = context.world.services.iter();
    let is_below = |(name, service): &(&ServiceName, &crate::world::Service)| match resource {
        Resource::Service(this) => this == *name,
        Resource::Container(container @ Container::Project(project)) => {
            name.project == *project
                || service.ancestors.known().is_some_and(|ancestors| ancestors.contains(container))
        }
        Resource::Container(container) => {
            service.ancestors.known().is_none_or(|ancestors| ancestors.contains(container))
        }
        Resource::Other(_) => false,
    };
    match resource {
        Resource::Service(this) => {
            context.world.services.get_key_value(this).map(|(name, _)| name).into_iter().collect()
        }
        Resource::Container(_) | Resource::Other(_) => {
            services.filter(is_below).map(|(name, _)| name).collect()
        }
    }
}

/// Functions beside those of the map that lose what a grant above them gave.
pub(super) fn also_opens(context: &Context<'_>, resource: &Resource) -> Vec<ServiceName> {
    match resource {
        Resource::Service(_) | Resource::Other(_) => Vec::new(),
        Resource::Container(_) => below(context, resource)
            .into_iter()
            .filter(|service| !context.declared.governed.contains_key(*service))
            .cloned()
            .collect(),
    }
}

/// Why a grant above functions is not taken out, where that is so: not everything below it is known, or it gives
/// more than calling.
pub(super) fn hold(case: &Case<'_>, grant: &Grant, is_inert: bool) -> Option<String> {
    let Resource::Container(container) = &grant.resource else { return None };
    let projects = match projects_below(case.context, container) {
        Ok(projects) => projects,
        Err(why) => return Some(why),
    };
    if let Some(unread) = projects.iter().find(|project| !is_read(case.context, project)) {
        return Some(format!(
            "not everything below it was read: the functions of `{unread}` are not all known"
        ));
    }
    let runs_workloads = !is_inert && case.context.roles.may_run_workloads(&grant.role);
    if !runs_workloads || case.includes(Include::InheritedJobs) {
        return None;
    }
    projects.iter().find_map(|project| workloads(case.context, &grant.role, project))
}

fn workloads(context: &Context<'_>, role: &crate::model::RoleName, project: &ProjectName) -> Option<String> {
    let why = match context.world.workloads.get(project) {
        Some(Observed::Known(workloads)) => format!("there is `{}`", workloads.first()?),
        Some(Observed::Unreadable(gap)) => format!("those of `{project}` could not be read: {}", gap.why),
        None => format!("those of `{project}` were not read"),
    };
    Some(format!("`{role}` runs jobs and instances, too, and {why}: needs `--include-inherited=jobs`"))
}

/// Every project below a container, itself where it is one.
fn projects_below(context: &Context<'_>, container: &Container) -> Result<BTreeSet<ProjectName>, String> {
    if let Container::Project(project) = container {
        return Ok(BTreeSet::from([project.clone()]));
    }
    match context.world.projects_below.get(container) {
        Some(Observed::Known(projects)) => Ok(projects.clone()),
        Some(Observed::Unreadable(gap)) => {
            Err(format!("which projects are below it could not be read: {}", gap.why))
        }
        None => Err("which projects are below it was not read".to_owned()),
    }
}

/// Whether all services of a project were listed.
fn is_read(context: &Context<'_>, project: &ProjectName) -> bool {
    let world = context.world;
    let is_of_it = |list: &str| {
        let rest = list.strip_prefix("projects/").and_then(|rest| rest.split_once('/'));
        rest.is_some_and(|(named, _)| world.projects.canonical(named) == *project)
    };
    world.has_seen(project) && !world.unread_lists.keys().any(|list| is_of_it(list))
}
