//! `callmap accept`: findings become entries of `accepted`.

use std::path::Path;

use chrono::SubsecRound as _;

use super::{AcceptOptions, Console, Error, Exit, audit, files};
use crate::{
    callers::{self, MapText, edit},
    model::{Time, time},
    report::accept as page,
    rules::{Finding, accept},
};

/// Writes what accepts these findings into the file of the map that holds its settings, comments kept.
///
/// # Errors
/// Where the map or the world cannot be read, a finding is not there, or the file cannot be written.
pub fn accept(options: &AcceptOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let AcceptOptions { map, world, wider, fingerprints, reason: _, until } = options;
    if world.is_demo && map.paths.is_empty() {
        return Err(Error::SampleMap);
    }
    let until = until.unwrap_or_else(|| (console.now + accept::USUAL).trunc_subsecs(0));
    if until <= console.now {
        return Err(Error::Past(time::rfc3339(until)));
    }
    let (audit, texts) = audit::run(map, world, wider, console)?;
    let findings = match fingerprints {
        Some(fingerprints) => accept::named(&audit, fingerprints).map_err(Error::Accept)?,
        None => accept::all(&audit),
    };
    let file = match findings.as_slice() {
        [] => None,
        findings => Some(write(findings, texts, options, until, audit.at)?),
    };
    if !console.is_quiet {
        let mut text = Vec::new();
        page::render(&findings, until, file.as_deref(), console.width, &mut text).map_err(Error::Print)?;
        console.print(&text)?;
    }
    Ok(Exit::Done)
}

/// Writes the entries and gives the path of the file they went into.
fn write(
    findings: &[&Finding],
    mut texts: Vec<MapText>,
    options: &AcceptOptions,
    until: Time,
    at: Time,
) -> Result<String, Error> {
    let entries: Vec<_> =
        findings.iter().map(|finding| accept::entry(finding, &options.reason, until)).collect();
    // A map that was read has at least one file; its settings stand in one, or may start in any.
    let home = callers::settings_file(&texts).unwrap_or(0);
    let MapText { path, bytes } = &mut texts[home];
    let changed = edit::accept(&String::from_utf8_lossy(bytes), &entries)?;
    *bytes = changed.clone().into_bytes();
    let path = path.to_string();
    // What would not be read again is not written.
    callers::load(texts, options.map.env.as_deref(), at)?;
    files::whole(Path::new(&path), changed.as_bytes())
        .map_err(|source| Error::write(Path::new(&path), source))?;
    Ok(path)
}
