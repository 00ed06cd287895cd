//! A discovered map as the file that a person would commit.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use super::escape::terminal;
use crate::{
    callers::write::{literal, scalar},
    model::{RuleId, ServiceName, Time, time::rfc3339},
    plan::discover::{Caller, Discovered, Function},
    rules::Finding,
};

/// The longest line of a list that stays on one line.
const WIDTH: usize = 100;

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
        writeln!(out, "  {}:{}", scalar(name), settings(map, name, function))?;
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
    let Function { services, runs_as, is_event_driven } = function;
    let mut said = place(map, name, services);
    if let Some(account) = runs_as {
        said.push(format!("runs_as: {}", literal(account.email().unwrap_or_else(|| account.as_str()))));
    }
    if *is_event_driven {
        said.push("trigger: event".to_owned());
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

/// One caller with the functions it may call: on one line where that is short and none has an end.
fn edges(caller: &str, functions: &BTreeMap<String, Option<Time>>, out: &mut dyn Write) -> io::Result<()> {
    let names: Vec<_> = functions.keys().map(|name| scalar(name)).collect();
    let line = format!("  {caller}: [{}]", names.join(", "));
    if functions.values().all(Option::is_none) && line.chars().count() <= WIDTH {
        return writeln!(out, "{line}");
    }
    writeln!(out, "  {caller}:")?;
    for (name, until) in functions {
        match until {
            None => writeln!(out, "    - {}", scalar(name))?,
            Some(until) => {
                writeln!(out, "    - function: {}", scalar(name))?;
                writeln!(out, "      until: {}", rfc3339(*until))?;
            }
        }
    }
    Ok(())
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
