//! Own grants for declared callers and event sources, and the wrong grants that go out with them.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Change, Class, Deed, hold,
    proposal::{Case, Proposal},
};
use crate::{
    access::{Access, RoleClass, Spans, Verdict, span},
    callers::Caller,
    model::{
        Condition, Grant, Policy, Principal, Resource, RoleName, RuleId, ServiceName, Time, time::rfc3339,
    },
    rules::{
        edges::{self, JudgedEdge},
        repair,
    },
};

/// What the findings about declared callers ask for.
pub(super) fn for_callers(case: &Case<'_>) -> Vec<Proposal> {
    let asks = |rule| match rule {
        RuleId::MissingCaller | RuleId::BorrowedCaller | RuleId::MistimedCaller => !case.is_ignored(rule),
        _ => false,
    };
    let asked =
        case.context.edges.iter().map(|judged| in_time(case, judged)).filter(|judged| asks(judged.rule));
    let mut proposals: Vec<_> = asked.flat_map(|judged| for_caller(case, &judged)).collect();
    leave_to_the_public(case, &mut proposals);
    proposals.extend(nameless(case));
    proposals
}

/// What is wrong with the times of a grant is put right whether a deny policy stops its holder or not: there, only
/// what it denies is said.
fn in_time(case: &Case<'_>, judged: &JudgedEdge) -> JudgedEdge {
    let JudgedEdge { principal, service, rule, .. } = judged;
    let context = case.context;
    let is_off = || {
        let policy = context.world.services.get(service)?.policy.known()?;
        let spans = edges::own_spans(context, policy, principal);
        let end = context.declared.end_of(service, principal).flatten();
        let holds = spans.hold_at(context.at) == Verdict::Yes;
        holds.then(|| edges::misfit(context, service, &spans, end))?
    };
    let is_mistimed = *rule == RuleId::DeniedCaller && is_off().is_some();
    let rule = if is_mistimed { RuleId::MistimedCaller } else { *rule };
    JudgedEdge { rule, ..judged.clone() }
}

/// Where the map declares `allUsers`, borrowing is in order: whoever gets through by another grant that is put in
/// needs none of its own.
fn leave_to_the_public(case: &Case<'_>, proposals: &mut Vec<Proposal>) {
    let all_users = Principal::new("allUsers");
    let is_public = |resource: &Resource| match resource {
        Resource::Service(name) => case.context.declared.is_declared(name, &all_users),
        Resource::Container(_) | Resource::Other(_) => false,
    };
    let added = proposals.iter().filter(|proposal| is_public(&proposal.resource));
    let added = added.filter_map(|proposal| Some((proposal.resource.clone(), proposal.free()?)));
    let mut on_resource: BTreeMap<Resource, BTreeSet<Principal>> = BTreeMap::new();
    for (resource, change) in added.filter(|(_, change)| change.deed == Deed::Add) {
        on_resource.entry(resource).or_default().insert(change.principal.clone());
    }
    let contains =
        |one: &Principal, other: &Principal| case.context.access.matches(one, other) == Verdict::Yes;
    proposals.retain(|proposal| {
        let Some(principal) = &proposal.principal else { return true };
        let mut on_it = on_resource.get(&proposal.resource).into_iter().flatten();
        // Of two groups that are in each other, one is left.
        let lets_through = |other: &Principal| {
            other != principal
                && contains(other, principal)
                && (other < principal || !contains(principal, other))
        };
        let is_left = on_it.any(lets_through);
        proposal.rule != RuleId::MissingCaller || !is_left
    });
}

/// The right grant in, where the others leave a gap; out what goes on after the end.
fn for_caller(case: &Case<'_>, judged: &JudgedEdge) -> Vec<Proposal> {
    let context = case.context;
    let JudgedEdge { principal, service, rule, .. } = judged;
    let known = context.world.services.get(service).and_then(|found| found.policy.known());
    let Some((policy, function)) = known.zip(context.declared.governed.get(service)) else {
        return Vec::new();
    };
    let end = context.declared.end(*function, principal).flatten();
    let (late, spans) = own(case, service, policy, principal, end);
    let is_needed = spans.misfit(context.at, end).stops.is_some();
    let mut proposals = Vec::new();
    if is_needed {
        proposals.push(add(case, judged, end));
    }
    for (role, condition) in late {
        if case.options.is_only_adds && !is_needed {
            continue;
        }
        let class = if is_needed { Class::Add } else { Class::Remove };
        let change = Change {
            deed: Deed::Remove,
            class,
            role,
            principal: principal.clone(),
            condition,
            rule: *rule,
            because: "it goes on after the end that the map declares".to_owned(),
        };
        let grant = change.grant(&service.clone().into());
        let hold = of_caller(case, judged).or_else(|| hold::of_writer(case, Deed::Remove, &grant));
        proposals.push(proposal(service, *rule, principal, Some(change), hold));
    }
    proposals
}

/// The own grants of a caller: those that go on after its end, and when the others count.
fn own<'p>(
    case: &Case<'_>,
    service: &ServiceName,
    policy: &'p Policy,
    principal: &Principal,
    end: Option<Time>,
) -> (BTreeSet<(RoleName, Option<Condition>)>, Spans<'p>) {
    let context = case.context;
    let end = end.filter(|_| repair::is_kept_by_condition(context, service));
    let (mut late, mut spans) = (BTreeSet::new(), Spans::default());
    for binding in &policy.bindings {
        if context.roles.class(&binding.role) != RoleClass::Invoker || !binding.members.contains(principal) {
            continue;
        }
        let condition = binding.condition.as_ref();
        if end.is_some_and(|end| span::outlasts(condition, end) == Verdict::Yes) {
            late.insert((binding.role.clone(), binding.condition.clone()));
        } else {
            spans.add(condition);
        }
    }
    (late, spans)
}

fn add(case: &Case<'_>, judged: &JudgedEdge, end: Option<Time>) -> Proposal {
    let context = case.context;
    let JudgedEdge { principal, service, rule, .. } = judged;
    let class = if principal.is_public() { Class::Public } else { Class::Add };
    let until = end.map_or_else(String::new, |end| format!(" until {}", rfc3339(end)));
    let because = match rule {
        RuleId::BorrowedCaller => {
            format!("it is declared{until}, and calls only through what is not its own")
        }
        RuleId::MistimedCaller => format!("it is declared{until}, and its own grants end at another time"),
        _ => format!("it is declared{until}, and has no grant of its own"),
    };
    let own = repair::own(context, service, principal, end);
    let undone = hold::of_writer(case, Deed::Add, &own);
    let because = hold::with_doubt(case, Deed::Add, &own, because);
    let Grant { resource: _, role, principal: _, condition } = own;
    if context.roles.class(&role) != RoleClass::Invoker
        || context.access.matches(principal, principal) != Verdict::Yes
    {
        let why = format!("a grant of `{role}` would not let it call");
        return proposal(service, *rule, principal, None, Some(why));
    }
    let change = Change {
        deed: Deed::Add,
        class,
        role,
        principal: principal.clone(),
        condition,
        rule: *rule,
        because,
    };
    let hold = of_caller(case, judged)
        .or(undone)
        .or_else(|| hold::of_public(case, service, principal))
        .or_else(|| hold::of_denied(case, service, principal));
    proposal(service, *rule, principal, Some(change), hold)
}

fn proposal(
    service: &ServiceName,
    rule: RuleId,
    principal: &Principal,
    change: Option<Change>,
    hold: Option<String>,
) -> Proposal {
    let resource = Resource::Service(service.clone());
    Proposal { resource, change, rule, principal: Some(principal.clone()), hold }
}

fn of_caller(case: &Case<'_>, judged: &JudgedEdge) -> Option<String> {
    let JudgedEdge { principal, service, rule, .. } = judged;
    hold::of_resource(case, &service.clone().into())
        .or_else(|| {
            let is_accepted = case.is_accepted_caller(*rule, service, principal);
            is_accepted.then(|| "the map accepts it".to_owned())
        })
        .or_else(|| hold::of_caller(case, service, principal))
}

/// Functions that are declared as callers and whose account is not known: there is nobody to grant anything to.
fn nameless(case: &Case<'_>) -> Vec<Proposal> {
    let context = case.context;
    let mut found = BTreeSet::new();
    for (function, edges) in context.declared.edges.iter().enumerate() {
        let Some(service) = context.declared.service(function) else { continue };
        for edge in edges.iter().map(|edge| &context.map.edges[*edge]) {
            if let Caller::Function(name) = &edge.caller
                && edge.is_in_force(context.at)
                && context.declared.principals(edge).is_empty()
            {
                found.insert((service, name));
            }
        }
    }
    let held = |(service, name): (&ServiceName, &std::sync::Arc<str>)| Proposal {
        resource: service.clone().into(),
        change: None,
        rule: RuleId::MissingCaller,
        principal: None,
        hold: Some(format!("which account `{name}` runs as is not known: it is not live, or not read")),
    };
    found.into_iter().map(held).collect()
}

/// Own grants for event sources of governed event functions, and for the proxy before a governed function, that cannot
/// call them, once everything else is done: `after` is the world as it will be then. A source of any other function is
/// declared like whoever calls it: a grant that no map asks for would be taken out by the next plan.
pub(super) fn for_sources(case: &Case<'_>, after: &Access<'_>) -> Vec<Proposal> {
    let context = case.context;
    let mut proposals = Vec::new();
    if case.is_ignored(RuleId::TriggerBlocked) {
        return proposals;
    }
    let mut add = |service, identity, because| {
        let is_blocked = after.allows(identity, service) == Verdict::No;
        proposals.extend(is_blocked.then(|| for_source(case, service, identity, because)));
    };
    for service in context.declared.governed.keys() {
        if let Some(agent) = context.expected.proxy(service) {
            add(service, agent, "the Identity-Aware Proxy calls as it".to_owned());
        }
        if !context.expected.is_event_driven(service) {
            continue;
        }
        for (identity, sources) in context.expected.judged(service) {
            add(service, identity, format!("{} as it", context.sources_call(service, &sources)));
        }
    }
    proposals
}

fn for_source(case: &Case<'_>, service: &ServiceName, identity: &Principal, because: String) -> Proposal {
    let (context, rule) = (case.context, RuleId::TriggerBlocked);
    let own = repair::own(context, service, identity, None);
    let undone = hold::of_writer(case, Deed::Add, &own);
    let because = hold::with_doubt(case, Deed::Add, &own, because);
    let Grant { resource, role, principal, condition } = own;
    let is_of_use = context.roles.class(&role) == RoleClass::Invoker
        && context.access.matches(&principal, &principal) == Verdict::Yes;
    let change = Change { deed: Deed::Add, class: Class::Add, role, principal, condition, rule, because };
    let accepted = case.is_accepted_caller(rule, service, identity);
    let hold = hold::of_resource(case, &resource)
        .or(undone)
        .or_else(|| accepted.then(|| "the map accepts it".to_owned()))
        .or_else(|| (!is_of_use).then(|| "a grant would not let it call".to_owned()))
        .or_else(|| hold::of_denied(case, service, identity));
    proposal(service, rule, identity, Some(change), hold)
}
