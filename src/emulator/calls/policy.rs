//! `getIamPolicy`, `setIamPolicy` and `testIamPermissions` of everything that has a policy.

use serde_json::{Value, json};

use super::{Context, missing};
use crate::emulator::{
    fault::Fault,
    iam::{self, Rules},
    state::{Kind, container_kind},
};

/// What has a policy: its kind and relative name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) struct Place {
    pub(in crate::emulator) kind: Kind,
    pub(in crate::emulator) name: String,
}

/// What a relative name stands for; `None` where it is nothing that has a policy here.
pub(in crate::emulator) fn place(name: &str) -> Option<Place> {
    let kind = match name.split('/').collect::<Vec<_>>()[..] {
        ["projects" | "folders" | "organizations", _] => container_kind(name),
        ["projects", _, "locations", _, word, _] => match word {
            "services" => Kind::Service,
            "jobs" => Kind::RunJob,
            "instances" => Kind::Instance,
            "functions" => Kind::Function,
            _ => return None,
        },
        _ => return None,
    };
    Some(Place { kind, name: name.to_owned() })
}

/// The policy, at the version that was asked for.
pub(super) fn get(place: &Place, context: &Context<'_>) -> Result<Value, Fault> {
    permit(place, "getIamPolicy", context)?;
    let version = if place.kind.is_container() {
        let body = context.request.json()?;
        let version = body.pointer("/options/requestedPolicyVersion");
        version.and_then(Value::as_i64).unwrap_or(0)
    } else {
        context.request.number("options.requestedPolicyVersion")?
    };
    iam::answer(context.state.policy(place.kind, &place.name), version)
}

/// Checks a policy and stores it; answers it as it is stored.
pub(super) fn set(place: &Place, context: &mut Context<'_>) -> Result<Value, Fault> {
    permit(place, "setIamPolicy", context)?;
    let body = context.request.json()?;
    let stored = context.state.policy(place.kind, &place.name);
    let rules = Rules { kind: place.kind, name: &place.name, state: context.state };
    let mut next = iam::write(stored, &body, &rules)?;
    let etag = context.state.next_etag(context.now);
    next.insert("etag".to_owned(), etag.into());
    let next = Value::Object(next);
    context.state.store(place.kind, &place.name, next.clone(), context.now);
    Ok(next)
}

/// Everything but what is refused: the caller owns the estate.
pub(super) fn test(place: &Place, context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(place.kind, &place.name)?;
    exists(place, context)?;
    let body = context.request.json()?;
    let asked = body.get("permissions").and_then(Value::as_array).into_iter().flatten();
    let held: Vec<&str> = asked
        .filter_map(Value::as_str)
        .filter(|permission| !context.state.is_refused(permission, &place.name))
        .collect();
    Ok(if held.is_empty() { json!({}) } else { json!({ "permissions": held }) })
}

fn permit(place: &Place, verb: &str, context: &Context<'_>) -> Result<(), Fault> {
    let Place { kind, name } = place;
    context.need_api(*kind, name)?;
    context.permit(&format!("{}.{verb}", kind.permissions()), &[name])?;
    exists(place, context)
}

fn exists(place: &Place, context: &Context<'_>) -> Result<(), Fault> {
    let Place { kind, name } = place;
    if context.state.asset(*kind, name).is_some() { Ok(()) } else { Err(missing(*kind, name)) }
}
