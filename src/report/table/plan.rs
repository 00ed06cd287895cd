//! A plan on a terminal: every change with its reason, in the order in which they are made; nothing is left out.

use std::io::{self, Write};

use super::{
    NARROW,
    columns::{self, Row, fold, put},
    head::{self, line},
};
use crate::{
    model::Condition,
    plan::{Change, Deed, Held, Include, Plan, Step, Waiting},
    report::{
        escape,
        plan::{FINAL, Numbers, View, flags, next},
        style,
        summary::{counted, number},
        words,
    },
};

/// Writes a plan with colour, which the stream takes out again where there is no terminal.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn plan(view: &View<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    head::world(&view.heading, width, out)?;
    made(view.plan, width, out)?;
    let mut text = String::new();
    for step in &view.plan.steps {
        self::step(step, width, &mut text);
    }
    held(&view.plan.held, width, &mut text);
    waiting(&view.plan.waiting, width, &mut text);
    ending(view, width, &mut text);
    out.write_all(text.as_bytes())
}

/// The map, and what was asked for.
fn made(plan: &Plan, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let made = &plan.made;
    let files: Vec<_> = made.map.files.iter().map(|file| escape::terminal(file)).collect();
    let digest = made.map.sha256.get(..DIGEST).unwrap_or(&made.map.sha256);
    line("map", &format!("{} ({digest})", files.join(", ")), width, out)?;
    let scope: Vec<_> = made.scope.iter().map(ToString::to_string).collect();
    if !scope.is_empty() {
        line("besides", &escape::terminal(&scope.join(", ")), width, out)?;
    }
    let flags = flags(&made.options);
    if flags.is_empty() { Ok(()) } else { line("asked", &escape::terminal(&flags.join(", ")), width, out) }
}

/// As much of a digest as tells one map from another at a glance.
const DIGEST: usize = 12;

fn step(step: &Step, width: usize, text: &mut String) {
    let Step { id, resource, needs, changes, footing: _, protects, also_opens, also_runs } = step;
    let bold = style::BOLD;
    put(text, format_args!("\n{bold}{id}{bold:#} {bold}{}{bold:#}\n", words::resource(resource)));
    self::changes(changes, width, text);
    if !needs.is_empty() {
        let needs: Vec<_> = needs.iter().map(ToString::to_string).collect();
        let needs = format!("waits for {}, and then until their grants count (--settle)", needs.join(", "));
        note(&needs, width, text);
    }
    if !protects.is_empty() {
        let count = counted(protects.len(), "declared caller", "declared callers");
        note(
            &format!("protects {count}: nothing is written while one would be left without a grant"),
            width,
            text,
        );
    }
    if !also_opens.is_empty() {
        let functions: Vec<_> = also_opens.iter().map(words::function).collect();
        let count = counted(functions.len(), "function", "functions");
        note(&format!("takes it from {count} on no map, too: {}", functions.join(", ")), width, text);
    }
    if !also_runs.is_empty() {
        let names: Vec<_> = also_runs.iter().map(|name| escape::terminal(name)).collect();
        let count = counted(names.len(), "job or instance", "jobs and instances");
        note(&format!("takes it from {count}, too: {}", names.join(", ")), width, text);
    }
}

fn changes(changes: &[Change], width: usize, text: &mut String) {
    let rows: Vec<Row> = changes.iter().map(row).collect();
    let mut laid_out = String::new();
    columns::lay_out(&rows, width, &mut laid_out);
    for line in laid_out.lines() {
        let colour = match line.get(..4) {
            Some("  + ") => style::GOOD,
            Some("  - ") => style::ERROR,
            _ => anstyle::Style::new(),
        };
        put(text, format_args!("{colour}{line}{colour:#}\n"));
    }
    for change in changes.iter().filter(|change| change.is_final()) {
        warning(&format!("{}: {FINAL}", escape::terminal(change.principal.as_str())), width, text);
    }
}

/// In or out and who, the role and its condition, and why.
fn row(change: &Change) -> Row {
    let Change { deed, class: _, role, principal, condition, rule: _, because: _ } = change;
    let sign = match deed {
        Deed::Add => '+',
        Deed::Remove => '-',
    };
    [
        format!("{sign} {}", escape::terminal(principal.as_str())),
        words::role(role.as_str()) + &self::condition(condition.as_ref()),
        reason(change),
    ]
}

/// What a condition asks for, whatever its title says of it.
pub(in crate::report) fn condition(condition: Option<&Condition>) -> String {
    condition.map(|held| format!(" if {}", escape::terminal(&held.expression))).unwrap_or_default()
}

/// Why, under which rule, and what had to be asked for.
fn reason(change: &Change) -> String {
    let flag = change.class.include().map(|what| format!(", {}", what.flag())).unwrap_or_default();
    format!("because {} ({}{flag})", escape::terminal(&change.because), change.rule)
}

fn note(what: &str, width: usize, text: &mut String) {
    let dim = style::DIM;
    for line in fold(what, width.saturating_sub(4)) {
        put(text, format_args!("    {dim}{line}{dim:#}\n"));
    }
}

fn warning(what: &str, width: usize, text: &mut String) {
    let colour = style::WARNING;
    for (number, line) in fold(what, width.saturating_sub(6)).iter().enumerate() {
        let mark = if number == 0 { "! " } else { "  " };
        put(text, format_args!("    {colour}{mark}{line}{colour:#}\n"));
    }
}

fn group(title: &str, count: usize, says: &str, width: usize, text: &mut String) {
    let (colour, bold) = (style::NOTE, style::BOLD);
    let lines = fold(&format!("{title} {says} ({})", number(count)), width);
    let first = lines[0].strip_prefix(title).unwrap_or_default();
    put(text, format_args!("\n{colour}{title}{colour:#}{bold}{first}{bold:#}\n"));
    for line in &lines[1..] {
        put(text, format_args!("  {bold}{line}{bold:#}\n"));
    }
}

fn held(all: &[Held], width: usize, text: &mut String) {
    if all.is_empty() {
        return;
    }
    group("held", all.len(), "not done, because something stands in the way", width, text);
    for held in all {
        let Held { resource, change, rule, principal, reason } = held;
        let what = match (change, principal) {
            (Some(change), _) => {
                let [who, how, _] = row(change);
                format!("{who} {how} on {}", words::resource(resource))
            }
            (None, Some(who)) => {
                format!("{} on {}", escape::terminal(who.as_str()), words::resource(resource))
            }
            (None, None) => words::resource(resource),
        };
        for (number, line) in fold(&what, width.saturating_sub(4)).iter().enumerate() {
            let indent = if number == 0 { 2 } else { 4 };
            put(text, format_args!("{:indent$}{line}\n", ""));
        }
        note(&format!("{} ({rule})", escape::terminal(reason)), width, text);
    }
}

fn waiting(all: &[Waiting], width: usize, text: &mut String) {
    if all.is_empty() {
        return;
    }
    group("waiting", all.len(), "declared calls of functions that are not live", width, text);
    let row = |waiting: &Waiting| -> Row {
        let Waiting { service, caller, declared_at } = waiting;
        let place =
            format!("{}:{}:{}", escape::terminal(&declared_at.file), declared_at.line, declared_at.column);
        [words::function(service), escape::terminal(caller).into_owned(), place]
    };
    columns::lay_out(&all.iter().map(row).collect::<Vec<_>>(), width, text);
}

/// The numbers, whether all of it could be planned, and what to do next.
fn ending(view: &View<'_>, width: usize, text: &mut String) {
    let View { plan, heading, more, saved, is_under_way } = *view;
    let numbers = Numbers::of(plan);
    let colour = if numbers.steps == 0 && plan.is_complete { style::GOOD } else { style::BOLD };
    put(text, format_args!("\n"));
    for line in fold(&numbers.sentence(), width) {
        put(text, format_args!("{colour}{line}{colour:#}\n"));
    }
    if !plan.is_complete {
        let colour = style::ERROR;
        for line in fold(&incomplete(heading.stale), width) {
            put(text, format_args!("{colour}{line}{colour:#}\n"));
        }
    }
    if let Some(file) = saved {
        put(text, format_args!("saved to {}\n", escape::terminal(file)));
    }
    if is_under_way {
        return;
    }
    let next = next(view).map(|(command, says)| (escape::terminal(&command).into_owned(), says.to_owned()));
    listed("next", next, width, text);
    let more = more.iter().filter(|(_, count)| **count > 0);
    listed(
        "more with",
        more.map(|(what, count)| (what.flag().to_owned(), offer(*what, *count))),
        width,
        text,
    );
}

/// Words to type, each with what it does.
fn listed(title: &str, lines: impl IntoIterator<Item = (String, String)>, width: usize, text: &mut String) {
    let bold = style::BOLD;
    for (number, (words, says)) in lines.into_iter().enumerate() {
        if number == 0 {
            put(text, format_args!("\n{bold}{title}{bold:#}\n"));
        }
        // Beside each other where both fit.
        if width < NARROW || words.len().max(40) + says.len() + 3 > width {
            put(text, format_args!("  {words}\n"));
            for line in fold(&says, width.saturating_sub(4)) {
                put(text, format_args!("    {line}\n"));
            }
        } else {
            put(text, format_args!("  {words:40} {says}\n"));
        }
    }
}

fn incomplete(stale: &[std::sync::Arc<str>]) -> String {
    let stale: Vec<_> =
        stale.iter().map(|file| format!("the data of `{}` is too old", escape::terminal(file))).collect();
    let why = if stale.is_empty() {
        "not everything that decides was read, and nothing is planned where it decides; `callmap audit` names it"
            .to_owned()
    } else {
        stale.join(", ")
    };
    format!("incomplete: {why}")
}

/// What a flag would do.
fn offer(what: Include, count: usize) -> String {
    let (does, one, many) = match what {
        Include::Public => ("puts in", "declared grant to everybody", "declared grants to everybody"),
        Include::Inherited | Include::InheritedJobs => {
            ("takes out", "grant above functions", "grants above functions")
        }
        Include::Dead => ("takes out", "grant that gives nothing", "grants that give nothing"),
        Include::Agents => ("takes out", "grant of a service agent", "grants of service agents"),
    };
    format!("{does} {}", counted(count, one, many))
}
