//! A caller whose time is up and who can still call.

use super::{Finding, Rule, context::Context, edges::JudgedEdge, partition::Judged, phrase, repair, through};
use crate::{
    access::Verdict,
    callers::Edge,
    model::{RuleId, time::rfc3339},
};

pub(super) const RULE: Rule = Rule {
    id: RuleId::ExpiredCaller,
    title: "a temporary caller can still call",
    why: "The map gave this caller access until a time that has passed, and it still gets through, or will again.",
    fix: "Remove the grant, or declare a later `until` if the access is still wanted.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let grants = context.grants_of(RuleId::ExpiredCaller);
    let edges = context.edges.iter().filter(|judged| judged.rule == RuleId::ExpiredCaller);
    let granted = grants.filter_map(|judged| granted(context, judged));
    granted.chain(edges.map(|judged| borrowed(context, judged))).collect()
}

/// A grant on the function that outlived its edge.
fn granted(context: &Context<'_>, judged: &Judged) -> Option<Finding> {
    let service = judged.service.as_ref()?;
    let principal = &judged.grant.principal;
    let index = context.declared.governed.get(service)?;
    let edges = context.declared.edges[*index].iter().map(|edge| &context.map.edges[*edge]);
    let last = edges
        .filter(|edge| context.declared.principals(edge).contains(principal))
        .max_by_key(|edge| (edge.until, std::cmp::Reverse(edge.place)))?;
    let message = format!(
        "{}, and its grant of `{}` is still there{}",
        ended(principal.as_str(), &context.label(service), last),
        judged.grant.role,
        phrase::under(judged.grant.condition.as_ref())
    );
    let mut finding = context.about_grant(judged, message);
    finding.declared_at = Some(context.map.locate(last.place));
    finding.fix = Some(repair::removal(context, judged));
    Some(finding)
}

/// A caller whose edge has ended and that has no grant on the function, but gets through or may.
fn borrowed(context: &Context<'_>, judged: &JudgedEdge) -> Finding {
    let JudgedEdge { edge, principal, service, rule, verdict } = judged;
    let edge = &context.map.edges[*edge];
    let outcome = match verdict {
        Verdict::Yes => format!("it can still call {}", through::what(context, principal, service)),
        Verdict::Unknown | Verdict::No => {
            format!("it may still be able to call{}", through::doubt(context, principal, service))
        }
    };
    let ended = ended(principal.as_str(), &context.label(service), edge);
    let mut finding =
        context.about_caller(*rule, service, principal, edge.place, format!("{ended}, and {outcome}"));
    finding.fix = Some(match verdict {
        Verdict::Yes => "cut what it still calls through, or declare a later `until`".to_owned(),
        Verdict::Unknown | Verdict::No => {
            "make what is not known readable, or declare a later `until`".to_owned()
        }
    });
    finding
}

fn ended(principal: &str, label: &str, edge: &Edge) -> String {
    let when = edge.until.map_or_else(String::new, |until| format!(" {}", rfc3339(until)));
    format!("the access of `{principal}` to `{label}` ended{when}")
}
