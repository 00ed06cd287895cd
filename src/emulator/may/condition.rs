//! When a binding counts.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Asked;
use crate::{
    access::{
        Verdict,
        condition::{self, ResourceKind},
    },
    model::Condition,
};

/// The attribute of a write that limits which roles it may give and take
/// (<https://cloud.google.com/iam/docs/setting-limits-on-granting-roles>).
const MODIFIED: &str = "iam.googleapis.com/modifiedGrantsByRole";

/// Whether a condition lets a binding count. Known are the time of the request, the roles that the write of a policy
/// changes, and of a project its service and its type; what rests on anything else gives nothing, as does what cannot
/// be read.
pub(super) fn holds(given: &Value, asked: &Asked<'_>) -> bool {
    let Asked { permission, name: _, modified, now } = *asked;
    let expression = given.get("expression").and_then(Value::as_str);
    let expression = expression.map(|text| match modified {
        Some(roles) if text.contains(MODIFIED) => filled(text, roles),
        Some(_) | None => Some(text.to_owned()),
    });
    let expression = expression.flatten();
    // Of other kinds of resources that are served here conditions know nothing.
    let is_project = permission.starts_with("resourcemanager.projects.");
    expression.is_some_and(|text| {
        let condition = of(&text);
        let holds = if is_project {
            condition::holds_on(&condition, now, ResourceKind::PROJECT)
        } else {
            condition::holds_at(Some(&condition), now)
        };
        holds == Verdict::Yes
    })
}

/// A condition of which only the expression matters.
pub(super) fn of(expression: &str) -> Condition {
    Condition { title: "".into(), description: None, expression: expression.into(), location: None }
}

/// The expression with the roles that a write changes in the place of the attribute; `None` where that cannot be
/// written.
fn filled(text: &str, roles: &BTreeSet<&str>) -> Option<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-:".contains(&byte);
    if !roles.iter().all(|role| role.bytes().all(is_plain)) {
        return None;
    }
    let roles: Vec<String> = roles.iter().map(|role| format!("'{role}'")).collect();
    let list = format!("[{}]", roles.join(","));
    let mut parts = text.split("api.getAttribute(");
    let mut filled = parts.next()?.to_owned();
    for part in parts {
        let end = closing(part)?;
        let (name, _) = part[..end].split_once(',')?;
        if name.trim().trim_matches(['"', '\'']) == MODIFIED {
            filled.push_str(&list);
            filled.push_str(&part[end + 1..]);
        } else {
            filled.push_str("api.getAttribute(");
            filled.push_str(part);
        }
    }
    Some(filled)
}

/// Where the parenthesis ends that the text begins in.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => return Some(at),
            (None, ')') => depth -= 1,
            (Some(_) | None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_roles_that_a_write_changes_stand_in_the_place_of_the_attribute() {
        let roles = BTreeSet::from(["roles/a", "roles/b"]);
        for (text, expected) in [
            (
                "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/a'])",
                Some("['roles/a','roles/b'].hasOnly(['roles/a'])"),
            ),
            (
                "(api.getAttribute( \"iam.googleapis.com/modifiedGrantsByRole\", f(')', [])) == [])",
                Some("(['roles/a','roles/b'] == [])"),
            ),
            (
                "api.getAttribute('x/y', 1) == 1 // iam.googleapis.com/modifiedGrantsByRole",
                Some("api.getAttribute('x/y', 1) == 1 // iam.googleapis.com/modifiedGrantsByRole"),
            ),
            ("api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []", None),
            ("api.getAttribute('iam.googleapis.com/modifiedGrantsByRole')", None),
        ] {
            assert_eq!(filled(text, &roles).as_deref(), expected, "{text}");
        }
        assert_eq!(filled("x", &BTreeSet::from(["roles/a'"])), None);
    }
}
