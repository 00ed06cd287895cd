//! The rules as people read them: a list, and a page for each.

use std::io::{self, Write};

use super::{style, table::fold};
use crate::rules::Rule;

/// Writes every rule with its level and what it says.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn list(rules: &[Rule], width: usize, out: &mut dyn Write) -> io::Result<()> {
    let widest = rules.iter().map(|rule| rule.id.as_str().len()).max().unwrap_or(0);
    for rule in rules {
        let level = rule.id.default_level();
        let colour = style::of(level);
        let lead = widest + 10;
        let lines = fold(rule.title, width.saturating_sub(lead));
        writeln!(out, "{colour}{level:7}{colour:#}  {:widest$} {}", rule.id, lines[0])?;
        for line in &lines[1..] {
            writeln!(out, "{:lead$}{line}", "")?;
        }
    }
    Ok(())
}

/// Writes what a rule says, why, and how to fix it.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn page(rule: &Rule, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let Rule { id, title, why, fix, find: _ } = rule;
    let level = id.default_level();
    let (colour, bold, dim) = (style::of(level), style::BOLD, style::DIM);
    writeln!(out, "{colour}{level}[{id}]{colour:#}{bold} {title}{bold:#}")?;
    for (label, text) in [("why", why), ("fix", fix)] {
        writeln!(out)?;
        for (number, line) in fold(text, width.min(100).saturating_sub(8)).iter().enumerate() {
            let label = if number == 0 { label } else { "" };
            writeln!(out, "{dim}{label:8}{dim:#}{line}")?;
        }
    }
    let lowest = id.lowest_level();
    let level = match (lowest == level, lowest) {
        (true, _) => "its level cannot be lowered".to_owned(),
        (false, lowest) => format!("`rules: {{ {id}: … }}` in the map sets its level, down to {lowest}"),
    };
    writeln!(out)?;
    for (number, line) in fold(&level, width.min(100).saturating_sub(8)).iter().enumerate() {
        let label = if number == 0 { "level" } else { "" };
        writeln!(out, "{dim}{label:8}{dim:#}{line}")?;
    }
    Ok(())
}
