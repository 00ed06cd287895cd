//! What to do next.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use unicode_width::UnicodeWidthStr as _;

use super::{NARROW, Show, columns::fold};
use crate::{
    model::{Level, Resource, RuleId},
    report::{escape, style, summary::counted, words},
    rules::Audit,
};

/// How wide commands may be for what they are for to stand beside them.
const COMMAND: usize = 40;
/// How many ways to read what was not read are shown.
const REPAIRS: usize = 3;

pub(super) fn render(audit: &Audit, width: usize, show: Show, out: &mut dyn Write) -> io::Result<()> {
    let is_gap = |rule: RuleId| rule == RuleId::Unreadable;
    let worst = audit
        .open()
        .filter(|finding| finding.level > Level::Note && !is_gap(finding.rule))
        .max_by_key(|finding| (finding.level, std::cmp::Reverse(finding.rule)));
    let mut repairs: BTreeMap<&str, Vec<&Resource>> = BTreeMap::new();
    for finding in audit.open().filter(|finding| is_gap(finding.rule)) {
        repairs.entry(finding.fix.as_deref().unwrap_or_default()).or_default().push(&finding.resource);
    }
    repairs.remove("");
    if worst.is_none() && repairs.is_empty() {
        return Ok(());
    }
    let bold = style::BOLD;
    writeln!(out, "\n{bold}next{bold:#}")?;
    for (repair, resources) in repairs.iter().take(REPAIRS) {
        let others = match resources.len() - 1 {
            0 => String::new(),
            others => format!(" and {}", counted(others, "other", "others")),
        };
        // What is needed is said of what needs it; anything else is for people to do.
        let joint = if repair.starts_with("needs ") { " " } else { ": " };
        let repair = format!("{}{others}{joint}{}", words::resource(resources[0]), escape::terminal(repair));
        for (number, line) in fold(&repair, width.saturating_sub(4)).iter().enumerate() {
            let indent = if number == 0 { 2 } else { 4 };
            writeln!(out, "{:indent$}{line}", "")?;
        }
    }
    if repairs.len() > REPAIRS {
        writeln!(out, "  … and {} more things to read", repairs.len() - REPAIRS)?;
    }
    let Some(worst) = worst else { return Ok(()) };
    let rule = format!("callmap rule {}", worst.rule);
    let mut lines = vec![(rule, "what a rule says, why, and how to fix it")];
    if show < Show::All {
        lines.push(("callmap audit --show all".to_owned(), "every finding with its fix and its fingerprint"));
    }
    lines.push(("callmap accept FINGERPRINT --reason WHY".to_owned(), "live with a finding for a while"));
    commands(&lines, width, out)
}

/// Commands that somebody may want to run now, and what each is for; nothing where there are none.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn lines(lines: &[(String, &str)], width: usize, out: &mut dyn Write) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let bold = style::BOLD;
    writeln!(out, "\n{bold}next{bold:#}")?;
    commands(lines, width, out)
}

fn commands(lines: &[(String, &str)], width: usize, out: &mut dyn Write) -> io::Result<()> {
    for (command, says) in lines {
        if width < NARROW {
            writeln!(out, "  {command}")?;
        } else if command.width() > COMMAND {
            writeln!(out, "  {command}\n  {:COMMAND$} {says}", "")?;
        } else {
            writeln!(out, "  {command:COMMAND$} {says}")?;
        }
    }
    Ok(())
}
