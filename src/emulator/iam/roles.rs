//! Which roles a policy may give, where, and under a condition.

use serde_json::Value;

use super::{Rules, condition, members::is_public, members_of, role, version::is_withcond};
use crate::emulator::{fault::Fault, roles, state::Kind};

/// Refuses a role that is none, that this kind of resource does not take, or that is of elsewhere.
pub(super) fn check(name: &str, rules: &Rules<'_>) -> Result<(), Fault> {
    if is_withcond(name) {
        return Err(Fault::invalid(format!(
            "Role {name} stands for a conditional role binding. Read the policy with requested policy version 3."
        )));
    }
    if !is_role(name) {
        return Err(Fault::invalid(format!("Invalid role name: {name}.")));
    }
    if roles::is_predefined(name) {
        let is_taken = roles::is_known(name) && is_taken(name, rules.kind);
        let refused = || Fault::invalid(format!("Role {name} is not supported for this resource."));
        return if is_taken { Ok(()) } else { Err(refused()) };
    }
    if rules.state.has_role(name, rules.name) {
        return Ok(());
    }
    Err(Fault::invalid(format!("Role ({name}) does not exist in the resource's hierarchy.")))
}

/// `roles/R`, `projects/P/roles/R` or `organizations/O/roles/R`.
fn is_role(name: &str) -> bool {
    let is_name = |name: &str| {
        let is_letter = |each: char| each.is_ascii_alphanumeric() || matches!(each, '_' | '.');
        !name.is_empty() && name.chars().all(is_letter)
    };
    match name.split('/').collect::<Vec<_>>()[..] {
        ["roles", role] => is_name(role),
        ["projects" | "organizations", parent, "roles", role] => !parent.is_empty() && is_name(role),
        _ => false,
    }
}

/// A role of Google's can be granted where it carries a permission on that kind of resource, or on a part of it
/// (<https://cloud.google.com/iam/docs/viewing-grantable-roles>).
pub(in crate::emulator) fn is_taken(name: &str, kind: Kind) -> bool {
    let is_about_it = |permission: &str| kind.grantable().iter().any(|start| permission.starts_with(start));
    kind.is_container() || roles::is_preview(name) || roles::permissions(name).any(is_about_it)
}

/// Refuses a condition that is none, or where there can be none
/// (<https://cloud.google.com/iam/docs/conditions-overview>).
pub(super) fn check_condition(binding: &Value) -> Result<(), Fault> {
    let Some(condition) = condition(binding) else { return Ok(()) };
    let is_filled =
        |key: &str| condition.get(key).and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty());
    if !is_filled("expression") || !is_filled("title") {
        return Err(Fault::invalid("A condition must have a title and an expression."));
    }
    if roles::is_basic(role(binding)) {
        return Err(Fault::invalid(format!(
            "Conditions can't be set on basic roles: {} must be granted without a condition.",
            role(binding)
        )));
    }
    if let Some(member) = members_of(binding).find(|member| is_public(member)) {
        return Err(Fault::invalid(format!(
            "Conditions can't be set on role bindings that include {member}."
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::state::State;

    fn check(name: &str, kind: Kind) -> Result<(), Fault> {
        super::check(name, &Rules { kind, name: "projects/shop-prod/x", state: &State::default() })
    }

    #[test]
    fn roles_that_are_none_and_roles_that_do_not_belong_are_refused() {
        for name in ["run.invoker", "roles/", "roles/a b", "projects/p/roles", "folders/1/roles/x"] {
            assert_eq!(
                check(name, Kind::Service).unwrap_err().message,
                format!("Invalid role name: {name}.")
            );
        }
        for (name, kind) in [
            ("roles/cloudfunctions.invoker", Kind::Service),
            ("roles/run.invoker", Kind::Function),
            ("roles/run.nobody", Kind::Project),
            ("roles/iam.serviceAccountUser", Kind::Service),
            ("roles/run.jobsExecutor", Kind::Service),
            ("roles/run.servicesInvoker", Kind::RunJob),
            ("roles/run.admin", Kind::ServiceAccount),
        ] {
            let said = check(name, kind).unwrap_err().message;
            assert_eq!(said, format!("Role {name} is not supported for this resource."));
        }
        assert!(check("roles/run.invoker_withcond_0123456789abcdef0123", Kind::Service).is_err());
        for name in ["roles/run.invoker", "roles/owner", "projects/shop-prod/roles/caller", "roles/writer"] {
            assert_eq!(check(name, Kind::Service), Ok(()), "{name}");
        }
        for (name, kind) in [
            ("roles/run.jobsExecutor", Kind::RunJob),
            ("roles/run.invoker", Kind::Instance),
            ("roles/cloudfunctions.invoker", Kind::Function),
            ("roles/iam.workloadIdentityUser", Kind::ServiceAccount),
            ("roles/iam.serviceAccountTokenCreator", Kind::ServiceAccount),
            ("roles/iam.serviceAccountUser", Kind::Folder),
        ] {
            assert_eq!(check(name, kind), Ok(()), "{name}");
        }
    }
}
