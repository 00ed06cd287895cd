//! Conditions, each with whether it can hold now or later: section 5 of the design, part by part.
//!
//! What a part may come to is written down beside it. Parts that are put together each come to anything that they
//! may by themselves, and errors go the way that CEL sends them.

use std::sync::LazyLock;

/// What a part may come to: true, false, an error.
type Outcomes = [bool; 3];

const TRUE: Outcomes = [true, false, false];
const FALSE: Outcomes = [false, true, false];
const EITHER: Outcomes = [true, true, false];
const ANY: Outcomes = [true, true, true];
const ERROR: Outcomes = [false, false, true];

/// At 2026-11-23T09:00:00Z or later.
const PARTS: [(&str, Outcomes); 35] = [
    // A bound on the time: what it comes to at some time from now on.
    ("request.time < timestamp(\"2026-12-01T00:00:00Z\")", EITHER),
    ("request.time < timestamp(\"2026-11-23T09:00:00Z\")", FALSE),
    ("request.time <= timestamp('2026-11-23T09:00:00Z')", EITHER),
    ("timestamp(\"2027-01-01T00:00:00Z\") < request.time", EITHER),
    ("timestamp(\"2026-11-01T00:00:00Z\") > request.time", FALSE),
    ("request.time >= timestamp(\"2026-11-23T09:00:00Z\")", TRUE),
    ("request.time > timestamp(\"2026-11-23T09:00:00Z\")", EITHER),
    ("request.time == timestamp(\"2026-11-23T09:00:00Z\")", EITHER),
    ("request.time == timestamp(\"2026-11-01T00:00:00Z\")", FALSE),
    ("request.time != timestamp(\"2026-11-01T00:00:00Z\")", TRUE),
    ("request.time < timestamp(\"2026-11-01T00:00:00Z\") + duration(\"864000s\")", FALSE),
    ("request.time < timestamp(\"2026-12-11T00:00:00Z\") - duration(\"864000s\")", EITHER),
    // Any other comparison of it may come to anything, even this last one.
    ("request.time.getHours(\"Europe/Berlin\") >= 9", ANY),
    ("request.time.getDayOfWeek() == 1", ANY),
    ("request.time.getHours() > 30", ANY),
    // Nobody knows.
    ("request.path.startsWith(\"/v1\")", EITHER),
    ("request.host == \"pay.example.com\"", EITHER),
    ("resource.matchTag(\"9000/env\", \"prod\")", EITHER),
    ("resource.matchTagId(\"tagKeys/1\", \"tagValues/2\")", EITHER),
    ("resource.hasTagKey(\"9000/env\")", EITHER),
    ("resource.hasTagKeyId(\"tagKeys/1\")", EITHER),
    // An error or the empty text: only what is said of other texts can be false, and its contrary true.
    ("resource.name.startsWith(\"projects/shop-prod\")", [false, true, true]),
    ("resource.name != \"projects/x\"", [true, false, true]),
    ("resource.type == \"run.googleapis.com/Service\"", [false, true, true]),
    ("resource.type != \"run.googleapis.com/Service\"", [true, false, true]),
    ("resource.service == \"run.googleapis.com\"", [false, true, true]),
    ("resource.name.extract(\"services/{name}\") == \"pay\"", [false, true, true]),
    // What it is without the attribute.
    ("api.getAttribute(\"x.googleapis.com/y\", \"d\") == \"d\"", TRUE),
    ("api.getAttribute(\"x.googleapis.com/y\", \"d\") == \"e\"", FALSE),
    // Cloud Run has none of these.
    ("destination.port == 443", ERROR),
    ("request.auth.claims.x == \"y\"", ERROR),
    ("true", TRUE),
    ("false", FALSE),
    ("\"pay\" in [\"pay\", \"desk\"]", TRUE),
    ("1 / 0 == 1", ERROR),
];

/// Nobody knows what these were to mean.
const BROKEN: [&str; 3] = ["request.time <", "request.path = \"/\"", "true &&"];

/// What comes of two parts that may each come to several things.
fn both(left: Outcomes, right: Outcomes, one: impl Fn(usize, usize) -> usize) -> Outcomes {
    let mut found = [false; 3];
    for (at, _) in left.iter().enumerate().filter(|(_, may_be)| **may_be) {
        for (with, _) in right.iter().enumerate().filter(|(_, may_be)| **may_be) {
            found[one(at, with)] = true;
        }
    }
    found
}

/// `&&` of two outcomes, by their places: false takes all, then errors.
fn and(left: usize, right: usize) -> usize {
    if left == 1 || right == 1 { 1 } else { left.max(right) }
}

/// `||` of two outcomes: true takes all, then errors.
fn or(left: usize, right: usize) -> usize {
    if left == 0 || right == 0 { 0 } else { left.max(right) }
}

/// Every condition that an estate may have, each with whether it can hold now or later.
pub(super) static CONDITIONS: LazyLock<Vec<(Option<&'static str>, bool)>> = LazyLock::new(|| {
    let mut all: Vec<(String, bool)> = BROKEN.map(|text| (text.to_owned(), true)).into();
    for (text, outcomes) in PARTS {
        let [is_true, is_false, _] = outcomes;
        all.push((text.to_owned(), is_true));
        all.push((format!("!({text})"), is_false));
        for (other, others) in PARTS {
            all.push((format!("{text} && {other}"), both(outcomes, others, and)[0]));
            all.push((format!("{text} || {other}"), both(outcomes, others, or)[0]));
            all.push((format!("!({text} && {other})"), both(outcomes, others, and)[1]));
        }
    }
    all.into_iter().map(|(text, can_hold)| (Some(&*text.leak()), can_hold)).collect()
});

/// Parts alone, which are met more often than what is put together of them.
pub(super) static PLAIN: LazyLock<Vec<(Option<&'static str>, bool)>> = LazyLock::new(|| {
    let parts = PARTS.into_iter().map(|(text, [can_hold, ..])| (Some(text), can_hold));
    parts.chain(BROKEN.map(|text| (Some(text), true))).collect()
});
