//! `callmap demo`: the whole story on the sample estate, command by command.

use super::{
    AuditOptions, Console, Error, Exit, LiveOptions, MapOptions, QuestionOptions, ReportFormat, WorldOptions,
    audit, explain, rule, who,
};
use crate::{
    model::Level,
    report::{demo as page, table::Show},
};

/// Runs the commands that somebody new would run, each with the line that runs it.
///
/// # Errors
/// Where nothing can be printed.
pub fn demo(console: &mut Console<'_>) -> Result<Exit, Error> {
    say(page::OPENING, console)?;
    run("callmap audit --demo", console)?;
    audit(&audited(), console)?;
    say(page::WHO, console)?;
    run("callmap who payments --demo", console)?;
    who("payments", &asked(), console)?;
    say(page::EXPLAIN, console)?;
    run("callmap explain user:casey@contractor.example payments --demo", console)?;
    explain("user:casey@contractor.example", "payments", &asked(), console)?;
    run("callmap rule undeclared-caller", console)?;
    rule(Some("undeclared-caller"), console)?;
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

fn world() -> WorldOptions {
    WorldOptions {
        is_demo: true,
        from: Vec::new(),
        groups: None,
        at: None,
        max_data_age: None,
        live: LiveOptions::usual(),
    }
}

fn map() -> MapOptions {
    MapOptions { paths: Vec::new(), env: None }
}

fn audited() -> AuditOptions {
    AuditOptions {
        map: map(),
        world: world(),
        wider: Vec::new(),
        fail_on: Some(Level::Error),
        show: Show::Screen,
        format: ReportFormat::Table,
        files: Vec::new(),
    }
}

fn asked() -> QuestionOptions {
    QuestionOptions {
        map: map(),
        world: world(),
        wider: Vec::new(),
        region: None,
        format: ReportFormat::Table,
        files: Vec::new(),
    }
}
