//! Somebody who cannot call, and may let itself in.

use std::sync::Arc;

use super::{Finding, Rule, context::Context, partition::Judged, phrase};
use crate::{
    access::{RoleClass, Verdict, condition::can_hold_from},
    model::{
        Binding, Container, Grant, Level, Permission, Permissions, Policy, PrincipalKind, Resource, RuleId,
        ServiceName,
    },
};

pub(super) const RULE: Rule = Rule {
    id: RuleId::SelfGranting,
    title: "somebody who cannot call may let itself in",
    why: "Whoever sets the policy of a function, or of the project, folder or organization above it, is one command \
          away from calling it: it grants itself an invoker role, or turns the invoker check off. No policy shows it \
          as a caller before that. A federated principal, which Cloud Run never takes, can still let in everybody. \
          Roles of which nobody knows what they carry are not counted, and holders who can call already are no \
          news.",
    fix: "Check that the holder needs to set policies; give it a narrower role, or accept it with a reason.",
    find,
};

/// Whose policies a permission sets, nearest to a function first.
const POLICIES: [(Permission, &str); 4] = [
    (Permission::SetServicePolicy, "functions"),
    (Permission::SetProjectPolicy, "projects"),
    (Permission::SetFolderPolicy, "folders"),
    (Permission::SetOrganizationPolicy, "organizations"),
];

fn find(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, service) in &context.services {
        let is_governed = context.declared.governed.contains_key(*name);
        if let Some(policy) = service.policy.known().filter(|_| is_governed) {
            let below: Arc<[ServiceName]> = [(*name).clone()].into();
            found.append(&mut in_policy(context, &Resource::Service((*name).clone()), policy, &below));
        }
    }
    for (container, below) in &context.above {
        if let Some(policy) = context.world.policies.get(container).and_then(|policy| policy.known()) {
            let resource = Resource::Container(container.clone());
            found.append(&mut in_policy(context, &resource, policy, below));
        }
    }
    found
}

/// Every grant of one policy that lets somebody in who cannot call, each once.
fn in_policy(
    context: &Context<'_>,
    resource: &Resource,
    policy: &Policy,
    below: &Arc<[ServiceName]>,
) -> Vec<Finding> {
    let mut grants: Vec<(Grant, Permissions)> = Vec::new();
    for binding in &policy.bindings {
        // Who holds the right to call by this very role is told of as a caller.
        let is_callers = context.roles.class(&binding.role) != RoleClass::None;
        let settable = settable(context, resource, binding);
        let can_hold = || can_hold_from(binding.condition.as_ref(), context.at);
        if is_callers || settable.is_empty() || !can_hold() {
            continue;
        }
        let members = binding.members.iter().filter(|member| member.kind() != PrincipalKind::Deleted);
        grants.extend(members.map(|member| (Grant::of(resource, binding, member), settable)));
    }
    grants.sort_by(|(left, _), (right, _)| left.cmp_spelled(right));
    grants.dedup_by(|left, right| left.0 == right.0);
    grants.into_iter().filter_map(|(grant, settable)| finding(context, grant, settable, below)).collect()
}

/// The policies that a role lets set, of those that open a function from where it hangs. What counts on a resource
/// counts for all that lies below it: a right over folders is inert on a project.
fn settable(context: &Context<'_>, resource: &Resource, binding: &Binding) -> Permissions {
    let reach = match resource {
        Resource::Service(_) => 1,
        Resource::Container(Container::Project(_)) => 2,
        Resource::Container(Container::Folder(_)) => 3,
        Resource::Container(Container::Organization(_)) => 4,
        Resource::Other(_) => 0,
    };
    let Some(given) = context.roles.gives(&binding.role) else { return Permissions::NONE };
    let below = POLICIES.iter().take(reach).map(|(permission, _)| *permission);
    below.filter(|permission| given.has(*permission)).collect()
}

fn finding(
    context: &Context<'_>,
    grant: Grant,
    settable: Permissions,
    below: &Arc<[ServiceName]>,
) -> Option<Finding> {
    let (locked, most) = context.access.locked(&grant.principal, below);
    if locked.is_empty() {
        return None;
    }
    let (service, opens) = match &grant.resource {
        Resource::Service(name) => (Some(name.clone()), Arc::default()),
        Resource::Container(_) | Resource::Other(_) => (None, locked),
    };
    let class = context.roles.class(&grant.role);
    let (rule, level) = (RULE.id, Level::Note);
    let judged = Judged { grant, class, rule, level, is_declared: false, service, opens };
    let mut finding = context.about_grant(&judged, message(context, &judged, most, settable));
    finding.fix = Some(
        "check that it needs to set policies; give it a narrower role, or accept it with a reason".to_owned(),
    );
    Some(finding)
}

fn message(context: &Context<'_>, judged: &Judged, most: Verdict, settable: Permissions) -> String {
    let Grant { resource, role, principal, condition } = &judged.grant;
    let (what, on) = match &judged.service {
        Some(service) => (format!("`{}`", context.label(service)), String::new()),
        None => (phrase::opened(context, judged), format!(" on `{resource}`")),
    };
    let cannot = if most == Verdict::No { "cannot call" } else { "may be unable to call" };
    let may = match principal.kind() {
        PrincipalKind::Federated => "as no federated principal can, but may let in everybody",
        _ => "but may let itself in",
    };
    let policies: Vec<_> =
        POLICIES.iter().filter(|(held, _)| settable.has(*held)).map(|(_, whose)| *whose).collect();
    format!(
        "`{principal}` {cannot} {what}, {may}: `{role}`{on}{} sets the policies of {}",
        phrase::under(condition.as_ref()),
        phrase::listed(&policies)
    )
}
