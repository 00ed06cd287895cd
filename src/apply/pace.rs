//! When to wait, how long, and when to stop.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use backon::{BackoffBuilder as _, ExponentialBuilder};
use chrono::TimeDelta;

use crate::model::Time;

/// How often it is looked whether somebody wants to stop.
const SLICE: Duration = Duration::from_millis(100);

/// What time it is, and how to let some pass.
pub trait Clock {
    /// Now.
    fn now(&self) -> Time;
    /// Lets this much time pass.
    fn sleep(&self, time: Duration);
}

/// The clock of this machine.
#[derive(Debug, Clone, Copy)]
pub struct LocalClock;

impl Clock for LocalClock {
    fn now(&self) -> Time {
        chrono::Utc::now()
    }
    fn sleep(&self, time: Duration) {
        thread::sleep(time);
    }
}

/// A clock that always shows the same time, such as that of the sample estate.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Time);

impl Clock for FixedClock {
    fn now(&self) -> Time {
        self.0
    }
    fn sleep(&self, time: Duration) {
        thread::sleep(time);
    }
}

/// A clock that goes as that of this machine does, so much later or earlier: that of an emulator.
#[derive(Debug, Clone, Copy)]
pub struct ShiftedClock(TimeDelta);

impl ShiftedClock {
    /// The clock on which it is this time now.
    pub fn at(time: Time) -> Self {
        Self(time - chrono::Utc::now())
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Time {
        chrono::Utc::now() + self.0
    }
    fn sleep(&self, time: Duration) {
        thread::sleep(time);
    }
}

/// Whether somebody wants a run to stop, once what is under way is done.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Somebody wants it to stop.
    pub fn ask(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether somebody does.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// Lets this much time pass, or less where somebody wants it to stop.
    pub(super) fn sleep(&self, clock: &dyn Clock, time: Duration) {
        let mut left = time;
        while !self.is_asked() && !left.is_zero() {
            let slice = left.min(SLICE);
            clock.sleep(slice);
            left -= slice;
        }
    }
}

/// How long to wait before each next try of a step; then it is given up.
pub(super) fn between_tries() -> impl Iterator<Item = Duration> {
    backoff(Duration::from_millis(250), Duration::from_secs(8), 9)
}

/// How long to wait before each next look at what was written: Google may answer from a copy that is seconds old.
pub(super) fn between_looks() -> impl Iterator<Item = Duration> {
    backoff(Duration::from_millis(100), Duration::from_secs(10), 12)
}

fn backoff(first: Duration, most: Duration, times: usize) -> impl Iterator<Item = Duration> {
    let pace = ExponentialBuilder::default().with_min_delay(first).with_max_delay(most);
    pace.with_max_times(times).with_jitter().build()
}
