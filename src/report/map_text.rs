//! A discovered map as the file that a person would commit.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

use super::escape::terminal;
use crate::{
    callers::write::{literal, scalar},
    model::{RuleId, ServiceName, time::rfc3339},
    plan::discover::{Caller, Discovered, Edge, Function, Seen},
    rules::Finding,
};

/// The longest line of a list that stays on one line.
const WIDTH: usize = 100;
/// Where comments start behind lines that are shorter.
const COLUMN: usize = 42;

/// Writes the map. What it cannot say stands above it, as decisions to take.
///
/// # Errors
/// Where writing fails.
pub fn render(map: &Discovered, decisions: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    let Discovered { project, region, functions, callers } = map;
    writeln!(out, "# What is live, as a map to start from: written by `callmap discover`.")?;
    decisions_to_take(decisions, out)?;
    writeln!(out, "callmap: 1\n")?;
    if let Some(project) = project {
        writeln!(out, "project: {}", literal(project))?;
    }
    if let Some(region) = region {
        writeln!(out, "region: {}", literal(region))?;
    }
    writeln!(out, "\nfunctions:")?;
    for (name, function) in functions {
        let line = format!("  {}:{}", scalar(name), settings(map, name, function));
        writeln!(out, "{}", commented(&line, &listed(&function.sources)))?;
    }
    if callers.is_empty() {
        return writeln!(out, "\ncallers: {{}}");
    }
    writeln!(out, "\ncallers:")?;
    for (caller, functions) in callers {
        if let Caller::Public(_) = caller {
            writeln!(out, "  # Anybody on the internet: keep only what is public on purpose.")?;
        }
        edges(&spelled(caller), functions, out)?;
    }
    Ok(())
}

fn spelled(caller: &Caller) -> String {
    match caller {
        Caller::Public(principal) | Caller::Principal(principal) => literal(principal.as_str()),
        Caller::Function(name) => scalar(&format!("function:{name}")),
    }
}

/// What a function says beside its name.
fn settings(map: &Discovered, name: &str, function: &Function) -> String {
    let Function { services, runs_as, is_event_driven, written_by, sources: _ } = function;
    let mut said = place(map, name, services);
    if let Some(account) = runs_as {
        said.push(format!("runs_as: {}", literal(account.email().unwrap_or_else(|| account.as_str()))));
    }
    if *is_event_driven {
        said.push("trigger: event".to_owned());
    }
    if let Some(writer) = written_by {
        said.push(format!("written_by: {}", writer.as_str()));
    }
    if said.is_empty() { String::new() } else { format!(" {{ {} }}", said.join(", ")) }
}

/// Where a function is, as far as the top of the file does not say it.
fn place(map: &Discovered, name: &str, services: &[ServiceName]) -> Vec<String> {
    let [first, others @ ..] = services else { return Vec::new() };
    let is_short = Some(&first.project) == map.project.as_ref() && *first.service == *name;
    if !is_short {
        return vec![format!("resource: {}", literal(&first.to_string()))];
    }
    if others.is_empty() {
        let is_usual = Some(&first.location) == map.region.as_ref();
        return if is_usual { Vec::new() } else { vec![format!("region: {}", literal(&first.location))] };
    }
    let regions: Vec<_> = services.iter().map(|service| literal(&service.location)).collect();
    vec![format!("regions: [{}]", regions.join(", "))]
}

/// One caller with the functions it may call, and where that was seen: on one line where that is short, none has an
/// end, and all were seen alike.
fn edges(caller: &str, functions: &BTreeMap<String, Edge>, out: &mut dyn Write) -> io::Result<()> {
    let names: Vec<_> = functions.keys().map(|name| scalar(name)).collect();
    let line = format!("  {caller}: [{}]", names.join(", "));
    let mut ways = functions.values().map(|edge| &edge.seen);
    let first = ways.next();
    let are_alike = ways.all(|seen| Some(seen) == first);
    if functions.values().all(|edge| edge.until.is_none()) && are_alike && line.chars().count() <= WIDTH {
        return writeln!(out, "{}", commented(&line, &first.map(seen).unwrap_or_default()));
    }
    writeln!(out, "  {caller}:")?;
    for (name, edge) in functions {
        let comment = seen(&edge.seen);
        match edge.until {
            None => writeln!(out, "{}", commented(&format!("    - {}", scalar(name)), &comment))?,
            Some(until) => {
                writeln!(out, "{}", commented(&format!("    - function: {}", scalar(name)), &comment))?;
                writeln!(out, "      until: {}", rfc3339(until))?;
            }
        }
    }
    Ok(())
}

/// Where a call was seen, in words.
fn seen(seen: &BTreeSet<Seen>) -> String {
    let words = seen.iter().map(|seen| match seen {
        Seen::Grant(role) => format!("granted {role}"),
        Seen::Source(source) => format!("used by {source}"),
    });
    listed(&words.collect())
}

/// The first few of these words.
fn listed(words: &BTreeSet<String>) -> String {
    const SHOWN: usize = 3;
    let mut shown: Vec<_> = words.iter().take(SHOWN).cloned().collect();
    if words.len() > SHOWN {
        shown.push(format!("{} more", words.len() - SHOWN));
    }
    shown.join(", ")
}

/// A line with a comment at its end, where there is one: whatever names it holds, it stays a comment.
fn commented(line: &str, comment: &str) -> String {
    if comment.is_empty() {
        return line.to_owned();
    }
    format!("{line:COLUMN$}  # {}", terminal(comment))
}

/// What the map could not say, by rule. Every line is a comment, whatever the names in it hold.
fn decisions_to_take(findings: &[Finding], out: &mut dyn Write) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "#\n# Decisions to take. An audit with this map says the same until they are taken.")?;
    let mut rule: Option<RuleId> = None;
    for finding in findings {
        if rule != Some(finding.rule) {
            writeln!(out, "#\n# {} ({})", finding.rule, finding.level)?;
            rule = Some(finding.rule);
        }
        writeln!(out, "#   - {}", terminal(&finding.message))?;
    }
    writeln!(out, "#")
}
