//! What holds of any condition.

use callmap::{
    access::{
        Verdict,
        condition::{Request, Start, can_hold_from, holds_at, outcomes, timeline, unread, why},
    },
    model::Time,
};
use chrono::TimeDelta;
use proptest::prelude::*;

use super::{condition, now};

/// A comparison of the time with a moment some hours from now.
fn comparison() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]);
    (operator, -50_i64..50, any::<bool>()).prop_map(|(operator, hours, is_turned)| {
        let moment = (now() + TimeDelta::hours(hours)).to_rfc3339();
        if is_turned {
            format!("timestamp('{moment}') {operator} request.time")
        } else {
            format!("request.time {operator} timestamp('{moment}')")
        }
    })
}

fn atom() -> impl Strategy<Value = String> {
    let others = [
        "request.path == '/a'",
        "request.path.startsWith('/b')",
        "request.host.endsWith('.example.com')",
        "resource.name != 'x'",
        "resource.type.startsWith('x')",
        "resource.matchTag('1/env', 'prod')",
        "principal.type == 'x'",
        "request.time.getHours('Europe/Berlin') < 12",
        "request.time.getDayOfWeek() in [1, 2]",
        "request.time - timestamp('2026-11-01T00:00:00Z') < duration('600h')",
        "1 / 0 == 1",
        "true",
        "false",
    ];
    prop_oneof![2 => comparison(), 3 => prop::sample::select(others.map(str::to_owned).to_vec())]
}

fn tree(leaf: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = String> {
    leaf.prop_recursive(4, 12, 3, |part| {
        prop_oneof![
            (part.clone(), part.clone()).prop_map(|(left, right)| format!("({left} && {right})")),
            (part.clone(), part.clone()).prop_map(|(left, right)| format!("({left} || {right})")),
            part.clone().prop_map(|part| format!("!({part})")),
            (part.clone(), part.clone(), part).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
        ]
    })
}

fn later() -> impl Strategy<Value = Time> {
    (0_i64..400_000).prop_map(|seconds| now() + TimeDelta::seconds(seconds))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_holds_later_could_hold_before(expression in tree(atom()), later in later()) {
        let condition = condition(&expression);
        prop_assert!(unread(&condition).is_none());
        if holds_at(Some(&condition), later) > Verdict::No {
            prop_assert!(can_hold_from(Some(&condition), now()));
        }
        prop_assert_eq!(why(&condition, later).is_none(), holds_at(Some(&condition), later) == Verdict::Yes);
    }

    #[test]
    fn what_is_known_is_within_what_may_be(
        expression in tree(atom()),
        path in prop::sample::select(vec!["/a", "/b/c", ""]),
        host in prop::sample::select(vec!["www.example.com", "example.org"]),
    ) {
        let ask = |path, host| outcomes(&condition(&expression), Request { time: now(), path, host }).unwrap();
        prop_assert!(ask(None, None).contain(ask(Some(path), Some(host))));
        prop_assert!(ask(None, Some(host)).contain(ask(Some(path), Some(host))));
    }

    #[test]
    fn a_negation_goes_through_and_and_or(left in tree(atom()), right in tree(atom())) {
        let ask = |expression: String| {
            outcomes(&condition(&expression), Request { time: now(), path: None, host: None }).unwrap()
        };
        prop_assert_eq!(ask(format!("!({left} && {right})")), ask(format!("!({left}) || !({right})")));
        prop_assert_eq!(ask(format!("!({left} || {right})")), ask(format!("!({left}) && !({right})")));
    }

    #[test]
    fn comparisons_are_decided_exactly_over_time(expression in tree(comparison()), later in later()) {
        let condition = condition(&expression);
        let timeline = timeline(&condition, now()).unwrap();
        prop_assert_eq!(timeline.seen_until, None);
        prop_assert_eq!(timeline.holds(Start::at(later)), holds_at(Some(&condition), later));
        for (start, verdict) in timeline.pieces.iter().filter(|(start, _)| !start.is_after) {
            prop_assert_eq!(holds_at(Some(&condition), start.time), *verdict);
        }
    }
}
