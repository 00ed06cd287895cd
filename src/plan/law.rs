//! The one law: nobody who is declared loses what lets them in before they have a grant of their own.

use std::collections::BTreeMap;

use super::{Protected, Step};
use crate::{
    access::{RoleBook, RoleClass, Verdict, condition},
    model::{Container, Grant, Policy, Principal, Resource, ServiceName, Time},
    rules::context::Context,
    world::Observed,
};

/// Which protected edges would be without an own grant that gives yes at `at`, where each function has the policy
/// that `policy` gives for it. A function whose policy is not known protects nobody.
pub fn unguarded<'p, 'f>(
    protected: impl IntoIterator<Item = &'p Protected>,
    policy: impl Fn(&ServiceName) -> Option<&'f Policy>,
    roles: RoleBook<'_>,
    at: Time,
) -> Vec<&'p Protected> {
    let is_open = |edge: &&Protected| {
        policy(&edge.service).is_none_or(|policy| !has_own_grant(policy, &edge.principal, roles, at))
    };
    protected.into_iter().filter(is_open).collect()
}

/// Whether a principal has its own grant in the policy of a function: of an invoker role, in its own name, under
/// a condition that is sure to hold at `at` or under none.
pub fn has_own_grant(policy: &Policy, principal: &Principal, roles: RoleBook<'_>, at: Time) -> bool {
    !principal.is_nobody()
        && policy.bindings.iter().any(|binding| {
            roles.class(&binding.role) == RoleClass::Invoker
                && condition::holds_at(binding.condition.as_ref(), at) == Verdict::Yes
                && binding.members.contains(principal)
        })
}

/// The declared edges in force that some of these grants may carry, which are taken out of the policy of
/// `resource`: for every governed function that it opens, whoever each grant's member is, contains or may contain.
/// In order, each once.
pub fn protected(context: &Context<'_>, resource: &Resource, removed: &[Grant]) -> Vec<Protected> {
    let carrying: Vec<&Grant> = removed.iter().filter(|grant| may_carry(context, grant)).collect();
    if carrying.is_empty() {
        return Vec::new();
    }
    let mut found: BTreeMap<(ServiceName, Principal), Option<Time>> = BTreeMap::new();
    // A caller of many functions is held against the grants once.
    let mut carried: BTreeMap<&Principal, bool> = BTreeMap::new();
    for service in opened(context, resource) {
        for (principal, end) in declared(context, service) {
            let may_match =
                |grant: &&Grant| context.access.matches(&grant.principal, principal) > Verdict::No;
            if *carried.entry(principal).or_insert_with(|| carrying.iter().any(may_match)) {
                found.insert((service.clone(), principal.clone()), end);
            }
        }
    }
    found.into_iter().map(|((service, principal), until)| Protected { service, principal, until }).collect()
}

/// Whom a step protects, in the world as it is now: see [`protected`].
pub fn protected_by(context: &Context<'_>, step: &Step) -> Vec<Protected> {
    protected(context, &step.resource, &step.removed())
}

/// Whether a grant gives anybody anything, now or later, or may.
pub(super) fn may_carry(context: &Context<'_>, grant: &Grant) -> bool {
    context.roles.class(&grant.role).may_invoke()
        && !grant.principal.is_nobody()
        && condition::can_hold_from(grant.condition.as_ref(), context.at)
}

/// The governed functions that a grant on a resource opens, or may open for all that was read.
pub(super) fn opened<'a>(
    context: &'a Context<'_>,
    resource: &'a Resource,
) -> impl Iterator<Item = &'a ServiceName> {
    let governed = &context.declared.governed;
    let (itself, container) = match resource {
        Resource::Service(name) => (governed.get_key_value(name), None),
        Resource::Container(container) => (None, Some(container)),
        Resource::Other(_) => (None, None),
    };
    let below = container.into_iter().flat_map(move |container| {
        governed.keys().filter(move |service| may_be_below(context, service, container))
    });
    itself.map(|(service, _)| service).into_iter().chain(below)
}

/// Whether a function lies below a container. Where what is above its project was not read, it may.
fn may_be_below(context: &Context<'_>, service: &ServiceName, container: &Container) -> bool {
    if *container == Container::Project(service.project.clone()) {
        return true;
    }
    match context.world.services.get(service).map(|service| &service.ancestors) {
        Some(Observed::Known(ancestors)) => ancestors.contains(container),
        Some(Observed::Unreadable(_)) | None => !matches!(container, Container::Project(_)),
    }
}

/// Who is declared for a governed function, with its end; none whose time is up.
fn declared<'a>(
    context: &'a Context<'_>,
    service: &ServiceName,
) -> impl Iterator<Item = (&'a Principal, Option<Time>)> {
    let function = context.declared.governed.get(service).copied();
    function.into_iter().flat_map(|function| context.declared.callers_now(function))
}
