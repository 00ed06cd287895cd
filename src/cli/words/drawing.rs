//! The words of `graph`.

use std::collections::BTreeSet;

use clap::{Args, ValueEnum};

use super::{Map, Scope, World};
use crate::{
    commands::{GraphOptions, PictureFormat, ReportFile},
    plan::graph::Kind,
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Graph {
    #[command(flatten)]
    map: Map,
    #[command(flatten)]
    world: World,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    choice: Choice,
    /// The format on standard output. [default: mermaid, or nothing where it is written to a file]
    #[arg(long, value_enum, value_name = "FORMAT", help_heading = "Output")]
    format: Option<Format>,
    /// Write the picture to this file, in the format of its ending: `.mmd`, `.mermaid`, `.dot` or `.gv`. Repeatable.
    #[arg(short, long = "output", value_name = "FILE", value_parser = file, help_heading = "Output")]
    output: Vec<ReportFile<PictureFormat>>,
}

/// What is drawn.
#[derive(Debug, Args)]
#[command(next_help_heading = "Picture")]
struct Choice {
    /// Draw edges of this kind alone. Repeatable.
    #[arg(long, value_enum, value_name = "KIND")]
    only: Vec<Only>,
    /// Draw what leads to this function and away from it: a short name, `REGION/NAME`, a full resource, or a URL.
    /// Repeatable.
    #[arg(long, value_name = "FUNCTION")]
    function: Vec<String>,
    /// Draw what this caller calls: `kind:name`, or `function:NAME`. Repeatable.
    #[arg(long, value_name = "CALLER")]
    caller: Vec<String>,
    /// Draw every node by itself, however many there are.
    #[arg(long)]
    all: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Mermaid,
    Dot,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Only {
    /// Declared, and the caller can call.
    Right,
    /// Declared, and the caller cannot call; event sources that are refused.
    Missing,
    /// Declared, and whether the caller can call is not known.
    Unknown,
    /// Granted on the function, and not declared.
    Undeclared,
    /// Granted above functions.
    Inherited,
    /// Anybody can call.
    Public,
    /// Event sources.
    Events,
    /// Granted on the function, where there is no map.
    Granted,
}

fn file(text: &str) -> Result<ReportFile<PictureFormat>, String> {
    ReportFile::new(text.into(), &[PictureFormat::Mermaid, PictureFormat::Dot])
}

impl Graph {
    pub(in crate::cli) fn options(self) -> GraphOptions {
        let Self { map, world, scope, choice, format, output } = self;
        let Choice { only, function, caller, all } = choice;
        let only: BTreeSet<Kind> = only.into_iter().flat_map(Only::kinds).copied().collect();
        GraphOptions {
            map: map.options(),
            world: world.options(),
            wider: scope.wider(),
            only,
            functions: function,
            callers: caller,
            is_all: all,
            format: format.map(|format| match format {
                Format::Mermaid => PictureFormat::Mermaid,
                Format::Dot => PictureFormat::Dot,
            }),
            files: output,
        }
    }
}

impl Only {
    const fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Right => &[Kind::Right, Kind::Open],
            Self::Missing => &[Kind::Missing],
            Self::Unknown => &[Kind::Unknown],
            Self::Undeclared => &[Kind::Undeclared],
            Self::Inherited => &[Kind::Inherited],
            Self::Public => &[Kind::Public, Kind::Open],
            Self::Events => &[Kind::Event],
            Self::Granted => &[Kind::Granted],
        }
    }
}
