//! An expression that was read, as a tree of bounded depth.

use std::{collections::BTreeSet, sync::Arc};

use regex::Regex;

use super::value::{Possibilities, Possible, Value};
use crate::model::Time;

/// How deep parts may stand within each other: evaluation must not run out of an ordinary stack.
pub(super) const DEEPEST: usize = 48;

/// A part of an expression.
#[derive(Debug)]
pub(super) enum Tree {
    /// It is the same at all times and for all requests.
    Constant(Possibilities),
    /// Something about the request or the resource.
    Attribute(Attribute),
    /// A question about the tags of the resource, with its arguments.
    Tag(Vec<Self>),
    /// `api.getAttribute(name, default)`: no such attribute has to do with calling, so this is the default.
    Default(Box<Self>),
    And(Box<[Self; 2]>),
    Or(Box<[Self; 2]>),
    Not(Box<Self>),
    /// `condition ? one : other`.
    If(Box<[Self; 3]>),
    List(Vec<Self>),
    Map(Vec<[Self; 2]>),
    /// A test against a pattern that is written out, read once; `None` for one that cannot be read.
    Matches(Box<Self>, Option<Regex>),
    /// An operator, a function, or a method with its target first.
    Call {
        function: Arc<str>,
        is_method: bool,
        operands: Vec<Self>,
    },
}

/// What an expression asks about (<https://cloud.google.com/iam/docs/conditions-attribute-reference>).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Attribute {
    /// `request.time`.
    Time,
    /// `request.path`.
    Path,
    /// `request.host`.
    Host,
    /// `resource.name`, `resource.type`, `resource.service`: Cloud Run has none of them.
    Resource(Arc<str>),
    /// Something that conditions on Cloud Run do not have.
    Missing(Arc<str>),
}

impl Attribute {
    /// The attribute of this name, dots and all.
    pub(super) fn named(name: &str) -> Self {
        match name.strip_prefix('.').unwrap_or(name) {
            "request.time" => Self::Time,
            "request.path" => Self::Path,
            "request.host" => Self::Host,
            name @ ("resource.name" | "resource.type" | "resource.service") => Self::Resource(name.into()),
            name => Self::Missing(name.into()),
        }
    }
}

/// What a whole comparison of the time with a constant asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

impl Comparison {
    fn named(function: &str) -> Option<Self> {
        Some(match function {
            "_<_" => Self::Less,
            "_<=_" => Self::LessOrEqual,
            "_>_" => Self::Greater,
            "_>=_" => Self::GreaterOrEqual,
            "_==_" => Self::Equal,
            "_!=_" => Self::NotEqual,
            _ => return None,
        })
    }

    fn turned_round(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Equal | Self::NotEqual => self,
        }
    }
}

/// Where the outcome of an expression changes with time.
#[derive(Debug, Default)]
pub(super) struct Clock {
    /// The moments that the time is compared with.
    pub(super) moments: BTreeSet<Time>,
    /// Whether the time is used in another way too, such as its hours.
    pub(super) is_cyclic: bool,
}

impl Tree {
    /// The constant that it is.
    pub(super) fn constant(&self) -> Option<&Possibilities> {
        match self {
            Self::Constant(possible) => Some(possible),
            _ => None,
        }
    }

    /// The parts that it is made of.
    pub(super) fn parts(&self) -> Vec<&Self> {
        match self {
            Self::Constant(_) | Self::Attribute(_) => Vec::new(),
            Self::Tag(parts) | Self::List(parts) | Self::Call { operands: parts, .. } => {
                parts.iter().collect()
            }
            Self::Default(part) | Self::Not(part) | Self::Matches(part, _) => vec![part],
            Self::And(parts) | Self::Or(parts) => parts.iter().collect(),
            Self::If(parts) => parts.iter().collect(),
            Self::Map(entries) => entries.iter().flatten().collect(),
        }
    }

    /// The comparison that it is, where it is nothing but one of `request.time` with a constant.
    pub(super) fn whole_comparison(&self) -> Option<(Comparison, &Possibilities)> {
        let Self::Call { function, is_method: false, operands } = self else { return None };
        let comparison = Comparison::named(function)?;
        match operands.as_slice() {
            [Self::Attribute(Attribute::Time), Self::Constant(constant)] => Some((comparison, constant)),
            [Self::Constant(constant), Self::Attribute(Attribute::Time)] => {
                Some((comparison.turned_round(), constant))
            }
            _ => None,
        }
    }

    /// Where its outcome changes with time.
    pub(super) fn clock(&self) -> Clock {
        let mut clock = Clock::default();
        self.wind(&mut clock);
        clock
    }

    fn wind(&self, clock: &mut Clock) {
        if let Some((_, constant)) = self.whole_comparison() {
            let moments = constant.each().iter().filter_map(|possible| match possible {
                Possible::Known(Value::Time(time)) => Some(*time),
                _ => None,
            });
            clock.moments.extend(moments);
            return;
        }
        clock.is_cyclic |= matches!(self, Self::Attribute(Attribute::Time));
        for part in self.parts() {
            part.wind(clock);
        }
    }

    /// The attributes that it asks about.
    pub(super) fn attributes(&self) -> BTreeSet<&Attribute> {
        let mut found = BTreeSet::new();
        self.visit(&mut |tree| {
            if let Self::Attribute(attribute) = tree {
                found.insert(attribute);
            }
        });
        found
    }

    /// Whether it asks about tags.
    pub(super) fn has_tags(&self) -> bool {
        let mut has_tags = false;
        self.visit(&mut |tree| has_tags |= matches!(tree, Self::Tag(_)));
        has_tags
    }

    fn visit<'t>(&'t self, visitor: &mut impl FnMut(&'t Self)) {
        visitor(self);
        for part in self.parts() {
            part.visit(visitor);
        }
    }
}
