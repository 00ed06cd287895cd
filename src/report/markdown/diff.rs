//! What differs between two maps or two worlds, as Markdown.

use std::io::{self, Write};

use super::{code, prose};
use crate::{
    model::time,
    plan::difference::{AccessChange, Change, LevelChange, Target, Unread},
    report::{
        difference::{Half, View, how, target},
        summary::number,
        words,
    },
};

/// How many changes of one part are written out: a comment has an end (GitHub takes 65,536 characters).
const MOST: usize = 25;

/// Writes what differs.
///
/// # Errors
/// Where it cannot be written to.
pub fn diff(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (lowered, levels): (Vec<LevelChange>, Vec<LevelChange>) =
        view.difference.levels.iter().partition(|level| level.is_relaxed());
    if !lowered.is_empty() {
        let rules = lowered.into_iter().map(level);
        writeln!(out, "**relaxed:** {}\n", rules.collect::<Vec<_>>().join("; "))?;
    }
    let env = view.env.map(|env| format!(" of {}", code(env))).unwrap_or_default();
    writeln!(out, "### Which access came and went{env}\n\n{}\n", prose(&view.line()))?;
    for section in view.sections() {
        let rows: Vec<_> = section.changes.iter().map(|change| access(change)).collect();
        table(section.title, ["", "caller", "function", ""], &rows, out)?;
    }
    let rows: Vec<_> = view.difference.functions.iter().map(change).collect();
    table("functions", ["", "", "function", ""], &rows, out)?;
    let levels =
        levels.into_iter().map(|held| ["`~`".to_owned(), "rule".to_owned(), level(held), String::new()]);
    let rows: Vec<_> = levels.chain(view.difference.settings.iter().map(change)).collect();
    table("settings", ["", "", "", ""], &rows, out)?;
    unread(view, out)?;
    end(view, out)
}

fn level(LevelChange { rule, was, now }: LevelChange) -> String {
    format!("{} is {now}, was {was}", code(rule.as_str()))
}

type Row = [String; 4];

fn access(change: &AccessChange) -> Row {
    let target = match &change.target {
        Target::Function(..) | Target::Group(_) => code(&target(&change.target)),
        Target::Below(..) => prose(&target(&change.target)),
    };
    let how: Vec<_> = how(change).iter().map(|part| prose(part)).collect();
    [sign(change.turn.sign()), code(&change.caller), target, how.join("<br>")]
}

fn change(change: &Change) -> Row {
    let Change { turn, what, name, detail, at } = change;
    let at = at.as_ref().map(|at| format!("<br>{}", code(&format!("{}:{}", at.file, at.line))));
    [
        sign(turn.sign()),
        (*what).to_owned(),
        code(name),
        format!("{}{}", prose(detail), at.unwrap_or_default()),
    ]
}

fn sign(sign: char) -> String {
    code(sign.encode_utf8(&mut [0; 4]))
}

fn table(title: &str, columns: [&str; 4], rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "**{title}** ({})\n\n| {} |\n| --- | --- | --- | --- |",
        number(rows.len()),
        columns.join(" | ")
    )?;
    for row in rows.iter().take(MOST) {
        writeln!(out, "| {} |", row.join(" | "))?;
    }
    if rows.len() > MOST {
        writeln!(out, "\n… and {} more", number(rows.len() - MOST))?;
    }
    writeln!(out)
}

/// What is not known: never left out, and never called complete.
fn unread(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    if view.is_complete() {
        return Ok(());
    }
    writeln!(out, "**incomplete: not everything that decides was read**\n")?;
    let unread = view.difference.unread.iter().map(|Unread { name, what, side, why }| {
        format!("{what} of {} ({}): {}", code(name), side.as_str(), prose(why))
    });
    let stale = view.stale.iter().map(|file| format!("{} is too old, or of unknown age", code(file)));
    let gaps: Vec<_> = unread.chain(stale).collect();
    for gap in gaps.iter().take(MOST) {
        writeln!(out, "- {gap}")?;
    }
    if gaps.len() > MOST {
        writeln!(out, "- … and {} more", number(gaps.len() - MOST))?;
    }
    writeln!(out)
}

fn end(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let not_asked = view.not_asked();
    if !not_asked.is_empty() {
        writeln!(out, "- not asked: {}", not_asked.join(", "))?;
    }
    if let Some(days) = view.old_roles() {
        writeln!(out, "- **warning:** {}", words::old_roles(days))?;
    }
    for (side, half) in [("old", &view.old), ("new", &view.new)] {
        let files: Vec<_> = half.files().into_iter().take(MOST).map(code).collect();
        let age = half.age().map(|age| format!(", {}", prose(&age))).unwrap_or_default();
        writeln!(out, "- {side}: {}: {}{age}", files.join(", "), half.size())?;
    }
    let what = match view.new {
        Half::Map(_) => "maps",
        Half::World(_) => "worlds",
    };
    writeln!(
        out,
        "- two {what}, as of {}, callmap {}",
        code(&time::rfc3339(view.at)),
        env!("CARGO_PKG_VERSION")
    )
}
