//! Conditions as trees, of which the text and the outcomes are told apart from each other.

use callmap::{access::Verdict, model::Time};
use chrono::{TimeDelta, Timelike};

use super::draw::Draw;

/// What evaluating an expression comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    True,
    False,
    Error,
}
use Outcome::{Error, False, True};

/// An expression of CEL.
#[derive(Debug, Clone)]
pub(super) enum Tree {
    /// A text, and everything that it may come to.
    Leaf(String, Vec<Outcome>),
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    /// A text that is no expression.
    Broken(&'static str),
}

/// Leaves that time says nothing about.
const LEAVES: [(&str, &[Outcome]); 24] = [
    (r#"request.path == "/v1""#, &[True, False]),
    (r#"request.path.startsWith("/v1")"#, &[True, False]),
    (r#"request.host == "pay.example.com""#, &[True, False]),
    (r#"resource.matchTag("9000/env", "prod")"#, &[True, False]),
    (r#"resource.hasTagKey("9000/env")"#, &[True, False]),
    (r#"resource.matchTagId("tagKeys/1", "tagValues/2")"#, &[True, False]),
    (r#"resource.hasTagKeyId("tagKeys/1")"#, &[True, False]),
    (r#"resource.name.startsWith("projects/shop-prod")"#, &[Error, False]),
    (r#"resource.name == """#, &[Error, True]),
    (r#"resource.name != "projects/x""#, &[Error, True]),
    (r#"resource.type == "run.googleapis.com/Service""#, &[Error, False]),
    (r#"resource.type != "run.googleapis.com/Service""#, &[Error, True]),
    (r#"resource.service == "run.googleapis.com""#, &[Error, False]),
    (r#"resource.name.endsWith("")"#, &[Error, True]),
    ("resource.type == resource.service", &[Error, True]),
    (r#"api.getAttribute("x.googleapis.com/y", "d") == "d""#, &[True]),
    (r#"api.getAttribute("x.googleapis.com/y", "d") == "e""#, &[False]),
    (r#"destination.ip == "10.0.0.1""#, &[Error]),
    (r#"request.auth.claims.x == "y""#, &[Error]),
    ("destination.port == 443", &[Error]),
    ("true", &[True]),
    ("false", &[False]),
    (r#""web" in ["web", "pay"]"#, &[True]),
    (r#""a" < "b""#, &[True]),
];
/// Of these, the ones that a deny policy's condition knows.
const TAGS: std::ops::Range<usize> = 3..7;

const MOMENTS: [&str; 5] = [
    "2026-12-01T00:00:00Z",
    "2026-11-23T09:00:00Z",
    "2026-01-01T00:00:00Z",
    "2027-01-01T00:00:00+02:00",
    "2026-11-23T09:00:00.5Z",
];
const SHIFTS: [&str; 4] = ["", "864000s", "-1h", "90m"];
/// Zones with their hours before UTC at all times that are asked about, which are of one winter.
const ZONES: [(&str, i64); 5] =
    [("", 0), ("Europe/Berlin", 1), ("America/New_York", -5), ("Asia/Tokyo", 9), ("UTC", 0)];
const OPERATORS: [&str; 6] = ["<", ">", "<=", ">=", "==", "!="];
const BROKEN: [&str; 4] = ["request.time <", "request.path = \"/\"", "", "true &&"];

fn compare<T: Ord>(left: &T, operator: &str, right: &T) -> Outcome {
    let holds = match operator {
        "<" => left < right,
        ">" => left > right,
        "<=" => left <= right,
        ">=" => left >= right,
        "==" => left == right,
        _ => left != right,
    };
    if holds { True } else { False }
}

fn shift(text: &str) -> TimeDelta {
    match text {
        "864000s" => TimeDelta::days(10),
        "-1h" => TimeDelta::hours(-1),
        "90m" => TimeDelta::minutes(90),
        _ => TimeDelta::zero(),
    }
}

/// A comparison of the time itself; a plain one is a bound that is one literal.
fn time_leaf(draw: &mut Draw<'_>, at: Time, is_plain: bool) -> Tree {
    let operator = draw.of(&OPERATORS[..if is_plain { 4 } else { 6 }]);
    let moment = draw.of(&MOMENTS);
    let by = if is_plain { "" } else { draw.of(&SHIFTS) };
    let right = callmap::model::time::moment(moment).unwrap();
    let literal = format!("timestamp(\"{moment}\")");
    let turned = draw.one_in(4);
    let (text, outcome) = match (by, draw.number(2)) {
        ("", _) => (format!("{literal}|request.time"), compare(&at, operator, &right)),
        (by, 0) => (
            format!("{literal} + duration(\"{by}\")|request.time"),
            compare(&at, operator, &(right + shift(by))),
        ),
        (by, _) => (
            format!("{literal} - duration(\"{by}\")|request.time"),
            compare(&at, operator, &(right - shift(by))),
        ),
    };
    let (constant, time) = text.split_once('|').unwrap();
    let back = match operator {
        "<" => ">",
        ">" => "<",
        "<=" => ">=",
        ">=" => "<=",
        same => same,
    };
    let text =
        if turned { format!("{constant} {back} {time}") } else { format!("{time} {operator} {constant}") };
    Tree::Leaf(text, vec![outcome])
}

fn hours_leaf(draw: &mut Draw<'_>, at: Time) -> Tree {
    let (zone, hours) = draw.of(&ZONES);
    let operator = draw.of(&OPERATORS);
    let than = draw.of(&[0_u32, 9, 10, 18]);
    let there = (at + TimeDelta::hours(hours)).hour();
    let zone = if zone.is_empty() { String::new() } else { format!("\"{zone}\"") };
    Tree::Leaf(
        format!("request.time.getHours({zone}) {operator} {than}"),
        vec![compare(&there, operator, &than)],
    )
}

impl Tree {
    /// Any condition of an allow policy.
    pub(super) fn any(draw: &mut Draw<'_>, at: Time) -> Self {
        if draw.one_in(16) {
            return Self::Broken(draw.of(&BROKEN));
        }
        Self::grown(draw, 3, &mut |draw| match draw.number(4) {
            0 => time_leaf(draw, at, false),
            1 => hours_leaf(draw, at),
            _ => {
                let (text, outcomes) = draw.of(&LEAVES);
                Self::Leaf(text.to_owned(), outcomes.to_vec())
            }
        })
    }

    /// Any condition of a deny policy, where nothing but tags is known.
    pub(super) fn of_deny(draw: &mut Draw<'_>, at: Time) -> Self {
        if draw.one_in(16) {
            return Self::Broken(draw.of(&BROKEN));
        }
        Self::grown(draw, 2, &mut |draw| match draw.number(5) {
            0..=2 => Self::Leaf(LEAVES[TAGS.start + draw.number(TAGS.len())].0.to_owned(), vec![True, False]),
            3 => Self::Leaf(draw.of(&["true", "false"]).to_owned(), Vec::new()).with_literal(),
            _ => match time_leaf(draw, at, true) {
                Self::Leaf(text, _) => Self::Leaf(text, vec![Error]),
                other => other,
            },
        })
    }

    fn with_literal(self) -> Self {
        match self {
            Self::Leaf(text, _) => {
                let outcome = if text == "true" { True } else { False };
                Self::Leaf(text, vec![outcome])
            }
            other => other,
        }
    }

    fn grown(draw: &mut Draw<'_>, depth: usize, leaf: &mut impl FnMut(&mut Draw<'_>) -> Self) -> Self {
        if depth == 0 {
            return leaf(draw);
        }
        match draw.number(6) {
            3 => Self::Not(Box::new(Self::grown(draw, depth - 1, leaf))),
            kind @ (4 | 5) => {
                let left = Box::new(Self::grown(draw, depth - 1, leaf));
                let right = Box::new(Self::grown(draw, depth - 1, leaf));
                if kind == 4 { Self::And(left, right) } else { Self::Or(left, right) }
            }
            _ => leaf(draw),
        }
    }

    /// As CEL, with no more brackets than it takes.
    pub(super) fn text(&self) -> String {
        let or_in_brackets = |tree: &Self| match tree {
            Self::Or(..) => format!("({})", tree.text()),
            _ => tree.text(),
        };
        match self {
            Self::Leaf(text, _) => text.clone(),
            Self::Broken(text) => (*text).to_owned(),
            Self::Not(inner) => format!("!({})", inner.text()),
            Self::And(left, right) => format!("{} && {}", or_in_brackets(left), or_in_brackets(right)),
            Self::Or(left, right) => format!("{} || {}", left.text(), right.text()),
        }
    }

    fn leaves(&self) -> Vec<&[Outcome]> {
        match self {
            Self::Leaf(_, outcomes) => vec![outcomes],
            Self::Broken(_) => Vec::new(),
            Self::Not(inner) => inner.leaves(),
            Self::And(left, right) | Self::Or(left, right) => {
                left.leaves().into_iter().chain(right.leaves()).collect()
            }
        }
    }

    /// What it comes to when its leaves, from left to right, come to these.
    fn comes_to(&self, leaves: &mut impl Iterator<Item = Outcome>) -> Outcome {
        match self {
            Self::Leaf(..) | Self::Broken(_) => leaves.next().unwrap_or(Error),
            Self::Not(inner) => match inner.comes_to(leaves) {
                True => False,
                False => True,
                Error => Error,
            },
            Self::And(left, right) => match (left.comes_to(leaves), right.comes_to(leaves)) {
                (False, _) | (_, False) => False,
                (True, True) => True,
                _ => Error,
            },
            Self::Or(left, right) => match (left.comes_to(leaves), right.comes_to(leaves)) {
                (True, _) | (_, True) => True,
                (False, False) => False,
                _ => Error,
            },
        }
    }

    /// Every outcome there may be, by going through all that its leaves may come to. `None` where it is broken.
    fn outcomes(&self) -> Option<Vec<Outcome>> {
        if matches!(self, Self::Broken(_)) {
            return None;
        }
        let mut rows: Vec<Vec<Outcome>> = vec![Vec::new()];
        for leaf in self.leaves() {
            rows = rows
                .into_iter()
                .flat_map(|row| leaf.iter().map(move |outcome| [row.clone(), vec![*outcome]].concat()))
                .collect();
        }
        Some(rows.into_iter().map(|row| self.comes_to(&mut row.into_iter())).collect())
    }

    /// Whether a binding under it counts: an error grants nothing.
    pub(super) fn grants(&self) -> Verdict {
        match self.outcomes() {
            Some(all) if all.iter().all(|outcome| *outcome == True) => Verdict::Yes,
            Some(all) if all.iter().all(|outcome| *outcome != True) => Verdict::No,
            Some(_) | None => Verdict::Unknown,
        }
    }

    /// Whether a rule under it refuses: what cannot be evaluated does.
    pub(super) fn denies(&self) -> Verdict {
        match self.outcomes() {
            Some(all) if all.iter().all(|outcome| *outcome != False) => Verdict::Yes,
            Some(all) if all.iter().all(|outcome| *outcome == False) => Verdict::No,
            Some(_) | None => Verdict::Unknown,
        }
    }
}
