//! The words and options of each command, and what they mean.
//!
//! What several commands share stands here.

mod calling;
mod carrying;
mod changing;
mod comparing;
mod drawing;
mod granting;
mod live;
mod planning;
mod program;
mod questions;
mod reading;
mod reviewing;

use std::path::PathBuf;

use chrono::TimeDelta;
use clap::{Args, ValueEnum};

pub(super) use calling::{Call, Token};
pub(super) use carrying::{Apply, Undo};
pub(super) use changing::Accept;
pub(super) use comparing::Diff;
pub(super) use drawing::Graph;
pub(super) use granting::{Grant, Revoke};
use live::Live;
pub(super) use planning::Plan;
pub(super) use program::{Completions, Emulator, Man, Rule};
pub(super) use questions::{Can, Explain, Who};
pub(super) use reading::{Audit, Check, Discover, Snapshot};
pub(super) use reviewing::Review;

use crate::{
    commands::{Beside, LiveOptions, MapOptions, ReportFormat, WorldOptions},
    model::{Container, Time, time},
};

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
    /// Read the world from this file instead of Google Cloud: a Cloud Asset Inventory export, or a snapshot;
    /// `-` is standard input, and `.gz` is read as it is. Repeatable. What Terraform prints (`terraform show -json` of
    /// a state or a plan, or a state file) is laid over either, and tells who else writes policies.
    #[arg(long, value_name = "FILE", conflicts_with = "require_live")]
    from: Vec<PathBuf>,
    /// Read a sample estate that is part of this program, and its map where no other is named.
    #[arg(long, conflicts_with_all = ["from", "require_live"])]
    demo: bool,
    /// Members of groups, as YAML: group → members. Other groups are asked about all the same.
    #[arg(long, value_name = "FILE")]
    groups: Option<PathBuf>,
    #[command(flatten)]
    layers: Layers,
    #[command(flatten)]
    live: Live,
}

/// What is read beside what is always read.
#[derive(Debug, Args)]
#[command(next_help_heading = "World")]
struct Layers {
    /// Ask Cloud Identity about no group: who is in it is not known then.
    #[arg(long, conflicts_with = "from")]
    no_groups: bool,
    /// Read deny policies as well. IAM allows 5 reads of them a minute, and those that are unchanged are read once.
    /// Files that hold them are judged by them in any case.
    #[arg(long)]
    deny: bool,
    /// Read deny policies again that were read before and are unchanged.
    #[arg(long, requires = "deny")]
    no_cache: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "World")]
struct World {
    #[command(flatten)]
    reading: Reading,
    /// Judge as of this time, RFC 3339, instead of now.
    #[arg(long, value_name = "TIME", value_parser = at, help_heading = "World")]
    at: Option<Time>,
    /// Call the world incomplete where the data of a file is older than this: `12h`, `7d`.
    #[arg(long, value_name = "DURATION", value_parser = time::duration, help_heading = "World")]
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
        let Self { from, demo, groups, layers, live } = self;
        let Layers { no_groups, deny, no_cache } = layers;
        let beside = Beside { has_groups: !no_groups, has_deny_policies: deny, is_cached: !no_cache };
        let live = LiveOptions { beside, ..live.options() };
        WorldOptions { is_demo: demo, served: None, from, groups, at, max_data_age, live }
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
