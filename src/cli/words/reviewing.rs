//! The words of `review`.

use clap::{Args, ValueEnum};

use super::{Map, Scope, World};
use crate::{
    commands::{ReportFile, ReviewFormat, ReviewOptions},
    plan::review,
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Review {
    #[command(flatten)]
    map: Map,
    #[command(flatten)]
    world: World,
    #[command(flatten)]
    scope: Scope,
    /// Look at the map alone, offline: nothing is read of what is live.
    #[arg(long, conflicts_with_all = ["from", "groups", "deny", "require_live", "max_data_age"], help_heading = "World")]
    declared: bool,
    /// List these alone.
    #[arg(long, value_enum, value_name = "WHICH", help_heading = "Output")]
    only: Option<Only>,
    /// The format on standard output.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table, help_heading = "Output")]
    format: Format,
    /// Write a report to this file as well, in the format of its ending: `.csv`, `.md` or `.json`. Repeatable.
    #[arg(short, long = "output", value_name = "FILE", value_parser = file, help_heading = "Output")]
    output: Vec<ReportFile<ReviewFormat>>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Only {
    /// Callers with an end.
    Temporary,
    /// Callers that let people in.
    Human,
    /// Callers whose end is past.
    Expired,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Csv,
    Markdown,
    Json,
}

impl Review {
    pub(in crate::cli) fn options(self) -> ReviewOptions {
        let Self { map, world, scope, declared, only, format, output } = self;
        ReviewOptions {
            map: map.options(),
            world: world.options(),
            wider: scope.wider(),
            is_declared: declared,
            only: only.map(|only| match only {
                Only::Temporary => review::Only::Temporary,
                Only::Human => review::Only::Human,
                Only::Expired => review::Only::Expired,
            }),
            format: match format {
                Format::Table => ReviewFormat::Table,
                Format::Csv => ReviewFormat::Csv,
                Format::Markdown => ReviewFormat::Markdown,
                Format::Json => ReviewFormat::Json,
            },
            files: output,
        }
    }
}

fn file(text: &str) -> Result<ReportFile<ReviewFormat>, String> {
    ReportFile::new(text.into(), &[ReviewFormat::Csv, ReviewFormat::Markdown, ReviewFormat::Json])
}
