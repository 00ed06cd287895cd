//! From differences to what would settle them: the changes, their laws, and the plan as a value.
//!
//! Pure: it sees a map, a world and a time, and writes nothing.

mod about;
mod above;
mod adds;
pub mod change;
pub mod check;
pub mod difference;
mod digest;
pub mod discover;
pub mod edit;
pub mod footing;
pub mod graph;
mod hold;
pub mod law;
pub mod make;
mod offered;
mod proposal;
mod removals;
pub mod review;
pub mod step;

use std::{collections::BTreeSet, sync::Arc};

pub use about::About;
pub use above::unsaid;
pub use change::{Change, Class, Deed};
pub use footing::footing;
pub use make::{make, make_for};
pub use offered::offered;
pub use step::{CallerIdentity, Footing, Protected, ServiceState, Step, StepId};

use crate::{
    callers::Location,
    model::{Container, Principal, Resource, RuleId, ServiceName, Time},
    world::SourceKind,
};

/// The changes that would make a world match a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What it was made from.
    pub made: Made,
    /// What is to be done, in order: a step stands behind all that it needs.
    pub steps: Vec<Step>,
    /// What would be done if something did not stand in its way.
    pub held: Vec<Held>,
    /// Edges of functions that are not live yet.
    pub waiting: Vec<Waiting>,
    /// Whether everything that decides was read.
    pub is_complete: bool,
}

/// What a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// When.
    pub at: Time,
    /// The time it was judged at, where that is not when it was made (`--at`).
    pub judged_at: Option<Time>,
    /// Where the world was read from.
    pub source: SourceKind,
    /// The environment of the map.
    pub env: Option<Arc<str>>,
    /// What was looked at besides the map's projects, in order.
    pub scope: Vec<Container>,
    /// The version of callmap.
    pub tool: Arc<str>,
    /// The map.
    pub map: MapDigest,
    /// Which changes were asked for.
    pub options: PlanOptions,
}

/// Which map, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapDigest {
    /// SHA-256 over all files in order, 64 hex digits.
    pub sha256: String,
    /// The files, by the path they were given as.
    pub files: Vec<Arc<str>>,
}

/// Which changes are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// `--only add`: nothing is taken out but what an add replaces.
    pub is_only_adds: bool,
    /// What is done only where it is asked for.
    pub include: BTreeSet<Include>,
    /// `--ignore-event-sources PRINCIPAL`: whose grants are taken out whatever event sources call as it.
    pub ignored_in_sources: BTreeSet<Principal>,
}

/// What a plan does only where it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Include {
    /// `--include-public`: declared public members are granted.
    Public,
    /// `--include-inherited`: grants of invoker roles above functions are taken out.
    Inherited,
    /// `--include-inherited=jobs`: also where they run jobs or instances.
    InheritedJobs,
    /// `--include-dead`: grants that give nothing are taken out.
    Dead,
    /// `--include-agents`: grants of Google's service agents are taken out.
    Agents,
}

/// A change that something stands in the way of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Whose policy it would change.
    pub resource: Resource,
    /// The change; `None` where no change is known that would settle the finding.
    pub change: Option<Change>,
    /// The rule whose finding it would settle.
    pub rule: RuleId,
    /// Whom it is about.
    pub principal: Option<Principal>,
    /// Why not, and what would help: a fragment without a full stop.
    pub reason: String,
}

/// An edge of a function that is not live yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The function.
    pub service: ServiceName,
    /// The caller, as the map spells it.
    pub caller: Arc<str>,
    /// Where the map declares it.
    pub declared_at: Location,
}

impl Include {
    /// All of them, in the order they are shown.
    pub const ALL: [Self; 5] = [Self::Public, Self::Inherited, Self::InheritedJobs, Self::Dead, Self::Agents];

    /// The word for it, in plan files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Inherited => "inherited",
            Self::InheritedJobs => "inherited-jobs",
            Self::Dead => "dead",
            Self::Agents => "agents",
        }
    }

    /// The flag that asks for it.
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Public => "--include-public",
            Self::Inherited => "--include-inherited",
            Self::InheritedJobs => "--include-inherited=jobs",
            Self::Dead => "--include-dead",
            Self::Agents => "--include-agents",
        }
    }
}

impl Plan {
    /// All changes, each with the step it belongs to.
    pub fn changes(&self) -> impl Iterator<Item = (&Step, &Change)> {
        self.steps.iter().flat_map(|step| step.changes.iter().map(move |change| (step, change)))
    }
}
