//! `getIamPolicy`, `setIamPolicy` and `testIamPermissions` of everything that has a policy.

use serde_json::{Value, json};

use super::{Context, account, missing};
use crate::emulator::{
    fault::Fault,
    iam::{self, Rules},
    roles,
    state::{Kind, container_kind},
};

/// What has a policy: its kind and relative name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) struct Place {
    pub(in crate::emulator) kind: Kind,
    pub(in crate::emulator) name: String,
}

impl Place {
    /// The same under the name that it is kept by: a service account may be asked for under any project, and by its
    /// unique id.
    fn kept(&self, context: &Context<'_>) -> Self {
        let Self { kind, name } = self.clone();
        let name = if kind == Kind::ServiceAccount { account::kept(&name, context.state) } else { name };
        Self { kind, name }
    }
}

/// What a relative name stands for; `None` where it is nothing that has a policy here.
pub(in crate::emulator) fn place(name: &str) -> Option<Place> {
    let kind = match name.split('/').collect::<Vec<_>>()[..] {
        ["projects" | "folders" | "organizations", _] => container_kind(name),
        ["projects", _, "serviceAccounts", _] => Kind::ServiceAccount,
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
    let mut place = place.kept(context);
    let unlisted =
        account::unlisted(&place.name, context.state).filter(|_| place.kind == Kind::ServiceAccount);
    let is_unlisted = unlisted.is_some();
    place.name = unlisted.unwrap_or(place.name);
    let place = &place;
    context.need_api(place.kind, &place.name)?;
    context.permit(&format!("{}.getIamPolicy", place.kind.permissions()), &[&place.name])?;
    if !is_unlisted {
        exists(place.kind, &place.name, context)?;
    }
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
    let place = &place.kept(context);
    context.need_api(place.kind, &place.name)?;
    let body = context.request.json()?;
    let stored = context.state.policy(place.kind, &place.name);
    let permission = format!("{}.setIamPolicy", place.kind.permissions());
    context.permit_changing(&permission, &[&place.name], Some(&iam::modified(stored, &body)))?;
    exists(place.kind, &place.name, context)?;
    let rules = Rules { kind: place.kind, name: &place.name, state: context.state };
    let mut next = iam::write(stored, &body, &rules)?;
    let etag = context.state.next_etag(context.now);
    next.insert("etag".to_owned(), etag.into());
    let next = Value::Object(next);
    context.state.store(place.kind, &place.name, next.clone(), context.now);
    Ok(next)
}

/// What of these permissions the caller has. It takes none to ask; who may not see a resource is not told whether it
/// is there.
pub(super) fn test(place: &Place, context: &Context<'_>) -> Result<Value, Fault> {
    let Place { kind, name } = &place.kept(context);
    context.need_api(*kind, name)?;
    let body = context.request.json()?;
    let asked: Option<Vec<&str>> = match body.get("permissions") {
        Some(Value::Array(all)) => all.iter().map(Value::as_str).collect(),
        Some(Value::Null) | None => Some(Vec::new()),
        Some(_) => None,
    };
    let asked = asked.ok_or_else(|| Fault::invalid("Invalid value at 'permissions' (TYPE_STRING)"))?;
    if let Some(wrong) = asked.iter().find(|permission| !is_askable(permission, *kind)) {
        return Err(Fault::invalid(format!("Permission {wrong} is not valid for this resource.")));
    }
    match exists(*kind, name, context) {
        Ok(()) => {}
        // https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions/testIamPermissions
        Err(_) if *kind == Kind::Function => return Ok(json!({})),
        Err(missing) => {
            context.permit(&format!("{}.get", kind.permissions()), &[name])?;
            return Err(missing);
        }
    }
    let has = |permission: &str| !context.state.is_refused(permission, name) && context.may(permission, name);
    let held: Vec<&str> = asked.into_iter().filter(|permission| has(permission)).collect();
    Ok(if held.is_empty() { json!({}) } else { json!({ "permissions": held }) })
}

/// Whether there is such a permission, and it is one on this kind of resource. What APIs have of which nothing is
/// known is taken on what stands above their resources.
fn is_askable(permission: &str, kind: Kind) -> bool {
    let parts: Vec<&str> = permission.split('.').collect();
    parts.len() >= 3
        && parts.iter().all(|part| !part.is_empty() && !part.contains('*'))
        && roles::is_permission(permission) != Some(false)
        && kind.grantable().iter().any(|start| permission.starts_with(start))
}

fn exists(kind: Kind, name: &str, context: &Context<'_>) -> Result<(), Fault> {
    if context.state.asset(kind, name).is_some() { Ok(()) } else { Err(missing(kind, name)) }
}
