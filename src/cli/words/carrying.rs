//! The words of commands that write to Google Cloud: `apply` and `undo`.

use std::path::PathBuf;

use chrono::TimeDelta;
use clap::Args;

use super::{Format, live::Live, planning::Making};
use crate::{
    commands::{ApplyOptions, CarryOptions, UndoOptions, WorldOptions},
    model::time,
    plan::Include,
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Apply {
    /// A plan that `callmap plan --save` wrote; without one, a plan is made, shown and asked about.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    making: Making,
    /// Go on with the run of this journal, which broke off.
    #[arg(long, value_name = "JOURNAL", conflicts_with_all = ["file", "journal"], help_heading = "Writing")]
    resume: Option<PathBuf>,
    /// Take out no more grants than this.
    #[arg(long, value_name = "N", default_value_t = 25, help_heading = "Writing")]
    max_removals: usize,
    /// Carry out no saved plan that is older than this.
    #[arg(long, value_name = "DURATION", value_parser = time::duration, default_value = "24h")]
    #[arg(help_heading = "Writing")]
    max_plan_age: TimeDelta,
    #[command(flatten)]
    carrying: Carrying,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Undo {
    /// The journal of what is to be taken back.
    #[arg(value_name = "JOURNAL")]
    of: PathBuf,
    #[command(flatten)]
    live: Live,
    /// Give back grants to the public.
    #[arg(long, help_heading = "Changes")]
    include_public: bool,
    /// Give back grants above functions.
    #[arg(long, help_heading = "Changes")]
    include_inherited: bool,
    #[command(flatten)]
    carrying: Carrying,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Writing")]
struct Carrying {
    /// Do it without asking.
    #[arg(short, long)]
    yes: bool,
    /// Wait this long for grants to count everywhere, before what needs them is done. [default: 10m, 0 on an
    /// emulator]
    #[arg(long, value_name = "DURATION", value_parser = settle)]
    settle: Option<TimeDelta>,
    /// Write the journal to this file, which must not be there yet and ends in `.ndjson`.
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// The format on standard output.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table, help_heading = "Output")]
    format: Format,
}

impl Apply {
    pub(in crate::cli) fn options(self) -> ApplyOptions {
        let Self { file, resume, max_removals, max_plan_age, carrying, making } = self;
        let (make, carry) = (making.options(), carrying.options());
        ApplyOptions { make, file, resume, carry, max_removals, max_plan_age }
    }
}

impl Undo {
    pub(in crate::cli) fn options(self) -> UndoOptions {
        let Self { of, include_public, include_inherited, carrying, live } = self;
        let flags = [(include_public, Include::Public), (include_inherited, Include::Inherited)];
        let world = WorldOptions {
            is_demo: false,
            served: None,
            from: Vec::new(),
            groups: None,
            at: None,
            max_data_age: None,
            live: live.options(),
        };
        UndoOptions {
            journal: of,
            world,
            include: flags
                .into_iter()
                .filter_map(|(is_asked_for, what)| is_asked_for.then_some(what))
                .collect(),
            carry: carrying.options(),
        }
    }
}

impl Carrying {
    fn options(self) -> CarryOptions {
        let Self { yes, settle, journal, format } = self;
        CarryOptions { is_yes: yes, settle, journal, format: format.report() }
    }
}

/// A duration, or none at all.
fn settle(text: &str) -> Result<TimeDelta, time::TimeError> {
    if matches!(text, "0" | "0s") { Ok(TimeDelta::zero()) } else { time::duration(text) }
}
