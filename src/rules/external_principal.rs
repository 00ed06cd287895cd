//! A declared caller who is not one of us.

use std::collections::BTreeMap;

use super::{Finding, Rule, context::Context, phrase::counted};
use crate::model::{Principal, Resource, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId::ExternalPrincipal,
    title: "a declared caller is not one of us",
    why: "Its e-mail domain is not among `domains`, or its project is neither on the map nor among `projects`. \
          Somebody else decides who can act as it.",
    fix: "Check that it is meant; add its domain or project to the settings if it is ours, or accept it.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    if context.map.settings.domains.is_none() {
        return Vec::new();
    }
    let mut callers: BTreeMap<&Principal, (usize, usize)> = BTreeMap::new();
    for (index, edge) in context.map.edges.iter().enumerate() {
        if !edge.is_in_force(context.at) {
            continue;
        }
        for principal in context.declared.principals(edge) {
            callers.entry(principal).or_insert((index, 0)).1 += 1;
        }
    }
    let external = callers.into_iter().filter(|(principal, _)| context.ours.is_external(principal));
    external
        .map(|(principal, (first, count))| {
            let message =
                format!("`{principal}` is declared for {} and is not one of us", counted(count, "function"));
            let resource = Resource::Other(principal.key().into());
            let mut finding = context.at_resource(RULE.id, resource, Some(principal.clone()), message);
            finding.declared_at = Some(context.map.locate(context.map.edges[first].caller_place));
            finding.fix =
                Some("add its domain to `domains` or its project to `projects` if it is ours".to_owned());
            finding
        })
        .collect()
}
