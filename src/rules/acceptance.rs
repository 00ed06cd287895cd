//! What a reviewer agreed to live with, laid over the findings.

use super::{Accepted, Finding, Rule, context::Context, fingerprint};
use crate::{
    callers::{Acceptance, Caller},
    model::{Principal, Resource, RuleId, ServiceName, time::rfc3339},
};

pub(super) const RULE: Rule = Rule {
    id: RuleId::UnusedAcceptance,
    title: "an acceptance covers nothing",
    why: "An entry of `accepted` that matches no finding, or has expired, says that there is a risk where there is \
          none, and hides the next one that fits.",
    fix: "Take the entry out, or give it a new `until` if it expired and is still meant.",
    find: |_| Vec::new(),
};

/// Marks the findings that acceptances cover, and adds a finding for each acceptance that covers none.
pub(super) fn apply(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut unused = Vec::new();
    for acceptance in &context.map.settings.accepted {
        let mut is_used = false;
        let is_in_force = context.at < acceptance.until;
        for finding in findings.iter_mut().filter(|finding| covers(context, acceptance, finding)) {
            is_used = true;
            if is_in_force && finding.accepted.is_none() {
                let until = rfc3339(acceptance.until);
                finding.accepted = Some(Accepted { reason: acceptance.reason.clone(), until });
            }
        }
        if !is_used || !is_in_force {
            unused.push(unused_finding(context, acceptance, is_in_force));
        }
    }
    findings.append(&mut unused);
}

fn covers(context: &Context<'_>, acceptance: &Acceptance, finding: &Finding) -> bool {
    let Acceptance { rule, caller, resource, functions, role, reason: _, until: _, place: _ } = acceptance;
    *rule == finding.rule
        && caller.as_ref().is_none_or(|caller| is_caller(context, caller, finding.caller.as_ref()))
        && resource.as_ref().is_none_or(|resource| canonical(context, resource) == finding.resource)
        && (functions.is_empty() || is_within(context, functions, finding))
        && role.as_ref().is_none_or(|role| finding.grant.as_ref().is_some_and(|grant| grant.role == *role))
}

fn is_caller(context: &Context<'_>, caller: &Caller, found: Option<&Principal>) -> bool {
    found.is_some_and(|found| context.declared.meant_by(caller).contains(found))
}

fn canonical(context: &Context<'_>, resource: &Resource) -> Resource {
    let projects = &context.world.projects;
    match resource {
        Resource::Service(name) => Resource::Service(projects.canonical_service(name)),
        Resource::Container(container) => Resource::Container(projects.canonical_container(container)),
        Resource::Other(_) => resource.clone(),
    }
}

/// Whether every function that a finding is about is among these short names.
fn is_within(context: &Context<'_>, functions: &[std::sync::Arc<str>], finding: &Finding) -> bool {
    let is_named = |service: &ServiceName| {
        let index = context.declared.governed.get(service);
        index.is_some_and(|index| functions.contains(&context.map.functions[*index].name))
    };
    match &finding.function {
        Some(service) => is_named(service),
        None => !finding.opens.is_empty() && finding.opens.iter().all(is_named),
    }
}

fn unused_finding(context: &Context<'_>, acceptance: &Acceptance, is_in_force: bool) -> Finding {
    let Acceptance { rule, caller, resource, functions, role, reason: _, until, place } = acceptance;
    let named = resource.as_ref().map(|resource| canonical(context, resource));
    let mut about = Vec::new();
    about.extend(caller.as_ref().map(|caller| format!(" of `{}`", spelled(caller))));
    about.extend(role.as_ref().map(|role| format!(" with `{role}`")));
    about.extend(named.as_ref().map(|resource| format!(" on `{resource}`")));
    about.extend((!functions.is_empty()).then(|| format!(" for `{}`", functions.join("`, `"))));
    let about = about.concat();
    let (what, fix) = if is_in_force {
        ("matches nothing".to_owned(), "take it out of `accepted`")
    } else {
        (format!("expired {}", rfc3339(*until)), "take it out of `accepted`, or renew its `until`")
    };
    // Two acceptances are told apart by all that they name.
    let key = Resource::Other(format!("accepted/{rule}{about}").into());
    let message = format!("the acceptance of `{rule}`{about} {what}");
    let principal = match caller {
        Some(Caller::Principal(principal)) => Some(principal.clone()),
        Some(Caller::Function(_)) | None => None,
    };
    let unique = fingerprint(RULE.id, &key, principal.as_ref(), None);
    let mut finding = context.at_resource(RULE.id, named.unwrap_or(key), principal, message);
    finding.fingerprint = unique;
    finding.declared_at = Some(context.map.locate(*place));
    finding.fix = Some(fix.to_owned());
    finding
}

fn spelled(caller: &Caller) -> String {
    match caller {
        Caller::Principal(principal) => principal.to_string(),
        Caller::Function(name) => format!("function:{name}"),
    }
}
