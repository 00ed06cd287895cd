//! Why a condition is not sure to hold, in words.

use chrono::TimeDelta;

use super::{
    memo::Expression,
    outcome::Outcomes,
    timeline::{Start, Timeline},
    tree::{Attribute, Tree},
};
use crate::{
    access::Verdict,
    model::{Condition, Time, time::rfc3339},
};

/// Why a condition is not sure to hold at a moment, as a lowercase fragment; `None` where it holds.
pub fn why(condition: &Condition, at: Time) -> Option<String> {
    let expression = Expression::of(&condition.expression);
    let tree = match &expression.tree {
        Ok(tree) => tree,
        Err(gap) => return Some(format!("its condition could not be read: {}", gap.why)),
    };
    let outcomes = expression.at(at);
    match outcomes.grants() {
        Verdict::Yes => None,
        Verdict::Unknown => Some(unknown(tree)),
        Verdict::No if expression.from(at).contain(Outcomes::TRUE) => Some(sleeping(&expression, at)),
        Verdict::No => Some(dead(tree, outcomes, at)),
    }
}

/// It does not hold, and may later.
fn sleeping(expression: &Expression, at: Time) -> String {
    let timeline = expression.timeline(at);
    let later = timeline.as_deref().and_then(|timeline| {
        timeline.pieces.iter().find(|(_, verdict)| *verdict > Verdict::No).map(|(instant, _)| instant.time)
    });
    match later {
        Some(start) => format!("its condition does not hold before {}", rfc3339(start)),
        None => format!("its condition does not hold at {}", rfc3339(at)),
    }
}

/// It grants nothing, now or later.
fn dead(tree: &Tree, outcomes: Outcomes, at: Time) -> String {
    if let Some(end) = ended(tree, at) {
        return format!("its condition ended {}", rfc3339(end));
    }
    let lacking = lacking(tree);
    if outcomes.contain(Outcomes::ERROR) && !lacking.is_empty() {
        return format!(
            "its condition asks for {lacking}, and so is an error or false, which grants nothing"
        );
    }
    match outcomes {
        Outcomes::ERROR => "its condition can only be an error, which grants nothing".to_owned(),
        Outcomes::FALSE => "its condition can only be false".to_owned(),
        _ => "its condition can only be an error or false".to_owned(),
    }
}

/// The moment from which on a condition does not hold any more, where it held before.
fn ended(tree: &Tree, at: Time) -> Option<Time> {
    let clock = tree.clock();
    let first = clock.moments.first().filter(|_| !clock.is_cyclic)?;
    let timeline = Timeline::of(tree, first.checked_sub_signed(TimeDelta::seconds(1))?);
    let pieces = &timeline.pieces;
    let last =
        pieces.iter().rposition(|(start, verdict)| *verdict > Verdict::No && *start <= Start::at(at))?;
    pieces.get(last + 1).map(|(start, _)| start.time)
}

/// What it depends on that is not known.
fn unknown(tree: &Tree) -> String {
    let mut on: Vec<_> = tree
        .attributes()
        .into_iter()
        .filter_map(|attribute| match attribute {
            Attribute::Path => Some("`request.path`"),
            Attribute::Host => Some("`request.host`"),
            Attribute::Time | Attribute::Resource(_) | Attribute::Missing(_) => None,
        })
        .collect();
    if tree.has_tags() {
        on.push("tags that were not read");
    }
    let lacking = lacking(tree);
    match (on.is_empty(), lacking.is_empty()) {
        (false, _) => format!("whether its condition holds depends on {}", on.join(" and ")),
        (true, false) => format!("whether its condition holds is not known: it asks for {lacking}"),
        (true, true) => "whether its condition holds is not known".to_owned(),
    }
}

/// The attributes that it asks for and that Cloud Run does not have; empty where there are none.
fn lacking(tree: &Tree) -> String {
    let mut names: Vec<_> = tree
        .attributes()
        .into_iter()
        .filter_map(|attribute| match attribute {
            Attribute::Resource(name) | Attribute::Missing(name) => Some(format!("`{name}`")),
            Attribute::Time | Attribute::Path | Attribute::Host => None,
        })
        .collect();
    // Enough to know what it is about.
    names.truncate(3);
    if names.is_empty() {
        return String::new();
    }
    format!("{}, which Cloud Run does not have", names.join(" and "))
}
