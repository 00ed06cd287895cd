//! One policy: read, decided on, journalled, written, and read again.

use serde_json::Value;

use super::{
    Document, Halt, Outcome, PolicyReader, PolicyWriter, WriteFailure, content,
    journal::{Attempt, Ending, Journal},
    pace::{self, Clock, Stop},
    run::{Event, Job},
};
use crate::plan::StepId;

/// What is to be made of a policy that was just read.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// Nothing is left to be done.
    Nothing,
    /// It is to be replaced by this one, which has its etag.
    Write(Value),
    /// It must be left alone, because something is no longer as planned.
    Stale(String),
    /// It must be left alone for another reason.
    Refuse(String),
}

/// Everything that a step is done with.
pub struct Hands<'a> {
    /// Reads policies.
    pub reader: &'a dyn PolicyReader,
    /// Writes them.
    pub writer: &'a dyn PolicyWriter,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Whether somebody wants to stop.
    pub stop: &'a Stop,
    /// What is written before anything is.
    pub journal: &'a mut Journal,
    /// The journal of what is taken back, where that is what is done.
    pub taken_back: Option<Journal>,
    /// Who is told what happens.
    pub tell: &'a mut dyn FnMut(Event<'_>),
    /// Whether anything was written, or may have been.
    pub has_written: bool,
}

impl Hands<'_> {
    /// Reads the policy, and does what is decided until it is done or cannot be. Where somebody else writes in
    /// between, or the answer of a write is lost, all of it is done again: after a lost answer what is read then
    /// tells whether anything is left to be done.
    pub(super) fn carry_out(&mut self, job: &Job<'_>) -> Result<Outcome, Halt> {
        let mut last = String::new();
        let mut is_lost = false;
        for wait in std::iter::once(None).chain(pace::between_tries().map(Some)) {
            if let Some(wait) = wait {
                (self.tell)(Event::Again { job, why: &last });
                self.stop.sleep(self.clock, wait);
                if self.stop.is_asked() {
                    return Err(Halt::Stopped);
                }
            }
            if let Err(outcome) = (job.look)() {
                return Ok(outcome);
            }
            let before = match self.reader.policy(job.resource) {
                Ok(document) => document,
                Err(failure) => return Ok(Outcome::Failed(unread(&failure.why, is_lost))),
            };
            let after = match (job.decide)(&before) {
                Decision::Nothing if is_lost => return Ok(Outcome::Done),
                Decision::Nothing => return Ok(Outcome::DoneAlready),
                Decision::Stale(why) => return Ok(Outcome::Stale(why)),
                Decision::Refuse(why) => return Ok(Outcome::Failed(why)),
                Decision::Write(after) => after,
            };
            self.journal.attempt(Attempt {
                step: job.id.to_string(),
                resource: job.resource.to_string(),
                uid: job.uid.clone(),
                before: before.raw.clone(),
                after: after.clone(),
            })?;
            match self.writer.replace(job.resource, &after) {
                Ok(stored) => {
                    self.has_written = true;
                    let ending = Ending::Written { stored: stored.raw.clone(), at: self.clock.now() };
                    self.journal.ending(job.id, ending)?;
                    return Ok(self.read_back(job, &before, &after, &stored));
                }
                Err(failure) => {
                    last = failure.to_string();
                    if let Some(outcome) = self.failed(job.id, failure, &mut is_lost)? {
                        return Ok(outcome);
                    }
                }
            }
        }
        Ok(Outcome::Failed(format!("given up after many tries: {last}")))
    }

    /// Notes what became of a write; what is given is final.
    fn failed(
        &mut self,
        step: StepId,
        failure: WriteFailure,
        is_lost: &mut bool,
    ) -> Result<Option<Outcome>, Halt> {
        let (ending, outcome) = match failure {
            WriteFailure::Aborted => (Ending::Aborted, None),
            WriteFailure::Lost(why) => {
                (*is_lost, self.has_written) = (true, true);
                (Ending::Lost { why: why.to_string() }, None)
            }
            WriteFailure::Refused(why) => {
                (Ending::Refused { why: why.to_string() }, Some(Outcome::Failed(why.to_string())))
            }
        };
        self.journal.ending(step, ending)?;
        Ok(outcome)
    }

    /// Reads again until the answer is what was written or newer, and compares.
    fn read_back(&self, job: &Job<'_>, before: &Document, sent: &Value, stored: &Document) -> Outcome {
        if !content::is_same(sent, &stored.raw) {
            return Outcome::Failed("it was written, and what is stored is not what was sent".to_owned());
        }
        for wait in std::iter::once(None).chain(pace::between_looks().map(Some)) {
            if let Some(wait) = wait {
                // What was written is looked at even where somebody wants to stop, only not for as long.
                if self.stop.is_asked() {
                    break;
                }
                self.stop.sleep(self.clock, wait);
            }
            let read = match self.reader.policy(job.resource) {
                Ok(read) => read,
                Err(failure) => {
                    let why = &failure.why;
                    return Outcome::Failed(format!("it was written, and could not be read again: {why}"));
                }
            };
            if !content::is_current(&read, before, stored) {
                continue;
            }
            let is_as_written = content::is_same(&read.raw, &stored.raw);
            // Somebody else may have written since: then what counts is that nothing is left to be done.
            if is_as_written || (job.decide)(&read) == Decision::Nothing {
                return Outcome::Done;
            }
            let why = "it was written, and somebody else changed the policy right after that";
            return Outcome::Failed(why.to_owned());
        }
        Outcome::Failed("it was written, and what is read is still from before".to_owned())
    }
}

fn unread(why: &str, is_lost: bool) -> String {
    let what = if is_lost { "it may have been written or not, and the policy" } else { "the policy" };
    format!("{what} could not be read: {why}")
}
