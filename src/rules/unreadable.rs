//! What could not be read, one finding a resource.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Rule, context::Context, declared::Live, phrase};
use crate::{
    access::condition::unread,
    model::{
        Container, DenyPolicyName, FunctionName, Policy, ProjectName, Resource, RoleName, RuleId, ServiceName,
    },
    world::{Gap, Observed, World},
};

pub(super) const RULE: Rule = Rule {
    id: RuleId::Unreadable,
    title: "something that decides who can call could not be read",
    why: "What could not be read is not empty. As long as it is missing, nobody can say that the map matches.",
    fix: "Export or grant what is named, or accept this one gap by its resource and with a reason.",
    find,
};

/// What is not known of one resource.
type Gaps = BTreeMap<Resource, BTreeSet<(&'static str, Gap)>>;

fn find(context: &Context<'_>) -> Vec<Finding> {
    let mut gaps = Gaps::new();
    lists(context, &mut gaps);
    services(context, &mut gaps);
    containers(context, &mut gaps);
    deny_policies(context, &mut gaps);
    roles(context, &mut gaps);
    conditions(context, &mut gaps);
    numbers(context, &mut gaps);
    gaps.iter().map(|(resource, gaps)| finding(context, resource, gaps)).collect()
}

fn finding(context: &Context<'_>, resource: &Resource, gaps: &BTreeSet<(&'static str, Gap)>) -> Finding {
    let parts: Vec<_> =
        gaps.iter().map(|(what, gap)| format!("{what} could not be read: {}", gap.why)).collect();
    let permissions: BTreeSet<_> = gaps.iter().filter_map(|(_, gap)| gap.permission.as_deref()).collect();
    let service = match resource {
        Resource::Service(service) => Some(service.clone()),
        Resource::Container(_) | Resource::Other(_) => None,
    };
    let mut finding =
        context.at_resource(RULE.id, resource.clone(), None, format!("`{resource}`: {}", parts.join("; ")));
    finding.declared_at =
        service.as_ref().and_then(|service| context.place(service)).map(|place| context.map.locate(place));
    finding.function = service;
    let needed: Vec<_> = permissions.into_iter().map(need).collect();
    let is_withheld = matches!(resource, Resource::Other(name) if RoleName::new(name.clone()).is_withcond());
    finding.fix = Some(match (needed.is_empty(), is_withheld) {
        (false, _) => format!("needs {}", needed.join(" and ")),
        (true, true) => "read the policies again, with their conditions (policy version 3)".to_owned(),
        (true, false) => "no permission is missing: put right what is said, or read again".to_owned(),
    });
    finding
}

/// A permission with the smallest of Google's roles that holds it.
pub(super) fn need(permission: &str) -> String {
    match smallest_role(permission) {
        Some(role) => format!("`{permission}` (in `{role}`)"),
        None => format!("`{permission}`"),
    }
}

/// The smallest of Google's roles that holds a permission callmap asks for
/// (<https://cloud.google.com/iam/docs/roles-permissions>).
pub(super) fn smallest_role(permission: &str) -> Option<&'static str> {
    Some(match permission {
        "run.services.list"
        | "run.services.get"
        | "run.services.getIamPolicy"
        | "run.revisions.get"
        | "run.locations.list"
        | "run.jobs.list"
        | "run.instances.list" => "roles/run.viewer",
        "resourcemanager.projects.get"
        | "resourcemanager.projects.getIamPolicy"
        | "resourcemanager.projects.list"
        | "resourcemanager.folders.list"
        | "resourcemanager.folders.get"
        | "resourcemanager.organizations.get" => "roles/browser",
        "resourcemanager.folders.getIamPolicy" => "roles/iam.securityReviewer",
        "resourcemanager.organizations.getIamPolicy" => "roles/iam.organizationRoleViewer",
        "iam.serviceAccounts.getIamPolicy" => "roles/iam.serviceAccountViewer",
        "iam.roles.get" => "roles/iam.roleViewer",
        "cloudfunctions.functions.list" | "cloudfunctions.functions.get" => "roles/cloudfunctions.viewer",
        "eventarc.triggers.list" => "roles/eventarc.viewer",
        "pubsub.subscriptions.list" => "roles/pubsub.viewer",
        "cloudscheduler.jobs.list" | "cloudscheduler.locations.list" => "roles/cloudscheduler.viewer",
        "cloudtasks.queues.list" | "cloudtasks.locations.list" => "roles/cloudtasks.viewer",
        "iam.denypolicies.get" | "iam.denypolicies.list" => "roles/iam.denyReviewer",
        _ => return None,
    })
}

/// Projects of the scope of which nothing was seen, lists of any kind that were refused, and functions whose
/// service was not seen.
fn lists(context: &Context<'_>, gaps: &mut Gaps) {
    let world = context.world;
    for project in context.scope.projects().filter(|project| !world.has_seen(project)) {
        let gap = Gap::new("nothing of this project was seen", "run.services.list");
        let resource = Resource::Container(Container::Project(project.clone()));
        gaps.entry(resource).or_default().insert(("its services", gap));
    }
    for (name, gap) in &world.unread_lists {
        let project = name.strip_prefix("projects/").and_then(|rest| rest.split('/').next());
        // What hangs below a folder or an organization is read where somebody looks at all of it.
        if project.is_none_or(|project| context.scope.has_project(world, project)) {
            let Ok(resource) = name.parse::<Resource>();
            let what = match &resource {
                Resource::Container(_) => "its number",
                Resource::Service(_) | Resource::Other(_) => "this list",
            };
            gaps.entry(resource).or_default().insert((what, gap.clone()));
        }
    }
    for (index, live) in context.declared.live.iter().enumerate() {
        let target = world.projects.canonical_service(&context.map.functions[index].target);
        let id = FunctionName {
            project: target.project.clone(),
            location: target.location.clone(),
            function: target.service.clone(),
        };
        let Some(function) = world.functions.get(&id) else { continue };
        // A list that could not be read speaks for what may stand in it.
        let is_told = is_unlisted(world, function.service.as_ref().unwrap_or(&target));
        if *live == Live::Unread && !is_told {
            let gap =
                Gap::new("the function was seen, the service it is served by was not", "run.services.get");
            gaps.entry(Resource::Service(target)).or_default().insert(("its service", gap));
        }
    }
}

fn is_unlisted(world: &World, service: &ServiceName) -> bool {
    let ServiceName { project, location, service: _ } = service;
    let lists =
        [format!("projects/{project}/services"), format!("projects/{project}/locations/{location}/services")];
    lists.iter().any(|list| world.unread_lists.contains_key(list.as_str()))
}

/// Settings and policies of the services in scope, and the accounts of their revisions that still answer; what stands
/// above them, once a project.
fn services(context: &Context<'_>, gaps: &mut Gaps) {
    for (name, service) in &context.services {
        let own = || Resource::Service((*name).clone());
        let project = || Resource::Container(Container::Project(name.project.clone()));
        let mut add = |resource: &dyn Fn() -> Resource, what, gap: Option<&Gap>| {
            if let Some(gap) = gap {
                gaps.entry(resource()).or_default().insert((what, gap.clone()));
            }
        };
        add(&own, "its settings", service.settings.gap());
        add(&own, "its policy", service.policy.gap());
        for (revision, account) in context.world.revisions.get(*name).into_iter().flatten() {
            let gap = account.gap().map(|Gap { why, permission }| Gap {
                why: format!("`{revision}`: {why}").into(),
                permission: permission.clone(),
            });
            add(&own, "the account of a revision", gap.as_ref());
        }
        add(&project, "what stands above its functions", service.ancestors.gap());
    }
}

/// Policies of the projects, folders and organizations above the services in scope.
fn containers(context: &Context<'_>, gaps: &mut Gaps) {
    for container in context.above.keys() {
        let gap = match context.world.policies.get(container) {
            Some(Observed::Known(_)) => continue,
            Some(Observed::Unreadable(gap)) => gap.clone(),
            None => Gap::new("it was not seen", container.policy_permission()),
        };
        gaps.entry(Resource::Container(container.clone())).or_default().insert(("its policy", gap));
    }
}

/// Deny policies of what stands above the services in scope, where they were asked for.
fn deny_policies(context: &Context<'_>, gaps: &mut Gaps) {
    for (DenyPolicyName { attachment, id }, policy) in &context.world.deny_policies {
        let Some(gap) = policy.gap().filter(|_| context.above.contains_key(attachment)) else { continue };
        let told = match id {
            None => ("its deny policies", gap.clone()),
            Some(id) => {
                let why = format!("`{id}`: {}", gap.why);
                ("a deny policy", Gap { why: why.into(), permission: gap.permission.clone() })
            }
        };
        gaps.entry(Resource::Container(attachment.clone())).or_default().insert(told);
    }
}

/// Roles bound on the way to a service in scope whose content is not known, whoever holds them.
fn roles(context: &Context<'_>, gaps: &mut Gaps) {
    let own = context.services.iter().filter_map(|(_, service)| service.policy.known());
    let above = context.above.keys().filter_map(|name| context.world.policies.get(name)?.known());
    let mut met: BTreeSet<&RoleName> = BTreeSet::new();
    for policy in own.chain(above) {
        let Policy { version: _, etag: _, bindings } = policy;
        met.extend(bindings.iter().map(|binding| &binding.role));
    }
    for role in met {
        if let Some(gap) = context.roles.gap(role) {
            let resource = Resource::Other(role.as_str().into());
            gaps.entry(resource).or_default().insert(("what it carries", gap));
        }
    }
}

/// Conditions that cannot be read, of bindings on the way to a service in scope that let somebody call, or may.
fn conditions(context: &Context<'_>, gaps: &mut Gaps) {
    let own = context
        .services
        .iter()
        .filter_map(|(name, service)| Some((Resource::Service((*name).clone()), service.policy.known()?)));
    let above = context.above.keys().filter_map(|name| {
        Some((Resource::Container(name.clone()), context.world.policies.get(name)?.known()?))
    });
    for (resource, policy) in own.chain(above) {
        for binding in &policy.bindings {
            let Some(condition) = &binding.condition else { continue };
            if !context.roles.class(&binding.role).may_invoke() {
                continue;
            }
            if let Some(Gap { why, permission }) = unread(condition) {
                let under = phrase::under(Some(condition));
                let gap = Gap { why: format!("{why} (`{}`{under})", binding.role).into(), permission };
                gaps.entry(resource.clone()).or_default().insert(("a condition", gap));
            }
        }
    }
}

/// Projects whose number is not known where it decides who is meant: by the default compute account of a caller
/// or of an event source, by a pinned account, or by the agent of the proxy.
fn numbers(context: &Context<'_>, gaps: &mut Gaps) {
    let callers: BTreeSet<_> = context.map.edges.iter().filter_map(|edge| edge.caller.function()).collect();
    let world = context.world;
    for (service, index) in &context.declared.governed {
        if world.projects.number(&service.project).is_some() {
            continue;
        }
        let function = &context.map.functions[*index];
        let settings = world.services.get(service).and_then(|service| service.settings.known());
        let has_default = settings.is_some_and(|settings| settings.identity.is_none());
        let matters = function.runs_as.is_some() || callers.contains(&function.name);
        let is_behind_proxy = settings.is_some_and(|settings| settings.is_iap_enabled);
        if (has_default && matters) || is_behind_proxy {
            number(world, &service.project, gaps);
        }
    }
    for (name, function) in &world.functions {
        let is_governed =
            function.service.as_ref().is_some_and(|service| context.declared.governed.contains_key(service));
        let has_default = function.is_event_driven && function.trigger_identity.is_none();
        if is_governed && has_default && world.projects.number(&name.project).is_none() {
            number(world, &name.project, gaps);
        }
    }
}

fn number(world: &World, project: &ProjectName, gaps: &mut Gaps) {
    // Where its reading was refused, that says why.
    if world.unread_lists.contains_key(format!("projects/{project}").as_str()) {
        return;
    }
    let why = "it is not known, and with it which of Google's accounts are the project's";
    let project = Resource::Container(Container::Project(project.clone()));
    gaps.entry(project).or_default().insert(("its number", Gap::new(why, "resourcemanager.projects.get")));
}
