//! A declared caller whose own grants last longer or shorter than its edge.

use super::{Finding, Rule, context::Context, edges, edges::JudgedEdge, repair};
use crate::{
    access::span::Misfit,
    model::{RuleId, Time, time::rfc3339},
};

pub(super) const RULE: Rule = Rule {
    id: RuleId::MistimedCaller,
    title: "a declared caller's grants end at another time than the map says",
    why: "The map gives this caller access until a time, or for good, and its own grants taken together are not \
          for just that: they end before, or sleep in between, and it gets 403 then; or they go on after its time \
          is up.",
    fix: "Give the caller one grant with the right end, and take the wrong one out.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let edges = context.edges.iter().filter(|judged| judged.rule == RuleId::MistimedCaller);
    edges.filter_map(|judged| finding(context, judged)).collect()
}

fn finding(context: &Context<'_>, judged: &JudgedEdge) -> Option<Finding> {
    let JudgedEdge { edge, principal, service, rule, verdict: _ } = judged;
    let function = *context.declared.governed.get(service)?;
    let end = context.declared.end(function, principal)?;
    let policy = context.world.services.get(service)?.policy.known()?;
    let misfit = edges::misfit(context, service, &edges::own_spans(context, policy, principal), end)?;
    let declared = end.map_or_else(|| "for good".to_owned(), |end| format!("until {}", rfc3339(end)));
    let message = format!(
        "`{principal}` is declared for `{}` {declared}, and its own grants {}",
        context.label(service),
        wrong(misfit, end)
    );
    let mut finding =
        context.about_caller(*rule, service, principal, context.map.edges[*edge].place, message);
    let right = repair::own_grant(context, judged);
    finding.fix =
        Some(if misfit.is_late { format!("{right}; then take out what goes on after that") } else { right });
    Some(finding)
}

/// What is wrong, after "its own grants".
fn wrong(misfit: Misfit, end: Option<Time>) -> String {
    let Misfit { stops, resumes, is_late } = misfit;
    let mut parts = Vec::new();
    match (stops, resumes) {
        (Some(stop), Some(again)) if end.is_none_or(|end| again < end) => {
            parts.push(format!("sleep from {} to {}", rfc3339(stop), rfc3339(again)));
        }
        (Some(stop), _) => parts.push(format!("end {}", rfc3339(stop))),
        (None, _) => {}
    }
    if is_late {
        parts.push("go on after that".to_owned());
    }
    parts.join(" and ")
}
