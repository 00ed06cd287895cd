//! What was asked, in order.

use std::collections::VecDeque;

use serde::Serialize;
use serde_json::Value;

/// So many requests are remembered.
const MOST: usize = 200_000;

/// A request and how it was answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// `GET`, `POST`, …
    pub method: String,
    /// Google's id of the method, such as `run.projects.locations.services.list`; `None` where it is none of theirs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_method: Option<String>,
    /// Path and query, as they came.
    pub target: String,
    /// The body of a write; of what brings or asks for tokens it is not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Value>,
    /// The status; `None` where no answer went out, or none yet.
    pub status: Option<u16>,
}

/// The latest requests.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: VecDeque<Entry>,
    forgotten: usize,
}

impl Log {
    /// Notes a request as it comes in, and tells its number.
    pub(super) fn begin(&mut self, entry: Entry) -> usize {
        self.entries.push_back(entry);
        if self.entries.len() > MOST {
            self.entries.pop_front();
            self.forgotten += 1;
        }
        self.forgotten + self.entries.len() - 1
    }

    /// Notes how it was answered.
    pub(super) fn end(&mut self, number: usize, status: Option<u16>) {
        let at = number.checked_sub(self.forgotten);
        if let Some(entry) = at.and_then(|at| self.entries.get_mut(at)) {
            entry.status = status;
        }
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        self.entries.iter().cloned().collect()
    }

    pub(super) fn clear(&mut self) {
        self.forgotten += self.entries.len();
        self.entries.clear();
    }
}
