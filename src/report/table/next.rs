//! What to do next.

use std::{
    collections::BTreeSet,
    io::{self, Write},
};

use super::{NARROW, Show, head::fold};
use crate::{
    model::{Level, RuleId},
    report::{escape, style},
    rules::Audit,
};

/// How many ways to read what was not read are shown.
const REPAIRS: usize = 3;

pub(super) fn render(audit: &Audit, width: usize, show: Show, out: &mut dyn Write) -> io::Result<()> {
    let is_gap = |rule: RuleId| rule == RuleId::Unreadable;
    let worst = audit
        .open()
        .filter(|finding| finding.level > Level::Note && !is_gap(finding.rule))
        .max_by_key(|finding| (finding.level, std::cmp::Reverse(finding.rule)));
    let repairs: BTreeSet<&str> = audit
        .open()
        .filter(|finding| is_gap(finding.rule))
        .filter_map(|finding| finding.fix.as_deref())
        .collect();
    if worst.is_none() && repairs.is_empty() {
        return Ok(());
    }
    let bold = style::BOLD;
    writeln!(out, "\n{bold}next{bold:#}")?;
    for repair in repairs.iter().take(REPAIRS) {
        for (number, line) in fold(&escape::terminal(repair), width.saturating_sub(4)).iter().enumerate() {
            let indent = if number == 0 { 2 } else { 4 };
            writeln!(out, "{:indent$}{line}", "")?;
        }
    }
    if repairs.len() > REPAIRS {
        writeln!(out, "  … and {} more ways to read what was not read", repairs.len() - REPAIRS)?;
    }
    let Some(worst) = worst else { return Ok(()) };
    let rule = format!("callmap rule {}", worst.rule);
    let mut lines = vec![(rule.as_str(), "what a rule says, why, and how to fix it")];
    if show < Show::All {
        lines.push(("callmap audit --show all", "every finding with its fix and its fingerprint"));
    }
    lines.push(("callmap accept FINGERPRINT --reason WHY", "live with a finding for a while"));
    for (command, says) in lines {
        if width < NARROW {
            writeln!(out, "  {command}")?;
        } else {
            writeln!(out, "  {command:40} {says}")?;
        }
    }
    Ok(())
}
