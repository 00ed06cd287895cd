//! A declared caller that gets through by something that is not its own.

use super::{Finding, Rule, context::Context, repair, through};
use crate::model::RuleId;

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
            let through = through::what(context, &judged.principal, &judged.service);
            let message = format!("`{}` can call `{label}` only {through}", judged.principal);
            let place = context.map.edges[judged.edge].place;
            let mut finding =
                context.about_caller(judged.rule, &judged.service, &judged.principal, place, message);
            finding.fix = Some(repair::own_grant(context, judged));
            finding
        })
        .collect()
}
