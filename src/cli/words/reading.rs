//! The words of commands that read the world and report: `audit`, `discover`, `snapshot`; and of `check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Format, Map, Reading, Scope, World, at};
use crate::{
    commands::{AuditOptions, DiscoverOptions, ReportFile, ReportFormat, SnapshotOptions},
    model::{Level, Time},
    report::table,
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Audit {
    #[command(flatten)]
    map: Map,
    #[command(flatten)]
    world: World,
    #[command(flatten)]
    scope: Scope,
    /// Exit with 1 where a finding of this level or above is open.
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = FailOn::Error, help_heading = "Output")]
    fail_on: FailOn,
    /// Show notes as well, or every finding with its fix and its fingerprint.
    #[arg(long, value_enum, value_name = "WHAT", help_heading = "Output")]
    show: Option<Show>,
    /// The format on standard output.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = AuditFormat::Table, help_heading = "Output")]
    format: AuditFormat,
    /// Write a report to this file as well, in the format of its ending: `.json` or `.md`. Repeatable.
    #[arg(short, long = "output", value_name = "FILE", value_parser = audit_file, help_heading = "Output")]
    output: Vec<ReportFile>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Note,
    Never,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Show {
    Notes,
    All,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum AuditFormat {
    Table,
    Json,
    Markdown,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Discover {
    #[command(flatten)]
    world: World,
    #[command(flatten)]
    scope: Scope,
    /// Write the map to this file, which must not be there yet, instead of standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Check {
    /// A file of the map, or a directory of them. Repeatable. [default: policies]
    #[arg(short, long = "map", value_name = "PATH", help_heading = "Map")]
    pub(in crate::cli) map: Vec<PathBuf>,
    /// Check as of this time, RFC 3339, instead of now.
    #[arg(long, value_name = "TIME", value_parser = at, help_heading = "Map")]
    pub(in crate::cli) at: Option<Time>,
    /// The format on standard output.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table, help_heading = "Output")]
    pub(in crate::cli) format: Format,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Snapshot {
    /// Write it to this file; a name that ends in `.gz` is compressed.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: PathBuf,
    #[command(flatten)]
    map: Map,
    #[command(flatten)]
    reading: Reading,
    #[command(flatten)]
    scope: Scope,
}

impl Audit {
    pub(in crate::cli) fn options(self) -> AuditOptions {
        let Self { map, world, scope, fail_on, show, format, output } = self;
        AuditOptions {
            map: map.options(),
            world: world.options(),
            wider: scope.wider(),
            fail_on: match fail_on {
                FailOn::Error => Some(Level::Error),
                FailOn::Warning => Some(Level::Warning),
                FailOn::Note => Some(Level::Note),
                FailOn::Never => None,
            },
            show: match show {
                None => table::Show::Screen,
                Some(Show::Notes) => table::Show::Notes,
                Some(Show::All) => table::Show::All,
            },
            format: format.report(),
            files: output,
        }
    }
}

impl Discover {
    pub(in crate::cli) fn options(self) -> DiscoverOptions {
        let Self { world, scope, output } = self;
        DiscoverOptions { world: world.options(), wider: scope.wider(), output }
    }
}

impl Snapshot {
    pub(in crate::cli) fn options(self) -> SnapshotOptions {
        let Self { output, map, reading, scope } = self;
        SnapshotOptions {
            map: map.options(),
            world: reading.options(None, None),
            wider: scope.wider(),
            output,
        }
    }
}

impl AuditFormat {
    pub(super) fn report(self) -> ReportFormat {
        match self {
            Self::Table => ReportFormat::Table,
            Self::Json => ReportFormat::Json,
            Self::Markdown => ReportFormat::Markdown,
        }
    }
}

pub(super) fn audit_file(text: &str) -> Result<ReportFile, String> {
    ReportFile::new(text.into(), &[ReportFormat::Json, ReportFormat::Markdown])
}
