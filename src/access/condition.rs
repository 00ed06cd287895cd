//! When a binding counts: conditions over time.
//!
//! Only a plain bound is decided, `request.time OP timestamp("…")` or the same turned round; every other
//! expression may or may not hold. Which attributes Cloud Run offers:
//! <https://cloud.google.com/iam/docs/conditions-attribute-reference>.

use super::Verdict;
use crate::{
    model::{
        Condition, Time,
        time::{self, rfc3339},
    },
    world::Gap,
};

/// The longest expression that is read, in characters.
const LONGEST: usize = 4096;

/// A bound on `request.time`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Before this moment; with it where the flag is set.
    Until(Time, bool),
    /// After this moment; with it where the flag is set.
    From(Time, bool),
}

impl Bound {
    /// The bound that an expression is, where it is nothing else.
    pub fn parse(expression: &str) -> Option<Self> {
        for (operator, is_less, is_inclusive) in
            [("<=", true, true), (">=", false, true), ("<", true, false), (">", false, false)]
        {
            let Some((left, right)) = expression.split_once(operator) else { continue };
            let (moment, is_until) = match (left.trim(), right.trim()) {
                ("request.time", moment) => (timestamp(moment)?, is_less),
                (moment, "request.time") => (timestamp(moment)?, !is_less),
                _ => return None,
            };
            let bound = if is_until { Self::Until } else { Self::From };
            return Some(bound(moment, is_inclusive));
        }
        None
    }

    /// Whether a moment is within it.
    pub fn holds_at(self, at: Time) -> bool {
        match self {
            Self::Until(end, is_inclusive) => at < end || (is_inclusive && at == end),
            Self::From(start, is_inclusive) => at > start || (is_inclusive && at == start),
        }
    }
}

/// The moment in `timestamp("…")`, in one kind of quotes or the other.
fn timestamp(text: &str) -> Option<Time> {
    let inner = text.strip_prefix("timestamp(")?.strip_suffix(')')?.trim();
    let quoted = ['"', '\''].into_iter().find_map(|quote| inner.strip_prefix(quote)?.strip_suffix(quote))?;
    time::moment(quoted).ok()
}

/// Whether a condition holds at this moment. No condition always holds.
pub fn holds_at(condition: Option<&Condition>, at: Time) -> Verdict {
    let Some(condition) = condition else { return Verdict::Yes };
    match Bound::parse(&condition.expression) {
        Some(bound) if bound.holds_at(at) => Verdict::Yes,
        Some(_) => Verdict::No,
        None => Verdict::Unknown,
    }
}

/// Whether a condition can hold at this moment or at any later one.
pub fn can_hold_from(condition: Option<&Condition>, at: Time) -> bool {
    match condition.and_then(|condition| Bound::parse(&condition.expression)) {
        // What starts later will hold then.
        Some(Bound::From(..)) | None => true,
        Some(bound @ Bound::Until(..)) => bound.holds_at(at),
    }
}

/// Whether the condition of a deny rule lets the rule count. Only the functions of resource tags are known there,
/// and a condition that the service cannot evaluate denies
/// (<https://cloud.google.com/iam/docs/deny-overview#condition-evaluation>). No condition always counts.
pub fn denies(condition: Option<&Condition>) -> Verdict {
    if condition.is_some() { Verdict::Unknown } else { Verdict::Yes }
}

/// Why an expression cannot be read, where it cannot: it is not known whether such a condition holds, and it
/// counts as unread.
pub fn unread(condition: &Condition) -> Option<Gap> {
    let why = match condition.expression.trim() {
        "" => "the expression is empty".to_owned(),
        text if text.chars().count() > LONGEST => {
            format!("the expression is longer than {LONGEST} characters")
        }
        _ => return None,
    };
    Some(Gap { why: why.into(), permission: None })
}

/// Why a condition is not sure to hold at a moment, as a lowercase fragment; `None` where it holds.
pub fn why(condition: &Condition, at: Time) -> Option<String> {
    if let Some(gap) = unread(condition) {
        return Some(format!("its condition could not be read: {}", gap.why));
    }
    match (holds_at(Some(condition), at), Bound::parse(&condition.expression)) {
        (Verdict::Yes, _) => None,
        (Verdict::No, Some(Bound::Until(end, _))) => Some(format!("its condition ended {}", rfc3339(end))),
        (Verdict::No, Some(Bound::From(start, _))) => {
            Some(format!("its condition does not hold before {}", rfc3339(start)))
        }
        (Verdict::No, None) => Some(format!("its condition does not hold at {}", rfc3339(at))),
        (Verdict::Unknown, _) => Some("whether its condition holds is not known".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(expression: &str) -> Condition {
        Condition { title: "t".into(), description: None, expression: expression.into(), location: None }
    }

    fn at(text: &str) -> Time {
        time::moment(text).unwrap()
    }

    #[test]
    fn a_plain_bound_is_decided_to_the_second() {
        let end = at("2026-12-01T00:00:00Z");
        let before = at("2026-11-30T23:59:59Z");
        for (expression, is_before, is_then) in [
            ("request.time < timestamp(\"2026-12-01T00:00:00Z\")", Verdict::Yes, Verdict::No),
            ("request.time<=timestamp('2026-12-01T00:00:00Z')", Verdict::Yes, Verdict::Yes),
            ("timestamp(\"2026-12-01T01:00:00+01:00\") > request.time", Verdict::Yes, Verdict::No),
            ("request.time >= timestamp(\"2026-12-01T00:00:00Z\")", Verdict::No, Verdict::Yes),
            ("request.time > timestamp(\"2026-12-01T00:00:00Z\")", Verdict::No, Verdict::No),
        ] {
            assert_eq!(holds_at(Some(&condition(expression)), before), is_before, "{expression}");
            assert_eq!(holds_at(Some(&condition(expression)), end), is_then, "{expression}");
        }
    }

    #[test]
    fn anything_else_is_not_known_and_may_hold_later() {
        let now = at("2026-11-01T00:00:00Z");
        for expression in [
            "request.path.startsWith(\"/a\")",
            "request.time < timestamp(\"2020-01-01T00:00:00Z\") || true",
            "request.time < timestamp(\"2020-01-01\")",
            "!(request.time < timestamp(\"2020-01-01T00:00:00Z\"))",
            "resource.name < request.time",
            "",
        ] {
            assert_eq!(holds_at(Some(&condition(expression)), now), Verdict::Unknown, "{expression}");
            assert!(can_hold_from(Some(&condition(expression)), now), "{expression}");
        }
    }

    #[test]
    fn a_grant_that_starts_later_can_hold_and_one_that_ended_cannot() {
        let now = at("2026-11-01T00:00:00Z");
        let later = condition("request.time > timestamp(\"2030-01-01T00:00:00Z\")");
        assert!(can_hold_from(Some(&later), now));
        let over = condition("request.time < timestamp(\"2026-11-01T00:00:00Z\")");
        assert!(!can_hold_from(Some(&over), now));
    }

    #[test]
    fn why_a_condition_does_not_hold_is_said_in_words() {
        let now = at("2026-11-01T00:00:00Z");
        for (expression, expected) in [
            ("request.time > timestamp(\"2020-01-01T00:00:00Z\")", None),
            (
                "request.time < timestamp(\"2020-01-01T00:00:00Z\")",
                Some("its condition ended 2020-01-01T00:00:00Z"),
            ),
            (
                "request.time > timestamp(\"2030-01-01T00:00:00Z\")",
                Some("its condition does not hold before 2030-01-01T00:00:00Z"),
            ),
            ("", Some("its condition could not be read: the expression is empty")),
        ] {
            assert_eq!(why(&condition(expression), now).as_deref(), expected, "{expression}");
        }
    }

    #[test]
    fn a_deny_rule_without_a_condition_counts() {
        assert_eq!(denies(None), Verdict::Yes);
        assert_eq!(denies(Some(&condition("resource.matchTag('1/env', 'prod')"))), Verdict::Unknown);
    }
}
