//! A live function that no map governs.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt as _};

use super::{Finding, Rule, above, context::Context, phrase::counted};
use crate::{
    access::condition::can_hold_from,
    model::{Binding, Container, Policy, Principal, RuleId, ServiceName},
    world::Service,
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
    let mut above = Above::new();
    let mut findings = Vec::new();
    let everybody = ["allUsers", "allAuthenticatedUsers"].map(Principal::new);
    for (name, service) in &context.services {
        if context.declared.governed.contains_key(*name) {
            continue;
        }
        let callers = callers(context, name, service, &everybody, &mut above);
        let message = format!("`{}` is on no map; {callers}", context.label(name));
        let mut finding = context.about(RULE.id, name, message);
        finding.fix = Some("add it to `functions`, with its callers".to_owned());
        findings.push(finding);
    }
    findings
}

/// Whom the policies above functions let call, by what stands above, and whether all of them were read.
type Above<'a> = HashMap<Vec<Container>, (BTreeSet<&'a Principal>, bool)>;

/// How many principals can call it, now or later, as far as its own policy and those above it are known.
fn callers<'a>(
    context: &Context<'a>,
    name: &ServiceName,
    service: &'a Service,
    [all_users, all_authenticated]: &[Principal; 2],
    above: &mut Above<'a>,
) -> String {
    let (inherited, is_whole_above) =
        above.entry(above::of(context.world, name, service).collect()).or_insert_with_key(|all| {
            let policies = all.iter().map(|container| context.world.policies.get(container)?.known());
            let policies: Vec<_> = policies.collect();
            let is_whole = policies.iter().all(Option::is_some);
            (policies.into_iter().flatten().flat_map(|policy| let_in(context, policy)).collect(), is_whole)
        });
    let own = service.policy.known().map(|policy| {
        let mut own: Vec<_> = let_in(context, policy).filter(|member| !inherited.contains(member)).collect();
        own.sort();
        own.dedup();
        own
    });
    let settings = service.settings.known();
    let named =
        |who: &Principal| inherited.contains(who) || own.as_ref().is_some_and(|own| own.contains(&who));
    if settings.is_some_and(|settings| settings.is_check_disabled) || named(all_users) {
        return "anybody can call it".to_owned();
    }
    if named(all_authenticated) {
        return "anybody with a Google account can call it".to_owned();
    }
    let is_whole =
        *is_whole_above && own.is_some() && settings.is_some() && service.ancestors.known().is_some();
    let count = counted(inherited.len() + own.map_or(0, |own| own.len()), "principal");
    if is_whole { format!("{count} can call it") } else { format!("at least {count} can call it") }
}

/// Everybody whom a policy lets call, or may.
fn let_in<'a>(context: &Context<'a>, policy: &'a Policy) -> impl Iterator<Item = &'a Principal> {
    let opens = |binding: &&Binding| {
        context.roles.class(&binding.role).may_invoke()
            && can_hold_from(binding.condition.as_ref(), context.at)
    };
    let members = policy.bindings.iter().filter(opens).flat_map(|binding| &binding.members);
    members.filter(|member| !member.is_nobody())
}
