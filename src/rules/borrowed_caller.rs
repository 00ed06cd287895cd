//! A declared caller that gets through by something that is not its own.

use super::{Finding, Rule, context::Context, missing_caller::own_grant};
use crate::{
    access::Effect,
    model::{Principal, RuleId, ServiceName},
};

pub(super) const RULE: Rule = Rule {
    id: RuleId::BorrowedCaller,
    title: "a declared caller has no grant of its own",
    why: "It calls only through a wide role, a grant above the function, a group, a public member, or because \
          the invoker check is off. Whoever tidies those cuts this caller off.",
    fix: "Grant the caller the invoker role on the function itself; what it borrows can then go.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let edges = context.edges.iter().filter(|judged| judged.rule == RuleId::BorrowedCaller);
    edges
        .map(|judged| {
            let label = context.label(&judged.service);
            let through = through(context, &judged.principal, &judged.service);
            let message = format!("`{}` calls `{label}` only {through}", judged.principal);
            let place = context.map.edges[judged.edge].place;
            let mut finding =
                context.about_caller(judged.rule, &judged.service, &judged.principal, place, message);
            finding.fix = Some(own_grant(context, judged));
            finding
        })
        .collect()
}

/// What lets a caller through, in a few words.
fn through(context: &Context<'_>, principal: &Principal, service: &ServiceName) -> String {
    let answer = context.access.verdict(principal, service);
    let mut reasons = answer.reasons.iter();
    let Some(reason) = reasons.find(|reason| matches!(reason.effect, Effect::Allow | Effect::Open)) else {
        return "by something that is not its own".to_owned();
    };
    let (Some(role), Some(member), Some(on)) = (&reason.role, &reason.member, &reason.resource) else {
        return "because the invoker check is off".to_owned();
    };
    let is_above = *on != service.clone().into();
    let holder = if member == principal { String::new() } else { format!(" of `{member}`") };
    let place = if is_above { format!(" on `{on}`") } else { String::new() };
    format!("through `{role}`{holder}{place}")
}
