//! Every temporary and human caller, on a terminal.

use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table, presets};
use unicode_width::UnicodeWidthStr;

use super::{
    columns::{fold, put},
    head, next,
};
use crate::{
    model::time,
    plan::review::Row,
    report::{
        escape,
        review::{self, View, more},
        style,
    },
};

/// How many functions are named in one row, of what a caller reaches as well.
const NAMES: usize = 3;
/// How wide what is said of a row has to be at least to stand beside it.
const ROOM: usize = 36;

/// Writes a review.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn review(view: &View<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    top(view, width, out)?;
    let rows = &view.review.rows;
    let has_ended = |row: &&Row| row.is_expired;
    let ends = |row: &&Row| !row.is_expired && row.until.is_some();
    let goes_on = |row: &&Row| row.until.is_none();
    part("expired", rows.iter().filter(has_ended), view, width, out)?;
    part("temporary", rows.iter().filter(ends), view, width, out)?;
    let is_declared = |row: &&Row| row.declared_at.is_some();
    part("people, without an end", rows.iter().filter(goes_on).filter(is_declared), view, width, out)?;
    let is_not = |row: &&Row| row.declared_at.is_none();
    part("people whom nobody declared", rows.iter().filter(goes_on).filter(is_not), view, width, out)?;
    if rows.is_empty() {
        writeln!(out, "\nno caller is temporary, and none lets people in")?;
    }
    let bold = style::BOLD;
    writeln!(out, "\n{bold}{}{bold:#}", view.line())?;
    gaps(view, width, out)?;
    next::lines(&review::next(view), width, out)
}

fn top(view: &View<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    if let Some(heading) = &view.heading {
        head::world(heading, width, out)?;
    }
    let files: Vec<_> = view.files.iter().map(|file| escape::terminal(file)).collect();
    head::line("map", &files.join(", "), width, out)?;
    if view.heading.is_none() {
        let env = view.env.map(|env| format!(", environment {}", escape::terminal(env))).unwrap_or_default();
        head::line("as of", &format!("{}{env}, by the map alone", time::rfc3339(view.at)), width, out)?;
    }
    if view.is_complete() {
        return Ok(());
    }
    let colour = style::ERROR;
    writeln!(
        out,
        "{colour}incomplete: not everything that decides was read, so that somebody may be missing{colour:#}"
    )
}

fn part<'a>(
    title: &str,
    rows: impl Iterator<Item = &'a Row>,
    view: &View<'_>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut told = std::collections::BTreeSet::new();
    let entries: Vec<[Vec<String>; 3]> = rows
        .map(|row| {
            // What one caller reaches is said once.
            let is_first = row.principal.as_ref().is_some_and(|caller| told.insert(caller));
            [vec![review::caller(row)], functions(row), details(row, view, is_first)]
        })
        .collect();
    if entries.is_empty() {
        return Ok(());
    }
    let bold = style::BOLD;
    let mut text = String::new();
    let column =
        |at: usize| entries.iter().flat_map(|row| &row[at]).map(|line| line.width()).max().unwrap_or(0);
    match width.checked_sub(column(0) + column(1) + 6) {
        Some(room) if room >= ROOM => side_by_side(&entries, room, &mut text),
        _ => below_each_other(&entries, width, &mut text),
    }
    write!(out, "\n{bold}{title}{bold:#}\n{text}")
}

fn functions(row: &Row) -> Vec<String> {
    let names =
        row.functions.iter().take(NAMES).map(|function| escape::terminal(&function.name).into_owned());
    let others = more(row.functions.len(), NAMES);
    let others = (!others.is_empty()).then(|| others.trim_start().to_owned());
    names.chain(others).collect()
}

/// What there is to say of a row, each in a line of its own that may be folded.
fn details(row: &Row, view: &View<'_>, is_first: bool) -> Vec<String> {
    let standing = review::standing(row);
    let members = review::members(row);
    let world: Vec<_> =
        [Some(standing), members].into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let mut lines = vec![review::until(row, view.at)];
    if !world.is_empty() {
        lines.push(world.join(", "));
    }
    if row.declared_at.is_some() {
        lines.push(review::said(row.reason.as_ref(), "no reason given").into_owned());
    }
    let owners = review::owners(row);
    let ask =
        if owners.is_empty() { "no owner is named".to_owned() } else { format!("ask {}", owners.join(", ")) };
    lines.push(format!("{ask}; {}", review::declared_at(row)));
    if is_first {
        lines.extend(view.reached(row, NAMES).map(|reached| reached.words()));
    }
    lines
}

fn side_by_side(entries: &[[Vec<String>; 3]], room: usize, text: &mut String) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    for [caller, functions, details] in entries {
        let details: Vec<_> = details.iter().flat_map(|line| folded(line, room)).collect();
        table.add_row([caller.join("\n"), functions.join("\n"), details.join("\n")]);
    }
    table.column_iter_mut().for_each(|column| {
        column.set_padding((2, 0));
    });
    for line in table.lines() {
        put(text, format_args!("{}\n", line.trim_end()));
    }
}

fn below_each_other(entries: &[[Vec<String>; 3]], width: usize, text: &mut String) {
    for [caller, functions, details] in entries {
        put(text, format_args!("  {}\n", caller.join(" ")));
        let functions = functions.join(", ").replace(", and ", " and ");
        for line in std::iter::once(&functions).chain(details) {
            for line in folded(line, width.saturating_sub(4)) {
                put(text, format_args!("    {line}\n"));
            }
        }
    }
}

/// Lines of which all but the first are set in.
fn folded(line: &str, width: usize) -> Vec<String> {
    let mut lines = fold(line, width.saturating_sub(2));
    lines.iter_mut().skip(1).for_each(|line| line.insert_str(0, "  "));
    lines
}

/// What was not read: never left out.
fn gaps(view: &View<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    for (what, why) in view.gaps() {
        for line in folded(&format!("unread: {what}: {why}"), width) {
            writeln!(out, "  {line}")?;
        }
    }
    Ok(())
}
