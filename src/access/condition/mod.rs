//! When a binding counts: conditions in Common Expression Language
//! (<https://cloud.google.com/iam/docs/conditions-overview>).
//!
//! An expression is read once, under guard, into a small tree, and evaluated to the set of its possible outcomes:
//! what is not known of a request, its path, its host and tags, may be anything. An error grants nothing. Which
//! attributes Cloud Run offers: <https://cloud.google.com/iam/docs/conditions-attribute-reference>.

mod call;
mod evaluate;
mod lower;
mod memo;
mod outcome;
mod read;
mod timeline;
mod tree;
mod value;
mod why;

use std::sync::Arc;

pub use evaluate::ResourceKind;
pub use outcome::Outcomes;
pub use timeline::{Start, Timeline};
pub use why::why;

use self::{
    evaluate::{Scene, When},
    memo::Expression,
};
use super::Verdict;
use crate::{
    model::{Condition, Time},
    world::Gap,
};

/// A request as far as it is known.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// When it comes.
    pub time: Time,
    /// Its path.
    pub path: Option<&'a str>,
    /// The host that it asks.
    pub host: Option<&'a str>,
}

/// What a condition comes to for a request; what is not known of it may be anything.
///
/// # Errors
/// Where the expression cannot be read.
pub fn outcomes(condition: &Condition, request: Request<'_>) -> Result<Outcomes, Gap> {
    let Request { time, path, host } = request;
    let expression = Expression::of(&condition.expression);
    let tree = expression.tree.as_ref().map_err(Clone::clone)?;
    Ok(tree.outcomes(&Scene { when: When::At(time), path, host, resource: None }))
}

/// Whether a condition holds at this moment. No condition always holds.
pub fn holds_at(condition: Option<&Condition>, at: Time) -> Verdict {
    let Some(condition) = condition else { return Verdict::Yes };
    Expression::of(&condition.expression).at(at).grants()
}

/// Whether a condition holds at this moment for a resource that it may ask about: Cloud Run has none.
pub fn holds_on(condition: &Condition, at: Time, resource: ResourceKind) -> Verdict {
    let scene = Scene { resource: Some(resource), ..Scene::of(When::At(at)) };
    match &Expression::of(&condition.expression).tree {
        Ok(tree) => tree.outcomes(&scene).grants(),
        Err(_) => Verdict::Unknown,
    }
}

/// Whether a condition can hold at this moment or at any later one.
pub fn can_hold_from(condition: Option<&Condition>, at: Time) -> bool {
    let Some(condition) = condition else { return true };
    Expression::of(&condition.expression).from(at).contain(Outcomes::TRUE)
}

/// When a condition holds, from a moment on; `None` where it cannot be read.
pub fn timeline(condition: &Condition, from: Time) -> Option<Arc<Timeline>> {
    Expression::of(&condition.expression).timeline(from)
}

/// The moment from which on a condition never holds again; `None` where it goes on for good, or for all that is known.
pub fn ends(condition: Option<&Condition>, from: Time) -> Option<Time> {
    let timeline = timeline(condition?, from)?;
    let Timeline { pieces, seen_until: None } = &*timeline else { return None };
    match pieces.as_slice() {
        [_, .., (end, Verdict::No)] => Some(end.time),
        _ => None,
    }
}

/// Whether the condition of a deny rule lets the rule count. Only the functions of resource tags are known there,
/// and a condition that the service cannot evaluate denies
/// (<https://cloud.google.com/iam/docs/deny-overview#condition-evaluation>). No condition always counts.
pub fn denies(condition: Option<&Condition>) -> Verdict {
    let Some(condition) = condition else { return Verdict::Yes };
    match &Expression::of(&condition.expression).tree {
        Ok(tree) => tree.outcomes(&Scene::of(When::InDeny)).denies(),
        Err(_) => Verdict::Unknown,
    }
}

/// Why an expression cannot be read, where it cannot: it is not known whether such a condition holds, and it
/// counts as unread.
pub fn unread(condition: &Condition) -> Option<Gap> {
    Expression::of(&condition.expression).tree.as_ref().err().cloned()
}

#[cfg(test)]
mod tests;
