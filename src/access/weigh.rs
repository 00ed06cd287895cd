//! Everything on the way from a caller to a function, and what each thing weighs: the verdict taken apart.

use std::sync::Arc;

use super::{Answer, Effect, Reason, Verdict, deny::Refusal};
use crate::model::{Principal, Resource};

/// Everything that has to do with one verdict.
#[derive(Debug, Clone)]
pub(super) struct Weighing<'p, 'w> {
    /// Whether the invoker check is off, with the reason where there is something to say.
    pub(super) open: (Verdict, Option<Weight<'p, 'w>>),
    /// What lets the caller through, or looks as if it did.
    pub(super) gives: Vec<Weight<'p, 'w>>,
    /// What stops it, or looks as if it did.
    pub(super) refuses: Vec<Weight<'p, 'w>>,
}

/// One thing on the way, with what it gives or refuses.
#[derive(Debug, Clone)]
pub(super) struct Weight<'p, 'w> {
    /// To a request without a token.
    pub(super) anyone: Verdict,
    /// To the caller.
    pub(super) caller: Verdict,
    /// In words.
    pub(super) reason: Reason,
    /// The one thing that would have to be known to know this.
    pub(super) cause: Option<Cause>,
    /// The rule of a deny policy, where it is one.
    pub(super) refusal: Option<&'p Refusal<'w>>,
}

/// Something that is not known, and that somebody could make known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    /// It was not read; the permission to read it.
    Unread(Resource, Arc<str>),
    /// The members of a group.
    Members(Principal),
}

impl Weight<'_, '_> {
    /// What it gives or refuses at the most.
    pub(super) fn most(&self) -> Verdict {
        self.anyone.max(self.caller)
    }
}

/// The greatest that weights give or refuse: to a request without a token, and to the caller.
pub(super) fn total(weights: &[Weight<'_, '_>]) -> (Verdict, Verdict) {
    let most = |of: fn(&Weight<'_, '_>) -> Verdict| weights.iter().map(of).max().unwrap_or(Verdict::No);
    (most(|weight| weight.anyone), most(|weight| weight.caller))
}

impl Weighing<'_, '_> {
    /// The verdict: see [`Access::verdict`](super::Access::verdict).
    pub(super) fn verdict(&self) -> Verdict {
        let ((anyone, caller), (no_one, not_the_caller)) = (total(&self.gives), total(&self.refuses));
        self.open.0.max(anyone.min(!no_one)).max(caller.min(!not_the_caller))
    }

    /// The verdict with its reasons, what decides first.
    pub(super) fn answer(&self) -> Answer {
        let verdict = self.verdict();
        let (given, refused) = (total(&self.gives), total(&self.refuses));
        let mut reasons: Vec<Reason> = self.open.1.iter().map(|weight| weight.reason.clone()).collect();
        let stops = |weight| self.refusing(weight, verdict, (given.1, refused.1));
        reasons.extend(self.refuses.iter().filter_map(stops));
        reasons.extend(self.gives.iter().map(|weight| giving(weight, refused)));
        // Stable: within one effect, what stands nearer to the function comes first.
        reasons.sort_by_key(|reason| rank(reason.effect, verdict));
        reasons.dedup();
        Answer { verdict, reasons }
    }

    /// What is left of something that stops the caller, to whom so much is given and refused in all; `None` where
    /// it is not worth saying.
    fn refusing(
        &self,
        weight: &Weight<'_, '_>,
        verdict: Verdict,
        (given, refused): (Verdict, Verdict),
    ) -> Option<Reason> {
        let mut reason = weight.reason.clone();
        let tail = match (verdict, weight.caller) {
            (_, Verdict::No) => None,
            (Verdict::Yes, _) if self.open.0 == Verdict::Yes => {
                Some("with the check off that is of no effect")
            }
            (Verdict::Yes, _) => Some("a request without a token is let through all the same"),
            (_, Verdict::Unknown) if refused == Verdict::Yes => return None,
            (Verdict::No, Verdict::Unknown) if given == Verdict::No => Some("nothing lets it through anyway"),
            (_, Verdict::Unknown) => {
                reason.effect = Effect::Unknown;
                return Some(reason);
            }
            (_, Verdict::Yes) => {
                reason.effect = Effect::Deny;
                return Some(reason);
            }
        };
        reason.effect = Effect::Void;
        reason.gap = None;
        if let Some(tail) = tail {
            also(&mut reason.detail, tail);
        }
        Some(reason)
    }
}

/// What is left of something that lets the caller through once deny policies have had their say: what they refuse to
/// a request without a token, and to the caller.
fn giving(weight: &Weight<'_, '_>, (no_one, not_the_caller): (Verdict, Verdict)) -> Reason {
    let left = weight.anyone.min(!no_one).max(weight.caller.min(!not_the_caller));
    let mut reason = weight.reason.clone();
    if left == weight.most() {
        return reason;
    }
    let says = match left {
        Verdict::No => {
            reason.gap = None;
            reason.effect = Effect::Void;
            "a deny policy takes it away"
        }
        Verdict::Unknown | Verdict::Yes => {
            reason.effect = Effect::Unknown;
            "a deny policy may take it away"
        }
    };
    also(&mut reason.detail, says);
    reason
}

/// Adds to what there is to say.
fn also(detail: &mut String, more: &str) {
    if !detail.is_empty() {
        detail.push_str("; ");
    }
    detail.push_str(more);
}

/// What decides comes first: a yes by what lets through, a no by what stops, an unknown by what may do either.
fn rank(effect: Effect, verdict: Verdict) -> u8 {
    match (effect, verdict) {
        (Effect::Open, _) => 0,
        (Effect::Allow, _) => 1,
        (Effect::Deny, Verdict::No) => 2,
        (Effect::Unknown, _) => 3,
        (Effect::Deny, _) => 4,
        (Effect::Void, _) => 5,
    }
}
