//! One audit: every rule over one context.

use std::collections::BTreeSet;

use super::{
    Audit, Counts, Finding, acceptance, accounts::Accounts, context::Context, declared::Live,
    registry::RULES, scope::Scope,
};
use crate::{
    access::{Access, RoleData},
    callers::{CallerMap, Mistake},
    model::{Level, RuleId, ServiceName, Time},
    world::World,
};

/// Compares a map with a world as of a time.
///
/// # Errors
/// Mistakes of the map that only the world shows.
pub fn run(map: &CallerMap, world: &World, at: Time, scope: Scope) -> Result<Audit, Vec<Mistake>> {
    let access = Access::new(world, at);
    Ok(judge(&Context::new(map, world, &access, at, scope)?))
}

/// The same of a map that was laid against a world already.
pub fn judge(context: &Context<'_>) -> Audit {
    by(context, |_| true)
}

/// What could not be read, and nothing else.
pub fn gaps(context: &Context<'_>) -> Audit {
    by(context, |rule| rule == RuleId::Unreadable)
}

/// What these rules find.
fn by(context: &Context<'_>, is_asked: fn(RuleId) -> bool) -> Audit {
    let (map, world) = (context.map, context.world);
    let asked = RULES.iter().filter(|rule| is_asked(rule.id));
    let mut findings: Vec<Finding> = asked.flat_map(|rule| (rule.find)(context)).collect();
    acceptance::apply(context, &mut findings);
    findings.retain(|finding| is_asked(finding.rule));
    findings.retain(|finding| finding.level != Level::Ignore);
    findings.sort_by(|left, right| order(left).cmp(&order(right)));
    Audit {
        at: context.at,
        env: map.env.clone(),
        source: world.source.clone(),
        layers: world.layers.clone(),
        is_complete: !findings.iter().any(|finding| finding.rule == RuleId::Unreadable),
        counts: counts(context, &findings),
        relaxed: relaxed(map),
        waiting: waiting(context),
        findings,
        map_files: map.files.iter().map(|file| file.path.clone()).collect(),
        stale_files: Vec::new(),
        old_roles: RoleData::get().stale_days(world, context.at),
    }
}

/// Worst first, then by rule, place in the cloud, and what tells one finding from the other.
fn order(finding: &Finding) -> impl Ord + '_ {
    (
        std::cmp::Reverse(finding.level),
        finding.rule,
        &finding.resource,
        &finding.caller,
        &finding.grant,
        &finding.fingerprint,
        &finding.message,
    )
}

fn counts(context: &Context<'_>, findings: &[Finding]) -> Counts {
    let spoken_of: BTreeSet<&ServiceName> =
        findings.iter().filter_map(|finding| finding.function.as_ref()).collect();
    let matching = (0..context.map.functions.len())
        .filter_map(|index| context.declared.service(index))
        .filter(|service| !spoken_of.contains(service))
        .count();
    let callers: BTreeSet<_> = context.map.edges.iter().filter_map(|edge| edge.caller.function()).collect();
    let split = |is_so: fn(&Accounts) -> bool| {
        callers.iter().filter_map(|name| context.declared.accounts(name)).filter(|found| is_so(found)).count()
    };
    Counts {
        functions: context.map.functions.len(),
        matching,
        in_scope: context.services.len(),
        edges: context.map.edges.len(),
        gen1: context.world.gen1_functions,
        split: split(|accounts| accounts.is_split && !accounts.has_unknown),
        split_unknown: split(|accounts| accounts.has_unknown),
    }
}

fn waiting(context: &Context<'_>) -> usize {
    let edges = context.declared.edges.iter().zip(&context.declared.live);
    edges.filter(|(_, live)| **live == Live::Missing).map(|(edges, _)| edges.len()).sum()
}

/// Rules that the map lowered below their own level.
fn relaxed(map: &CallerMap) -> Vec<(RuleId, Level)> {
    let lowered = map.settings.levels.iter().filter(|(rule, level)| **level < rule.default_level());
    lowered.map(|(rule, level)| (*rule, *level)).collect()
}
