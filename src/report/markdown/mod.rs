//! Audits and plans as Markdown, for a comment on a pull request or the summary of a job.

mod diff;
mod plan;
mod reach;
mod review;

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    io::{self, Write},
};

pub use diff::diff;
pub use plan::plan;
pub use reach::{can, explain, who};
pub use review::review;

use super::{
    escape::{markdown as prose, markdown_code as code},
    heading::Heading,
    summary::{Ending, Summary, counted, number},
    words,
};
use crate::{
    access::RoleData,
    model::{Level, RuleId, time},
    rules::{Audit, Counts, Finding},
    world::{Layer, LayerState},
};

/// How many findings of one rule are written out: a comment has an end (GitHub takes 65,536 characters).
const MOST: usize = 25;
/// How many findings are written out in all.
const MOST_IN_ALL: usize = 80;

/// Writes an audit as Markdown.
///
/// # Errors
/// Where it cannot be written to.
pub fn render(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    if !audit.relaxed.is_empty() {
        let rules = audit.relaxed.iter().map(|(rule, level)| format!("{} is {level}", code(rule.as_str())));
        writeln!(out, "**relaxed:** {}\n", rules.collect::<Vec<_>>().join(", "))?;
    }
    summary(audit, out)?;
    let groups = groups(audit);
    rules(&groups, out)?;
    details(&groups, out)?;
    read(&Heading::of(audit), audit.counts, out)
}

fn summary(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    let sentence = Ending::of(audit).sentence(audit);
    let env = audit.env.as_ref().map(|env| format!(" of {}", code(env))).unwrap_or_default();
    let of = sentence.map(|sentence| format!(": {}", prose(&sentence))).unwrap_or_default();
    writeln!(out, "### Who can call what{env}{of}\n")?;
    writeln!(out, "{}\n", Summary::of(audit).line())
}

/// Findings by whether they are accepted, level and rule: the worst first.
type Groups<'a> = BTreeMap<(bool, Reverse<Level>, RuleId), Vec<&'a Finding>>;

fn groups(audit: &Audit) -> Groups<'_> {
    let mut groups = Groups::new();
    for finding in &audit.findings {
        let key = (finding.accepted.is_some(), Reverse(finding.level), finding.rule);
        groups.entry(key).or_default().push(finding);
    }
    groups
}

fn level(is_accepted: bool, level: Level) -> &'static str {
    if is_accepted { "accepted" } else { level.as_str() }
}

fn rules(groups: &Groups<'_>, out: &mut dyn Write) -> io::Result<()> {
    if groups.is_empty() {
        return Ok(());
    }
    writeln!(out, "| level | rule | findings | |\n| --- | --- | ---: | --- |")?;
    for ((is_accepted, Reverse(held), rule), findings) in groups {
        let (level, count, title) = (level(*is_accepted, *held), number(findings.len()), words::title(*rule));
        writeln!(out, "| {level} | {} | {count} | {} |", code(rule.as_str()), prose(title))?;
    }
    writeln!(out)
}

fn details(groups: &Groups<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut room = MOST_IN_ALL;
    for ((is_accepted, Reverse(held), rule), findings) in groups {
        let level = level(*is_accepted, *held);
        let count = number(findings.len());
        writeln!(out, "<details><summary>{level} <code>{rule}</code> ({count})</summary>\n")?;
        let shown = &findings[..findings.len().min(MOST).min(room)];
        room -= shown.len();
        for finding in shown {
            detail(finding, out)?;
        }
        match findings.len() - shown.len() {
            0 => {}
            rest => writeln!(out, "- … and {} more", number(rest))?,
        }
        writeln!(out, "\n</details>\n")?;
    }
    Ok(())
}

fn detail(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "- {}", prose(&finding.message))?;
    if let Some(at) = &finding.declared_at {
        write!(out, " ({})", code(&format!("{}:{}:{}", at.file, at.line, at.column)))?;
    }
    if let Some(fix) = &finding.fix {
        write!(out, "<br>fix: {}", prose(fix))?;
    }
    if let Some(accepted) = &finding.accepted {
        write!(out, "<br>accepted until {}: {}", prose(&accepted.until), prose(&accepted.reason))?;
    }
    writeln!(out)
}

/// What was read and what was not: behind the findings, but never folded away where something is missing.
fn read(heading: &Heading<'_>, counts: Counts, out: &mut dyn Write) -> io::Result<()> {
    for (state, says) in [(LayerState::Refused, "refused"), (LayerState::NotAsked, "not asked")] {
        let layers: Vec<_> = heading.layers_in(state).map(Layer::as_str).collect();
        if !layers.is_empty() {
            writeln!(out, "- {says}: {}", layers.join(", "))?;
        }
    }
    if heading.state(Layer::DenyPolicies) != LayerState::Read {
        writeln!(out, "- verdicts are by allow policies")?;
    }
    if counts.gen1 > 0 {
        let functions = counted(counts.gen1, "first-generation function", "first-generation functions");
        writeln!(out, "- {functions} not judged")?;
    }
    for split in words::split(counts) {
        writeln!(out, "- {split}")?;
    }
    for file in &heading.source.files {
        let newest = file.newest.map(time::rfc3339);
        let newest = newest.map_or("of unknown age".to_owned(), |newest| format!("newest {}", code(&newest)));
        writeln!(out, "- {}: {}, {newest}", code(&file.name), counted(file.assets, "asset", "assets"))?;
    }
    if let Some(days) = heading.old_roles {
        writeln!(out, "- **warning:** {}", words::old_roles(days))?;
    }
    let (at, date) = (code(&time::rfc3339(heading.at)), &RoleData::get().date);
    writeln!(
        out,
        "- {}, as of {at}, role data of {date}, callmap {}",
        heading.source.kind.as_str(),
        env!("CARGO_PKG_VERSION")
    )
}
