//! `callmap audit`: the map against the world.

use super::{AuditOptions, Console, Error, Exit, MapOptions, ReportFormat, WorldOptions, input, world};
use crate::{
    callers::{self, MapError, MapText},
    model::Container,
    report::{json, markdown, table},
    rules::{self, Audit, Scope},
};

/// Compares the map with the world, and prints every report that is asked for.
///
/// # Errors
/// Where the map or the world cannot be read, or a report cannot be written.
pub fn audit(options: &AuditOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let AuditOptions { map, world, wider, fail_on, show: _, format, files } = options;
    let (audit, _) = run(map, world, wider, console)?;
    if *format != ReportFormat::Table || !console.is_quiet {
        let text = render(&audit, *format, options, console.width)?;
        console.print(&text)?;
    }
    let mut failed = Ok(());
    for file in files {
        let text = render(&audit, file.format(), options, console.width)?;
        failed = failed.and(file.write(&text));
    }
    failed?;
    let has_findings = fail_on.is_some_and(|level| audit.has_findings_from(level));
    Ok(if has_findings {
        Exit::Findings
    } else if audit.has_open_gaps() {
        Exit::Incomplete
    } else {
        Exit::Done
    })
}

/// The audit, and the texts of the map.
pub(super) fn run(
    map: &MapOptions,
    world: &WorldOptions,
    wider: &[Container],
    console: &mut Console<'_>,
) -> Result<(Audit, Vec<MapText>), Error> {
    // What is wrong with a map is said without waiting for the world.
    let texts = input::map(map, world.is_demo)?;
    let map = callers::load(texts.clone(), map.env.as_deref(), world.at(console.now))?;
    let mut asked = input::asked(Some(&map), wider);
    asked.is_judging_accounts = true;
    let world::Reading { world, at, stale, live: _ } = world::read(world, &asked, console)?;
    let scope = Scope::new(&map, &world, wider);
    let mut audit = match rules::run(&map, &world, at, scope) {
        Ok(audit) => audit,
        Err(mistakes) => return Err(MapError { texts, mistakes }.into()),
    };
    audit.is_complete &= stale.is_empty();
    audit.stale_files = stale;
    Ok((audit, texts))
}

fn render(
    audit: &Audit,
    format: ReportFormat,
    options: &AuditOptions,
    width: usize,
) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    match format {
        ReportFormat::Table => table::render(audit, width, options.show, &mut text),
        ReportFormat::Json => json::audit(audit, &mut text),
        ReportFormat::Markdown => markdown::render(audit, &mut text),
    }
    .map_err(Error::Print)?;
    Ok(text)
}
