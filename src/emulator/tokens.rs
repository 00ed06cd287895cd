//! Access tokens that were given out: whom each acts as, and until when.

use std::collections::HashMap;

use crate::model::{Principal, Time};

/// So many tokens are remembered; whoever asks for more has the oldest forgotten, which are expired by then.
const MOST: u64 = 200_000;
/// What they begin with, as Google's do.
const MARK: &str = "ya29.emulated-";

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Actor {
    /// Whoever brings a token that was not given out here: the owner of the estate, who may do everything.
    Owner,
    /// The principal whose token it is: the policies say what it may do.
    As(Principal),
}

/// The tokens that were given out.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    known: HashMap<u64, (Actor, Time)>,
    count: u64,
}

impl Tokens {
    /// A token that nobody had before.
    pub(super) fn mint(&mut self, actor: Actor, until: Time) -> String {
        self.count += 1;
        self.known.insert(self.count, (actor, until));
        self.known.remove(&self.count.saturating_sub(MOST));
        format!("{MARK}{}", self.count)
    }

    /// Who brings this token; `None` where it was given out here and has run out.
    pub(super) fn actor(&self, token: &str, now: Time) -> Option<Actor> {
        let Some(number) = token.strip_prefix(MARK) else { return Some(Actor::Owner) };
        let (actor, until) = self.known.get(&number.parse().ok()?)?;
        (now < *until).then(|| actor.clone())
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, Utc};

    use super::*;

    #[test]
    fn a_token_is_its_owners_until_it_runs_out_and_any_other_is_the_estates_owners() {
        let mut tokens = Tokens::default();
        let now = Utc::now();
        let until = now + TimeDelta::seconds(10);
        let pay = Actor::As(Principal::new("serviceAccount:pay@shop-prod.iam.gserviceaccount.com"));
        let token = tokens.mint(pay.clone(), until);
        assert_ne!(tokens.mint(Actor::Owner, until), token);
        assert_eq!(tokens.actor(&token, now), Some(pay));
        assert_eq!(tokens.actor(&token, until), None);
        assert_eq!(tokens.actor("ya29.emulated-77", now), None);
        assert_eq!(tokens.actor("made-up", until), Some(Actor::Owner));
    }
}
