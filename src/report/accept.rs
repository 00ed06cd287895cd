//! What was accepted, on a terminal.

use std::io::{self, Write};

use super::{escape, summary::counted, table::fold};
use crate::{
    model::{Time, time},
    rules::Finding,
};

/// Writes the findings that were accepted, until when, and where that was written; `None` is nowhere.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn render(
    findings: &[&Finding],
    until: Time,
    file: Option<&str>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(file) = file else { return writeln!(out, "there is nothing to accept") };
    let count = counted(findings.len(), "finding", "findings");
    writeln!(out, "accepted {count} until {} in {}", time::rfc3339(until), escape::terminal(file))?;
    for finding in findings {
        let line = format!("{}: {}", finding.rule, escape::terminal(&finding.message));
        for (number, line) in fold(&line, width.saturating_sub(4)).iter().enumerate() {
            let indent = if number == 0 { 2 } else { 4 };
            writeln!(out, "{:indent$}{line}", "")?;
        }
    }
    Ok(())
}
