//! What an expression may come to in a scene: a time, a request, an allow or a deny policy.
//!
//! Each occurrence of what is not known is taken by itself, and errors go the way that CEL sends them
//! (<https://github.com/google/cel-spec/blob/master/doc/langdef.md#logical-operators>).

use super::{
    call::{self, call},
    outcome::Outcomes,
    tree::{Attribute, Comparison, Tree},
    value::{Possibilities, Possible, Value},
};
use crate::model::Time;

/// More combinations of operands than these are not gone through.
const MOST: usize = 64;

/// What an expression is evaluated in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    pub(super) when: When,
    /// The path of the request, where it is known.
    pub(super) path: Option<&'a str>,
    /// The host of the request, where it is known.
    pub(super) host: Option<&'a str>,
    /// The resource, where it is of a kind that conditions may ask about.
    pub(super) resource: Option<ResourceKind>,
}

/// A kind of resource that conditions may ask about
/// (<https://cloud.google.com/iam/docs/conditions-resource-attributes>).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceKind {
    /// `resource.service`.
    pub service: &'static str,
    /// `resource.type`.
    pub kind: &'static str,
}

impl ResourceKind {
    /// Projects, of which conditions know the service and the type, and not the name.
    pub const PROJECT: Self = Self {
        service: "cloudresourcemanager.googleapis.com",
        kind: "cloudresourcemanager.googleapis.com/Project",
    };

    fn attribute(self, name: &str) -> Option<&'static str> {
        match name {
            "resource.service" => Some(self.service),
            "resource.type" => Some(self.kind),
            _ => None,
        }
    }
}

/// The time of a request.
#[derive(Debug, Clone, Copy)]
pub(super) enum When {
    At(Time),
    /// Not known, and not before this.
    From(Time),
    /// There is none: deny policies know nothing but tags.
    InDeny,
}

impl Scene<'_> {
    /// A scene in which nothing of the request is known but its time.
    pub(super) fn of(when: When) -> Self {
        Self { when, path: None, host: None, resource: None }
    }
}

impl Tree {
    /// The outcomes that it may have.
    pub(super) fn outcomes(&self, scene: &Scene<'_>) -> Outcomes {
        self.possibilities(scene).outcomes()
    }

    /// What it may be.
    pub(super) fn possibilities(&self, scene: &Scene<'_>) -> Possibilities {
        match self {
            Self::Constant(constant) => constant.clone(),
            Self::Attribute(attribute) => of_attribute(attribute, scene),
            Self::Tag(arguments) => combine(arguments, scene, &tag),
            Self::Default(_) if matches!(scene.when, When::InDeny) => Possibilities::one(Possible::Error),
            Self::Default(default) => default.possibilities(scene),
            Self::And(parts) => {
                let [left, right] = parts.each_ref().map(|part| part.outcomes(scene));
                Possibilities::of(left.and(right))
            }
            Self::Or(parts) => {
                let [left, right] = parts.each_ref().map(|part| part.outcomes(scene));
                Possibilities::of(left.or(right))
            }
            Self::Not(part) => Possibilities::of(part.outcomes(scene).not()),
            Self::If(parts) => self::choose(parts, scene),
            Self::List(items) => combine(items, scene, &list),
            Self::Map(entries) => {
                // A key and its value are two operands.
                let sets: Vec<_> = entries.iter().flatten().map(|part| part.possibilities(scene)).collect();
                combined(&sets, &map)
            }
            Self::Matches(text, pattern) => {
                let text = text.possibilities(scene);
                combined(&[text], &|operands| match (operands, pattern) {
                    ([Possible::Known(Value::Text(text))], Some(pattern)) => {
                        Possibilities::of(pattern.is_match(text).into())
                    }
                    ([Possible::Text], Some(_)) => Possibilities::of(Outcomes::EITHER),
                    ([Possible::Anything | Possible::Later], _) => Possibilities::one(Possible::Anything),
                    _ => Possibilities::one(Possible::Error),
                })
            }
            Self::Call { function, is_method, operands } => {
                if let (When::From(from), Some((comparison, constant))) =
                    (scene.when, self.whole_comparison())
                {
                    return later(comparison, constant, from);
                }
                combine(operands, scene, &|operands| apply(function, *is_method, operands))
            }
        }
    }
}

fn of_attribute(attribute: &Attribute, scene: &Scene<'_>) -> Possibilities {
    let text = |given: Option<&str>| match given {
        Some(text) => Possible::Known(Value::Text(text.into())),
        None => Possible::Text,
    };
    let known = match attribute {
        Attribute::Resource(name) => scene.resource.and_then(|resource| resource.attribute(name)),
        _ => None,
    };
    if let (Some(known), When::At(_) | When::From(_)) = (known, scene.when) {
        return Possibilities::known(Value::Text(known.into()));
    }
    Possibilities::one(match (attribute, scene.when) {
        (_, When::InDeny) | (Attribute::Missing(_), _) => Possible::Error,
        (Attribute::Time, When::At(time)) => Possible::Known(Value::Time(time)),
        (Attribute::Time, When::From(_)) => Possible::Later,
        (Attribute::Path, _) => text(scene.path),
        (Attribute::Host, _) => text(scene.host),
        // Google's pages disagree on which of the two it is.
        (Attribute::Resource(_), _) => {
            let empty = Possibilities::known(Value::Text("".into()));
            return Possibilities::all([Possibilities::one(Possible::Error), empty]);
        }
    })
}

/// Whether the resource has a tag, which is not known; the arguments are texts.
fn tag(arguments: &[&Possible]) -> Possibilities {
    let is_text = |argument: &&Possible| {
        matches!(argument, Possible::Known(Value::Text(_)) | Possible::Text | Possible::Anything)
    };
    if arguments.iter().all(is_text) {
        Possibilities::of(Outcomes::EITHER)
    } else {
        Possibilities::one(Possible::Error)
    }
}

fn choose([condition, one, other]: &[Tree; 3], scene: &Scene<'_>) -> Possibilities {
    let outcomes = condition.outcomes(scene);
    let mut found = Vec::new();
    if outcomes.contain(Outcomes::TRUE) {
        found.push(one.possibilities(scene));
    }
    if outcomes.contain(Outcomes::FALSE) {
        found.push(other.possibilities(scene));
    }
    if outcomes.contain(Outcomes::ERROR) {
        found.push(Possibilities::one(Possible::Error));
    }
    Possibilities::all(found)
}

fn list(items: &[&Possible]) -> Possibilities {
    match known(items) {
        Some(items) => Possibilities::known(Value::List(items.into_iter().cloned().collect())),
        None => Possibilities::one(unless_error(items)),
    }
}

fn map(operands: &[&Possible]) -> Possibilities {
    let Some(values) = known(operands) else { return Possibilities::one(unless_error(operands)) };
    let mut keys = Vec::new();
    let mut entries = Vec::new();
    for pair in values.chunks_exact(2) {
        let [key, value] = [pair[0], pair[1]];
        match key.key() {
            Some(found) if !keys.contains(&found) => keys.push(found),
            // No such key, or twice the same.
            _ => return Possibilities::one(Possible::Error),
        }
        entries.push((key.clone(), value.clone()));
    }
    Possibilities::known(Value::Map(entries.into()))
}

/// All of them, where all are known.
fn known<'p>(operands: &[&'p Possible]) -> Option<Vec<&'p Value>> {
    let value = |operand: &&'p Possible| match operand {
        Possible::Known(value) => Some(value),
        Possible::Error | Possible::Text | Possible::Later | Possible::Anything => None,
    };
    operands.iter().map(value).collect()
}

fn unless_error(operands: &[&Possible]) -> Possible {
    if operands.contains(&&Possible::Error) { Possible::Error } else { Possible::Anything }
}

/// What a function may give for each combination of what its operands may be.
fn combine(
    operands: &[Tree],
    scene: &Scene<'_>,
    function: &dyn Fn(&[&Possible]) -> Possibilities,
) -> Possibilities {
    let sets: Vec<_> = operands.iter().map(|operand| operand.possibilities(scene)).collect();
    combined(&sets, function)
}

fn combined(sets: &[Possibilities], function: &dyn Fn(&[&Possible]) -> Possibilities) -> Possibilities {
    let mut count: usize = 1;
    for set in sets {
        count = count.saturating_mul(set.each().len());
    }
    if count > MOST {
        return Possibilities::one(Possible::Anything);
    }
    Possibilities::all((0..count).map(|index| {
        let mut rest = index;
        let pick = |set: &'_ Possibilities| {
            let at = rest % set.each().len();
            rest /= set.each().len();
            at
        };
        let picks: Vec<usize> = sets.iter().map(pick).collect();
        let operands: Vec<&Possible> = sets.iter().zip(picks).map(|(set, at)| &set.each()[at]).collect();
        function(&operands)
    }))
}

/// What a function or an operator may give.
fn apply(function: &str, is_method: bool, operands: &[&Possible]) -> Possibilities {
    if !call::is_known(function, is_method) || operands.contains(&&Possible::Error) {
        return Possibilities::one(Possible::Error);
    }
    match known(operands) {
        Some(values) => {
            Possibilities::one(call(function, is_method, &values).map_or(Possible::Error, Possible::Known))
        }
        None if operands.iter().any(|operand| matches!(operand, Possible::Later | Possible::Anything)) => {
            Possibilities::one(Possible::Anything)
        }
        None => with_text(function, operands),
    }
}

/// What a function may give where an operand is some text that is not known, and all others are texts like it or
/// values.
fn with_text(function: &str, operands: &[&Possible]) -> Possibilities {
    let is_text = |operand: &&Possible| matches!(operand, Possible::Text | Possible::Known(Value::Text(_)));
    let are_texts = operands.iter().all(is_text) && operands.len() == 2;
    let text_or_error = if are_texts { Possible::Text } else { Possible::Error };
    match function {
        "_==_" | "_!=_" => Possibilities::of(Outcomes::EITHER),
        "startsWith" | "endsWith" | "contains" | "_<_" | "_<=_" | "_>_" | "_>=_" => {
            Possibilities::of(if are_texts { Outcomes::EITHER } else { Outcomes::ERROR })
        }
        "@in" => match operands {
            [_, Possible::Known(Value::List(_) | Value::Map(_))] => Possibilities::of(Outcomes::EITHER),
            _ => Possibilities::one(Possible::Error),
        },
        "_+_" => Possibilities::one(text_or_error),
        // Whether the template can be read may not be known.
        "extract" if are_texts => {
            Possibilities::all([Possibilities::one(Possible::Text), Possibilities::one(Possible::Error)])
        }
        "string" => Possibilities::one(Possible::Text),
        _ => Possibilities::one(Possible::Anything),
    }
}

/// The outcomes that a comparison of the time with a constant has over all times from one on.
fn later(comparison: Comparison, constant: &Possibilities, from: Time) -> Possibilities {
    let one = |possible: &Possible| match possible {
        Possible::Known(Value::Time(moment)) => {
            let (is_before, is_reached) = (from < *moment, from <= *moment);
            let (mut can_be_true, mut can_be_false) = match comparison {
                Comparison::Less => (is_before, true),
                Comparison::LessOrEqual | Comparison::Equal | Comparison::NotEqual => (is_reached, true),
                Comparison::Greater => (true, is_reached),
                Comparison::GreaterOrEqual => (true, is_before),
            };
            if comparison == Comparison::NotEqual {
                std::mem::swap(&mut can_be_true, &mut can_be_false);
            }
            match (can_be_true, can_be_false) {
                (true, true) => Outcomes::EITHER,
                (true, false) => Outcomes::TRUE,
                (false, _) => Outcomes::FALSE,
            }
        }
        // A time equals nothing of another kind, at any time, and cannot be ordered against it.
        Possible::Known(_) => match comparison {
            Comparison::Equal => Outcomes::FALSE,
            Comparison::NotEqual => Outcomes::TRUE,
            _ => Outcomes::ERROR,
        },
        Possible::Error => Outcomes::ERROR,
        Possible::Text | Possible::Later | Possible::Anything => Outcomes::ANY,
    };
    Possibilities::of(constant.each().iter().map(one).fold(Outcomes::NONE, Outcomes::or_else))
}
