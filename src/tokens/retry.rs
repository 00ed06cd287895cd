//! When a call is tried again, and when not any more: one place for all of them.
//!
//! Reads are tried again after what may pass: too many requests, failures on Google's side, connections that
//! break, answers that end early. Writes are not: who wrote has to look at what is there now
//! (<https://cloud.google.com/iam/docs/retry-strategy>).

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::{CallError, Refusal};

/// One attempt that failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: CallError,
    /// How long Google asks to wait (`Retry-After`).
    pub(crate) wait: Option<Duration>,
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Self { error, wait: None }
    }
}

impl Failure {
    /// Something broke on the way after the request was sent, or may have been: nobody knows what came of it.
    pub(crate) fn lost(what: impl Into<String>) -> Self {
        CallError::new(Refusal::Lost, what.into()).into()
    }

    /// Whether trying again may help.
    fn is_passing(&self) -> bool {
        match self.error.refusal {
            Refusal::Unavailable | Refusal::Lost => true,
            Refusal::Unauthenticated
            | Refusal::Denied
            | Refusal::Disabled
            | Refusal::NotFound
            | Refusal::Aborted
            | Refusal::Invalid
            | Refusal::Late
            | Refusal::Shape => false,
        }
    }
}

/// How patient callmap is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Patience {
    /// Attempts of a read, the first one counted.
    pub(crate) attempts: usize,
    /// About how long the first pause is; each is twice the one before, plus a random part.
    pub(crate) first: Duration,
    /// No pause is longer, whatever Google asks.
    pub(crate) longest: Duration,
    /// How long one attempt may take.
    pub(crate) attempt: Duration,
}

impl Patience {
    /// Towards Google.
    pub(crate) const GOOGLE: Self = Self {
        attempts: 6,
        first: Duration::from_millis(400),
        longest: Duration::from_secs(32),
        attempt: Duration::from_mins(1),
    };

    /// Towards an emulator on the same machine.
    pub(crate) const EMULATOR: Self = Self {
        attempts: 6,
        first: Duration::from_millis(10),
        longest: Duration::from_secs(1),
        attempt: Duration::from_secs(20),
    };

    /// Tries until there is an answer, a refusal, or no patience left. Of what is left then, nothing is said to
    /// be lost: these are reads.
    pub(crate) async fn read<T, Attempt: Future<Output = Result<T, Failure>>>(
        self,
        deadline: Option<Instant>,
        attempt: impl Fn() -> Attempt,
    ) -> Result<T, CallError> {
        let pauses = ExponentialBuilder::new().with_jitter().with_min_delay(self.first);
        let mut pauses = pauses.with_max_delay(self.longest).with_max_times(self.attempts - 1).build();
        loop {
            let failure = match within(deadline, attempt()).await? {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if !failure.is_passing() {
                return Err(failure.error);
            }
            let Some(pause) = pauses.next() else {
                let message = format!("{} (tried {} times)", failure.error.message, self.attempts);
                return Err(CallError::new(Refusal::Unavailable, message));
            };
            let pause = failure.wait.map_or(pause, |asked| asked.min(self.longest).max(pause));
            let end = Instant::now() + pause;
            if deadline.is_some_and(|deadline| deadline <= end) {
                return Err(late(Some(&failure.error)));
            }
            sleep_until(end).await;
        }
    }
}

/// What is not done by the end of the time for the whole run is late.
pub(crate) async fn within<T>(
    deadline: Option<Instant>,
    work: impl Future<Output = T>,
) -> Result<T, CallError> {
    match deadline {
        None => Ok(work.await),
        Some(deadline) if deadline <= Instant::now() => Err(late(None)),
        Some(deadline) => timeout_at(deadline, work).await.map_err(|_| late(None)),
    }
}

fn late(last: Option<&CallError>) -> CallError {
    let last = last.map(|error| format!("; the last failure was: {}", error.message)).unwrap_or_default();
    CallError::new(Refusal::Late, format!("the time for the whole run is over{last}"))
}
