//! A declared caller whose own grant depends on what cannot be known.

use super::{Finding, Rule, context::Context};
use crate::model::RuleId;

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
            let message = format!(
                "`{}` has an own grant on `{label}` whose condition may or may not hold",
                judged.principal
            );
            let place = context.map.edges[judged.edge].place;
            context.about_caller(judged.rule, &judged.service, &judged.principal, place, message)
        })
        .collect()
}
