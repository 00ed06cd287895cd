//! The words of `plan`, and what it shares with commands that make a plan themselves.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{
    Map, Scope, World,
    reading::{AuditFormat, audit_file},
};
use crate::{
    commands::{MakeOptions, PlanOptions, ReportFile},
    model::{Principal, PrincipalKind},
    plan::{self, Include},
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Plan {
    #[command(flatten)]
    making: Making,
    /// Save the plan to this file, which must not be there yet, for `callmap apply FILE`.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    save: Option<PathBuf>,
    /// Exit with 1 where there is something to do.
    #[arg(long, help_heading = "Output")]
    exit_code: bool,
    /// The format on standard output.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = AuditFormat::Table, help_heading = "Output")]
    format: AuditFormat,
    /// Write a report to this file as well, in the format of its ending: `.json` or `.md`. Repeatable.
    #[arg(short, long = "output", value_name = "FILE", value_parser = audit_file, help_heading = "Output")]
    output: Vec<ReportFile>,
}

/// What a plan is made from.
#[derive(Debug, Args)]
pub(in crate::cli) struct Making {
    #[command(flatten)]
    map: Map,
    #[command(flatten)]
    world: World,
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    changes: Changes,
}

/// Which changes are asked for.
#[derive(Debug, Args)]
#[command(next_help_heading = "Changes")]
struct Changes {
    /// Take nothing out but what a grant that is put in replaces.
    #[arg(long, value_enum, value_name = "WHAT")]
    #[arg(conflicts_with_all = ["include_inherited", "include_dead", "include_agents", "ignore_event_sources"])]
    only: Option<Only>,
    /// Grant declared public callers.
    #[arg(long)]
    include_public: bool,
    /// Take out grants of invoker roles above functions; with `=jobs` even where jobs or instances lie below,
    /// which these roles run, too.
    #[arg(long, value_enum, value_name = "WHAT", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "functions")]
    include_inherited: Option<Inherited>,
    /// Take out grants that give nothing.
    #[arg(long)]
    include_dead: bool,
    /// Take out grants of Google's service agents.
    #[arg(long)]
    include_agents: bool,
    /// Take out grants of this service account, even where its event sources are not known, or call as it.
    /// Repeatable.
    #[arg(long, value_name = "PRINCIPAL", value_parser = account)]
    ignore_event_sources: Vec<Principal>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Only {
    Add,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Inherited {
    Functions,
    Jobs,
}

fn account(text: &str) -> Result<Principal, String> {
    let principal = Principal::new(text);
    match principal.kind() {
        PrincipalKind::ServiceAccount(email) if email.contains('@') => Ok(principal),
        _ => Err("name a service account, as `serviceAccount:EMAIL`".to_owned()),
    }
}

impl Plan {
    pub(in crate::cli) fn options(self) -> PlanOptions {
        let Self { making, save, exit_code, format, output } = self;
        PlanOptions {
            make: making.options(),
            save,
            is_exit_code: exit_code,
            format: format.report(),
            files: output,
        }
    }
}

impl Making {
    pub(super) fn options(self) -> MakeOptions {
        let Self { map, world, scope, changes } = self;
        MakeOptions {
            map: map.options(),
            world: world.options(),
            wider: scope.wider(),
            changes: changes.options(),
        }
    }
}

impl Changes {
    fn options(self) -> plan::PlanOptions {
        let Self {
            only,
            include_public,
            include_inherited,
            include_dead,
            include_agents,
            ignore_event_sources,
        } = self;
        let inherited = include_inherited.map(|what| match what {
            Inherited::Functions => Include::Inherited,
            Inherited::Jobs => Include::InheritedJobs,
        });
        let flags = [
            (include_public, Include::Public),
            (include_dead, Include::Dead),
            (include_agents, Include::Agents),
        ];
        let flags = flags.into_iter().filter_map(|(is_asked_for, what)| is_asked_for.then_some(what));
        plan::PlanOptions {
            is_only_adds: match only {
                None => false,
                Some(Only::Add) => true,
            },
            include: flags.chain(inherited).collect(),
            ignored_in_sources: ignore_event_sources.into_iter().collect(),
        }
    }
}
