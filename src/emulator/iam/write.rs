//! `setIamPolicy`: read, checked, and made into the policy that is stored from now on.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    bindings, condition, etag, has_conditions, limits, members, members_of, role, roles,
    version::{self, WITH_CONDITIONS},
};
use crate::emulator::{
    fault::Fault,
    request::camel,
    state::{Kind, State},
};

/// The fields of a policy (<https://cloud.google.com/iam/docs/reference/rest/v1/Policy>).
const FIELDS: [&str; 4] = ["auditConfigs", "bindings", "etag", "version"];
/// What is written where the request names nothing.
const USUAL_MASK: [&str; 2] = ["bindings", "etag"];

/// What a policy is checked against.
pub(in crate::emulator) struct Rules<'s> {
    /// What it is the policy of.
    pub(in crate::emulator) kind: Kind,
    /// Its relative name.
    pub(in crate::emulator) name: &'s str,
    /// Who there is.
    pub(in crate::emulator) state: &'s State,
}

/// The policy to store, without an etag yet, or why the request is refused.
pub(in crate::emulator) fn write(
    stored: Option<&Value>,
    request: &Value,
    rules: &Rules<'_>,
) -> Result<Map<String, Value>, Fault> {
    let policy = policy_of(request)?;
    let mask = mask(request)?;
    check_version(policy)?;
    // The etag decides before anything else of it is judged: who lost the race reads again.
    let etag = policy.get("etag").and_then(Value::as_str).unwrap_or_default();
    if mask.iter().any(|field| field == "etag") && !etag.is_empty() {
        check_etag(stored, etag)?;
        if stored.is_some_and(has_conditions) && version_of(policy) < WITH_CONDITIONS {
            return Err(Fault::invalid(
                "The policy contains conditional role bindings: a policy of version 3 is required to change it.",
            ));
        }
    }
    if mask.iter().any(|field| field == "bindings") {
        check_bindings(stored, policy, rules)?;
        let is_audited = mask.iter().any(|field| field == "auditConfigs");
        limits::check_count(policy, if is_audited { Some(policy) } else { stored })?;
    }
    let mut next = stored.and_then(Value::as_object).cloned().unwrap_or_default();
    for field in mask.iter().filter(|field| !["etag", "version"].contains(&field.as_str())) {
        match policy.get(field).filter(|value| !is_empty_list(value)) {
            Some(value) => drop(next.insert(field.clone(), value.clone())),
            None => drop(next.shift_remove(field)),
        }
    }
    let is_conditional = next.get("bindings").is_some_and(|bindings| {
        bindings.as_array().into_iter().flatten().any(|binding| condition(binding).is_some())
    });
    next.insert("version".to_owned(), json!(if is_conditional { WITH_CONDITIONS } else { 1 }));
    Ok(next)
}

fn is_empty_list(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn policy_of(request: &Value) -> Result<&Value, Fault> {
    let policy = request.get("policy").filter(|policy| policy.is_object());
    let policy = policy.ok_or_else(|| Fault::invalid("Request contains an invalid argument."))?;
    let wrong = |at: &str| {
        Err(Fault::invalid(format!(
            "Invalid value at 'policy.{at}': it does not have the type of the field."
        )))
    };
    let list = policy.get("bindings").filter(|list| !list.is_null());
    if list.is_some_and(|list| !list.is_array()) {
        return wrong("bindings");
    }
    for (at, binding) in bindings(policy).enumerate() {
        let is_text = |value: &Value| value.is_string();
        let members = binding
            .get("members")
            .is_none_or(|members| members.as_array().is_some_and(|members| members.iter().all(is_text)));
        if !binding.get("role").is_some_and(is_text) || !members {
            return wrong(&format!("bindings[{at}]"));
        }
    }
    if policy.get("etag").is_some_and(|etag| !etag.is_string() && !etag.is_null()) {
        return wrong("etag");
    }
    Ok(policy)
}

/// The fields that are written.
pub(super) fn mask(request: &Value) -> Result<Vec<String>, Fault> {
    let Some(mask) = request.get("updateMask").filter(|mask| !mask.is_null()) else {
        return Ok(USUAL_MASK.map(str::to_owned).to_vec());
    };
    let wrong =
        || Fault::invalid("Invalid value at 'update_mask' (type.googleapis.com/google.protobuf.FieldMask)");
    let text = mask.as_str().ok_or_else(wrong)?;
    let fields: Vec<String> = text.split(',').map(camel).filter(|field| !field.is_empty()).collect();
    if fields.iter().any(|field| !FIELDS.contains(&field.as_str())) {
        return Err(wrong());
    }
    Ok(if fields.is_empty() { USUAL_MASK.map(str::to_owned).to_vec() } else { fields })
}

fn version_of(policy: &Value) -> i64 {
    policy.get("version").and_then(Value::as_i64).unwrap_or(0)
}

fn check_version(policy: &Value) -> Result<(), Fault> {
    let is_number = policy.get("version").is_none_or(|version| version.is_i64() || version.is_null());
    if !is_number {
        return Err(Fault::invalid("Invalid value at 'policy.version' (TYPE_INT32)"));
    }
    let version = version::checked(version_of(policy))?;
    if has_conditions(policy) && version < WITH_CONDITIONS {
        return Err(Fault::invalid(format!(
            "Specified policy version ({version}) cannot be less than 3 when the policy contains conditional role \
             bindings."
        )));
    }
    Ok(())
}

fn check_etag(stored: Option<&Value>, etag: &str) -> Result<(), Fault> {
    let current = stored.and_then(|policy| policy.get("etag")).and_then(Value::as_str);
    let current = etag::bytes(current.unwrap_or(etag::NEVER_SET)).unwrap_or_default();
    let Some(given) = etag::bytes(etag) else {
        return Err(Fault::invalid(format!(
            "Invalid value at 'policy.etag' (TYPE_BYTES), Base64 decoding failed for \"{etag}\""
        )));
    };
    if given == current {
        return Ok(());
    }
    Err(Fault::new(
        409,
        "ABORTED",
        format!(
            "There were concurrent policy changes. Please retry the whole read-modify-write with exponential \
             backoff. The request's ETag '{}' did not match the current policy's ETag '{}'.",
            etag::octal(&given),
            etag::octal(&current)
        ),
    ))
}

fn check_bindings(stored: Option<&Value>, policy: &Value, rules: &Rules<'_>) -> Result<(), Fault> {
    let held: Vec<&Value> = stored.into_iter().flat_map(bindings).collect();
    let known_roles: BTreeSet<&str> = held.iter().map(|binding| role(binding)).collect();
    let known: BTreeSet<&str> = held.iter().flat_map(|binding| members_of(binding)).collect();
    limits::check_conditions(policy)?;
    for binding in bindings(policy) {
        // What is in the policy already was taken once.
        if !known_roles.contains(role(binding)) {
            roles::check(role(binding), rules)?;
        }
        if members_of(binding).next().is_none() && !held.contains(&binding) {
            return Err(Fault::invalid(format!("The binding of {} has no members.", role(binding))));
        }
        for member in members_of(binding) {
            let is_new = !known.contains(member);
            if is_new {
                members::check_shape(member)?;
            }
            if rules.kind.is_container() && members::is_public(member) {
                return Err(Fault::invalid("Request contains an invalid argument."));
            }
            members::check_known(member, is_new, rules)?;
        }
        roles::check_condition(binding)?;
        if condition(binding).is_some_and(|own| !held.iter().any(|held| condition(held) == Some(own))) {
            limits::check_expression(binding)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
