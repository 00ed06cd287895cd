//! `callmap demo`: the whole story on the sample estate, command by command.

use std::{collections::BTreeSet, net::SocketAddr};

use chrono::TimeDelta;

use super::{
    ApplyOptions, AuditOptions, CarryOptions, Console, Error, Exit, LiveOptions, MakeOptions, MapOptions,
    PlanOptions, QuestionOptions, ReportFormat, WorldOptions, apply, audit, explain, live, plan, rule, who,
};
use crate::{
    model::Level,
    plan::{self as planned, Include},
    report::{demo as page, table::Show},
};

/// Runs the commands that somebody new would run, each with the line that runs it, all on one sample estate: what
/// is changed by one is seen by the next.
///
/// # Errors
/// Where nothing can be printed, or nothing be served on loopback.
pub fn demo(console: &mut Console<'_>) -> Result<Exit, Error> {
    let emulator = live::sample()?;
    let story = Story { served: emulator.address() };
    say(page::OPENING, console)?;
    run("callmap audit --demo", console)?;
    audit(&story.audited(), console)?;
    say(page::WHO, console)?;
    run("callmap who payments --demo", console)?;
    who("payments", &story.asked(), console)?;
    say(page::EXPLAIN, console)?;
    run("callmap explain user:casey@contractor.example payments --demo", console)?;
    explain("user:casey@contractor.example", "payments", &story.asked(), console)?;
    run("callmap rule undeclared-caller", console)?;
    rule(Some("undeclared-caller"), console)?;
    say(page::PLAN, console)?;
    run("callmap plan --demo --include-inherited --include-dead", console)?;
    plan(&story.planned(), console)?;
    say(page::APPLY, console)?;
    run("callmap apply --demo --include-inherited --include-dead --yes", console)?;
    apply(&story.applied(), console)?;
    say(page::AGAIN, console)?;
    run("callmap audit --demo", console)?;
    audit(&story.audited(), console)?;
    say(page::CLOSING, console)?;
    Ok(Exit::Done)
}

fn say(text: &str, console: &mut Console<'_>) -> Result<(), Error> {
    let mut out = Vec::new();
    page::say(text, console.width, &mut out).map_err(Error::Print)?;
    console.print(&out)
}

fn run(line: &str, console: &mut Console<'_>) -> Result<(), Error> {
    let mut out = Vec::new();
    page::command(line, &mut out).map_err(Error::Print)?;
    console.print(&out)
}

/// One sample estate, and what its commands are asked for.
struct Story {
    served: SocketAddr,
}

impl Story {
    fn world(&self) -> WorldOptions {
        WorldOptions {
            is_demo: true,
            served: Some(self.served),
            from: Vec::new(),
            groups: None,
            at: None,
            max_data_age: None,
            live: LiveOptions::usual(),
        }
    }

    fn audited(&self) -> AuditOptions {
        AuditOptions {
            map: map(),
            world: self.world(),
            wider: Vec::new(),
            fail_on: Some(Level::Error),
            show: Show::Screen,
            format: ReportFormat::Table,
            files: Vec::new(),
        }
    }

    fn asked(&self) -> QuestionOptions {
        QuestionOptions {
            map: map(),
            world: self.world(),
            wider: Vec::new(),
            region: None,
            format: ReportFormat::Table,
            files: Vec::new(),
        }
    }

    fn made(&self) -> MakeOptions {
        let include = BTreeSet::from([Include::Inherited, Include::Dead]);
        let changes = planned::PlanOptions { include, ..planned::PlanOptions::default() };
        MakeOptions { map: map(), world: self.world(), wider: Vec::new(), changes }
    }

    fn planned(&self) -> PlanOptions {
        PlanOptions {
            make: self.made(),
            save: None,
            is_exit_code: false,
            format: ReportFormat::Table,
            files: Vec::new(),
        }
    }

    fn applied(&self) -> ApplyOptions {
        ApplyOptions {
            make: self.made(),
            file: None,
            resume: None,
            carry: CarryOptions { is_yes: true, settle: None, journal: None, format: ReportFormat::Table },
            max_removals: 25,
            max_plan_age: TimeDelta::hours(24),
        }
    }
}

fn map() -> MapOptions {
    MapOptions { paths: Vec::new(), env: None }
}
