//! Caller functions that run as their project's default account.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Rule, context::Context, phrase::counted};
use crate::model::{Container, ProjectName, Resource, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId::DefaultIdentity,
    title: "a caller function runs as the default compute account",
    why: "Everything in the project that names no account runs as this one, so whatever the function may call, they \
          all may.",
    fix: "Give the function an account of its own and pin it with `runs_as`.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let callers: BTreeSet<_> = context
        .map
        .edges
        .iter()
        .filter(|edge| edge.is_in_force(context.at))
        .filter_map(|edge| edge.caller.function())
        .collect();
    let mut projects: BTreeMap<ProjectName, BTreeSet<usize>> = BTreeMap::new();
    for (index, function) in context.map.functions.iter().enumerate() {
        if !callers.contains(&function.name) {
            continue;
        }
        let project = context.world.projects.canonical(&function.target.project);
        if runs_as_default(context, index, &project) {
            projects.entry(project).or_default().insert(index);
        }
    }
    projects.into_iter().map(|(project, functions)| finding(context, project, &functions)).collect()
}

/// Whether a function runs as the default compute account: as the map pins it, else as it is live.
fn runs_as_default(context: &Context<'_>, index: usize, project: &str) -> bool {
    let default = context.world.default_identity(project);
    let named = if let Some(pinned) = &context.map.functions[index].runs_as {
        pinned.clone()
    } else {
        let service = context.declared.service(index).and_then(|name| context.world.services.get(name));
        let Some(settings) = service.and_then(|service| service.settings.known()) else { return false };
        let Some(identity) = &settings.identity else { return true };
        identity.clone()
    };
    Some(named) == default
}

fn finding(context: &Context<'_>, project: ProjectName, functions: &BTreeSet<usize>) -> Finding {
    let names: BTreeSet<_> =
        functions.iter().map(|index| format!("`{}`", context.map.functions[*index].name)).collect();
    let shown: Vec<_> = names.iter().take(4).cloned().collect();
    let count = counted(names.len(), "caller function");
    let verb = if names.len() == 1 { "runs" } else { "run" };
    let message = format!(
        "{count} of project `{project}` {verb} as its default compute account: {}{}",
        shown.join(", "),
        if names.len() > 4 { ", …" } else { "" }
    );
    let account = context.world.default_identity(&project);
    let resource = Resource::Container(Container::Project(project));
    let mut finding = context.at_resource(RULE.id, resource, account, message);
    let first = functions.first().map(|index| context.map.functions[*index].place);
    finding.declared_at = first.map(|place| context.map.locate(place));
    finding.fix = Some("give each an account of its own and pin it with `runs_as`".to_owned());
    finding
}
