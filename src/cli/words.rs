//! The words and options of each command, and what they mean.

use std::path::PathBuf;

use chrono::TimeDelta;
use clap::{Args, ValueEnum};

use crate::{
    commands::{
        AcceptOptions, AuditOptions, DiscoverOptions, MapOptions, QuestionOptions, ReportFile, ReportFormat,
        WorldOptions,
    },
    model::{Container, Level, Time, time},
    report::table,
};

#[derive(Debug, Args)]
pub(super) struct Audit {
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

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Who: `kind:name`, `function:NAME` of the map, or `me`.
    pub(super) caller: String,
    /// What: a short name of the map, `REGION/NAME`, a function id, a full resource, or a URL.
    pub(super) function: String,
    #[command(flatten)]
    pub(super) question: Question,
}

#[derive(Debug, Args)]
pub(super) struct Who {
    /// What: a short name of the map, `REGION/NAME`, a function id, a full resource, or a URL.
    pub(super) function: String,
    #[command(flatten)]
    pub(super) question: Question,
}

#[derive(Debug, Args)]
pub(super) struct Can {
    /// Who: `kind:name`, `function:NAME` of the map, or `me`.
    pub(super) caller: String,
    #[command(flatten)]
    pub(super) question: Question,
}

/// What `explain`, `who` and `can` share.
#[derive(Debug, Args)]
pub(super) struct Question {
    #[command(flatten)]
    map: Map,
    #[command(flatten)]
    world: World,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    region: Region,
    /// The format on standard output.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table, help_heading = "Output")]
    format: Format,
    /// Write the answer to this file as well: its name ends in `.json`. Repeatable.
    #[arg(short, long = "output", value_name = "FILE", value_parser = answer_file, help_heading = "Output")]
    output: Vec<ReportFile>,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// A file of the map, or a directory of them. Repeatable. [default: policies]
    #[arg(short, long = "map", value_name = "PATH", help_heading = "Map")]
    pub(super) map: Vec<PathBuf>,
    /// Check as of this time, RFC 3339, instead of now.
    #[arg(long, value_name = "TIME", value_parser = at, help_heading = "Map")]
    pub(super) at: Option<Time>,
    /// The format on standard output.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table, help_heading = "Output")]
    pub(super) format: Format,
}

#[derive(Debug, Args)]
pub(super) struct Discover {
    #[command(flatten)]
    world: World,
    #[command(flatten)]
    scope: Scope,
    /// Write the map to this file, which must not be there yet, instead of standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Accept {
    /// Which findings: their fingerprints, or the first digits of them.
    #[arg(value_name = "FINGERPRINT", required_unless_present = "all", conflicts_with = "all")]
    fingerprints: Vec<String>,
    /// Every open finding, but for what is public, unchecked or unread.
    #[arg(long)]
    all: bool,
    /// Why it is accepted.
    #[arg(long, value_name = "REASON")]
    reason: String,
    /// Until when: a date or an RFC 3339 time. [default: 90 days from now]
    #[arg(long, value_name = "TIME", value_parser = end)]
    until: Option<Time>,
    #[command(flatten)]
    map: Map,
    #[command(flatten)]
    world: World,
    #[command(flatten)]
    scope: Scope,
}

#[derive(Debug, Args)]
pub(super) struct Rule {
    /// The rule's id; without one, all rules are listed.
    pub(super) id: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Snapshot {
    /// Write it to this file; a name that ends in `.gz` is compressed.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub(super) output: PathBuf,
    #[command(flatten)]
    pub(super) reading: Reading,
}

#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell.
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(super) struct Man {
    /// Write one page a command into this directory, instead of the main page to standard output.
    #[arg(long, value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Map")]
struct Map {
    /// A file of the map, or a directory of them. Repeatable. [default: policies]
    #[arg(short, long = "map", value_name = "PATH")]
    map: Vec<PathBuf>,
    /// The environment of the map.
    #[arg(long, env = "CALLMAP_ENV", value_name = "NAME")]
    env: Option<String>,
}

/// Where the world is read from.
#[derive(Debug, Args)]
#[command(next_help_heading = "World")]
pub(super) struct Reading {
    /// Read the world from this file: a Cloud Asset Inventory export, or a snapshot; `-` is standard input,
    /// and `.gz` is read as it is. Repeatable.
    #[arg(long, value_name = "FILE")]
    from: Vec<PathBuf>,
    /// Read a sample estate that is part of this program, and its map where no other is named.
    #[arg(long, conflicts_with = "from")]
    demo: bool,
    /// Members of groups, as YAML: group → members.
    #[arg(long, value_name = "FILE")]
    groups: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "World")]
struct World {
    #[command(flatten)]
    reading: Reading,
    /// Judge as of this time, RFC 3339, instead of now.
    #[arg(long, value_name = "TIME", value_parser = at)]
    at: Option<Time>,
    /// Call the world incomplete where the data of a file is older than this: `12h`, `7d`.
    #[arg(long, value_name = "DURATION", value_parser = time::duration)]
    max_data_age: Option<TimeDelta>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Scope")]
struct Scope {
    /// Look at this project as well as the map's. Repeatable.
    #[arg(long, value_name = "PROJECT", value_parser = project)]
    project: Vec<Container>,
    /// Look at the projects below this folder as well. Repeatable.
    #[arg(long, value_name = "NUMBER", value_parser = folder)]
    folder: Vec<Container>,
    /// Look at the projects below this organization as well. Repeatable.
    #[arg(long, value_name = "NUMBER", value_parser = organization)]
    organization: Vec<Container>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Scope")]
struct Region {
    /// The region of names that do not say theirs.
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
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
enum AuditFormat {
    Table,
    Json,
    Markdown,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Format {
    Table,
    Json,
}

fn at(text: &str) -> Result<Time, String> {
    time::moment(text).map_err(|error| format!("{error}: write it like `2026-12-01T09:00:00Z`"))
}

fn end(text: &str) -> Result<Time, String> {
    time::end(text).map_err(|error| format!("{error}: write it like `2026-12-01` or `2026-12-01T09:00:00Z`"))
}

fn project(text: &str) -> Result<Container, String> {
    container(&format!("projects/{text}"), text, "the id or the number of a project")
}

fn folder(text: &str) -> Result<Container, String> {
    container(&format!("folders/{text}"), text, "the number of a folder")
}

fn organization(text: &str) -> Result<Container, String> {
    container(&format!("organizations/{text}"), text, "the number of an organization")
}

fn container(name: &str, text: &str, what: &str) -> Result<Container, String> {
    name.parse().map_err(|_| format!("`{text}` is not {what}"))
}

fn audit_file(text: &str) -> Result<ReportFile, String> {
    ReportFile::new(text.into(), &[ReportFormat::Json, ReportFormat::Markdown])
}

fn answer_file(text: &str) -> Result<ReportFile, String> {
    ReportFile::new(text.into(), &[ReportFormat::Json])
}

impl Audit {
    pub(super) fn options(self) -> AuditOptions {
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
            format: match format {
                AuditFormat::Table => ReportFormat::Table,
                AuditFormat::Json => ReportFormat::Json,
                AuditFormat::Markdown => ReportFormat::Markdown,
            },
            files: output,
        }
    }
}

impl Discover {
    pub(super) fn options(self) -> DiscoverOptions {
        let Self { world, scope, output } = self;
        DiscoverOptions { world: world.options(), wider: scope.wider(), output }
    }
}

impl Accept {
    pub(super) fn options(self) -> AcceptOptions {
        let Self { fingerprints, all, reason, until, map, world, scope } = self;
        AcceptOptions {
            map: map.options(),
            world: world.options(),
            wider: scope.wider(),
            fingerprints: (!all).then_some(fingerprints),
            reason,
            until,
        }
    }
}

impl Question {
    pub(super) fn options(self) -> QuestionOptions {
        let Self { map, world, scope, region, format, output } = self;
        QuestionOptions {
            map: map.options(),
            world: world.options(),
            wider: scope.wider(),
            region: region.region,
            format: format.report(),
            files: output,
        }
    }
}

impl Map {
    pub(super) fn options(self) -> MapOptions {
        let Self { map, env } = self;
        MapOptions { paths: map, env }
    }
}

impl World {
    pub(super) fn options(self) -> WorldOptions {
        let Self { reading, at, max_data_age } = self;
        reading.options(at, max_data_age)
    }
}

impl Reading {
    pub(super) fn options(self, at: Option<Time>, max_data_age: Option<TimeDelta>) -> WorldOptions {
        let Self { from, demo, groups } = self;
        WorldOptions { is_demo: demo, from, groups, at, max_data_age }
    }
}

impl Scope {
    fn wider(self) -> Vec<Container> {
        let Self { project, folder, organization } = self;
        [project, folder, organization].concat()
    }
}

impl Format {
    pub(super) fn report(self) -> ReportFormat {
        match self {
            Self::Table => ReportFormat::Table,
            Self::Json => ReportFormat::Json,
        }
    }
}
