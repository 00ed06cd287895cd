//! Policies as they were, for as long as later ones do not decide yet: a change takes effect within minutes
//! (<https://cloud.google.com/iam/docs/access-change-propagation>).

use std::collections::BTreeMap;

use chrono::TimeDelta;
use serde_json::Value;

use super::{Held, Kind, State};
use crate::model::Time;

/// A policy that was replaced, and when; `None` where there was none before.
type Replaced = (Time, Option<Held>);

/// What was replaced, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Past {
    delay: TimeDelta,
    replaced: BTreeMap<(Kind, String), Vec<Replaced>>,
}

impl Past {
    /// Notes what is replaced now; `None` where no policy was set before.
    pub(super) fn note(&mut self, key: &(Kind, String), held: Option<&Held>, now: Time) {
        if !self.delay.is_zero() {
            let delay = self.delay;
            let all = self.replaced.entry(key.clone()).or_default();
            // A difference, since a sum may lie beyond all time.
            all.retain(|(replaced, _)| now - *replaced < delay);
            all.push((now, held.cloned()));
        }
    }

    /// Forgets what was there: there is no such resource any more.
    pub(super) fn forget(&mut self, key: &(Kind, String)) {
        self.replaced.remove(key);
    }

    /// What decides in the place of the policy that is stored; `None` where that decides itself.
    fn deciding(&self, key: &(Kind, String), now: Time) -> Option<&Option<Held>> {
        self.first(self.replaced.get(key)?, now).map(|(_, held)| held)
    }

    /// The first that was replaced by what does not decide yet.
    fn first<'r>(&self, all: &'r [Replaced], now: Time) -> Option<&'r Replaced> {
        all.iter().find(|(replaced, _)| now - *replaced < self.delay)
    }
}

impl State {
    /// From now on so many seconds pass before a changed policy decides.
    pub fn delay_policies(&mut self, seconds: u64) {
        let delay = i64::try_from(seconds).ok().and_then(TimeDelta::try_seconds);
        self.past = Past { delay: delay.unwrap_or(TimeDelta::MAX), ..Past::default() };
    }

    /// The policy that decides who may do what at this time: the one that is stored, or one that it replaced a short
    /// while ago.
    pub(in crate::emulator) fn deciding_policy(&self, kind: Kind, name: &str, now: Time) -> Option<&Value> {
        if self.past.replaced.is_empty() {
            return self.policy(kind, name);
        }
        let key = (kind, self.names.canonical(name));
        let held = match self.past.deciding(&key, now) {
            Some(held) => held.as_ref(),
            None => self.policies.get(&key),
        };
        held.map(|held| &held.policy)
    }

    /// Which policies decide at this time in the place of those that are stored: of each that was replaced, when that
    /// was; nothing where all that is stored decides. While the state does not change, the same list is the same state.
    pub(in crate::emulator) fn deciding(&self, now: Time) -> Vec<Option<Time>> {
        let all = self.past.replaced.values().map(|all| self.past.first(all, now).map(|(time, _)| *time));
        let all: Vec<_> = all.collect();
        if all.iter().all(Option::is_none) { Vec::new() } else { all }
    }

    /// The state with the policies that decide at this time.
    pub(in crate::emulator) fn as_decided(&self, now: Time) -> Self {
        let mut state = self.clone();
        for key in self.past.replaced.keys() {
            match self.past.deciding(key, now) {
                None => {}
                Some(None) => drop(state.policies.remove(key)),
                Some(Some(held)) => drop(state.policies.insert(key.clone(), held.clone())),
            }
        }
        state
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use serde_json::json;

    use super::*;

    const PAY: &str = "projects/shop-prod/locations/europe-west1/services/pay";

    #[test]
    fn a_change_decides_after_the_delay_and_each_in_its_turn() {
        let mut state = State::default();
        let at = |seconds: i64| DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
        let set = |state: &mut State, word: &str, now| {
            state.set_policy(Kind::Service, PAY, json!({ "word": word }), now);
        };
        set(&mut state, "at once", at(0));
        state.delay_policies(60);
        set(&mut state, "second", at(100));
        set(&mut state, "third", at(130));
        let word = |state: &State, seconds| {
            let policy = state.deciding_policy(Kind::Service, PAY, at(seconds));
            let decided = state.as_decided(at(seconds));
            assert_eq!(decided.policy(Kind::Service, PAY), policy);
            policy.map(|policy| policy["word"].as_str().unwrap().to_owned())
        };
        let expected = [(100, "at once"), (159, "at once"), (160, "second"), (189, "second"), (190, "third")];
        for (seconds, expected) in expected {
            assert_eq!(word(&state, seconds).as_deref(), Some(expected), "{seconds}");
        }
        assert_eq!([189, 190].map(|seconds| state.deciding(at(seconds)).len()), [1, 0]);
        assert_ne!(state.deciding(at(159)), state.deciding(at(160)));
        assert_eq!(state.policy(Kind::Service, PAY).unwrap()["word"], "third");
        set(&mut state, "fourth", at(200));
        state.remove(Kind::Service, PAY);
        assert_eq!(word(&state, 201), None);
        for seconds in [u64::MAX, 10_u64.pow(15)] {
            set(&mut state, "before", at(0));
            state.delay_policies(seconds);
            set(&mut state, "never", at(1));
            assert_eq!(word(&state, 1 << 40).as_deref(), Some("before"), "{seconds}");
        }
    }
}
