//! What conditions come to, and why, in a few examples each.

use super::*;
use crate::model::time::moment;

fn condition(expression: &str) -> Condition {
    Condition { title: "t".into(), description: None, expression: expression.into(), location: None }
}

fn at(text: &str) -> Time {
    moment(text).unwrap()
}

const NOW: &str = "2026-11-23T12:00:00Z";

#[test]
fn only_what_is_sure_to_be_true_is_a_yes() {
    for (expression, verdict) in [
        ("request.time < timestamp('2026-12-01T00:00:00Z')", Verdict::Yes),
        ("request.time < timestamp('2026-11-01T00:00:00Z')", Verdict::No),
        ("request.path == '/a'", Verdict::Unknown),
        ("resource.name.startsWith('projects/')", Verdict::No),
        ("resource.name != 'x'", Verdict::Unknown),
        ("principal.type == 'x'", Verdict::No),
        ("api.getAttribute('k', []).hasOnly(['a'])", Verdict::Yes),
        ("", Verdict::Unknown),
        ("request.time <", Verdict::Unknown),
    ] {
        assert_eq!(holds_at(Some(&condition(expression)), at(NOW)), verdict, "{expression}");
    }
    assert_eq!(holds_at(None, at(NOW)), Verdict::Yes);
}

#[test]
fn over_time_a_whole_comparison_has_its_outcomes_and_everything_else_any() {
    for (expression, can_hold) in [
        ("request.time < timestamp('2026-11-23T12:00:00Z')", false),
        ("request.time <= timestamp('2026-11-23T12:00:00Z')", true),
        ("request.time == timestamp('2026-11-23T11:59:59Z')", false),
        ("timestamp('2026-11-24T00:00:00Z') - duration('12h') > request.time", false),
        ("timestamp('2026-11-24T00:00:00Z') - duration('11h') > request.time", true),
        ("!(request.time > timestamp('2026-11-23T11:00:00Z'))", false),
        ("!(request.time >= timestamp('2026-11-23T12:00:00Z'))", false),
        ("!(request.time > timestamp('2026-11-23T12:00:00Z'))", true),
        ("request.time != timestamp('2026-11-23T11:00:00Z')", true),
        ("!(request.time != timestamp('2026-11-23T11:00:00Z'))", false),
        ("request.time > timestamp('2030-01-01T00:00:00Z')", true),
        // Each comparison by itself: that both are never true together is not seen.
        (
            "request.time > timestamp('2030-01-01T00:00:00Z') && request.time < timestamp('2029-01-01T00:00:00Z')",
            true,
        ),
        (
            "request.time > timestamp('2020-01-01T00:00:00Z') && request.time < timestamp('2021-01-01T00:00:00Z')",
            false,
        ),
        ("request.time.getFullYear() == 1999", true),
        ("request.time.getHours() < 6 && request.time < timestamp('2020-01-01T00:00:00Z')", false),
        ("request.time < timestamp('2020-01-01T00:00:00Z') || request.path == '/a'", true),
        ("resource.name.startsWith('x')", false),
        ("request.time < timestamp('garbage')", false),
        ("request.time == 'x' || request.time < 5", false),
        ("(", true),
    ] {
        assert_eq!(can_hold_from(Some(&condition(expression)), at(NOW)), can_hold, "{expression}");
    }
}

#[test]
fn deny_rules_know_tags_alone_and_an_error_denies() {
    assert_eq!(denies(None), Verdict::Yes);
    for (expression, verdict) in [
        ("resource.matchTag('1/env', 'prod')", Verdict::Unknown),
        ("!resource.hasTagKey('1/env')", Verdict::Unknown),
        ("true", Verdict::Yes),
        ("false", Verdict::No),
        ("request.time < timestamp('2000-01-01T00:00:00Z')", Verdict::Yes),
        ("resource.type == 'x'", Verdict::Yes),
        ("api.getAttribute('k', false)", Verdict::Yes),
        ("resource.matchTag('1/env', 'prod') && false", Verdict::No),
        ("resource.matchTag('1/env', 'prod') || request.path == '/a'", Verdict::Yes),
        ("(", Verdict::Unknown),
    ] {
        assert_eq!(denies(Some(&condition(expression))), verdict, "{expression}");
    }
}

#[test]
fn why_a_condition_does_not_hold_is_said_in_words() {
    for (expression, expected) in [
        ("request.time > timestamp('2020-01-01T00:00:00Z')", None),
        (
            "request.time < timestamp('2020-01-01T00:00:00Z')",
            Some("its condition ended 2020-01-01T00:00:00Z"),
        ),
        (
            "request.time >= timestamp('2020-01-01T00:00:00Z') && request.time < timestamp('2021-01-01T00:00:00Z')",
            Some("its condition ended 2021-01-01T00:00:00Z"),
        ),
        (
            "request.time > timestamp('2030-01-01T00:00:00Z')",
            Some("its condition does not hold before 2030-01-01T00:00:00Z"),
        ),
        (
            "request.time.getHours('Europe/Berlin') < 9",
            Some("its condition does not hold before 2026-11-23T23:00:00Z"),
        ),
        ("false", Some("its condition can only be false")),
        ("1 / 0 == 1", Some("its condition can only be an error, which grants nothing")),
        (
            "resource.name.startsWith('x')",
            Some(
                "its condition asks for `resource.name`, which Cloud Run does not have, and so is an error or \
                 false, which grants nothing",
            ),
        ),
        (
            "resource.name != 'x'",
            Some(
                "whether its condition holds is not known: it asks for `resource.name`, which Cloud Run does not \
                 have",
            ),
        ),
        ("request.path == '/a'", Some("whether its condition holds depends on `request.path`")),
        (
            "request.host == 'a' && resource.matchTag('1/env', 'prod')",
            Some("whether its condition holds depends on `request.host` and tags that were not read"),
        ),
        ("", Some("its condition could not be read: the expression is empty")),
        ("a &&& b", Some("its condition could not be read: the expression breaks off or goes wrong at 1:5")),
    ] {
        assert_eq!(why(&condition(expression), at(NOW)).as_deref(), expected, "{expression}");
    }
}

#[test]
fn sleeping_is_found_to_the_second() {
    let expression = "request.time.getHours('Europe/Berlin') >= 9 && request.time.getHours('Europe/Berlin') < 18 \
                      && request.time.getMinutes() != 30";
    let timeline = timeline(&condition(expression), at(NOW)).unwrap();
    let starts: Vec<_> = timeline.pieces.iter().take(3).map(|(start, _)| start.time).collect();
    assert_eq!(starts[0], at(NOW));
    assert_eq!(timeline.holds(Start::at(at("2026-11-23T17:00:00Z"))), Verdict::No);
    assert_eq!(timeline.holds(Start::at(at("2026-11-24T08:00:00Z"))), Verdict::Yes);
    assert!(timeline.seen_until.is_some());
}
