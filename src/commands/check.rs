//! `callmap check`: the map alone, offline.

use std::path::PathBuf;

use super::{Console, Error, Exit, ReportFormat, input};
use crate::{
    callers,
    model::Time,
    report::{check as page, json},
};

/// Reads the map in every environment it has, and prints what it says or everything that is wrong with it.
///
/// # Errors
/// Where the map has mistakes, or nothing can be printed.
pub fn check(
    paths: &[PathBuf],
    at: Option<Time>,
    format: ReportFormat,
    console: &mut Console<'_>,
) -> Result<Exit, Error> {
    let at = at.unwrap_or(console.now);
    let texts = input::texts(paths)?;
    let checked = callers::check(texts.clone(), at);
    let mut text = Vec::new();
    match (format, &checked) {
        (ReportFormat::Json, checked) => {
            let maps = checked.as_deref().unwrap_or_default();
            json::check(&texts, maps, checked.as_ref().err(), at, &mut text).map_err(Error::Print)?;
        }
        (ReportFormat::Table | ReportFormat::Markdown, Ok(maps)) if !console.is_quiet => {
            page::render(maps, console.width, &mut text).map_err(Error::Print)?;
        }
        (ReportFormat::Table | ReportFormat::Markdown, Ok(_) | Err(_)) => {}
    }
    console.print(&text)?;
    checked.map(|_| Exit::Done).map_err(Error::Map)
}
