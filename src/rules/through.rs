//! By what a caller gets through without a grant of its own, or may.

use super::context::Context;
use crate::{
    access::{Effect, Reason},
    model::{Principal, ServiceName},
};

/// What lets a caller through, after "can call".
pub(super) fn what(context: &Context<'_>, principal: &Principal, service: &ServiceName) -> String {
    let lets = |effect| matches!(effect, Effect::Allow | Effect::Open);
    let Some(reason) = first(context, principal, service, lets) else {
        return "by something that is not its own".to_owned();
    };
    let (Some(role), Some(member), Some(on)) = (&reason.role, &reason.member, &reason.resource) else {
        return "because the invoker check is off".to_owned();
    };
    let holder = if member == principal { String::new() } else { format!(" of `{member}`") };
    let place = if *on == service.clone().into() { String::new() } else { format!(" on `{on}`") };
    format!("through `{role}`{holder}{place}")
}

/// Why it is not known whether a caller gets through, at the end of a sentence.
pub(super) fn doubt(context: &Context<'_>, principal: &Principal, service: &ServiceName) -> String {
    let Some(reason) = first(context, principal, service, |effect| effect == Effect::Unknown) else {
        return String::new();
    };
    let of = match (&reason.role, &reason.member) {
        (Some(role), Some(member)) if member != principal => format!("`{role}` of `{member}`"),
        (Some(role), _) => format!("`{role}`"),
        (None, _) => String::new(),
    };
    let on = reason.resource.filter(|on| *on != service.clone().into() || of.is_empty());
    let place = on.map_or_else(String::new, |on| format!("`{on}`"));
    let source = match (of.is_empty(), place.is_empty()) {
        (true, true) => return format!(": {}", reason.detail),
        (false, false) => format!("{of} on {place}"),
        _ => format!("{of}{place}"),
    };
    format!(" because of {source}: {}", reason.detail)
}

/// What a deny policy does to a caller that it stops, or may: where it stands, and how.
pub(super) fn denial(context: &Context<'_>, principal: &Principal, service: &ServiceName) -> Option<String> {
    let is_of = |effect| matches!(effect, Effect::Deny | Effect::Unknown);
    let reason = first(context, principal, service, is_of)?;
    let on = reason.resource.map_or_else(String::new, |on| format!("on `{on}` "));
    Some(format!("{on}{}", reason.detail))
}

fn first(
    context: &Context<'_>,
    principal: &Principal,
    service: &ServiceName,
    is_of: impl Fn(Effect) -> bool,
) -> Option<Reason> {
    let reasons = context.access.verdict(principal, service).reasons;
    reasons.into_iter().find(|reason| is_of(reason.effect))
}
