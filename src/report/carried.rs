//! What was carried out, or taken back: as it happens, and all together.

use std::{
    collections::BTreeSet,
    io::{self, Write},
    time::Duration,
};

use super::{escape, heading::Heading, style, summary::counted, table, words};
use crate::{
    apply::{End, Event, Job, Outcome, atom::Atom},
    model::Resource,
    plan::{Deed, Include, StepId},
};

/// What was done.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Where it was done.
    pub heading: Heading<'a>,
    /// Every step, in order.
    pub steps: &'a [Line],
    /// How it ended.
    pub end: End,
    /// Whether anything was written, or may have been.
    pub has_written: bool,
    /// The journal; none where nothing was begun, or where it is gone with the sample estate.
    pub journal: Option<&'a str>,
    /// Whether another run was taken back.
    pub is_undo: bool,
}

/// A step, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its name.
    pub id: StepId,
    /// Whose policy.
    pub resource: Resource,
    /// What is put in and taken out.
    pub changes: Vec<Atom>,
    /// What came of it; `None` where it was not come to.
    pub outcome: Option<Outcome>,
}

/// Writes what just happened in a line, or nothing where it says too little.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn event(event: Event<'_>, out: &mut dyn Write) -> io::Result<()> {
    match event {
        Event::Begins(_) => Ok(()),
        Event::Waits { job, time } => {
            let how_long = duration(time);
            writeln!(out, "{} waits for {how_long}, until what was granted counts everywhere", named(job))
        }
        Event::Again { job, why } => {
            writeln!(out, "{} is tried again: {}", named(job), escape::terminal(why))
        }
        Event::Ended { job, outcome } => ended(&named(job), outcome, out),
    }
}

fn named(job: &Job<'_>) -> String {
    format!("{} {}", job.id, words::resource(job.resource))
}

fn ended(name: &str, outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let colour = match outcome {
        Outcome::Done | Outcome::DoneAlready => style::GOOD,
        Outcome::Stale(_) | Outcome::Held(_) => style::WARNING,
        Outcome::Failed(_) => style::ERROR,
    };
    let why = outcome.why().map(|why| format!(": {}", escape::terminal(why))).unwrap_or_default();
    writeln!(out, "{name} {colour}{}{colour:#}{why}", outcome.as_str())
}

/// Minutes and seconds.
fn duration(time: Duration) -> String {
    // What is less than a second is no less to wait for.
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    match (seconds / 60, seconds % 60) {
        (0, seconds) => counted(usize::try_from(seconds).unwrap_or(usize::MAX), "second", "seconds"),
        (minutes, 0) => counted(usize::try_from(minutes).unwrap_or(usize::MAX), "minute", "minutes"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

/// Writes what is going to be taken back, before the question.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn undoing(steps: &[(Line, Vec<Atom>)], out: &mut dyn Write) -> io::Result<()> {
    let bold = style::BOLD;
    for (line, lost) in steps {
        writeln!(out, "{bold}{} {}{bold:#}", line.id, words::resource(&line.resource))?;
        for atom in &line.changes {
            let (sign, colour) = match atom.deed {
                Deed::Add => ('+', style::GOOD),
                Deed::Remove => ('-', style::ERROR),
            };
            writeln!(out, "  {colour}{sign} {}{colour:#}", grant(atom))?;
        }
        for atom in lost {
            let warning = style::WARNING;
            writeln!(out, "  {warning}! {}: {}{warning:#}", grant(atom), super::plan::FINAL)?;
        }
    }
    Ok(())
}

fn grant(atom: &Atom) -> String {
    let Atom { deed: _, role, principal, condition } = atom;
    let condition = table::condition(condition.as_ref());
    format!("{}  {}{condition}", escape::terminal(principal.as_str()), words::role(role.as_str()))
}

/// Writes how it ended, where the journal is, and what can be done next.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn summary(view: &View<'_>, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let colour = match view.end {
        End::Done => style::GOOD,
        End::Stale | End::Partly | End::Stopped => style::WARNING,
    };
    writeln!(out, "\n{colour}{}{colour:#}", sentence(view))?;
    let Some(journal) = view.journal else { return Ok(()) };
    table::line("journal", &escape::terminal(journal), width, out)?;
    let path = super::plan::quoted(journal);
    // A command that is folded is none that can be copied.
    let mut next = |label: &str, words: &str| {
        let (dim, path) = (style::DIM, escape::terminal(&path));
        writeln!(out, "{dim}{label:10}{dim:#}{words} {path}")
    };
    if view.end != End::Done && view.end != End::Stale {
        next("go on", "callmap apply --resume")?;
    }
    if view.has_written {
        let words: Vec<_> = ["callmap undo"].into_iter().chain(on_demand(view)).collect();
        next("take back", &words.join(" "))?;
    }
    Ok(())
}

/// What has to be asked for to take it back: see [`crate::apply::Undoing::includes`].
fn on_demand(view: &View<'_>) -> impl Iterator<Item = &'static str> {
    let is_written = |line: &&Line| matches!(line.outcome, Some(Outcome::Done | Outcome::Failed(_)));
    let written = view.steps.iter().filter(is_written);
    let given = written.flat_map(|line| line.changes.iter().map(move |atom| (&line.resource, atom)));
    let mut flags = BTreeSet::new();
    for (resource, atom) in given.filter(|(_, atom)| atom.deed == Deed::Remove) {
        flags.extend((!matches!(resource, Resource::Service(_))).then_some(Include::Inherited));
        flags.extend(atom.principal.is_public().then_some(Include::Public));
    }
    flags.into_iter().map(Include::flag)
}

fn sentence(view: &View<'_>) -> String {
    let is = |wanted: &dyn Fn(&Outcome) -> bool| {
        view.steps.iter().filter(|line| line.outcome.as_ref().is_some_and(wanted)).count()
    };
    let left = view.steps.iter().filter(|line| line.outcome.is_none()).count();
    let counts = [
        (is(&|outcome| *outcome == Outcome::Done), "done"),
        (is(&|outcome| *outcome == Outcome::DoneAlready), "done already"),
        (is(&|outcome| matches!(outcome, Outcome::Stale(_))), "stale"),
        (is(&|outcome| matches!(outcome, Outcome::Failed(_))), "failed"),
        (is(&|outcome| matches!(outcome, Outcome::Held(_))), "held"),
        (left, "not come to"),
    ];
    let told = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let told = told.collect::<Vec<_>>().join(", ");
    let steps = counted(view.steps.len(), "step", "steps");
    let wrote = if view.has_written { "" } else { "; nothing was written" };
    match view.end {
        End::Done => format!("{steps}: {told}{wrote}"),
        End::Stale => format!("{steps}: {told}{wrote}; make a new plan"),
        End::Partly => format!("{steps}, and not all of it done: {told}{wrote}"),
        End::Stopped => format!("stopped: {told}{wrote}"),
    }
}
