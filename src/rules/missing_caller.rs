//! A declared caller that does not get through.

use super::{Finding, Rule, context::Context, edges::JudgedEdge, repair, through};
use crate::{access::Verdict, model::RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId::MissingCaller,
    title: "a declared caller cannot call",
    why: "The map says that this caller may call this function, but it holds no invoker role on the function \
          itself, and nothing else is known to let it through. Its calls end in 403, or cannot be shown not to.",
    fix: "Grant the caller the invoker role on the function, or take it off the map.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let edges = context.edges.iter().filter(|judged| judged.rule == RuleId::MissingCaller);
    edges.map(|judged| finding(context, judged)).collect()
}

fn finding(context: &Context<'_>, judged: &JudgedEdge) -> Finding {
    let JudgedEdge { edge, principal, service, rule, verdict } = judged;
    let label = context.label(service);
    let outcome = match verdict {
        Verdict::No if repair::is_denied(context, principal, service) => {
            let denial = through::denial(context, principal, service).unwrap_or_default();
            format!("would get 403 even with one: {denial}")
        }
        Verdict::No => "will get 403".to_owned(),
        Verdict::Unknown | Verdict::Yes => {
            format!("cannot be shown to get through{}", through::doubt(context, principal, service))
        }
    };
    let message =
        format!("`{principal}` is declared for `{label}`, holds no invoker role on it, and {outcome}");
    let place = context.map.edges[*edge].place;
    let mut finding = context.about_caller(*rule, service, principal, place, message);
    finding.fix = Some(repair::own_grant(context, judged));
    finding
}
