//! The words of commands that answer a question: `explain`, `who`, `can`.

use clap::Args;

use super::{
    Map, Scope, World,
    reading::{AuditFormat, audit_file},
};
use crate::commands::{QuestionOptions, ReportFile};

#[derive(Debug, Args)]
pub(in crate::cli) struct Explain {
    /// Who: `kind:name`, `function:NAME` of the map, or `me`.
    pub(in crate::cli) caller: String,
    /// What: a short name of the map, `REGION/NAME`, a function id, a full resource, or a URL.
    pub(in crate::cli) function: String,
    #[command(flatten)]
    pub(in crate::cli) question: Question,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Who {
    /// What: a short name of the map, `REGION/NAME`, a function id, a full resource, or a URL.
    pub(in crate::cli) function: String,
    #[command(flatten)]
    pub(in crate::cli) question: Question,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Can {
    /// Who: `kind:name`, `function:NAME` of the map, or `me`.
    pub(in crate::cli) caller: String,
    #[command(flatten)]
    pub(in crate::cli) question: Question,
}

/// What `explain`, `who` and `can` share.
#[derive(Debug, Args)]
pub(in crate::cli) struct Question {
    #[command(flatten)]
    map: Map,
    #[command(flatten)]
    world: World,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    region: Region,
    /// The format on standard output.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = AuditFormat::Table, help_heading = "Output")]
    format: AuditFormat,
    /// Write the answer to this file as well: its name ends in `.json` or `.md`. Repeatable.
    #[arg(short, long = "output", value_name = "FILE", value_parser = audit_file, help_heading = "Output")]
    output: Vec<ReportFile>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Scope")]
pub(super) struct Region {
    /// The region of names that do not say theirs.
    #[arg(long, value_name = "REGION")]
    pub(super) region: Option<String>,
}

impl Question {
    pub(in crate::cli) fn options(self) -> QuestionOptions {
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
