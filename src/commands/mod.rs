//! One file a verb: what is read, what is asked of it, what is written, and how it ends. No judgement here.

mod accept;
mod apply;
mod audit;
mod call;
mod check;
mod clock;
mod console;
mod demo;
mod diff;
mod discover;
mod door;
mod emulator;
mod error;
mod files;
mod grant;
mod graph;
mod input;
mod live;
mod me;
mod options;
mod plan;
mod question;
mod review;
mod rule;
mod snapshot;
mod token;
mod undo;
mod world;

pub use accept::accept;
pub use apply::apply;
pub use audit::audit;
pub use call::{CallOptions, call};
pub use check::check;
pub use clock::{here, there};
pub use console::{Console, width};
pub use demo::demo;
pub use diff::diff;
pub use discover::discover;
pub use emulator::{EmulatorOptions, emulator};
pub use error::Error;
pub use files::{PictureFormat, ReportFile, ReportFormat, ReviewFormat};
pub use grant::{grant, revoke};
pub use graph::graph;
pub use options::{
    AcceptOptions, ApplyOptions, AuditOptions, Beside, CallerOptions, CarryOptions, DiffOptions,
    DiscoverOptions, GrantOptions, GraphOptions, IdentityOptions, LiveOptions, MakeOptions, MapOptions,
    PlanOptions, QuestionOptions, ReviewOptions, RevokeOptions, SnapshotOptions, Term, TokenOptions,
    UndoOptions, WorldOptions,
};
pub use plan::plan;
pub use question::{can, explain, who};
pub use review::review;
pub use rule::rule;
pub use snapshot::snapshot;
pub use token::token;
pub use undo::undo;

/// How a run ended. Errors have no part in it: they are [`Error`]s, and end with 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, and nothing to report.
    Done,
    /// Findings.
    Findings,
    /// No findings, but not everything that decides was read.
    Incomplete,
    /// Somebody said no, or more would be removed than is expected: nothing was written.
    Declined,
    /// Something is no longer as planned, and nothing was written.
    Stale,
    /// Some of it was written, and some not.
    Partly,
    /// Stopped by the user: what was under way was finished.
    Interrupted,
}

impl Exit {
    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Findings | Self::Declined => 1,
            Self::Incomplete => 3,
            Self::Stale => 4,
            Self::Partly => 5,
            Self::Interrupted => 130,
        }
    }
}
