//! The first lines: what was relaxed, what was read and what was not.

use std::io::{self, Write};

use super::columns::fold;
use crate::{
    access::RoleData,
    model::{Level, RuleId, time},
    report::{
        escape,
        heading::Heading,
        style,
        summary::{counted, number},
        words,
    },
    rules::Audit,
    world::{Layer, LayerState, SourceFile},
};

/// How wide the words before the lines are.
const LABEL: usize = 10;

/// The rules that the map lowered, before everything else.
pub(in crate::report) fn relaxed(relaxed: &[(RuleId, Level)], out: &mut dyn Write) -> io::Result<()> {
    if relaxed.is_empty() {
        return Ok(());
    }
    let rules = relaxed.iter().map(|(rule, level)| format!("{rule} is {level}"));
    let (colour, rules) = (style::WARNING, rules.collect::<Vec<_>>().join(", "));
    writeln!(out, "{colour}relaxed: {rules}{colour:#}")
}

/// What was read of the world, from where, and as of when.
pub(super) fn world(heading: &Heading<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut label = heading.source.kind.as_str();
    for file in &heading.source.files {
        line(label, &self::file(file, heading), width, out)?;
        label = "";
    }
    if heading.source.files.is_empty() {
        line(label, words::source(heading.source.kind), width, out)?;
    }
    let layers = |state| heading.layers_in(state).map(Layer::as_str).collect::<Vec<_>>().join(", ");
    let (read, refused, not_asked) =
        (layers(LayerState::Read), layers(LayerState::Refused), layers(LayerState::NotAsked));
    line("read", if read.is_empty() { "nothing" } else { &read }, width, out)?;
    if !refused.is_empty() {
        line("refused", &refused, width, out)?;
    }
    if !not_asked.is_empty() {
        let by = match heading.state(Layer::DenyPolicies) {
            LayerState::NotAsked => "; verdicts are by allow policies",
            LayerState::Read | LayerState::Refused => "",
        };
        line("not asked", &format!("{not_asked}{by}"), width, out)?;
    }
    let env = heading.env.map(|env| format!(", environment {}", escape::terminal(env))).unwrap_or_default();
    let at = time::rfc3339(heading.at);
    line("as of", &format!("{at}, role data of {}{env}", RoleData::get().date), width, out)?;
    heading.old_roles.map_or(Ok(()), |days| line("warning", &words::old_roles(days), width, out))
}

/// The files of the map, and what it says nothing about.
pub(super) fn map(audit: &Audit, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let files: Vec<_> = audit.map_files.iter().map(|file| escape::terminal(file)).collect();
    let named = match files.as_slice() {
        [] => "none".to_owned(),
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second}, {third} and {} more", number(rest.len()))
        }
        files => files.join(", "),
    };
    let functions = counted(audit.counts.functions, "function", "functions");
    let callers = counted(audit.counts.edges, "declared call", "declared calls");
    line("map", &format!("{named}: {functions}, {callers}"), width, out)?;
    let mut besides = Vec::new();
    if audit.waiting > 0 {
        let calls = counted(audit.waiting, "declared call", "declared calls");
        besides.push(format!("{calls} of functions that are not live"));
    }
    if audit.counts.gen1 > 0 {
        let functions = counted(audit.counts.gen1, "first-generation function", "first-generation functions");
        besides.push(format!("{functions} not judged"));
    }
    besides.extend(words::split(audit.counts));
    if besides.is_empty() { Ok(()) } else { line("besides", &besides.join(", "), width, out) }
}

fn file(file: &SourceFile, heading: &Heading<'_>) -> String {
    let SourceFile { name, assets, skipped, newest } = file;
    let skipped = match skipped.values().sum() {
        0 => String::new(),
        others => format!(", {} of other types", number(others)),
    };
    let age = match newest {
        Some(newest) if *newest <= heading.at => {
            format!(", {} ({})", words::age(heading.at - *newest), time::rfc3339(*newest))
        }
        Some(newest) => format!(", newest {}", time::rfc3339(*newest)),
        None => ", of unknown age".to_owned(),
    };
    let stale = if heading.stale.contains(name) { ": too old" } else { "" };
    format!("{}: {}{skipped}{age}{stale}", escape::terminal(name), counted(*assets, "asset", "assets"))
}

/// A word and what belongs to it, folded at spaces where the terminal is narrow.
pub(in crate::report) fn line(label: &str, text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let dim = style::DIM;
    for (number, part) in fold(text, width.saturating_sub(LABEL)).iter().enumerate() {
        let label = if number == 0 { label } else { "" };
        writeln!(out, "{dim}{label:LABEL$}{dim:#}{part}")?;
    }
    Ok(())
}
