//! What commands are asked for that change something: policies, or the map.

use std::{collections::BTreeSet, path::PathBuf};

use chrono::TimeDelta;

use super::{MapOptions, ReportFile, ReportFormat, WorldOptions};
use crate::{
    model::{Container, Time},
    plan,
};

/// What a plan is made from, by `plan` or by `apply`.
#[derive(Debug, Clone)]
pub struct MakeOptions {
    /// The map.
    pub map: MapOptions,
    /// The world.
    pub world: WorldOptions,
    /// What is looked at besides the map's projects.
    pub wider: Vec<Container>,
    /// Which changes are asked for.
    pub changes: plan::PlanOptions,
}

/// What `plan` is asked for.
#[derive(Debug, Clone)]
pub struct PlanOptions {
    /// The plan.
    pub make: MakeOptions,
    /// The file it is saved to, which is not there yet.
    pub save: Option<PathBuf>,
    /// Whether the exit code says that there is something to do.
    pub is_exit_code: bool,
    /// The format on standard output.
    pub format: ReportFormat,
    /// Reports besides.
    pub files: Vec<ReportFile>,
}

/// What `apply` is asked for.
#[derive(Debug, Clone)]
pub struct ApplyOptions {
    /// The plan, where it is made now; its map and world in any case.
    pub make: MakeOptions,
    /// A saved plan.
    pub file: Option<PathBuf>,
    /// The journal of a run that broke off.
    pub resume: Option<PathBuf>,
    /// How it is carried out.
    pub carry: CarryOptions,
    /// How many grants may be taken out.
    pub max_removals: usize,
    /// How old a plan may be.
    pub max_plan_age: TimeDelta,
}

/// What `undo` is asked for.
#[derive(Debug, Clone)]
pub struct UndoOptions {
    /// The journal of what is taken back.
    pub journal: PathBuf,
    /// How Google Cloud is reached.
    pub world: WorldOptions,
    /// What is given back only where it is asked for.
    pub include: BTreeSet<plan::Include>,
    /// How it is carried out.
    pub carry: CarryOptions,
}

/// How something is carried out.
#[derive(Debug, Clone)]
pub struct CarryOptions {
    /// Whether nobody is asked.
    pub is_yes: bool,
    /// How long what was granted may take to count everywhere; `None` is as long as Google says.
    pub settle: Option<TimeDelta>,
    /// Where the journal is written to; `None` is the user's directory for such.
    pub journal: Option<PathBuf>,
    /// The format on standard output.
    pub format: ReportFormat,
}

/// What `grant` and `revoke` are both asked for.
#[derive(Debug, Clone)]
pub struct CallerOptions {
    /// Who, as it is named.
    pub caller: String,
    /// What, as it is named.
    pub function: String,
    /// The map.
    pub map: MapOptions,
    /// The world, where it is changed too.
    pub world: WorldOptions,
    /// Whether it is carried out.
    pub is_applied: bool,
    /// How it is carried out.
    pub carry: CarryOptions,
}

/// What `grant` is asked for.
#[derive(Debug, Clone)]
pub struct GrantOptions {
    /// Who and what.
    pub caller: CallerOptions,
    /// For how long.
    pub term: Term,
    /// Why.
    pub reason: Option<String>,
    /// Whether everybody may be meant.
    pub is_public: bool,
}

/// What `revoke` is asked for.
#[derive(Debug, Clone)]
pub struct RevokeOptions {
    /// Who and what.
    pub caller: CallerOptions,
}

/// For how long somebody is granted something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// Nobody said.
    Usual,
    /// So long from now.
    For(TimeDelta),
    /// Until then.
    Until(Time),
    /// For good.
    Permanent,
}
