//! What came of a call that did not succeed.

use std::sync::Arc;

/// A call that did not succeed, once everything was tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CallError {
    /// What kind of failure.
    pub refusal: Refusal,
    /// Google's own message where there is one, else a lowercase fragment; of an API that is off, what turns it
    /// on. Untrusted text, without secrets, of one line and bounded length.
    pub message: Arc<str>,
    /// The permission that Google says is missing, where it says so.
    pub permission: Option<Arc<str>>,
}

/// The kinds of [`CallError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No token, or one that is not taken (401), or none to be had.
    Unauthenticated,
    /// Not allowed (403).
    Denied,
    /// The API is off in the project (403, `SERVICE_DISABLED`): not the same as not allowed.
    Disabled,
    /// Not there (404).
    NotFound,
    /// Somebody else wrote in between (409, `ABORTED`).
    Aborted,
    /// Google does not take what was sent (400 and the rest of 4xx).
    Invalid,
    /// It failed again and again (429, 5xx, connections, timeouts, truncated answers). Of a write: nothing was
    /// written.
    Unavailable,
    /// A write of which no answer came, or none that tells whether it was done. Reads never end like this.
    Lost,
    /// The time for the whole run is over. Of a write: it was not sent.
    Late,
    /// The answer is not what it should be.
    Shape,
}

impl CallError {
    /// A failure that names no permission.
    pub fn new(refusal: Refusal, message: impl Into<Arc<str>>) -> Self {
        Self { refusal, message: message.into(), permission: None }
    }
}
