//! A declared caller whose own grant depends on what cannot be known.

use super::{Finding, Rule, context::Context};
use crate::{access::Verdict, model::RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId::ConditionalCaller,
    title: "a declared caller's grant depends on its request",
    why: "The caller has its own grant, but under a condition on something that differs from call to call or \
          was not read: a path, a host, a tag. Some of its calls may get through and others not.",
    fix: "Make sure that the condition is meant; give the caller a grant without one if it is not.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let edges = context.edges.iter().filter(|judged| judged.rule == RuleId::ConditionalCaller);
    edges
        .map(|judged| {
            let label = context.label(&judged.service);
            let besides = match judged.verdict {
                Verdict::Yes => "; it gets through by something else",
                Verdict::Unknown | Verdict::No => "",
            };
            let message = format!(
                "`{}` holds its own grant on `{label}` under a condition that may or may not hold{besides}",
                judged.principal
            );
            let place = context.map.edges[judged.edge].place;
            let mut finding =
                context.about_caller(judged.rule, &judged.service, &judged.principal, place, message);
            finding.fix = Some(
                "accept it if the condition is meant; else give the caller a grant without one".to_owned(),
            );
            finding
        })
        .collect()
}
