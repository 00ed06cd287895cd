//! Bad weather for tests: slow answers and failing ones, limits, delays and other writers, the same for the same seed.

mod failure;
mod fate;
mod sky;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use failure::{Failure, FailureKind, Limit, SecondWriter, When};
pub(super) use fate::Fate;
pub(super) use sky::{Asked, Sky};

/// How answers are. Calm by default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Weather {
    /// How long every answer takes, in milliseconds.
    pub latency_ms: u64,
    /// By how much longer some take, at the most, in milliseconds.
    #[serde(skip_serializing_if = "is_none")]
    pub jitter_ms: u64,
    /// The share of answers that fail, in all the ways in which connections fail, from 0 to 1.
    pub failing: f64,
    /// Which of them do.
    pub seed: u64,
    /// What `Retry-After` says, in seconds.
    pub retry_after: u64,
    /// Whether only reads fail.
    pub spares_writes: bool,
    /// Failures that were chosen; the first that fits decides.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Failure>,
    /// How often methods may be asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// How long after a write of a policy it decides who may do what, in seconds of the emulator's clock. Reading the
    /// policy shows it at once.
    #[serde(skip_serializing_if = "is_none")]
    pub propagation_seconds: u64,
    /// Locations that do not answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unreachable: Vec<String>,
    /// Somebody else who writes policies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_writer: Option<SecondWriter>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn is_none(number: &u64) -> bool {
    *number == 0
}

impl Weather {
    /// What is wrong with it: shares that are none.
    pub(super) fn fault(&self) -> Option<String> {
        let is_share = |share: f64| (0.0..=1.0).contains(&share);
        if !is_share(self.failing) {
            return Some("`failing` is a share from 0 to 1".to_owned());
        }
        if !self.failures.iter().all(|failure| is_share(failure.share)) {
            return Some("`share` of a failure is a share from 0 to 1".to_owned());
        }
        if self.second_writer.as_ref().is_some_and(|writer| !is_share(writer.share)) {
            return Some("`share` of the second writer is a share from 0 to 1".to_owned());
        }
        None
    }

    /// How long the nth answer takes.
    fn latency(&self, nth: u64) -> Duration {
        let more = if self.jitter_ms == 0 { 0 } else { fate::mixed(self.seed ^ nth) % (self.jitter_ms + 1) };
        Duration::from_millis(self.latency_ms + more)
    }
}
