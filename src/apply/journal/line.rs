//! The lines of a journal.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{model::Time, plan::StepId};

/// What a journal says of itself.
pub(super) const FORMAT: &str = "callmap-journal/1";

/// The first line of a journal: all that is to be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// `callmap-journal/1`.
    pub(super) format: String,
    /// Tells it from every other journal.
    pub id: String,
    /// The version of callmap.
    pub tool: Arc<str>,
    /// When it was begun.
    #[serde(with = "time")]
    pub made_at: Time,
    /// Where the policies are: `live` or `emulator`.
    pub source: String,
    /// The environment of the map.
    pub env: Option<Arc<str>>,
    /// The map, by its digest.
    pub map_digest: String,
    /// What is to be done.
    pub work: Work,
}

impl Header {
    /// The journal that this one takes back, by its id.
    pub fn takes_back(&self) -> Option<String> {
        match &self.work {
            Work::Apply { .. } => None,
            Work::Undo { id, .. } => Some(id.clone()),
        }
    }
}

impl Work {
    /// To take back this journal, whose own journal will be there.
    pub fn undo(id: &str, of: &Path, own: &Path, tasks: Vec<Task>) -> Self {
        let is_beside = super::directory::of(of) == super::directory::of(own);
        let of = of.file_name().filter(|_| is_beside).map_or_else(|| of.to_owned(), PathBuf::from);
        Self::Undo { id: id.to_owned(), of, tasks }
    }

    /// The journal that is taken back by one that is there.
    pub fn taken_back(&self, own: &Path) -> Option<PathBuf> {
        match self {
            Self::Apply { .. } => None,
            Self::Undo { of, .. } => Some(super::directory::of(own).join(of)),
        }
    }
}

/// What a journal is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Work {
    /// A plan is carried out.
    Apply {
        /// The plan, as a plan file holds it.
        plan: Value,
    },
    /// What another journal tells of is taken back.
    Undo {
        /// The other journal, by its id.
        id: String,
        /// Where that is, as seen from the directory of this one.
        of: PathBuf,
        /// What is taken back, in this order.
        tasks: Vec<Task>,
    },
}

/// What is to be taken back of one policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// The step's name.
    pub step: String,
    /// Whose policy, by relative name.
    pub resource: String,
    /// What Google calls the service for good, where that was known.
    pub uid: Option<Arc<str>>,
    /// Steps that must be done before.
    pub needs: Vec<String>,
    /// The policy before callmap changed it, the first time.
    pub before: Value,
    /// The policy as callmap left it.
    pub after: Value,
    /// Whether callmap wrote but once, so that the policy that was there before is the one to go back to.
    pub is_exact: bool,
    /// Grants that callmap put in, as bindings of one member each.
    pub added: Vec<Value>,
    /// Grants that callmap took out, likewise.
    pub removed: Vec<Value>,
}

/// A write that is about to be tried: what was there, and what is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempt {
    /// The step.
    pub step: String,
    /// Whose policy, by relative name.
    pub resource: String,
    /// What Google calls the service for good, where that is known.
    pub uid: Option<Arc<str>>,
    /// The policy as it was read.
    pub before: Value,
    /// The policy as it is sent.
    pub after: Value,
}

/// A step by its name, `s1`, `s2`, …
pub(in crate::apply) fn step(name: &str) -> Option<StepId> {
    name.strip_prefix('s')?.parse().ok().map(StepId)
}

impl Attempt {
    /// The step, where that is the name of one.
    pub fn id(&self) -> Option<StepId> {
        step(&self.step)
    }
}

/// What came of an [`Attempt`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "came", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Ending {
    /// It was written; the policy as it is stored.
    Written {
        /// The policy as it is stored.
        stored: Value,
        /// When it was answered.
        #[serde(with = "time")]
        at: Time,
    },
    /// Nothing was written: somebody else was first.
    Aborted,
    /// It may have been written, or not.
    Lost {
        /// What happened to the answer.
        why: String,
    },
    /// Nothing was written: Google will not have it.
    Refused {
        /// In words.
        why: String,
    },
}

/// Every line but the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Line {
    /// Before a write.
    Attempt(Attempt),
    /// After it.
    Ending {
        /// The step.
        step: String,
        /// What came of it.
        ending: Ending,
    },
    /// A step is over.
    Outcome {
        /// The step.
        step: String,
        /// The word for it.
        outcome: String,
        /// Why, where it was not done.
        why: Option<String>,
    },
    /// The run is over.
    Finished {
        /// When.
        #[serde(with = "time")]
        at: Time,
        /// Whether nothing is left to be done.
        is_whole: bool,
    },
    /// What it tells of was taken back.
    Undone {
        /// The journal of that, by its id.
        by: String,
    },
}

/// Times as RFC 3339 in UTC.
mod time {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use crate::model::{Time, time};

    pub(super) fn serialize<S: Serializer>(at: &Time, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&time::rfc3339(*at))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        time::moment(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
