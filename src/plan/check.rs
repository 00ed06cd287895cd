//! A plan that comes from outside, held against the map and the world as they are now.
//!
//! A plan file may have been written by anybody. Nothing in it is taken on trust: every change must be one that the
//! map and the world of today ask for, or one that was done in the meantime.

use std::{collections::BTreeSet, fmt};

use super::{
    CallerIdentity, Change, Class, Deed, Include, Plan, PlanOptions, Protected, Step, StepId, edit, footing,
    hold, law, make, proposal::Case, removals,
};
use crate::{
    access::RoleClass,
    model::{Container, Grant, Principal, Resource, ServiceName},
    rules::{Finding, context::Context, edges, repair},
};

/// What is wrong with a plan, in words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The step it is in.
    pub step: StepId,
    /// What it is: a fragment without a full stop.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.step, self.what)
    }
}

/// Everything that is wrong with a plan, given an audit of today's context and what is asked for today: what the
/// plan says that it was asked for counts for nothing.
pub fn violations(
    context: &Context<'_>,
    findings: &[Finding],
    plan: &Plan,
    asked: &PlanOptions,
) -> Vec<Violation> {
    let case = Case::new(context, findings, asked);
    let mut found = order(context, plan);
    for step in &plan.steps {
        let mut wrong = |what| found.push(Violation { step: step.id, what });
        of_step(&case, step).into_iter().for_each(&mut wrong);
        left_out(context, step).into_iter().for_each(&mut wrong);
        for change in &step.changes {
            if let Some(what) = of_change(&case, step, change) {
                wrong(what);
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Whether every step has the next number, a policy of its own, and all before it that it needs.
fn order(context: &Context<'_>, plan: &Plan) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for (number, step) in (1..).zip(&plan.steps) {
        let mut wrong = |what: String| found.push(Violation { step: step.id, what });
        if step.id != StepId(number) {
            wrong(format!("it is called so where `{}` is due", StepId(number)));
        }
        if !seen.insert(&step.resource) {
            wrong(format!("`{}` has a step already", step.resource));
        }
        if let Some(need) = step.needs.iter().find(|need| **need >= step.id) {
            wrong(format!("it needs `{need}`, which does not come before it"));
        }
        let missing = make::needs(context, &step.resource, &plan.steps);
        if let Some(missing) = missing.iter().find(|need| !step.needs.contains(need)) {
            wrong(format!("it does not need `{missing}`, whose function it opens"));
        }
    }
    found
}

fn of_step(case: &Case<'_>, step: &Step) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Resource::Service(name) = &step.resource
        && !case.context.declared.governed.contains_key(name)
    {
        wrong.push(format!("`{name}` is not on the map, or not live"));
    }
    wrong.extend(hold::of_resource(case, &step.resource).map(|why| format!("`{}`: {why}", step.resource)));
    if step.changes.is_empty() {
        wrong.push("it changes nothing".to_owned());
    }
    if !step.changes.is_sorted_by_key(|change| change.deed) {
        wrong.push("its removals stand before its adds".to_owned());
    }
    wrong
}

/// What a step must look at before it is written, and does not: whoever is left out would not be missed.
fn left_out(context: &Context<'_>, step: &Step) -> Vec<String> {
    let is_named = |edge: &Protected| {
        let named = |other: &Protected| other.service == edge.service && other.principal == edge.principal;
        step.protects.iter().any(named)
    };
    let unprotected = law::protected_by(context, step).into_iter().find(|edge| !is_named(edge));
    let is_seen =
        |caller: &CallerIdentity| step.footing.callers.iter().any(|other| other.service == caller.service);
    let unseen = footing::footing(context, step).callers.into_iter().find(|caller| !is_seen(caller));
    let unprotected = unprotected.map(|Protected { service, principal, until: _ }| {
        format!("it does not protect `{principal}`, which may call `{service}` through what it takes out")
    });
    let unseen =
        unseen.map(|caller| format!("it does not rest on the account of `{}`, which calls", caller.service));
    unprotected.into_iter().chain(unseen).collect()
}

fn of_change(case: &Case<'_>, step: &Step, change: &Change) -> Option<String> {
    let why = match (change.deed, &step.resource) {
        (Deed::Add, Resource::Service(name)) => of_add(case, name, change),
        (Deed::Remove, Resource::Service(name)) => of_removal(case, step, name, change),
        (Deed::Add, _) => Some("nothing is granted above functions".to_owned()),
        (Deed::Remove, Resource::Container(container)) => of_removal_above(case, container, change),
        (Deed::Remove, Resource::Other(_)) => None,
    };
    let Change { deed, role, principal, .. } = change;
    why.map(|why| format!("{} `{principal}` with `{role}` on `{}`: {why}", deed.as_str(), step.resource))
}

/// An add is an edge in force with its role and its end, or the account of an event source of the function or of the proxy
/// before it.
fn of_add(case: &Case<'_>, name: &ServiceName, change: &Change) -> Option<String> {
    let context = case.context;
    let principal = &change.principal;
    let class = if principal.is_public() { Class::Public } else { Class::Add };
    if change.class != class {
        return Some(format!("such an add is of the class `{}`", class.as_str()));
    }
    let grant = change.grant(&name.clone().into());
    let is = |until| repair::own(context, name, principal, until) == grant;
    let is_source =
        context.expected.is_event_driven(name) && context.expected.judged(name).contains_key(principal);
    if is(None) && (is_source || context.expected.proxy(name) == Some(principal)) {
        return None;
    }
    let Some(end) = context.declared.end_of(name, principal) else {
        return Some("the map does not declare it".to_owned());
    };
    if !is(end) {
        return Some("the map declares it with another role or another end".to_owned());
    }
    hold::of_caller(case, name, principal).or_else(|| hold::of_public(case, name, principal))
}

fn of_removal(case: &Case<'_>, step: &Step, name: &ServiceName, change: &Change) -> Option<String> {
    let context = case.context;
    let grant = change.grant(&step.resource);
    let is_dead = removals::is_dead(context, &grant);
    match change.class {
        Class::Dead => return of_dead(case, &grant, is_dead),
        Class::Add | Class::Remove => {}
        Class::Public | Class::Inherited => {
            return Some(format!("no removal on a function is of the class `{}`", change.class.as_str()));
        }
    }
    if context.roles.class(&grant.role) != RoleClass::Invoker {
        return Some("only grants of invoker roles are taken out".to_owned());
    }
    if is_dead {
        let is_ours = grant.condition.as_ref().is_some_and(repair::is_until_condition);
        if !is_ours {
            return Some("it gives nothing, which is a removal of the class `dead`".to_owned());
        }
        return removals::hold_of(case, &grant, change.class);
    }
    if context.expected.is_expected(name, &grant.principal) {
        return Some("it is expected to call".to_owned());
    }
    match context.declared.end_of(name, &grant.principal) {
        None if change.class == Class::Add => Some("such a removal is of the class `remove`".to_owned()),
        None => removals::hold_of(case, &grant, change.class),
        Some(_) if keeps_what_it_needs(context, step, name, &grant.principal) => None,
        Some(_) => Some("the map declares it, and it would keep no grant of its own that fits".to_owned()),
    }
}

/// Whether the own grants of a declared caller fit its edge once the step is carried out.
fn keeps_what_it_needs(
    context: &Context<'_>,
    step: &Step,
    name: &ServiceName,
    principal: &Principal,
) -> bool {
    let policy = context.world.services.get(name).and_then(|service| service.policy.known());
    let (Some(policy), Some(end)) = (policy, context.declared.end_of(name, principal)) else { return false };
    let after = edit::changed(policy, &step.changes);
    let own = edges::own_spans(context, &after, principal);
    law::has_own_grant(&after, principal, context.roles, context.at)
        && edges::misfit(context, name, &own, end).is_none()
}

fn of_dead(case: &Case<'_>, grant: &Grant, is_dead: bool) -> Option<String> {
    if !is_dead {
        return Some("it is not a grant that gives nothing".to_owned());
    }
    if !case.includes(Include::Dead) {
        return Some("it needs `--include-dead`".to_owned());
    }
    removals::hold_of(case, grant, Class::Dead)
}

fn of_removal_above(case: &Case<'_>, container: &Container, change: &Change) -> Option<String> {
    let context = case.context;
    let resource = Resource::Container(container.clone());
    let grant = change.grant(&resource);
    if law::opened(context, &resource).next().is_none() {
        return Some("no function of the map is below".to_owned());
    }
    let is_dead = removals::is_dead(context, &grant);
    match change.class {
        Class::Dead => return of_dead(case, &grant, is_dead),
        Class::Inherited => {}
        Class::Add | Class::Public | Class::Remove => {
            return Some(format!("no removal above functions is of the class `{}`", change.class.as_str()));
        }
    }
    if context.roles.class(&grant.role) != RoleClass::Invoker || is_dead {
        return Some("only grants of invoker roles are taken out".to_owned());
    }
    if grant.principal.is_public() {
        return Some("public members above functions are left to people".to_owned());
    }
    if !case.includes(Include::Inherited) && !case.includes(Include::InheritedJobs) {
        return Some("it needs `--include-inherited`".to_owned());
    }
    removals::hold_of(case, &grant, change.class)
}
