//! Tokens that were given out: whom each acts as, and until when.

mod mint;

use std::collections::{HashMap, VecDeque};

use ring::digest::{SHA256, digest};

use crate::model::{Principal, Time};

pub(super) use mint::Mint;

/// So many tokens are remembered; whoever asks for more has the oldest forgotten, which are expired by then.
const MOST: u64 = 200_000;
/// What access tokens begin with, as Google's do.
const MARK: &str = "ya29.emulated-";

/// The e-mail address of the estate's owner, where one has to be said.
pub(super) const OWNER: &str = "owner@example.com";

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Actor {
    /// Whoever brings a token that was not given out here: the owner of the estate, who may do everything.
    Owner,
    /// The principal whose token it is: the policies say what it may do.
    As(Principal),
}

/// An ID token that was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Minted {
    /// Whose it is, which not every ID token says in words.
    pub(super) principal: Principal,
    /// What time it was by the emulator's own clock.
    pub(super) at: Time,
}

/// The tokens that were given out.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    known: HashMap<u64, (Actor, Time)>,
    count: u64,
    /// ID tokens by what they hash to, and in order.
    ids: HashMap<Vec<u8>, Minted>,
    order: VecDeque<Vec<u8>>,
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
        self.seen(token, now).map(|(actor, _)| actor)
    }

    /// The same, with the time until which it holds, where that is known.
    pub(super) fn seen(&self, token: &str, now: Time) -> Option<(Actor, Option<Time>)> {
        let Some(number) = token.strip_prefix(MARK) else { return Some((Actor::Owner, None)) };
        let (actor, until) = self.known.get(&number.parse().ok()?)?;
        (now < *until).then(|| (actor.clone(), Some(*until)))
    }

    /// Remembers an ID token. Two of one second may be the same to the letter: the later one counts.
    fn remember(&mut self, id_token: &str, minted: Minted) {
        let hash = hashed(id_token);
        if self.ids.insert(hash.clone(), minted).is_none() {
            self.order.push_back(hash);
        }
        if self.order.len() as u64 > MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }

    /// What is remembered of an ID token; `None` of those of another run.
    pub(super) fn minted(&self, id_token: &str) -> Option<&Minted> {
        self.ids.get(&hashed(id_token))
    }
}

fn hashed(text: &str) -> Vec<u8> {
    digest(&SHA256, text.as_bytes()).as_ref().to_vec()
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
        assert_eq!(tokens.actor("ya29.emulated-", now), None);
        assert_eq!(tokens.actor("made-up", until), Some(Actor::Owner));
    }

    #[test]
    fn of_an_id_token_that_was_given_out_twice_the_later_time_counts() {
        let mut tokens = Tokens::default();
        let now = Utc::now();
        let minted = |seconds| Minted {
            principal: Principal::new("user:ana@example.com"),
            at: now + TimeDelta::seconds(seconds),
        };
        tokens.remember("a", minted(0));
        tokens.remember("a", minted(9));
        assert_eq!(tokens.minted("a"), Some(&minted(9)));
        assert_eq!(tokens.minted("b"), None);
    }
}
