//! What `callmap demo` tells between its commands.

use std::io::{self, Write};

use super::{style, table::fold};

/// Before the audit.
pub const OPENING: &str = "A shop runs a few functions in two projects. Its map, part of this program, says who may \
    call which of them. An audit compares that with what is live, and says what differs.";
/// Before the question who can call.
pub const WHO: &str = "Somebody outside can call `payments`. Who else can, and through what?";
/// Before the explanation.
pub const EXPLAIN: &str =
    "One of them was never declared. Why can this caller call, and what would change it?";
/// Before the plan.
pub const PLAN: &str = "A plan is the least that makes what is live match the map. It adds before it takes away, and \
    says why. A grant above functions, and one that gives nothing, are left alone unless you ask.";
/// Before the plan is carried out.
pub const APPLY: &str = "Nothing was written so far. Now each step is: one read, one write, and a look at what came of \
    it, with a journal by which `callmap undo` takes it all back.";
/// Before the second audit.
pub const AGAIN: &str = "What is left is for people to decide: functions that are on no map, which no plan ever \
    touches, a subscription that sends a token for somebody else, and a job that lives on a grant nobody declared.";
/// The end.
pub const CLOSING: &str = "Every command takes `--demo`, and without it reads Google Cloud: `callmap discover \
    --project PROJECT` writes a map of what is live to start from. An export is read with `--from FILE`.";

/// Writes a paragraph.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn say(text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    for line in fold(text, width.min(100)) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Writes a line of the shell.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn command(line: &str, out: &mut dyn Write) -> io::Result<()> {
    let bold = style::BOLD;
    writeln!(out, "\n{bold}$ {line}{bold:#}\n")
}
