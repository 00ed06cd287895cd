//! What must be known before a grant above functions is taken out.

use std::{collections::BTreeSet, sync::Arc};

use super::{Include, Step, hold, law, proposal::Case, removals::gives_nothing_at_all};
use crate::{
    access::Verdict,
    model::{Container, Grant, Principal, PrincipalKind, ProjectName, Resource, RuleId, ServiceName},
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

/// Functions beside those of the map that lose what these grants above them gave.
pub(super) fn also_opens(context: &Context<'_>, resource: &Resource, removed: &[Grant]) -> Vec<ServiceName> {
    let Resource::Container(_) = resource else { return Vec::new() };
    if !removed.iter().any(|grant| law::may_carry(context, grant)) {
        return Vec::new();
    }
    let is_other = |service: &&ServiceName| !context.declared.governed.contains_key(*service);
    below(context, resource).into_iter().filter(is_other).cloned().collect()
}

/// Jobs and instances that lose what these grants above them gave.
pub(super) fn also_runs(context: &Context<'_>, resource: &Resource, removed: &[Grant]) -> Vec<Arc<str>> {
    let Resource::Container(container) = resource else { return Vec::new() };
    let may_run =
        |grant: &Grant| context.roles.may_run_workloads(&grant.role) && !gives_nothing_at_all(context, grant);
    let (true, Ok(projects)) = (removed.iter().any(may_run), projects_below(context, container)) else {
        return Vec::new();
    };
    let known = projects.iter().filter_map(|project| context.world.workloads.get(project)?.known());
    known.flatten().cloned().collect()
}

/// What loses what a step takes out without being named in it, where there is anything: somebody left it out, or it came
/// to be there since.
pub fn unsaid(context: &Context<'_>, step: &Step) -> Option<String> {
    let removed = step.removed();
    let opened = also_opens(context, &step.resource, &removed);
    let opened = opened.iter().find(|service| !step.also_opens.contains(service)).map(ToString::to_string);
    let name = opened.or_else(|| {
        let run = also_runs(context, &step.resource, &removed);
        run.iter().find(|name| !step.also_runs.contains(name)).map(ToString::to_string)
    })?;
    Some(format!("`{name}` would lose it, too, and the plan does not say so"))
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
        let why = if case.context.world.has_seen(unread) {
            format!("the functions of `{unread}` are not all known")
        } else {
            format!("`--project {unread}` looks at more of it")
        };
        return Some(format!("not everything below it was read: {why}"));
    }
    if is_inert {
        return None;
    }
    if let Some(why) = of_expected(case, grant) {
        return Some(why);
    }
    if !case.context.roles.may_run_workloads(&grant.role) {
        return None;
    }
    let why = projects.iter().find_map(|project| workloads(case, project))?;
    Some(format!("`{}` runs jobs and instances, too, and {why}", grant.role))
}

/// That a grant carries somebody who is expected on a function below without being declared, and whom no plan would
/// give a grant of their own there.
fn of_expected(case: &Case<'_>, grant: &Grant) -> Option<String> {
    let mut opened = law::opened(case.context, &grant.resource);
    opened.find_map(|service| of_proxy(case, grant, service).or_else(|| of_source(case, grant, service)))
}

/// The agent of the Identity-Aware Proxy that a function stands behind.
fn of_proxy(case: &Case<'_>, grant: &Grant, service: &ServiceName) -> Option<String> {
    let (context, agent) = (case.context, &grant.principal);
    let is_proxy = context.expected.proxy(service) == Some(agent);
    (is_proxy && lives_on(context, grant, agent, service)).then(|| {
        format!("the Identity-Aware Proxy calls `{}` as it: grant it there first", context.label(service))
    })
}

/// An event source of a function whose policy somebody else writes, or for which the map wants nothing done. An
/// account itself is another question: see [`hold::of_removal`].
fn of_source(case: &Case<'_>, grant: &Grant, service: &ServiceName) -> Option<String> {
    let context = case.context;
    if matches!(grant.principal.kind(), PrincipalKind::ServiceAccount(_))
        || !context.expected.is_event_driven(service)
    {
        return None;
    }
    let is_left_alone =
        case.is_ignored(RuleId::TriggerBlocked) || hold::of_resource(case, &service.clone().into()).is_some();
    let mut sources = context.expected.judged(service).into_iter().filter(|_| is_left_alone);
    let (identity, sources) = sources.find(|(identity, _)| lives_on(context, grant, identity, service))?;
    Some(format!(
        "{} `{}` through it as `{identity}`, which would be left without a grant of its own",
        context.sources_call(service, &sources),
        context.label(service)
    ))
}

/// Whether a grant may carry somebody who has none of their own on a function.
pub(super) fn lives_on(context: &Context<'_>, grant: &Grant, who: &Principal, service: &ServiceName) -> bool {
    let policy = context.world.services.get(service).and_then(|found| found.policy.known());
    context.access.matches(&grant.principal, who) > Verdict::No
        && policy.is_none_or(|policy| !law::has_own_grant(policy, who, context.roles, context.at))
}

/// Why a role that runs jobs and instances is not taken from those of a project, where that is so: there are some and
/// nobody asked for that, or they cannot be named.
fn workloads(case: &Case<'_>, project: &ProjectName) -> Option<String> {
    Some(match case.context.world.workloads.get(project) {
        Some(Observed::Known(_)) if case.includes(Include::InheritedJobs) => return None,
        Some(Observed::Known(workloads)) => {
            format!("there is `{}`: needs `--include-inherited=jobs`", workloads.first()?)
        }
        Some(Observed::Unreadable(gap)) => format!("those of `{project}` could not be read: {}", gap.why),
        None => format!("those of `{project}` were not read"),
    })
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
