//! 403: nothing was brought, or whoever called has no right to
//! (<https://cloud.google.com/run/docs/troubleshooting#unauthorized-client>).

use chrono::TimeDelta;

use super::{
    Brought, Refused,
    cause::{
        Found, IN_FRONT, Kind,
        Sureness::{Certain, Likely, Perhaps},
    },
};
use crate::{
    access::{Answer, Effect, Reason, Verdict},
    model::{PrincipalKind, Time, time::rfc3339},
    tokens::call::Page,
};

/// How long a grant takes to be known everywhere: typically 2 minutes, potentially 7 or longer
/// (<https://cloud.google.com/iam/docs/access-change-propagation>).
const NEW: TimeDelta = TimeDelta::minutes(30);

impl Refused<'_> {
    /// 403: no token, or no right.
    pub(super) fn forbidden(&self, found: &mut Found) {
        let is_iap = self.read.settings.is_some_and(|settings| settings.is_iap_enabled);
        match (self.brought, self.read.verdict) {
            (Brought::Nothing, verdict) => self.nothing_brought(verdict, found),
            (_, Some(verdict)) if verdict.verdict == Verdict::No && !is_iap => self.refused(verdict, found),
            (_, Some(verdict)) if verdict.verdict == Verdict::Yes => self.against_verdict(verdict, found),
            (_, verdict) => self.unknown(verdict, found),
        }
        if is_iap {
            found.add(Kind::Proxy, Likely, IN_FRONT);
        }
    }

    fn nothing_brought(&self, verdict: Option<&Answer>, found: &mut Found) {
        let is_open = verdict.is_some_and(|answer| answer.verdict == Verdict::Yes);
        if self.answer.page == Page::Other || is_open {
            let sentence = "the function itself refuses you, most likely: this is not Cloud Run's own page";
            found.add(Kind::Own, Likely, sentence);
        }
        let is_certain = self.answer.page == Page::Forbidden && !is_open;
        let sureness = if is_certain { Certain } else { Likely };
        if !is_open {
            found.add(
                Kind::NoToken,
                sureness,
                "no token was sent, and this function lets nobody in without one",
            );
        }
    }

    /// The verdict is no: it says why.
    fn refused(&self, verdict: &Answer, found: &mut Found) {
        let caller = self.caller();
        if let Some(reason) = verdict.reasons.iter().find(|reason| reason.effect == Effect::Deny) {
            let sentence = format!("a deny policy stands in the way of {caller}: {}", reason.detail);
            found.add(Kind::Denied, Certain, sentence);
            return;
        }
        if let Some(reason) = self.own(verdict, Effect::Void).find(|reason| reason.condition.is_some()) {
            let sentence = format!("{caller} has a grant to call this function, and {}", but(&reason.detail));
            found.add(Kind::Over, Certain, sentence);
            return;
        }
        found.add(
            Kind::NotGranted,
            Certain,
            format!("nobody granted {caller} the right to call this function"),
        );
    }

    /// The verdict is yes, and the call was refused all the same.
    fn against_verdict(&self, verdict: &Answer, found: &mut Found) {
        let caller = self.caller();
        let is_new = self.newly_granted();
        if let Some(granted) = is_new {
            let sentence = format!(
                "callmap granted {caller} the right to call it {}, and Google takes typically 2 minutes to let \
                 everything know, sometimes 7 or more",
                ago(self.now - granted)
            );
            found.add(Kind::TooNew, Likely, sentence);
        } else if self.answer.page == Page::Other {
            let sentence = "the function itself refuses you, most likely: Cloud Run would let you in, and this is not \
                            its own page";
            found.add(Kind::Own, Likely, sentence);
        } else {
            let is_group =
                verdict.reasons.iter().filter(|reason| reason.effect == Effect::Allow).all(|reason| {
                    reason
                        .member
                        .as_ref()
                        .is_some_and(|member| matches!(member.kind(), PrincipalKind::Group(_)))
                });
            let sentence = if is_group {
                "perhaps it is too new: {} may call this function as a member of a group, and to be in one takes \
                 minutes to count, sometimes hours"
            } else {
                "perhaps it is too new: {} may call this function, and a grant takes typically 2 minutes to count, \
                 sometimes 7 or more"
            };
            found.add(Kind::TooNew, Perhaps, sentence.replace("{}", &caller));
        }
        if !self.read.is_deny_read && is_new.is_none() {
            found.add(Kind::Denied, Perhaps, "perhaps a deny policy stands in the way: these were not read");
        }
    }

    /// Nobody knows the verdict.
    fn unknown(&self, verdict: Option<&Answer>, found: &mut Found) {
        let caller = self.caller();
        if let Some(granted) = self.newly_granted() {
            let sentence = format!(
                "callmap granted {caller} the right to call it {}, and Google takes typically 2 minutes to let \
                 everything know, sometimes 7 or more",
                ago(self.now - granted)
            );
            found.add(Kind::TooNew, Likely, sentence);
        }
        let own = verdict.and_then(|verdict| {
            self.own(verdict, Effect::Unknown)
                .find(|reason| reason.condition.is_some() && reason.gap.is_none())
        });
        if let Some(reason) = own {
            let sentence = format!("{caller} has a grant to call this function, and {}", but(&reason.detail));
            found.add(Kind::Condition, Likely, sentence);
            return;
        }
        let edge = self.declared.as_ref().and_then(|declared| declared.edge.as_ref());
        match (edge, &self.declared) {
            (Some(edge), _) if edge.is_in_force(self.now) => {
                let sentence = format!(
                    "{caller} is declared to call this function, and perhaps not granted the right yet"
                );
                found.add(Kind::NotGranted, Perhaps, sentence);
            }
            (Some(edge), _) => {
                let until = edge.until.map(rfc3339).unwrap_or_default();
                let sentence =
                    format!("{caller} may call this function no longer: by the map, that ended {until}");
                found.add(Kind::Over, Likely, sentence);
            }
            (None, Some(_)) => {
                let sentence = format!(
                    "{caller} has no right to call this function, most likely: the map declares none"
                );
                found.add(Kind::NotGranted, Likely, sentence);
            }
            (None, None) if self.answer.page == Page::Forbidden => {
                let sentence = format!(
                    "{caller} has no right to call this function, as far as Cloud Run's answer tells"
                );
                found.add(Kind::NotGranted, Likely, sentence);
            }
            (None, None) => {
                found.add(
                    Kind::NotGranted,
                    Perhaps,
                    format!("perhaps {caller} has no right to call this function"),
                );
                found.add(
                    Kind::Own,
                    Perhaps,
                    "perhaps the function itself refuses you: this is not Cloud Run's own page",
                );
            }
        }
    }

    /// What is granted to the caller itself, on the function or above it.
    fn own<'v>(&self, verdict: &'v Answer, effect: Effect) -> impl Iterator<Item = &'v Reason> {
        let caller = match self.brought {
            Brought::Token { principal, .. } => principal.cloned(),
            Brought::Nothing | Brought::Own => None,
        };
        let is_own = move |reason: &&Reason| reason.effect == effect && reason.member == caller;
        verdict.reasons.iter().filter(is_own)
    }

    /// When callmap itself granted it, where that is not long ago.
    fn newly_granted(&self) -> Option<Time> {
        self.granted.filter(|granted| self.now - *granted < NEW)
    }
}

/// A reason as the rest of a sentence.
fn but(detail: &str) -> &str {
    detail.rsplit("; ").next().unwrap_or(detail)
}

/// How long ago something was.
fn ago(since: TimeDelta) -> String {
    let (minutes, seconds) = (since.num_minutes(), since.num_seconds().max(0));
    match (minutes, seconds) {
        (2.., _) => format!("{minutes} minutes ago"),
        (_, 1) => "1 second ago".to_owned(),
        _ => format!("{seconds} seconds ago"),
    }
}
