//! A function that does not run as the account the map pins.

use super::{Finding, Rule, context::Context, phrase::counted};
use crate::model::{Principal, RuleId, ServiceName};

pub(super) const RULE: Rule = Rule {
    id: RuleId::IdentityChanged,
    title: "a function does not run as the account that is pinned",
    why: "Grants to `function:NAME` go to the account it runs as. If that account changed without the map, either \
          the grants are held by an account that no longer calls, or somebody swapped the account.",
    fix: "Find out who changed it; then correct `runs_as` in the map, or the service's account.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, function) in context.map.functions.iter().enumerate() {
        let (Some(pinned), Some(service)) = (&function.runs_as, context.declared.service(index)) else {
            continue;
        };
        let Some(live) = context.world.identity(service) else { continue };
        if live == *pinned {
            continue;
        }
        let label = context.label(service);
        let pinned = pinned.email().unwrap_or_else(|| pinned.as_str());
        let now = live.email().unwrap_or_else(|| live.as_str()).to_owned();
        let message = format!(
            "`{label}` runs as `{now}`, and the map pins `{pinned}`{}",
            still(context, service, &live)
        );
        // Another account is another difference: what was accepted of this one does not cover it.
        let place = function.runs_as_place.unwrap_or(function.place);
        let mut finding = context.about_caller(RULE.id, service, &live, place, message);
        finding.fix = Some(format!("find out who changed it; then `runs_as: {now}` or deploy as `{pinned}`"));
        findings.push(finding);
    }
    findings
}

/// Which accounts other revisions still run as, where traffic is split.
fn still(context: &Context<'_>, service: &ServiceName, live: &Principal) -> String {
    const SHOWN: usize = 3;
    let revisions = context.world.revision_identities(service);
    let unknown = revisions.values().filter(|account| account.is_none()).count();
    let others = revisions.iter().filter_map(|(revision, account)| {
        let account = account.as_ref().filter(|account| *account != live)?;
        Some(format!("revision `{revision}` still runs as `{}`", account.email().unwrap_or(account.as_str())))
    });
    let others: Vec<_> = others.collect();
    let rest = others.len().saturating_sub(SHOWN);
    let mut told: Vec<_> = others.into_iter().take(SHOWN).collect();
    if rest > 0 {
        told.push(format!("{} run as others, too", counted(rest, "more revision")));
    }
    if unknown > 0 || (revisions.is_empty() && context.world.is_split(service)) {
        told.push("its traffic is split, and which accounts those revisions run as is not known".to_owned());
    }
    if told.is_empty() { String::new() } else { format!("; {}", told.join("; ")) }
}
