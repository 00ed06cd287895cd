//! A declared caller with a grant whom a deny policy stops.

use super::{Finding, Rule, context::Context, edges::JudgedEdge, repair, through};
use crate::{access::Verdict, model::RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId::DeniedCaller,
    title: "a deny policy stops a declared caller",
    why: "The map says that this caller may call this function, and it holds its own grant; but a deny policy on \
          the project, a folder or the organization refuses it, or may, and what is denied is denied whatever is \
          granted. Whatever else is wrong with its grants is said once nothing is in their way. A declared caller \
          without a grant of its own is a `missing-caller`, denied or not.",
    fix: "Let the rule of the deny policy except the caller, or take the caller off the map. Where it is not known \
          whether the rule means it, make known what is missing: the members of a group, a tag.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let edges = context.edges.iter().filter(|judged| judged.rule == RuleId::DeniedCaller);
    edges.map(|judged| finding(context, judged)).collect()
}

fn finding(context: &Context<'_>, judged: &JudgedEdge) -> Finding {
    let JudgedEdge { edge, principal, service, rule, verdict } = judged;
    let outcome = match verdict {
        Verdict::No => "gets 403",
        Verdict::Unknown | Verdict::Yes => "cannot be shown to get through",
    };
    let denial = through::denial(context, principal, service).unwrap_or_default();
    let message = format!(
        "`{principal}` is declared for `{}`, holds its own grant, and {outcome}: {denial}",
        context.label(service)
    );
    let place = context.map.edges[*edge].place;
    let mut finding = context.about_caller(*rule, service, principal, place, message);
    finding.fix = Some(repair::of_denial(context, principal, service));
    finding
}
