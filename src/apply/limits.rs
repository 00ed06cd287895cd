//! What Google does not take, said before it is sent (<https://cloud.google.com/iam/quotas>).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Document;
use crate::model::{Condition, Policy, PrincipalKind};

/// Principals in one policy; every appearance counts, those that are exempted from audit logs too.
const PRINCIPALS: usize = 1500;
/// Groups, each once, and domains, each time.
const GROUPS: usize = 250;
/// Different conditions of one role for one principal.
const CONDITIONS: usize = 20;

/// Why Google would refuse this policy where it stands now: a fragment with the way out. What was too much before
/// and grows no further is not said: taking out must always be possible.
pub(super) fn over(before: &Document, after: &Document) -> Option<String> {
    let (was, is) = (principals(before), principals(after));
    if is > PRINCIPALS && is > was {
        return Some(format!(
            "the policy would name {is} principals, and Google takes {PRINCIPALS}; grant to a group instead"
        ));
    }
    let (was, is) = (groups(&before.policy), groups(&after.policy));
    if is > GROUPS && is > was {
        return Some(format!(
            "the policy would name {is} groups and domains, and Google takes {GROUPS}; put some groups into one"
        ));
    }
    let (was, is) = (conditions(&before.policy), conditions(&after.policy));
    let (most, (role, principal)) = is.iter().map(|(key, count)| (*count, key)).max()?;
    if most > CONDITIONS && most > was.values().copied().max().unwrap_or(0) {
        return Some(format!(
            "`{principal}` would hold `{role}` under {most} different conditions, and Google takes {CONDITIONS}; \
             take out those that have ended"
        ));
    }
    None
}

fn principals(document: &Document) -> usize {
    let held: usize = document.policy.bindings.iter().map(|binding| binding.members.len()).sum();
    held + exempted(document.raw.get("auditConfigs"))
}

/// How many principals are exempted from audit logs.
fn exempted(configs: Option<&Value>) -> usize {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_else(Vec::new);
    list(configs)
        .iter()
        .flat_map(|config| list(config.get("auditLogConfigs")))
        .map(|config| list(config.get("exemptedMembers")).len())
        .sum()
}

fn groups(policy: &Policy) -> usize {
    let members = || policy.bindings.iter().flat_map(|binding| &binding.members);
    let unique: BTreeSet<_> =
        members().filter(|member| matches!(member.kind(), PrincipalKind::Group(_))).collect();
    let domains = members().filter(|member| matches!(member.kind(), PrincipalKind::Domain(_))).count();
    unique.len() + domains
}

/// How many different conditions each principal holds each role under.
fn conditions(policy: &Policy) -> BTreeMap<(String, String), usize> {
    let mut found: BTreeMap<(String, String), BTreeSet<&Condition>> = BTreeMap::new();
    for binding in &policy.bindings {
        for member in &binding.members {
            let key = (binding.role.to_string(), member.key().to_owned());
            found.entry(key).or_default().extend(&binding.condition);
        }
    }
    found.into_iter().map(|(key, conditions)| (key, conditions.len())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(bindings: &[Value]) -> Document {
        Document::read(json!({ "bindings": bindings })).unwrap()
    }

    fn members(kind: &str, count: usize) -> Document {
        let members: Vec<_> = (0..count).map(|index| format!("{kind}:m{index}@example.com")).collect();
        document(&[json!({"role": "roles/run.invoker", "members": members})])
    }

    fn conditioned(count: usize) -> Document {
        let binding = |index| {
            let condition = json!({"title": "t", "expression": format!("x{index}")});
            json!({"role": "r", "members": ["user:a"], "condition": condition})
        };
        document(&(0..count).map(binding).collect::<Vec<_>>())
    }

    #[test]
    fn a_policy_at_its_limit_passes_and_one_over_it_is_told() {
        for (kind, most, said) in [
            ("user", 1500, "1501 principals"),
            ("group", 250, "251 groups and domains"),
            ("domain", 250, "251 groups"),
        ] {
            assert_eq!(over(&members(kind, 1), &members(kind, most)), None);
            let why = over(&members(kind, most), &members(kind, most + 1)).unwrap();
            assert!(why.contains(said), "{why}");
        }
        assert_eq!(over(&conditioned(19), &conditioned(20)), None);
        assert!(over(&conditioned(20), &conditioned(21)).unwrap().contains("21 different conditions"));
    }

    #[test]
    fn taking_out_of_what_is_too_much_is_always_possible() {
        assert_eq!(over(&members("user", 1700), &members("user", 1699)), None);
        assert_eq!(over(&conditioned(30), &conditioned(29)), None);
    }

    #[test]
    fn those_exempted_from_audit_logs_count() {
        let mut raw = members("user", 1499).raw;
        raw["auditConfigs"] = json!([{"auditLogConfigs": [{"exemptedMembers": ["user:x", "user:y"]}]}]);
        let after = Document::read(raw).unwrap();
        assert!(over(&members("user", 1), &after).unwrap().contains("1501 principals"));
    }
}
