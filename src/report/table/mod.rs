//! The audit on a terminal: what was read and what was not, what was found, and what to do next.

mod columns;
mod diff;
mod findings;
mod head;
mod next;
mod plan;
mod reach;
mod refusal;
mod review;

use std::io::{self, Write};

pub(super) use columns::fold;
pub use diff::diff;
pub(super) use head::{line, relaxed};
pub use next::lines as next;
pub(super) use plan::condition;
pub use plan::plan;
pub use reach::{can, declared, explain, who};
pub use refusal::refusal;
pub use review::review;

use super::{
    escape,
    heading::Heading,
    style,
    summary::{Ending, Summary},
};
use crate::rules::Audit;

/// How many lines fit on a screen.
const SCREEN: usize = 48;

/// A terminal on which lines are folded so often that more of them are needed.
const NARROW: usize = 80;

/// How much of an audit is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Show {
    /// One screen: errors and warnings, long groups folded, notes counted.
    Screen,
    /// Notes as well.
    Notes,
    /// Every finding, accepted ones too, with its message, fix and fingerprint.
    All,
}

/// Writes an audit with colour, which the stream takes out again where there is no terminal.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn render(audit: &Audit, width: usize, show: Show, out: &mut dyn Write) -> io::Result<()> {
    let mut head = Vec::new();
    head::relaxed(&audit.relaxed, &mut head)?;
    head::world(&Heading::of(audit), width, &mut head)?;
    head::map(audit, width, &mut head)?;
    let mut foot = Vec::new();
    summary(audit, width, &mut foot)?;
    next::render(audit, width, show, &mut foot)?;
    let screen = if width < NARROW { 2 * SCREEN } else { SCREEN };
    let room = screen.saturating_sub(lines(&head) + lines(&foot));
    out.write_all(&head)?;
    findings::render(audit, width, show, room, out)?;
    out.write_all(&foot)
}

fn lines(text: &[u8]) -> usize {
    text.split(|byte| *byte == b'\n').count() - 1
}

fn summary(audit: &Audit, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let numbers = Summary::of(audit).line();
    let ending = Ending::of(audit);
    let colour = match ending {
        Ending::Clean => style::GOOD,
        Ending::CleanAsRead | Ending::Findings => style::BOLD,
        Ending::Incomplete => style::ERROR,
    };
    let sentence = ending.sentence(audit).unwrap_or_default();
    writeln!(out)?;
    for (colour, text) in [(style::BOLD, numbers), (colour, escape::terminal(&sentence).into_owned())] {
        for line in columns::fold(&text, width).iter().filter(|line| !line.is_empty()) {
            writeln!(out, "{colour}{line}{colour:#}")?;
        }
    }
    Ok(())
}
