//! What differs between two maps or two worlds, on a terminal.

use std::io::{self, Write};

use super::{
    columns::{self, Row},
    head,
};
use crate::{
    access::RoleData,
    model::time,
    plan::difference::{Change, LevelChange, Unread},
    report::{
        difference::{Half, View, how, target},
        escape, style, words,
    },
};

/// Writes what differs.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn diff(view: &View<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    relaxed(view, out)?;
    top(view, width, out)?;
    for section in view.sections() {
        let rows = section.changes.iter().map(|change| {
            let who = format!("{} {}", change.turn.sign(), escape::terminal(&change.caller));
            [who, target(&change.target), how(change).join(", ")]
        });
        part(section.title, &rows.collect::<Vec<_>>(), width, out)?;
    }
    part("functions", &changes(&view.difference.functions), width, out)?;
    let levels = view.difference.levels.iter().filter(|level| !level.is_relaxed());
    let levels = levels.map(|LevelChange { rule, was, now }| {
        [format!("~ {rule}"), "rule".to_owned(), format!("{now}, was {was}")]
    });
    let settings: Vec<Row> = levels.chain(changes(&view.difference.settings)).collect();
    part("settings", &settings, width, out)?;
    unread(view, width, out)?;
    let bold = style::BOLD;
    writeln!(out, "\n{bold}{}{bold:#}", view.line())
}

/// What was lowered, before everything else.
fn relaxed(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let lowered: Vec<_> = view.difference.levels.iter().filter(|level| level.is_relaxed()).collect();
    if lowered.is_empty() {
        return Ok(());
    }
    let rules = lowered.iter().map(|LevelChange { rule, was, now }| format!("{rule} is {now}, was {was}"));
    let colour = style::WARNING;
    writeln!(out, "{colour}relaxed: {}{colour:#}", rules.collect::<Vec<_>>().join("; "))
}

fn top(view: &View<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    for (label, half) in [("old", &view.old), ("new", &view.new)] {
        let mut parts = vec![names(half), half.size()];
        parts.extend(half.age());
        head::line(label, &parts.join(", "), width, out)?;
    }
    let not_asked = view.not_asked();
    if !not_asked.is_empty() {
        head::line("not asked", &not_asked.join(", "), width, out)?;
    }
    let env = view.env.map(|env| format!(", environment {}", escape::terminal(env))).unwrap_or_default();
    let roles = match view.new {
        Half::Map(_) => String::new(),
        Half::World(_) => format!(", role data of {}", RoleData::get().date),
    };
    head::line("as of", &format!("{}{roles}{env}", time::rfc3339(view.at)), width, out)?;
    view.old_roles().map_or(Ok(()), |days| head::line("warning", &words::old_roles(days), width, out))
}

fn names(half: &Half<'_>) -> String {
    let files: Vec<_> = half.files().into_iter().map(escape::terminal).collect();
    match files.as_slice() {
        [first, second, rest @ ..] if rest.len() > 1 => format!("{first}, {second} and {} more", rest.len()),
        files => files.join(", "),
    }
}

fn changes(changes: &[Change]) -> Vec<Row> {
    let row = |change: &Change| {
        let Change { turn, what, name, detail, at } = change;
        let at = at.as_ref().map(|at| format!(", {}:{}", escape::terminal(&at.file), at.line));
        let detail = format!("{}{}", escape::terminal(detail), at.unwrap_or_default());
        [format!("{} {}", turn.sign(), escape::terminal(name)), (*what).to_owned(), detail]
    };
    changes.iter().map(row).collect()
}

fn part(title: &str, rows: &[Row], width: usize, out: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let bold = style::BOLD;
    let mut text = String::new();
    columns::lay_out(rows, width, &mut text);
    write!(out, "\n{bold}{title}{bold:#}\n{text}")
}

/// What is not known: never left out, and never called complete.
fn unread(view: &View<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let rows = view.difference.unread.iter().map(|Unread { name, what, side, why }| {
        let why = escape::terminal(why);
        [format!("? {}", escape::terminal(name)), format!("{what} ({})", side.as_str()), why.into_owned()]
    });
    let stale = view.stale.iter().map(|file| {
        [format!("? {}", escape::terminal(file)), "file".to_owned(), "too old, or of unknown age".to_owned()]
    });
    let rows: Vec<Row> = rows.chain(stale).collect();
    if rows.is_empty() {
        return Ok(());
    }
    part("not known, so that nothing is said of it", &rows, width, out)?;
    let colour = style::ERROR;
    writeln!(out, "\n{colour}incomplete: not everything that decides was read{colour:#}")
}
