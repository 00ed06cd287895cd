//! The findings, grouped by rule.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    io::{self, Write},
};

use super::{
    Show,
    columns::{self, fold, put},
};
use crate::{
    callers::Location,
    model::{Level, RuleId},
    report::{
        escape, style,
        summary::{counted, number},
        words,
    },
    rules::{Accepted, Audit, Finding},
};

/// The most findings of a group that a screen has.
const MOST: usize = 12;
/// The fewest findings of each group, where it has as many, for which empty lines between groups are left out.
const FEWEST: usize = 2;

/// As much of a fingerprint as a person has to copy: `accept` takes the beginning of one.
const FINGERPRINT: usize = 12;

/// Findings of one rule and one level.
struct Group<'a> {
    level: Level,
    rule: RuleId,
    is_accepted: bool,
    findings: Vec<&'a Finding>,
}

/// Writes the groups into about this many lines, or however many they take where everything is asked for.
pub(super) fn render(
    audit: &Audit,
    width: usize,
    show: Show,
    room: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let groups = groups(audit, show);
    if show == Show::All {
        let all: Vec<_> =
            groups.iter().map(|group| group.render(width, show, group.findings.len())).collect();
        return write!(out, "\n{}", all.join("\n"));
    }
    let notes = notes(audit, show);
    let room = room.saturating_sub(notes.lines().count() + 1);
    let mut limits = fit(&groups, width, show, room.saturating_sub(groups.len()));
    let mut limited = limits.iter().zip(&groups);
    let is_airy = limited.all(|(limit, group)| *limit >= FEWEST.min(group.findings.len()));
    if !is_airy {
        limits = fit(&groups, width, show, room);
    }
    let shown: Vec<_> =
        groups.iter().zip(limits).map(|(group, limit)| group.render(width, show, limit)).collect();
    if !shown.is_empty() {
        write!(out, "\n{}", shown.join(if is_airy { "\n" } else { "" }))?;
    }
    out.write_all(notes.as_bytes())
}

/// How many findings of each group fit into so many lines: by turns one more for each, the worst first.
fn fit(groups: &[Group<'_>], width: usize, show: Show, room: usize) -> Vec<usize> {
    let height = |group: &Group<'_>, limit| group.render(width, show, limit).lines().count();
    let mut limits = vec![0; groups.len()];
    let mut used: usize = groups.iter().map(|group| height(group, 0)).sum();
    for limit in 1..=MOST {
        for (group, held) in groups.iter().zip(&mut limits) {
            // A group that did not fit once does not grow later: rows differ in height.
            if *held + 1 == limit && limit <= group.findings.len() {
                let more = height(group, limit).saturating_sub(height(group, *held));
                if used + more <= room {
                    *held = limit;
                    used += more;
                }
            }
        }
    }
    limits
}

fn groups(audit: &Audit, show: Show) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<_, Vec<&Finding>> = BTreeMap::new();
    for finding in &audit.findings {
        let is_accepted = finding.accepted.is_some();
        // A gap is listed whoever accepted it: what was not read is never left out.
        let is_shown = match show {
            Show::All => true,
            _ if is_accepted => finding.rule == RuleId::Unreadable,
            Show::Notes => true,
            Show::Screen => finding.level >= Level::Warning,
        };
        if is_shown {
            groups.entry((is_accepted, Reverse(finding.level), finding.rule)).or_default().push(finding);
        }
    }
    let group =
        |((is_accepted, Reverse(level), rule), findings)| Group { level, rule, is_accepted, findings };
    groups.into_iter().map(group).collect()
}

/// The line about notes that are counted only.
fn notes(audit: &Audit, show: Show) -> String {
    let mut counts: BTreeMap<RuleId, usize> = BTreeMap::new();
    for finding in audit.open().filter(|finding| finding.level == Level::Note) {
        *counts.entry(finding.rule).or_default() += 1;
    }
    if counts.is_empty() || show > Show::Screen {
        return String::new();
    }
    let rules: Vec<_> = counts.iter().map(|(rule, count)| format!("{rule} {}", number(*count))).collect();
    let (colour, notes) = (style::NOTE, counted(counts.values().sum(), "note", "notes"));
    format!("\n{colour}{notes}{colour:#} (--show notes): {}\n", rules.join(", "))
}

impl Group<'_> {
    fn render(&self, width: usize, show: Show, limit: usize) -> String {
        let mut text = String::new();
        let (colour, bold) = (style::of(self.level), style::BOLD);
        let word = if self.is_accepted { "accepted" } else { self.level.as_str() };
        let (rule, count, title) = (self.rule, number(self.findings.len()), words::title(self.rule));
        let lead = format!("{word}[{rule}]");
        let lines = fold(&format!("{lead} {title} ({count})"), width.saturating_sub(2));
        // The first word is the lead: there is no space in it.
        let first = lines[0].strip_prefix(&lead).unwrap_or_default();
        put(&mut text, format_args!("{colour}{lead}{colour:#}{bold}{first}{bold:#}\n"));
        for line in &lines[1..] {
            put(&mut text, format_args!("  {bold}{line}{bold:#}\n"));
        }
        // One finding takes no more room than the line that it would be folded into.
        let limit = if limit > 0 && self.findings.len() == limit + 1 { limit + 1 } else { limit };
        let shown = &self.findings[..self.findings.len().min(limit)];
        match show {
            Show::All => shown.iter().for_each(|finding| full(finding, width, &mut text)),
            Show::Screen | Show::Notes => rows(shown, width, &mut text),
        }
        let folded = self.findings.len() - shown.len();
        // Behind a single row the count in the heading will do.
        if folded > 0 && limit > 1 {
            put(&mut text, format_args!("  … and {} more (--show all)\n", number(folded)));
        }
        text
    }
}

/// Rules of which a function, a caller and a grant say what there is to say. The others need their sentence.
const IN_COLUMNS: [RuleId; 10] = [
    RuleId::BroadRole,
    RuleId::DeadGrant,
    RuleId::EventFunctionCaller,
    RuleId::IamCheckDisabled,
    RuleId::InheritedCaller,
    RuleId::MissingCaller,
    RuleId::PrivilegedCaller,
    RuleId::PublicFunction,
    RuleId::UndeclaredCaller,
    RuleId::UnknownFunction,
];

fn rows(findings: &[&Finding], width: usize, text: &mut String) {
    let (columns, sentences): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|finding| IN_COLUMNS.contains(&finding.rule));
    let rows: Vec<[String; 3]> = columns.into_iter().map(row).collect();
    columns::lay_out(&rows, width, text);
    for finding in sentences {
        sentence(finding, width, text);
    }
}

fn sentence(finding: &Finding, width: usize, text: &mut String) {
    let place = place(finding).map(|place| format!(" ({place})")).unwrap_or_default();
    let accepted = finding.accepted.as_ref().map(|Accepted { reason, until }| {
        format!(" (accepted until {}: {})", escape::terminal(until), escape::terminal(reason))
    });
    let sentence = escape::terminal(&finding.message).into_owned() + &place + &accepted.unwrap_or_default();
    for (number, line) in fold(&sentence, width.saturating_sub(4)).iter().enumerate() {
        let indent = if number == 0 { 2 } else { 4 };
        put(text, format_args!("{:indent$}{line}\n", ""));
    }
}

/// What it is about, who, and through what or where declared.
fn row(finding: &Finding) -> [String; 3] {
    let mut what = match &finding.function {
        Some(function) => words::function(function),
        None => words::resource(&finding.resource),
    };
    if !finding.opens.is_empty() {
        put(&mut what, format_args!(" ({})", counted(finding.opens.len(), "function", "functions")));
    }
    let who = finding.caller.as_ref().or(finding.grant.as_ref().map(|grant| &grant.principal));
    let who = who.map(|who| escape::terminal(who.as_str()).into_owned()).unwrap_or_default();
    // A declared caller has a line in the map; what is not declared has none worth showing.
    let mut how = finding.grant.as_ref().map(words::grant).or_else(|| place(finding)).unwrap_or_default();
    if let Some(evidence) = &finding.evidence {
        put(&mut how, format_args!("; {}", escape::terminal(evidence)));
    }
    [what, who, how]
}

fn place(finding: &Finding) -> Option<String> {
    let Location { file, line, column } = finding.declared_at.as_ref()?;
    Some(format!("{}:{line}:{column}", escape::terminal(file)))
}

/// A finding with everything that is known of it.
fn full(finding: &Finding, width: usize, text: &mut String) {
    sentence(finding, width, text);
    let mut more = |label: &str, value: &str| {
        let dim = style::DIM;
        for (number, line) in fold(&escape::terminal(value), width.saturating_sub(12)).iter().enumerate() {
            let label = if number == 0 { label } else { "" };
            put(text, format_args!("    {dim}{label:8}{dim:#}{line}\n"));
        }
    };
    if let Some(grant) = &finding.grant {
        let condition = grant.condition.as_ref().map(|condition| format!(" if {}", condition.expression));
        let condition = condition.unwrap_or_default();
        more("grant", &format!("{} to {} on {}{condition}", grant.role, grant.principal, grant.resource));
    }
    if !finding.opens.is_empty() {
        let opened: Vec<String> = finding.opens.iter().map(words::function).collect();
        more("opens", &opened.join(", "));
    }
    if let Some(fix) = &finding.fix {
        more("fix", fix);
    }
    more("finding", finding.fingerprint.get(..FINGERPRINT).unwrap_or(&finding.fingerprint));
}
