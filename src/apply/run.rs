//! Steps in order, each once what it needs is done.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{
    Document, End, Halt, Outcome, Ran,
    hands::{Decision, Hands},
    journal::JournalError,
};
use crate::{
    model::{Resource, Time},
    plan::StepId,
};

/// What is to be done to one policy.
pub struct Job<'a> {
    /// Its name.
    pub id: StepId,
    /// Whose policy.
    pub resource: &'a Resource,
    /// What Google calls the service for good, where that is known.
    pub uid: Option<Arc<str>>,
    /// What must be done before.
    pub needs: Vec<StepId>,
    /// Looks at what it rests on besides the policy; an error is what comes of the step then.
    pub look: Box<dyn Fn() -> Result<(), Outcome> + 'a>,
    /// What is to be made of the policy as it is.
    pub decide: Box<dyn Fn(&Document) -> Decision + 'a>,
}

/// What happens, as it happens.
#[derive(Clone, Copy)]
pub enum Event<'a> {
    /// It is begun.
    Begins(&'a Job<'a>),
    /// What it needs was just done, and must reach everywhere first.
    Waits {
        /// What waits.
        job: &'a Job<'a>,
        /// For how long.
        time: Duration,
    },
    /// It is tried again from the beginning.
    Again {
        /// What is tried.
        job: &'a Job<'a>,
        /// What came of the last try.
        why: &'a str,
    },
    /// It is over.
    Ended {
        /// What is over.
        job: &'a Job<'a>,
        /// What came of it.
        outcome: &'a Outcome,
    },
}

/// Does one after the other. `done` is when steps of an earlier run were written; `settle` is how long grants
/// take to reach everywhere, which a step waits for after the last of those that it needs.
pub fn run(jobs: &[Job<'_>], done: &BTreeMap<StepId, Time>, settle: Duration, hands: &mut Hands<'_>) -> Ran {
    let mut run = Run { outcomes: Vec::new(), since: done.clone(), settle };
    let halt = run.all(jobs, hands).err();
    let mut ran = Ran { outcomes: run.outcomes, has_written: hands.has_written, halt };
    if !matches!(ran.halt, Some(Halt::Journal(_)))
        && let Err(error) = finish(ran.end() == End::Done, hands)
    {
        ran.halt = Some(Halt::Journal(error));
    }
    ran
}

/// The run is over. Another journal that it took back must be over before: whatever happens in between, what is
/// left under way is what takes back.
fn finish(is_whole: bool, hands: &mut Hands<'_>) -> Result<(), JournalError> {
    if is_whole && let Some(taken_back) = &mut hands.taken_back {
        taken_back.undone(hands.journal.id())?;
    }
    hands.journal.finished(hands.clock.now(), is_whole)
}

struct Run {
    outcomes: Vec<(StepId, Outcome)>,
    /// Since when what a step is for has been so, as far as that is known.
    since: BTreeMap<StepId, Time>,
    settle: Duration,
}

impl Run {
    fn all(&mut self, jobs: &[Job<'_>], hands: &mut Hands<'_>) -> Result<(), Halt> {
        for job in jobs {
            if hands.stop.is_asked() {
                return Err(Halt::Stopped);
            }
            (hands.tell)(Event::Begins(job));
            let outcome = self.one(job, hands)?;
            (hands.tell)(Event::Ended { job, outcome: &outcome });
            let is_done = outcome.is_done();
            // What was done is noted before the journal is, so that nothing is left out of the report.
            let noted = hands.journal.outcome(job.id, outcome.as_str(), outcome.why());
            self.outcomes.push((job.id, outcome));
            noted?;
            if is_done {
                self.since.entry(job.id).or_insert_with(|| hands.clock.now());
            }
        }
        Ok(())
    }

    fn one(&self, job: &Job<'_>, hands: &mut Hands<'_>) -> Result<Outcome, Halt> {
        if let Some(missing) = job.needs.iter().find(|need| !self.is_done(**need)) {
            return Ok(Outcome::Held(format!("it needs `{missing}`, which was not done")));
        }
        if !job.needs.is_empty() && !self.settle.is_zero() {
            // Nobody waits for what is done already.
            let now = hands.reader.policy(job.resource);
            if let Ok(now) = now
                && (job.decide)(&now) != Decision::Nothing
            {
                self.wait(job, hands);
            }
        }
        // What was waited for may have been for nothing.
        if hands.stop.is_asked() { Err(Halt::Stopped) } else { hands.carry_out(job) }
    }

    fn is_done(&self, step: StepId) -> bool {
        self.outcomes.iter().any(|(id, outcome)| *id == step && outcome.is_done())
    }

    fn wait(&self, job: &Job<'_>, hands: &mut Hands<'_>) {
        let Some(last) = job.needs.iter().filter_map(|need| self.since.get(need)).max() else { return };
        let passed = (hands.clock.now() - *last).to_std().unwrap_or(Duration::ZERO);
        let left = self.settle.saturating_sub(passed);
        if !left.is_zero() {
            (hands.tell)(Event::Waits { job, time: left });
            hands.stop.sleep(hands.clock, left);
        }
    }
}
