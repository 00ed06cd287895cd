//! The words of `diff`.

use std::path::PathBuf;

use chrono::TimeDelta;
use clap::Args;

use super::{
    at,
    reading::{AuditFormat, audit_file},
};
use crate::{
    commands::{DiffOptions, ReportFile},
    model::{Time, time},
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Diff {
    /// The old one: a map (a file, or a directory of them), or a world (a Cloud Asset Inventory export, a snapshot, or a
    /// directory of such files).
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The new one, of the same kind.
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// Of two worlds: a map whose `domains` and `projects` say who is one of us. Repeatable.
    #[arg(short, long = "map", value_name = "PATH", help_heading = "Map")]
    map: Vec<PathBuf>,
    /// The environment of the maps.
    #[arg(long, env = "CALLMAP_ENV", value_name = "NAME", help_heading = "Map")]
    env: Option<String>,
    /// Judge both as of this time, RFC 3339, instead of now.
    #[arg(long, value_name = "TIME", value_parser = at)]
    at: Option<Time>,
    /// Call a world incomplete where the data of a file is older than this: `12h`, `7d`.
    #[arg(long, value_name = "DURATION", value_parser = time::duration)]
    max_data_age: Option<TimeDelta>,
    /// Exit with 1 where something differs.
    #[arg(long, help_heading = "Output")]
    exit_code: bool,
    /// The format on standard output.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = AuditFormat::Table, help_heading = "Output")]
    format: AuditFormat,
    /// Write a report to this file as well, in the format of its ending: `.json` or `.md`. Repeatable.
    #[arg(short, long = "output", value_name = "FILE", value_parser = audit_file, help_heading = "Output")]
    output: Vec<ReportFile>,
}

impl Diff {
    pub(in crate::cli) fn options(self) -> DiffOptions {
        let Self { old, new, map, env, at, max_data_age, exit_code, format, output } = self;
        DiffOptions {
            old,
            new,
            map,
            env,
            at,
            max_data_age,
            is_exit_code: exit_code,
            format: format.report(),
            files: output,
        }
    }
}
