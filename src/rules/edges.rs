//! Every declared edge against the verdict: has it its own grant, and does the caller get through.

use foldhash::{HashMap, HashMapExt as _, HashSet, HashSetExt as _};

use super::{
    context::Context,
    declared::{InForce, Live},
    repair::is_kept_by_condition,
};
use crate::{
    access::{Caller as AskedCaller, Callers, RoleClass, Spans, Verdict, span::Misfit},
    model::{Policy, Principal, PrincipalKind, RuleId, ServiceName, Time},
};

/// An edge that a rule speaks for, for one of the principals it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedEdge {
    /// The edge, by its index in the map.
    pub edge: usize,
    /// Whom it means.
    pub principal: Principal,
    /// What it leads to.
    pub service: ServiceName,
    /// The rule.
    pub rule: RuleId,
    /// Whether the caller gets through, now.
    pub verdict: Verdict,
}

/// Every edge that a rule speaks for, in the map's order. Where two edges say the same of the same caller, such
/// as one of `function:NAME` and one of the account it runs as, the first stands for both.
pub fn judge(context: &Context<'_>) -> Vec<JudgedEdge> {
    let mut judged = Vec::new();
    let still_granted = still_granted(context);
    let all_users = Principal::new("allUsers");
    let mut callers = Callers::new(context.access);
    for (index, edges) in context.declared.edges.iter().enumerate() {
        let Live::Service(name) = &context.declared.live[index] else { continue };
        let Some(own) = own_grants(context, name) else { continue };
        let is_public = context.declared.caller(index, &all_users) == Some(InForce::Now);
        for edge in edges {
            for principal in context.declared.principals(&context.map.edges[*edge]) {
                let in_force = context.map.edges[*edge].is_in_force(context.at);
                let caller = callers.of(principal);
                let rule = if in_force {
                    let end = context.declared.end(index, principal).flatten();
                    current(context, name, (principal, caller), own.get(principal), end, is_public)
                } else {
                    past(context, index, name, (principal, caller), &still_granted)
                };
                if let Some((rule, verdict)) = rule {
                    judged.push(JudgedEdge {
                        edge: *edge,
                        principal: principal.clone(),
                        service: name.clone(),
                        rule,
                        verdict,
                    });
                }
            }
        }
    }
    judged.sort_by_key(|found| found.edge);
    let mut said = HashSet::new();
    judged.retain(|found| said.insert((found.rule, found.service.clone(), found.principal.clone())));
    judged
}

/// Callers whose `until` has passed and whom a grant on the function itself still names.
fn still_granted<'a>(context: &'a Context<'_>) -> HashSet<(&'a ServiceName, &'a Principal)> {
    let expired = context.grants_of(RuleId::ExpiredCaller);
    expired.filter_map(|judged| Some((judged.service.as_ref()?, &judged.grant.principal))).collect()
}

/// The own grants on a service: of an invoker role, by principal, with when they hold together. `None` where its
/// policy or settings were not read: only that is then said of its edges.
fn own_grants<'a>(context: &Context<'a>, name: &ServiceName) -> Option<HashMap<&'a Principal, Spans<'a>>> {
    let service = context.world.services.get(name)?;
    service.settings.known()?;
    let mut own = HashMap::new();
    for binding in &service.policy.known()?.bindings {
        if context.roles.class(&binding.role) != RoleClass::Invoker {
            continue;
        }
        for principal in &binding.members {
            let spans: &mut Spans<'a> = own.entry(principal).or_default();
            spans.add(binding.condition.as_ref());
        }
    }
    Some(own)
}

/// The rule for an edge that is in force. With an own grant, a deny policy that stops the caller or may comes before
/// what is wrong with the grant; without one, what is missing first is the grant. Of deny policies that were not read another rule speaks, once.
fn current(
    context: &Context<'_>,
    name: &ServiceName,
    (principal, caller): (&Principal, &AskedCaller<'_, '_>),
    own: Option<&Spans<'_>>,
    end: Option<Time>,
    is_public: bool,
) -> Option<(RuleId, Verdict)> {
    let holds = own.map_or(Verdict::No, |own| own.hold_at(context.at));
    if holds > Verdict::No && caller.is_denied_by_rule(name) > Verdict::No {
        let verdict = caller.allows(name);
        if verdict != Verdict::Yes {
            return Some((RuleId::DeniedCaller, verdict));
        }
    }
    match holds {
        Verdict::Yes => {
            let is_off = own.is_some_and(|own| misfit(context, name, own, end).is_some());
            is_off.then_some((RuleId::MistimedCaller, Verdict::Yes))
        }
        Verdict::Unknown => Some((RuleId::ConditionalCaller, caller.allows(name))),
        Verdict::No => match caller.allows(name) {
            // With the check off, what is public on purpose is public.
            Verdict::Yes if is_public || principal.kind() == PrincipalKind::AllUsers => None,
            Verdict::Yes => Some((RuleId::BorrowedCaller, Verdict::Yes)),
            verdict => Some((RuleId::MissingCaller, verdict)),
        },
    }
}

/// When the own grants of a principal count together.
pub fn own_spans<'p>(context: &Context<'_>, policy: &'p Policy, principal: &Principal) -> Spans<'p> {
    let own = policy.bindings.iter().filter(|binding| {
        context.roles.class(&binding.role) == RoleClass::Invoker && binding.members.contains(principal)
    });
    Spans::of(own.map(|binding| binding.condition.as_ref()))
}

/// What is wrong with the times of own grants for an edge that ends at a time, or never. That they go on after
/// its end is in order where the next run takes them away.
pub fn misfit(
    context: &Context<'_>,
    name: &ServiceName,
    own: &Spans<'_>,
    end: Option<Time>,
) -> Option<Misfit> {
    let mut misfit = own.misfit(context.at, end);
    misfit.is_late &= is_kept_by_condition(context, name);
    (!misfit.is_none()).then_some(misfit)
}

/// The rule for an edge whose `until` has passed, unless a grant on the function itself speaks for it already.
fn past(
    context: &Context<'_>,
    function: usize,
    name: &ServiceName,
    (principal, caller): (&Principal, &AskedCaller<'_, '_>),
    still_granted: &HashSet<(&ServiceName, &Principal)>,
) -> Option<(RuleId, Verdict)> {
    if context.declared.caller(function, principal) == Some(InForce::Now) {
        return None;
    }
    if still_granted.contains(&(name, principal)) {
        return None;
    }
    let verdict = caller.allows(name);
    (verdict != Verdict::No).then_some((RuleId::ExpiredCaller, verdict))
}
