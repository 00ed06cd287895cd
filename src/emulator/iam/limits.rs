//! How much a policy may hold (<https://cloud.google.com/iam/quotas>).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{bindings, condition, members_of, role};
use crate::{
    access::condition::unread,
    emulator::fault::Fault,
    model::{Condition, Principal},
};

/// The most members of a policy; each counts as often as it stands there.
const MOST_MEMBERS: usize = 1_500;
/// The most domains and groups; a group counts once.
const MOST_GROUPS: usize = 250;
/// The most bindings of one role to one principal that differ in their conditions.
const MOST_CONDITIONS: usize = 20;
/// The most logical operators of a condition.
const MOST_OPERATORS: usize = 12;

/// Refuses more members than there may be. Those that logging is told to spare count, too, as the policy has them whose
/// audit configuration counts.
pub(super) fn check_count(policy: &Value, audited: Option<&Value>) -> Result<(), Fault> {
    let all: Vec<&str> = bindings(policy).flat_map(members_of).collect();
    let count = all.len() + audited.map_or(0, exempted);
    if count > MOST_MEMBERS {
        return Err(Fault::invalid(format!(
            "The number of members in the policy ({}) is larger than the maximum allowed size {}.",
            thousands(count),
            thousands(MOST_MEMBERS)
        )));
    }
    let groups: BTreeSet<&&str> = all.iter().filter(|member| member.starts_with("group:")).collect();
    let domains = all.iter().filter(|member| member.starts_with("domain:")).count();
    if groups.len() + domains > MOST_GROUPS {
        return Err(Fault::invalid(format!(
            "The number of domains and groups in the policy ({}) is larger than the maximum allowed size \
             {MOST_GROUPS}.",
            thousands(groups.len() + domains)
        )));
    }
    Ok(())
}

/// How many members logging spares.
fn exempted(policy: &Value) -> usize {
    fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
        value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
    let logs = list(policy, "auditConfigs").iter().flat_map(|config| list(config, "auditLogConfigs"));
    logs.map(|log| list(log, "exemptedMembers").len()).sum()
}

/// `1,501`, as Google writes it.
fn thousands(count: usize) -> String {
    if count < 1_000 { count.to_string() } else { format!("{},{:03}", count / 1_000, count % 1_000) }
}

/// Refuses more conditions for one role and one principal than there may be.
pub(super) fn check_conditions(policy: &Value) -> Result<(), Fault> {
    let conditional: Vec<&Value> = bindings(policy).filter(|binding| condition(binding).is_some()).collect();
    // Where so few are conditional, none can be too many.
    if conditional.len() <= MOST_CONDITIONS {
        return Ok(());
    }
    let mut found: BTreeMap<(&str, Principal), BTreeSet<Option<&str>>> = BTreeMap::new();
    for binding in conditional {
        let own = condition(binding).map(expression);
        for member in members_of(binding) {
            found.entry((role(binding), Principal::new(member))).or_default().insert(own);
        }
    }
    let over = found.into_iter().find(|(_, conditions)| conditions.len() > MOST_CONDITIONS);
    over.map_or(Ok(()), |((role, member), conditions)| {
        Err(Fault::invalid(format!(
            "The number of role bindings of {role} for {member} with different conditions ({}) is larger than the \
             maximum allowed size {MOST_CONDITIONS}.",
            conditions.len()
        )))
    })
}

/// Refuses an expression that is none, or has too many operators.
pub(super) fn check_expression(binding: &Value) -> Result<(), Fault> {
    let Some(text) = condition(binding).map(expression) else { return Ok(()) };
    let expression =
        Condition { title: "".into(), description: None, expression: text.into(), location: None };
    if let Some(gap) = unread(&expression) {
        return Err(Fault::invalid(format!("Condition expression compilation failed: {}.", gap.why)));
    }
    let count = operators(text);
    if count > MOST_OPERATORS {
        return Err(Fault::invalid(format!(
            "The number of logical operators in the condition ({count}) is larger than the maximum allowed size \
             {MOST_OPERATORS}."
        )));
    }
    Ok(())
}

fn expression(condition: &Value) -> &str {
    condition.get("expression").and_then(Value::as_str).unwrap_or_default()
}

/// How many logical operators an expression has: `&&`, `||` and `!`, outside of texts.
fn operators(text: &str) -> usize {
    let (mut count, mut quote, mut is_escaped) = (0, None, false);
    for (at, letter) in text.char_indices() {
        let has_next = |next: &str| text[at + letter.len_utf8()..].starts_with(next);
        match (quote, letter) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(open), _) if letter == open => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '&') if has_next("&") => count += 1,
            (None, '|') if has_next("|") => count += 1,
            (None, '!') if !has_next("=") => count += 1,
            (Some(_) | None, _) => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logical_operators_are_counted_outside_of_texts() {
        for (text, expected) in [
            ("true", 0),
            ("a && b || !c", 3),
            ("a != b", 0),
            (r#"request.path == "x && \"y\" || !z" && true"#, 1),
            ("'||' == \"'\" || true", 1),
            ("é && !ß", 2),
        ] {
            assert_eq!(operators(text), expected, "{text}");
        }
    }
}
