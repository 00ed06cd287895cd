//! How often an API may be asked, where that is so seldom that it has to be waited for.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// So often within a time, whenever that begins, and not more.
#[derive(Debug)]
pub(super) struct Turns {
    most: usize,
    within: Duration,
    /// The latest turns, some of which may be yet to come.
    taken: Mutex<VecDeque<Instant>>,
}

impl Turns {
    /// How often the v2 API of IAM may be read in a minute (<https://cloud.google.com/iam/quotas>), with a second
    /// more for what is under way.
    pub(super) fn of_deny_policies() -> Self {
        Self::new(5, Duration::from_secs(61))
    }

    fn new(most: usize, within: Duration) -> Self {
        Self { most, within, taken: Mutex::default() }
    }

    /// When the next turn will be.
    pub(super) fn next(&self, now: Instant) -> Instant {
        self.after(&self.taken.lock().unwrap_or_else(PoisonError::into_inner), now)
    }

    /// Takes the next turn, and tells when it is.
    pub(super) fn take(&self, now: Instant) -> Instant {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = self.after(&taken, now);
        taken.push_back(turn);
        if taken.len() > self.most {
            taken.pop_front();
        }
        turn
    }

    fn after(&self, taken: &VecDeque<Instant>, now: Instant) -> Instant {
        match taken.front() {
            Some(first) if taken.len() >= self.most => now.max(*first + self.within),
            Some(_) | None => now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_of_that_length_holds_more_turns_than_that() {
        let turns = Turns::new(5, Duration::from_mins(1));
        let start = Instant::now();
        let seconds = |turn: Instant| (turn - start).as_secs();
        let first: Vec<_> = (0..7).map(|_| seconds(turns.take(start))).collect();
        assert_eq!(first, [0, 0, 0, 0, 0, 60, 60]);
        // Whoever comes later waits less, and after a while not at all.
        let later = start + Duration::from_secs(50);
        assert_eq!(seconds(turns.next(later)), 60);
        let all: Vec<_> = (0..4).map(|_| seconds(turns.take(later))).collect();
        assert_eq!(all, [60, 60, 60, 120]);
        let much_later = start + Duration::from_mins(10);
        assert_eq!(seconds(turns.next(much_later)), 600);
    }
}
