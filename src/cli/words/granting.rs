//! The words of `grant` and `revoke`.

use std::path::PathBuf;

use chrono::TimeDelta;
use clap::Args;

use super::{Map, Reading};
use crate::{
    commands::{CallerOptions, CarryOptions, GrantOptions, ReportFormat, RevokeOptions, Term},
    model::{Time, time},
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Grant {
    #[command(flatten)]
    edge: Edge,
    /// For how long, from now: `8h`, `30m`, `7d`. [default: 8h, or `max_until` of the map where that is shorter]
    #[arg(long = "for", value_name = "DURATION", value_parser = time::duration)]
    #[arg(conflicts_with_all = ["until", "permanent"])]
    term: Option<TimeDelta>,
    /// Until when: a date or an RFC 3339 time.
    #[arg(long, value_name = "TIME", value_parser = super::end, conflicts_with = "permanent")]
    until: Option<Time>,
    /// For good.
    #[arg(long)]
    permanent: bool,
    /// Why: it stands in the map.
    #[arg(long, value_name = "REASON")]
    reason: Option<String>,
    /// Everybody may be meant: allUsers, allAuthenticatedUsers.
    #[arg(long)]
    public: bool,
    #[command(flatten)]
    doing: Doing,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Revoke {
    #[command(flatten)]
    edge: Edge,
    #[command(flatten)]
    doing: Doing,
}

/// Who and what.
#[derive(Debug, Args)]
struct Edge {
    /// Who: `kind:name`, `function:NAME` of the map, or `me`.
    caller: String,
    /// What: a short name of the map, `REGION/NAME`, a function id or a full resource.
    function: String,
}

/// The map, and whether and how it is carried out.
#[derive(Debug, Args)]
struct Doing {
    #[command(flatten)]
    map: Map,
    /// Carry it out on Google Cloud as well: this caller on this function, and nothing else.
    #[arg(long, help_heading = "Writing")]
    apply: bool,
    /// Do it without asking.
    #[arg(short, long, requires = "apply", help_heading = "Writing")]
    yes: bool,
    /// Write the journal to this file, which must not be there yet and ends in `.ndjson`.
    #[arg(long, value_name = "FILE", requires = "apply", help_heading = "Writing")]
    journal: Option<PathBuf>,
    #[command(flatten)]
    reading: Reading,
}

impl Grant {
    pub(in crate::cli) fn options(self) -> GrantOptions {
        let Self { edge, term, until, permanent, reason, public, doing } = self;
        let term = match (term, until, permanent) {
            (Some(time), _, _) => Term::For(time),
            (None, Some(until), _) => Term::Until(until),
            (None, None, true) => Term::Permanent,
            (None, None, false) => Term::Usual,
        };
        GrantOptions { caller: edge.with(doing), term, reason, is_public: public }
    }
}

impl Revoke {
    pub(in crate::cli) fn options(self) -> RevokeOptions {
        let Self { edge, doing } = self;
        RevokeOptions { caller: edge.with(doing) }
    }
}

impl Edge {
    fn with(self, doing: Doing) -> CallerOptions {
        let Self { caller, function } = self;
        let Doing { map, apply, yes, journal, reading } = doing;
        let carry = CarryOptions { is_yes: yes, settle: None, journal, format: ReportFormat::Table };
        let world = reading.options(None, None);
        CallerOptions { caller, function, map: map.options(), world, is_applied: apply, carry }
    }
}
