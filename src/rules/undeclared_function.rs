//! A live function that no map governs.

use std::collections::BTreeSet;

use super::{Finding, Rule, context::Context, phrase::counted};
use crate::{
    access::condition::can_hold_from,
    model::{Principal, RuleId, ServiceName},
    world::Observed,
};

pub(super) const RULE: Rule = Rule {
    id: RuleId::UndeclaredFunction,
    title: "a live function is on no map",
    why: "It runs in a project of the map, and nobody has said who may call it. Apart from being public, nothing \
          about its callers is judged.",
    fix: "Add it to `functions` and declare its callers; `callmap discover` writes what is live.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let undeclared = context.services.iter().filter(|name| !context.declared.governed.contains_key(**name));
    undeclared
        .map(|name| {
            let message = format!("`{}` is on no map; {}", context.label(name), callers(context, name));
            let mut finding = context.about(RULE.id, name, message);
            finding.fix = Some("add it to `functions`, with its callers".to_owned());
            finding
        })
        .collect()
}

/// How many principals can call it, as far as its own policy and those above it are known.
fn callers(context: &Context<'_>, name: &ServiceName) -> String {
    let Some(service) = context.world.services.get(name) else { return String::new() };
    let mut found: BTreeSet<&Principal> = BTreeSet::new();
    let mut is_whole = true;
    let above = match &service.ancestors {
        Observed::Known(chain) => chain.as_ref(),
        Observed::Unreadable(_) => {
            is_whole = false;
            &[]
        }
    };
    let policies = above.iter().map(|container| context.world.policies.get(container));
    for policy in std::iter::once(Some(&service.policy)).chain(policies) {
        let Some(Observed::Known(policy)) = policy else {
            is_whole = false;
            continue;
        };
        for binding in &policy.bindings {
            let counts = context.roles.class(&binding.role).may_invoke()
                && can_hold_from(binding.condition.as_ref(), context.at);
            if counts {
                found.extend(binding.members.iter().filter(|member| !member.is_nobody()));
            }
        }
    }
    let count = counted(found.len(), "principal");
    if is_whole { format!("{count} can call it") } else { format!("at least {count} can call it") }
}
