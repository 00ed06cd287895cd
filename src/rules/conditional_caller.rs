//! A declared caller whose own grant depends on what cannot be known.

use super::{Finding, Rule, context::Context, edges::JudgedEdge, phrase};
use crate::{
    access::{
        RoleClass, Verdict,
        condition::{holds_at, why},
    },
    model::{Condition, RuleId},
};

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
            let condition = condition(context, judged);
            let why = condition.and_then(|condition| why(condition, context.at));
            let message = format!(
                "`{}` holds its own grant on `{label}`{}, and {}{besides}",
                judged.principal,
                phrase::under(condition),
                why.as_deref().unwrap_or("whether its condition holds is not known")
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

/// The condition of the caller's own grant; the first of several by what they say.
fn condition<'a>(context: &Context<'a>, judged: &JudgedEdge) -> Option<&'a Condition> {
    let policy = context.world.services.get(&judged.service)?.policy.known()?;
    let own = policy.bindings.iter().filter(|binding| {
        holds_at(binding.condition.as_ref(), context.at) == Verdict::Unknown
            && context.roles.class(&binding.role) == RoleClass::Invoker
            && binding.members.contains(&judged.principal)
    });
    own.filter_map(|binding| binding.condition.as_ref()).min()
}
