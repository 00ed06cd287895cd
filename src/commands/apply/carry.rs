//! Doing what is to be done, on Google Cloud: with a way to stop, and a report of it.

use std::{
    collections::BTreeMap,
    io::{self, BufRead as _, IsTerminal as _},
    time::Duration,
};

use super::{Console, Error, Exit, ReportFormat, home::Home};
use crate::{
    apply::{
        Clock, End, FixedClock, Halt, Hands, Job, LiveReader, LiveWriter, LocalClock, Ran, ShiftedClock,
        Stop, atom::Atom, journal::Journal, run,
    },
    commands::{CarryOptions, live::Live},
    model::Time,
    plan::{Plan, StepId},
    report::{
        carried::{self, Line, View},
        escape,
        heading::Heading,
        json, style,
    },
    world::SourceKind,
};

/// How long grants take to count everywhere
/// (<https://cloud.google.com/iam/docs/access-change-propagation>).
const SETTLE: Duration = Duration::from_mins(10);

impl CarryOptions {
    /// Whether somebody can be asked, or need not be.
    ///
    /// # Errors
    /// Where nobody can be asked.
    pub(in crate::commands) fn answerable(&self) -> Result<(), Error> {
        if self.is_yes || io::stdin().is_terminal() { Ok(()) } else { Err(Error::NobodyToAsk) }
    }

    /// Whether it is to be done.
    ///
    /// # Errors
    /// Where nobody can be asked.
    pub(in crate::commands) fn is_agreed(
        &self,
        question: &str,
        console: &mut Console<'_>,
    ) -> Result<bool, Error> {
        if self.is_yes {
            return Ok(true);
        }
        write!(console.err, "{question} [y/N] ").and_then(|()| console.err.flush()).map_err(Error::Print)?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).map_err(Error::Answer)?;
        let is_yes = matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes");
        if !is_yes {
            declined("nothing was changed", console)?;
        }
        Ok(is_yes)
    }
}

/// What a run goes on from.
#[derive(Default)]
pub(in crate::commands) struct Before {
    /// When steps of it were written.
    pub(in crate::commands) done: BTreeMap<StepId, Time>,
    /// Whether anything was.
    pub(in crate::commands) has_written: bool,
    /// The journal of what is taken back.
    pub(in crate::commands) taken_back: Option<Journal>,
}

/// Who reads and writes.
pub(in crate::commands) struct Crew<'a> {
    live: &'a Live,
    clock: Box<dyn Clock>,
}

/// What was done.
pub(in crate::commands) struct Carried {
    steps: Vec<Line>,
    end: End,
    has_written: bool,
    journal: Option<String>,
}

/// The changes of each step of a plan.
pub(in crate::commands) fn changes(plan: &Plan) -> BTreeMap<StepId, Vec<Atom>> {
    plan.steps.iter().map(|step| (step.id, step.changes.iter().map(Atom::from).collect())).collect()
}

impl<'a> Crew<'a> {
    /// Through this connection, where it is that time.
    pub(in crate::commands) fn new(live: &'a Live, at: Time) -> Self {
        let clock: Box<dyn Clock> = match live.kind() {
            SourceKind::Demo => Box::new(FixedClock(at)),
            SourceKind::Emulator => Box::new(ShiftedClock::at(at)),
            SourceKind::Live | SourceKind::Assets => Box::new(LocalClock),
        };
        Self { live, clock }
    }

    pub(in crate::commands) fn reader(&self) -> LiveReader {
        LiveReader::new(self.live.google().clone(), self.runtime())
    }

    pub(in crate::commands) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    fn runtime(&self) -> tokio::runtime::Handle {
        self.live.wait(async { tokio::runtime::Handle::current() })
    }

    /// How long to wait for what was granted.
    fn settle(&self, how: &CarryOptions) -> Duration {
        match (how.settle, self.live.kind()) {
            (Some(settle), _) => settle.to_std().unwrap_or(Duration::ZERO),
            (None, SourceKind::Live | SourceKind::Assets) => SETTLE,
            (None, SourceKind::Emulator | SourceKind::Demo) => Duration::ZERO,
        }
    }

    /// Does one job after the other, and says so as it happens.
    ///
    /// # Errors
    /// Where nothing was written and nothing can be, for want of a journal.
    pub(in crate::commands) fn carry_out(
        &self,
        jobs: &[Job<'_>],
        changes: BTreeMap<StepId, Vec<Atom>>,
        before: Before,
        journal: &mut Journal,
        how: &CarryOptions,
        console: &mut Console<'_>,
    ) -> Result<Carried, Error> {
        let Before { done, has_written, taken_back } = before;
        let (reader, writer) = (self.reader(), LiveWriter::new(self.live.google().clone(), self.runtime()));
        let stop = Stop::default();
        self.listen(&stop);
        let path = journal.path().to_string_lossy().into_owned();
        let is_told = how.format != ReportFormat::Json && !console.is_quiet;
        let mut tell = |event: crate::apply::Event<'_>| {
            let mut text = Vec::new();
            if is_told && carried::event(event, &mut text).is_ok() {
                // Whoever no longer listens does not keep a run from its end.
                let _ = console.print(&text);
            }
        };
        let mut hands = Hands {
            reader: &reader,
            writer: &writer,
            clock: &*self.clock,
            stop: &stop,
            journal,
            taken_back,
            tell: &mut tell,
            has_written,
        };
        let ran = run(jobs, &done, self.settle(how), &mut hands);
        let end = ran.end();
        let Ran { outcomes, has_written, halt } = ran;
        if let Some(Halt::Journal(error)) = halt {
            if !has_written {
                return Err(error.into());
            }
            Error::from(error).render(console.width, console.err).map_err(Error::Print)?;
        }
        let mut outcomes: BTreeMap<_, _> = outcomes.into_iter().collect();
        let mut changes = changes;
        let line = |job: &Job<'_>| Line {
            id: job.id,
            resource: job.resource.clone(),
            changes: changes.remove(&job.id).into_iter().flatten().collect(),
            outcome: outcomes.remove(&job.id),
        };
        let steps = jobs.iter().map(line).collect();
        Ok(Carried { steps, end, has_written, journal: Some(path) })
    }

    /// Ctrl-C stops the run once the write under way is over, and at once where it comes again.
    fn listen(&self, stop: &Stop) {
        let stop = stop.clone();
        self.live.wait(async move {
            tokio::spawn(async move {
                while tokio::signal::ctrl_c().await.is_ok() {
                    if stop.is_asked() {
                        std::process::exit(i32::from(Exit::Interrupted.code()));
                    }
                    stop.ask();
                }
            });
        });
    }
}

impl Carried {
    /// Nothing was to be done.
    pub(in crate::commands) fn nothing() -> Self {
        Self { steps: Vec::new(), end: End::Done, has_written: false, journal: None }
    }

    /// Says what was done, and how the run ends.
    ///
    /// # Errors
    /// Where it cannot be printed.
    pub(in crate::commands) fn report(
        &self,
        heading: Heading<'_>,
        is_undo: bool,
        home: &Home,
        format: ReportFormat,
        console: &mut Console<'_>,
    ) -> Result<Exit, Error> {
        let journal = self.journal.as_deref().filter(|_| home.is_kept());
        let Self { steps, end, has_written, .. } = self;
        let view = View { heading, steps, end: *end, has_written: *has_written, journal, is_undo };
        let mut text = Vec::new();
        match format {
            ReportFormat::Json => json::carried(&view, &mut text).map_err(Error::Print)?,
            ReportFormat::Table | ReportFormat::Markdown if console.is_quiet || steps.is_empty() => {}
            ReportFormat::Table | ReportFormat::Markdown => {
                carried::summary(&view, console.width, &mut text).map_err(Error::Print)?;
            }
        }
        console.print(&text)?;
        Ok(match end {
            End::Done => Exit::Done,
            End::Stale => Exit::Stale,
            End::Partly => Exit::Partly,
            End::Stopped => Exit::Interrupted,
        })
    }
}

/// Says that nothing was changed, and why.
pub(in crate::commands) fn declined(why: &str, console: &mut Console<'_>) -> Result<(), Error> {
    say("declined", why, console)
}

/// Says that what is to be done no longer fits.
pub(in crate::commands) fn stale(why: &str, console: &mut Console<'_>) -> Result<(), Error> {
    say("stale", &format!("{why}; nothing was written: make a new plan"), console)
}

fn say(what: &str, why: &str, console: &mut Console<'_>) -> Result<(), Error> {
    let (warning, bold) = (style::WARNING, style::BOLD);
    let why = escape::terminal(why);
    writeln!(console.err, "{warning}{what}{warning:#}{bold}:{bold:#} {why}").map_err(Error::Print)
}
