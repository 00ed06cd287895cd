//! A map without mistakes, on a terminal: how much it says, and what its patterns cover.

use std::io::{self, Write};

use super::{escape, style, summary::counted, table};
use crate::{
    callers::CallerMap,
    model::{Level, RuleId},
};

/// Writes what a map says, which was read once in every environment.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn render(maps: &[CallerMap], width: usize, out: &mut dyn Write) -> io::Result<()> {
    let Some(first) = maps.first() else { return Ok(()) };
    table::relaxed(&relaxed(first), out)?;
    let files: Vec<_> = first.files.iter().map(|file| escape::terminal(&file.path)).collect();
    table::line("map", &files.join(", "), width, out)?;
    for map in maps {
        let functions = counted(map.functions.len(), "function", "functions");
        let calls = counted(map.edges.len(), "declared call", "declared calls");
        let env = map.env.as_ref().map(|env| format!(" in the environment {}", escape::terminal(env)));
        table::line("", &format!("{functions}, {calls}{}", env.unwrap_or_default()), width, out)?;
    }
    for glob in &first.globs {
        let at = first.locate(glob.place);
        let covers: Vec<_> = glob.covers.iter().map(|name| escape::terminal(name)).collect();
        let pattern = escape::terminal(&glob.pattern);
        let at = format!("{}:{}:{}", escape::terminal(&at.file), at.line, at.column);
        table::line("pattern", &format!("{pattern} ({at}) covers {}", covers.join(", ")), width, out)?;
    }
    let good = style::GOOD;
    writeln!(out, "\n{good}no mistakes{good:#}")
}

/// The rules that a map lowered below their own level.
fn relaxed(map: &CallerMap) -> Vec<(RuleId, Level)> {
    let lowered = map.settings.levels.iter().filter(|(rule, level)| **level < rule.default_level());
    lowered.map(|(rule, level)| (*rule, *level)).collect()
}
