//! Which access came and which went, between two maps or two worlds: as a plain value.
//!
//! Pure. What is not known in one of both neither came nor went: it is said to be unread.

mod declared;
mod functions;
mod grants;
mod maps;
mod services;
mod settings;
mod worlds;

pub use maps::maps;
pub use worlds::worlds;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    sync::Arc,
};

use crate::{
    callers::Location,
    model::{Condition, Container, Level, Principal, RoleName, RuleId, ServiceName, Time},
};

/// What differs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Rules whose level is another, in order.
    pub levels: Vec<LevelChange>,
    /// Access, in the order it is shown: what came before what went, public and external first.
    pub access: Vec<AccessChange>,
    /// Functions, and what they run as.
    pub functions: Vec<Change>,
    /// What holds for the whole.
    pub settings: Vec<Change>,
    /// What is not known in one of both, or in both.
    pub unread: BTreeSet<Unread>,
}

/// A rule whose level is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LevelChange {
    /// The rule.
    pub rule: RuleId,
    /// Its level in the old one.
    pub was: Level,
    /// Its level in the new one.
    pub now: Level,
}

/// Which way something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Turn {
    /// It is in the new one alone.
    Came,
    /// It is in the old one alone.
    Went,
    /// It is in both, and not the same.
    Changed,
}

/// How far access reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// To anybody.
    Public,
    /// To somebody who is none of us.
    External,
    /// To anybody else.
    Other,
}

/// Access that came, went or changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccessChange {
    /// Which way.
    pub turn: Turn,
    /// How far it reaches.
    pub reach: Reach,
    /// Who: `kind:name`, or `function:NAME`.
    pub caller: Arc<str>,
    /// To what.
    pub target: Target,
    /// By what: of what went, what it was.
    pub through: Vec<Through>,
    /// By what it was before, of what changed.
    pub was: Vec<Through>,
    /// What there is to say besides: fragments.
    pub notes: Vec<String>,
    /// Where the map declares it: the new one, or the old one of what went.
    pub at: Option<Location>,
}

/// What somebody can call, or be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A function, with what it is called in the map where that is not the last part of its name.
    Function(ServiceName, Option<Arc<str>>),
    /// All functions below, and how many these are.
    Below(Container, usize),
    /// A member of a group that was read.
    Group(Principal),
}

/// By what somebody can call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Through {
    /// A map says so, until a time or for good.
    Declared(Option<Time>),
    /// A grant.
    Grant(RoleName, Option<Condition>),
    /// The invoker check is off.
    CheckOff,
}

/// Something else that came, went or changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Which way.
    pub turn: Turn,
    /// What it is: `function`, `runs as`, `accepted`.
    pub what: &'static str,
    /// What it is called.
    pub name: String,
    /// What there is to say: a fragment.
    pub detail: String,
    /// Where the map says it.
    pub at: Option<Location>,
}

/// Which of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The old one.
    Old,
    /// The new one.
    New,
}

/// Something that is not known in one of both.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// What: a resource by its relative name.
    pub name: String,
    /// What of it: `policy`, `settings`, `services`.
    pub what: &'static str,
    /// Where it is not known.
    pub side: Side,
    /// Why.
    pub why: String,
}

impl Turn {
    /// The sign before a line.
    pub const fn sign(self) -> char {
        match self {
            Self::Came => '+',
            Self::Went => '-',
            Self::Changed => '~',
        }
    }

    /// The word for it, in reports for machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Came => "came",
            Self::Went => "went",
            Self::Changed => "changed",
        }
    }
}

impl Reach {
    /// The word for it, in reports for machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::External => "external",
            Self::Other => "other",
        }
    }
}

impl Side {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

impl LevelChange {
    /// Whether the rule was lowered, to below its own level.
    pub fn is_relaxed(self) -> bool {
        self.now < self.was && self.now < self.rule.default_level()
    }
}

impl Difference {
    /// Whether nothing differs, as far as that is known.
    pub fn is_none(&self) -> bool {
        let Self { levels, access, functions, settings, unread: _ } = self;
        levels.is_empty() && access.is_empty() && functions.is_empty() && settings.is_empty()
    }

    /// Whether everything that decides is known in both.
    pub fn is_complete(&self) -> bool {
        self.unread.is_empty()
    }

    /// Access that changed in one way.
    pub fn turned(&self, turn: Turn) -> impl Iterator<Item = &AccessChange> {
        self.access.iter().filter(move |change| change.turn == turn)
    }

    /// Everything in the order it is shown.
    fn sorted(mut self) -> Self {
        self.levels.sort();
        self.access.sort();
        self.functions.sort_by(|one, other| (&one.name, one).cmp(&(&other.name, other)));
        self.settings.sort_by(|one, other| (one.what, one).cmp(&(other.what, other)));
        self
    }
}

impl Change {
    /// A change without a place.
    fn new(turn: Turn, what: &'static str, name: &dyn Display, detail: impl Into<String>) -> Self {
        Self { turn, what, name: name.to_string(), detail: detail.into(), at: None }
    }

    /// The same at a place.
    fn at(mut self, at: Option<Location>) -> Self {
        self.at = at;
        self
    }
}

/// The pairs of two sorted lists by key, each key once.
fn paired<'a, K: Ord, O, N>(
    old: &'a BTreeMap<K, O>,
    new: &'a BTreeMap<K, N>,
) -> impl Iterator<Item = (&'a K, Option<&'a O>, Option<&'a N>)> {
    let keys: BTreeSet<&K> = old.keys().chain(new.keys()).collect();
    keys.into_iter().map(|key| (key, old.get(key), new.get(key)))
}

/// What is in one of two sets alone.
fn turned<'a, T: Ord>(old: &'a BTreeSet<T>, new: &'a BTreeSet<T>) -> impl Iterator<Item = (Turn, &'a T)> {
    let came = new.difference(old).map(|entry| (Turn::Came, entry));
    came.chain(old.difference(new).map(|entry| (Turn::Went, entry)))
}
