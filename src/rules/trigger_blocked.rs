//! An event source that cannot call what it sends to.

use std::collections::BTreeSet;

use super::{Finding, Rule, context::Context, phrase::counted, repair};
use crate::{
    access::Verdict,
    model::{Principal, RuleId, ServiceName},
};

pub(super) const RULE: Rule = Rule {
    id: RuleId::TriggerBlocked,
    title: "an event source cannot call its target",
    why: "A trigger, push subscription, scheduled job or queue sends to this function as an account that holds \
          nothing there: every delivery ends in 403, is tried again for a while, and is lost.",
    fix: "Grant the account the invoker role on the function: `plan` does so for an event function. For any other \
          function declare it as a caller. If the source is not wanted, take the source away.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (service, _) in &context.services {
        for (identity, sources) in context.expected.identities(service) {
            if context.access.allows(identity, service) == Verdict::No {
                findings.extend(finding(context, service, identity, &sources));
            }
        }
    }
    findings
}

fn finding(
    context: &Context<'_>,
    service: &ServiceName,
    identity: &Principal,
    sources: &BTreeSet<&str>,
) -> Option<Finding> {
    let first = sources.first()?;
    let more = match sources.len() {
        0 | 1 => String::new(),
        count => format!(" and {} more", counted(count - 1, "source")),
    };
    let verb = if sources.len() > 1 { "call" } else { "calls" };
    let message =
        format!("`{first}`{more} {verb} `{}` as `{identity}`, which gets 403 there", context.label(service));
    let mut finding = context.about(RULE.id, service, message);
    finding.caller = Some(identity.clone());
    finding.fingerprint = super::fingerprint(RULE.id, &finding.resource, Some(identity), None);
    let grant = repair::addition(context, &repair::own(context, service, identity, None));
    if repair::is_denied(context, identity, service) {
        let denial = super::through::denial(context, identity, service).unwrap_or_default();
        finding.message = format!("{}: {denial}", finding.message);
        finding.fix = Some(repair::of_denial(context, identity, service));
        return Some(finding);
    }
    let is_governed = context.declared.governed.contains_key(service);
    finding.fix = Some(if is_governed && !context.expected.is_event_driven(service) {
        format!("declare `{identity}` as a caller of `{}`, or take the source away", context.label(service))
    } else {
        grant
    });
    Some(finding)
}
