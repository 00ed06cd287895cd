//! What deny policies refuse, whatever allow policies give (<https://cloud.google.com/iam/docs/deny-overview>).

use serde_json::Value;

use super::{caller::Caller, condition};
use crate::{
    access::{Denied, Verdict, condition::denies},
    emulator::state::State,
};

/// Whether a deny policy of one of these containers refuses a permission.
pub(super) fn refuses<'n>(
    state: &State,
    caller: &Caller<'_>,
    permission: &str,
    containers: impl Iterator<Item = &'n str>,
) -> bool {
    if state.deny.is_empty() {
        return false;
    }
    let permission = spelled(permission);
    let mut policies = containers.flat_map(|container| state.deny.of(container));
    policies.any(|policy| {
        let rules = policy.get("rules").and_then(Value::as_array).into_iter().flatten();
        rules.filter_map(|rule| rule.get("denyRule")).any(|rule| is_refused(rule, caller, &permission))
    })
}

fn is_refused(rule: &Value, caller: &Caller<'_>, permission: &str) -> bool {
    let any_permission = |list: &str| texts(rule, list).any(|pattern| is_meant(pattern, permission));
    let any_principal = |list: &str, is_named: &dyn Fn(&str) -> bool| texts(rule, list).any(is_named);
    any_permission("deniedPermissions")
        && !any_permission("exceptionPermissions")
        && any_principal("deniedPrincipals", &|text| names(&Denied::of(text), text, caller))
        && !any_principal("exceptionPrincipals", &|text| names(&Denied::of_exception(text), text, caller))
        && counts(rule)
}

fn texts<'r>(rule: &'r Value, list: &str) -> impl Iterator<Item = &'r str> {
    rule.get(list).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// A permission as deny policies spell it: `run.services.get` is `run.googleapis.com/services.get`
/// (<https://cloud.google.com/iam/docs/deny-permissions-support>).
fn spelled(permission: &str) -> String {
    match permission.split_once('.') {
        Some(_) if permission.contains('/') => permission.to_owned(),
        Some(("resourcemanager", rest)) => format!("cloudresourcemanager.googleapis.com/{rest}"),
        Some((service, rest)) => format!("{service}.googleapis.com/{rest}"),
        None => permission.to_owned(),
    }
}

/// Whether a permission is the one that is named, or of the kind: `SERVICE/RESOURCE.*`, `SERVICE/*.VERB` or
/// `SERVICE/*.*`.
fn is_meant(pattern: &str, permission: &str) -> bool {
    fn parts(text: &str) -> Option<(&str, &str, &str)> {
        let (service, rest) = text.split_once('/')?;
        let (resource, verb) = rest.rsplit_once('.')?;
        Some((service, resource, verb))
    }
    let is_alike = |pattern: &str, part: &str| pattern == "*" || pattern == part;
    parts(pattern).zip(parts(permission)).is_some_and(|(pattern, own)| {
        pattern.0 == own.0 && is_alike(pattern.1, own.1) && is_alike(pattern.2, own.2)
    })
}

/// Whether a rule names the caller.
fn names(named: &Denied, text: &str, caller: &Caller<'_>) -> bool {
    match named {
        Denied::Everybody => true,
        Denied::Member(member) => caller.is(member.as_str()),
        Denied::Agents(container) => caller.is_agent_of(container),
        // An estate is of one customer.
        Denied::Customer => caller.is_user(),
        // Federated identities, which have their names in allow policies; and who was deleted.
        Denied::Nobody => text.starts_with("principal") && caller.is(text),
        Denied::Beyond => false,
    }
}

/// Whether the condition of a rule lets it count. Nobody knows the tags of a resource here, and what cannot be
/// evaluated denies.
fn counts(rule: &Value) -> bool {
    let given = rule.get("denialCondition").filter(|given| !given.is_null());
    given.is_none_or(|given| {
        let expression = given.get("expression").and_then(Value::as_str).unwrap_or_default();
        denies(Some(&condition::of(expression))) != Verdict::No
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_meant_by_its_name_or_by_its_kind() {
        let own = spelled("run.services.setIamPolicy");
        assert_eq!(own, "run.googleapis.com/services.setIamPolicy");
        for pattern in ["services.setIamPolicy", "services.*", "*.setIamPolicy", "*.*"] {
            assert!(is_meant(&format!("run.googleapis.com/{pattern}"), &own), "{pattern}");
        }
        for pattern in [
            "run.googleapis.com/services.get",
            "run.googleapis.com/jobs.*",
            "iam.googleapis.com/*.*",
            "run.services.setIamPolicy",
            "*",
            "",
        ] {
            assert!(!is_meant(pattern, &own), "{pattern}");
        }
        let project = spelled("resourcemanager.projects.get");
        assert_eq!(project, "cloudresourcemanager.googleapis.com/projects.get");
    }
}
