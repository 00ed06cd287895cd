//! A caller whose time is up and who can still call.

use super::{Finding, Rule, context::Context, phrase};
use crate::{
    access::Verdict,
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
    let mut findings = Vec::new();
    for judged in context.grants_of(RuleId::ExpiredCaller) {
        let Some(service) = &judged.service else { continue };
        let edge = context.declared.governed.get(service).and_then(|index| {
            let mut edges = context.declared.edges[*index].iter().map(|edge| &context.map.edges[*edge]);
            edges.find(|edge| context.declared.principals(edge).contains(&judged.grant.principal))
        });
        let ended = edge
            .and_then(|edge| edge.until)
            .map_or_else(String::new, |until| format!(" ended {}", rfc3339(until)));
        let message = format!(
            "the access of `{}` to `{}`{ended}, and its grant of `{}` is still there{}",
            judged.grant.principal,
            context.label(service),
            judged.grant.role,
            phrase::under(judged.grant.condition.as_ref())
        );
        let mut finding = context.about_grant(judged, message);
        finding.declared_at = edge.map(|edge| context.map.locate(edge.place)).or(finding.declared_at);
        finding.fix = phrase::removal(&judged.grant);
        findings.push(finding);
    }
    for judged in context.edges.iter().filter(|judged| judged.rule == RuleId::ExpiredCaller) {
        let outcome = match judged.verdict {
            Verdict::Yes => "it can still call through something else",
            Verdict::Unknown | Verdict::No => "it may still be able to call",
        };
        let label = context.label(&judged.service);
        let message = format!("the access of `{}` to `{label}` has ended, and {outcome}", judged.principal);
        let place = context.map.edges[judged.edge].place;
        findings.push(context.about_caller(judged.rule, &judged.service, &judged.principal, place, message));
    }
    findings
}
