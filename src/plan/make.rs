//! The plan itself: what the findings ask for, what is held, and the steps in order.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    About, Change, Deed, Held, Made, Plan, Protected, Step, StepId, Waiting, above, adds, edit, footing, law,
    proposal::{Case, Proposal},
    removals,
    step::removed,
};
use crate::{
    access::Access,
    callers::Caller,
    model::{Policy, Resource, RuleId, ServiceName},
    rules::{Finding, context::Context, declared::Live},
    world::{Observed, World},
};

/// The changes that would settle the findings of an audit of this context, acceptances laid over them. The same
/// input gives the same plan.
pub fn make(context: &Context<'_>, findings: &[Finding], made: Made) -> Plan {
    of(context, findings, made, None)
}

/// Those of one caller on one function alone. What they need of others is looked for in the world as it is.
pub fn make_for(context: &Context<'_>, findings: &[Finding], made: Made, about: &About) -> Plan {
    of(context, findings, made, Some(about))
}

fn of(context: &Context<'_>, findings: &[Finding], made: Made, about: Option<&About>) -> Plan {
    let case = Case::new(context, findings, &made.options);
    let mut proposals = adds::for_callers(&case);
    proposals.extend(removals::of_grants(&case));
    if let Some(about) = about {
        proposals.retain(|proposal| about.has_proposal(proposal));
    }
    guard(context, &mut proposals);
    let is_called = |name| context.expected.is_event_driven(name) || context.expected.proxy(name).is_some();
    if about.is_none() && context.declared.governed.keys().any(is_called) {
        let world = after(context, &proposals);
        let access = Access::new(&world, context.at);
        proposals.extend(adds::for_sources(&case, &access));
    }
    let mut held: Vec<Held> = proposals.iter().filter_map(Proposal::held).collect();
    held.extend(unread(context).filter(|held| about.is_none_or(|about| about.has_held(held))));
    held.sort_by(|left, right| order(left).cmp(&order(right)));
    let steps = steps(context, &proposals);
    let is_complete = !findings.iter().any(|finding| finding.rule == RuleId::Unreadable);
    let mut waiting = waiting(context);
    waiting.retain(|waiting| about.is_none_or(|about| about.has_waiting(waiting)));
    Plan { made, steps, held, waiting, is_complete }
}

fn order(held: &Held) -> impl Ord + '_ {
    let Held { resource, change, rule, principal, reason } = held;
    (resource, change, rule, principal, reason)
}

/// Holds every removal that would leave a declared caller, whom it may carry, without an own grant.
fn guard(context: &Context<'_>, proposals: &mut [Proposal]) {
    let policies = policies_after(context, proposals);
    for proposal in proposals.iter_mut() {
        let Some(change) = proposal.free().filter(|change| change.deed == Deed::Remove) else { continue };
        let removed = [change.grant(&proposal.resource)];
        let protected = law::protected(context, &proposal.resource, &removed);
        let policy = |name: &ServiceName| policy_after(context, &policies, name);
        let open = law::unguarded(&protected, policy, context.roles, context.at);
        if let Some(Protected { service, principal, until: _ }) = open.first() {
            let more = match open.len() {
                1 => String::new(),
                2 => ", and 1 more declared call".to_owned(),
                count => format!(", and {} more declared calls", count - 1),
            };
            proposal.hold = Some(format!(
                "`{principal}` may call `{}` through it and would be left without a grant of its own{more}",
                context.label(service)
            ));
        }
    }
}

/// What is not held, by the policy that it changes.
fn by_policy(proposals: &[Proposal]) -> BTreeMap<&Resource, Vec<&Change>> {
    let mut changes: BTreeMap<&Resource, Vec<&Change>> = BTreeMap::new();
    for proposal in proposals {
        if let Some(change) = proposal.free() {
            changes.entry(&proposal.resource).or_default().push(change);
        }
    }
    changes
}

/// The policies of functions that are changed, as they will be.
fn policies_after(context: &Context<'_>, proposals: &[Proposal]) -> BTreeMap<ServiceName, Policy> {
    let after = |(resource, changes): (&Resource, Vec<&Change>)| {
        let Resource::Service(name) = resource else { return None };
        let policy = context.world.services.get(name)?.policy.known()?;
        Some((name.clone(), edit::changed(policy, changes)))
    };
    by_policy(proposals).into_iter().filter_map(after).collect()
}

/// The policy of a function as it will be.
fn policy_after<'p>(
    context: &Context<'p>,
    changed: &'p BTreeMap<ServiceName, Policy>,
    name: &ServiceName,
) -> Option<&'p Policy> {
    match changed.get(name) {
        Some(policy) => Some(policy),
        None => context.world.services.get(name)?.policy.known(),
    }
}

/// The world after everything that is not held.
fn after(context: &Context<'_>, proposals: &[Proposal]) -> World {
    let mut world = context.world.clone();
    for (resource, changes) in by_policy(proposals) {
        let policy = match resource {
            Resource::Service(name) => world.services.get_mut(name).map(|service| &mut service.policy),
            Resource::Container(container) => world.policies.get_mut(container),
            Resource::Other(_) => None,
        };
        if let Some(Observed::Known(policy)) = policy {
            *policy = edit::changed(policy, changes);
        }
    }
    world
}

/// One step a policy; those of functions first, since every step above functions needs theirs.
fn steps(context: &Context<'_>, proposals: &[Proposal]) -> Vec<Step> {
    let changes = by_policy(proposals);
    let mut steps: Vec<Step> = Vec::with_capacity(changes.len());
    for (id, (resource, changes)) in (1..).zip(changes) {
        let mut changes: Vec<Change> = changes.into_iter().cloned().collect();
        changes.sort();
        let removed = removed(resource, &changes);
        let step = Step {
            id: StepId(id),
            resource: resource.clone(),
            needs: needs(context, resource, &steps),
            footing: footing::of(context, resource, &changes),
            protects: law::protected(context, resource, &removed),
            also_opens: above::also_opens(context, resource, &removed),
            also_runs: above::also_runs(context, resource, &removed),
            changes,
        };
        steps.push(step);
    }
    steps
}

/// The steps of the functions that a policy above functions opens.
pub(super) fn needs(context: &Context<'_>, resource: &Resource, steps: &[Step]) -> Vec<StepId> {
    let Resource::Container(_) = resource else { return Vec::new() };
    let opened: BTreeSet<&ServiceName> = law::opened(context, resource).collect();
    let is_opened = |step: &&Step| match &step.resource {
        Resource::Service(name) => opened.contains(name),
        Resource::Container(_) | Resource::Other(_) => false,
    };
    steps.iter().filter(is_opened).map(|step| step.id).collect()
}

/// Governed functions of which nothing can be planned.
fn unread(context: &Context<'_>) -> impl Iterator<Item = Held> {
    let held = |name: &ServiceName| {
        let service = context.world.services.get(name)?;
        let (what, gap) = match (&service.policy, &service.settings) {
            (Observed::Unreadable(gap), _) => ("policy", gap),
            (_, Observed::Unreadable(gap)) => ("settings", gap),
            (Observed::Known(_), Observed::Known(_)) => return None,
        };
        Some(Held {
            resource: name.clone().into(),
            change: None,
            rule: RuleId::Unreadable,
            principal: None,
            reason: format!("its {what} could not be read: {}", gap.why),
        })
    };
    context.declared.governed.keys().filter_map(held)
}

/// Edges of functions that are not live yet, in the map's order.
fn waiting(context: &Context<'_>) -> Vec<Waiting> {
    let edges = context.map.edges.iter();
    let missing = edges.filter(|edge| context.declared.live[edge.function] == Live::Missing);
    missing
        .map(|edge| Waiting {
            service: context.world.projects.canonical_service(&context.map.functions[edge.function].target),
            caller: match &edge.caller {
                Caller::Principal(principal) => principal.as_str().into(),
                Caller::Function(name) => format!("function:{name}").into(),
            },
            declared_at: context.map.locate(edge.place),
        })
        .collect()
}
