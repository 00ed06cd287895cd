//! What came of a step, and of all of them together.

use super::journal::JournalError;
use crate::plan::StepId;

/// What came of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was written, and read again as it was written.
    Done,
    /// Nothing was left to be done: somebody did it before.
    DoneAlready,
    /// Something that it rests on is no longer as planned, so it was left alone; a fragment.
    Stale(String),
    /// It could not be done, or not be seen to be done; a fragment.
    Failed(String),
    /// What it needs was not done; a fragment.
    Held(String),
}

impl Outcome {
    /// The word for it, in reports and journals.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::DoneAlready => "done already",
            Self::Stale(_) => "stale",
            Self::Failed(_) => "failed",
            Self::Held(_) => "held",
        }
    }

    /// Why it was not done.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Done | Self::DoneAlready => None,
            Self::Stale(why) | Self::Failed(why) | Self::Held(why) => Some(why),
        }
    }

    /// Whether what the step is for is so now.
    pub fn is_done(&self) -> bool {
        self.why().is_none()
    }
}

/// What came of a run.
#[derive(Debug)]
pub struct Ran {
    /// What came of each step, in order; steps that were not come to are not in it.
    pub outcomes: Vec<(StepId, Outcome)>,
    /// Whether anything was written, or may have been, in this run or in the one it goes on with.
    pub has_written: bool,
    /// Why it ended before its time.
    pub halt: Option<Halt>,
}

/// Why a run ends before its time.
#[derive(Debug)]
pub enum Halt {
    /// Somebody wanted it to stop.
    Stopped,
    /// Its journal cannot be written.
    Journal(JournalError),
}

impl From<JournalError> for Halt {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// How a run ended, all in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Everything is as planned.
    Done,
    /// Something is no longer as planned, and nothing was written.
    Stale,
    /// Not everything was done.
    Partly,
    /// Somebody stopped it.
    Stopped,
}

impl Ran {
    /// How it ended, all in all.
    pub fn end(&self) -> End {
        let is_stale = |(_, outcome): &(StepId, Outcome)| matches!(outcome, Outcome::Stale(_));
        match self.halt {
            Some(Halt::Stopped) => End::Stopped,
            None if self.outcomes.iter().all(|(_, outcome)| outcome.is_done()) => End::Done,
            None if !self.has_written && self.outcomes.iter().any(is_stale) => End::Stale,
            Some(Halt::Journal(_)) | None => End::Partly,
        }
    }
}
