//! What a refusal comes from: each cause that fits what is known, and how sure it is.

use chrono::TimeDelta;

use super::{Brought, GCLOUD, Refused};
use crate::{
    access::{Answer, Effect, Reason, Verdict},
    model::{PrincipalKind, Time, time::rfc3339},
    tokens::{call::Page, id::Claims},
    world::Settings,
};

/// Something that a refusal may come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// What.
    pub kind: Kind,
    /// How sure it is.
    pub sureness: Sureness,
    /// In words: a sentence without an end. Untrusted text.
    pub sentence: String,
}

/// What a refusal may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// No token was sent.
    NoToken,
    /// The token is for something else.
    Audience,
    /// The token ran out, or is of a time to come.
    Time,
    /// The token is not taken, and why is not told.
    BadToken,
    /// Nobody granted the right to call.
    NotGranted,
    /// The grant is over, or has not begun.
    Over,
    /// The grant has a condition that this request does not meet.
    Condition,
    /// The grant is too new to be known everywhere.
    TooNew,
    /// A deny policy.
    Denied,
    /// The function is not open to where the call came from.
    Ingress,
    /// Its address below `run.app` is off.
    DefaultUrl,
    /// The Identity-Aware Proxy in front of it.
    Proxy,
    /// Nothing answers there.
    Nowhere,
    /// The function's own code.
    Own,
}

/// How sure a cause is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// What is known leaves nothing else.
    Certain,
    /// Most likely.
    Likely,
    /// It may be.
    Perhaps,
}

use Sureness::{Certain, Likely, Perhaps};

/// How long a grant takes to be known everywhere: typically 2 minutes, potentially 7 or longer
/// (<https://cloud.google.com/iam/docs/access-change-propagation>).
const NEW: TimeDelta = TimeDelta::minutes(30);

/// Causes as they are found.
#[derive(Default)]
struct Found(Vec<Cause>);

impl Found {
    fn add(&mut self, kind: Kind, sureness: Sureness, sentence: impl Into<String>) {
        self.0.push(Cause { kind, sureness, sentence: sentence.into() });
    }
}

impl Refused<'_> {
    /// Everything that fits, the most certain first, and of equals the most usual.
    pub(super) fn causes(&self) -> Vec<Cause> {
        let mut found = Found::default();
        match (self.answer.status, self.answer.page) {
            (_, Page::Proxy) => self.proxied(&mut found),
            (401, _) => self.unauthorized(&mut found),
            (404, _) => self.absent(&mut found),
            (403, _) => self.forbidden(&mut found),
            _ => {}
        }
        if found.0.is_empty() {
            found.add(Kind::Own, Likely, "this is the function's own answer: Cloud Run let you in");
        }
        found.0.sort_by_key(|cause| cause.sureness);
        // Where something is certain, guesses only distract.
        if found.0.first().is_some_and(|cause| cause.sureness == Certain) {
            found.0.retain(|cause| cause.sureness == Certain);
        }
        found.0
    }

    fn proxied(&self, found: &mut Found) {
        let what = match self.brought {
            Brought::Token { .. } => "and it did not let this call through",
            Brought::Nothing | Brought::Own => "and it wants to know who you are",
        };
        let sentence = format!("the Identity-Aware Proxy (IAP) stands in front of this function, {what}");
        found.add(Kind::Proxy, Certain, sentence);
    }

    /// 401: something was brought, and it is not good
    /// (<https://cloud.google.com/run/docs/troubleshooting#unauthorized-client>).
    fn unauthorized(&self, found: &mut Found) {
        match self.brought {
            // Cloud Run answers 403 to whoever brings nothing.
            Brought::Nothing => {
                found.add(
                    Kind::Own,
                    Likely,
                    "the function itself wants to know who you are: Cloud Run let you in",
                );
            }
            Brought::Own => {
                found.add(Kind::BadToken, Likely, "what you sent as `Authorization` yourself is not taken");
            }
            Brought::Token { claims, .. } => self.bad_token(claims, found),
        }
    }

    fn bad_token(&self, claims: &Claims, found: &mut Found) {
        let then = self.then();
        if let Some(sentence) = untimely(claims, then) {
            let sureness = if self.answer.at.is_some() { Certain } else { Likely };
            found.add(Kind::Time, sureness, sentence);
        }
        let audience = &claims.audience;
        match self.is_audience_taken(claims) {
            Some(false) => found.add(
                Kind::Audience,
                Certain,
                format!("the token is for `{audience}`, and this function does not take such tokens"),
            ),
            None => found.add(
                Kind::Audience,
                Perhaps,
                format!("perhaps the token is for the wrong audience: it is for `{audience}`"),
            ),
            Some(true) if self.answer.page == Page::Other => {
                let sentence =
                    "the function itself refuses you, most likely: this is not Cloud Run's own page";
                found.add(Kind::Own, Likely, sentence);
            }
            Some(true) => {
                found.add(Kind::BadToken, Likely, "Cloud Run does not take the token, and does not tell why");
            }
        }
        if self.read.settings.is_some_and(|settings| settings.is_iap_enabled) {
            found.add(Kind::Proxy, Likely, IN_FRONT);
        }
    }

    /// Whether the function takes tokens of this audience. It takes gcloud's from people.
    fn is_audience_taken(&self, claims: &Claims) -> Option<bool> {
        if *claims.audience != *GCLOUD {
            return self.read.is_audience_taken;
        }
        let principal = claims.principal();
        match principal.as_ref().map(crate::model::Principal::kind) {
            Some(PrincipalKind::User(_)) => Some(true),
            Some(_) => Some(false),
            None => None,
        }
    }

    /// 404: nothing answers there, or not to everybody.
    fn absent(&self, found: &mut Found) {
        if self.answer.page == Page::Other {
            found.add(
                Kind::Own,
                Likely,
                "the function itself has nothing at this path: Cloud Run let you in",
            );
            return;
        }
        match self.read.settings {
            Some(settings) if self.is_default_url && settings.is_default_url_disabled => {
                let sentence = "the function's address below `run.app` is switched off";
                found.add(Kind::DefaultUrl, Certain, sentence);
            }
            Some(settings) if shut(settings).is_some() => {
                let who = shut(settings).unwrap_or_default();
                let sentence =
                    format!("the function's ingress lets in {who}, and this call came from elsewhere");
                found.add(Kind::Ingress, Certain, sentence);
            }
            Some(_) => {
                found.add(Kind::Nowhere, Perhaps, "perhaps the function answers at another address");
            }
            None => {
                let sentence = "perhaps the function takes calls from inside its network alone (its ingress)";
                found.add(Kind::Ingress, Perhaps, sentence);
                found.add(Kind::Nowhere, Perhaps, "perhaps nothing answers at this address, or not any more");
            }
        }
    }

    /// 403: no token, or no right.
    fn forbidden(&self, found: &mut Found) {
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
        }
        let edge = self.declared.as_ref().and_then(|declared| declared.edge.as_ref());
        match (edge, &self.declared) {
            (Some(edge), _) if edge.is_in_force(self.then()) => {
                let sentence =
                    format!("perhaps it is declared that {caller} may call it, and not granted yet");
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

const IN_FRONT: &str = "the Identity-Aware Proxy (IAP) stands in front of this function: callers go through it, and its \
                        own account calls the function for them";

/// Whom an ingress lets in, where that is not everybody (<https://cloud.google.com/run/docs/securing/ingress>).
fn shut(settings: &Settings) -> Option<&'static str> {
    match settings.ingress.as_deref()? {
        "INGRESS_TRAFFIC_INTERNAL_ONLY" => Some("its own network alone"),
        "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" => Some("its own network and load balancers alone"),
        "INGRESS_TRAFFIC_NONE" => Some("nobody"),
        _ => None,
    }
}

/// What is wrong with the times of a token, by the clock of whoever judges it.
fn untimely(claims: &Claims, then: Time) -> Option<String> {
    if let Some(until) = claims.until.filter(|until| *until <= then) {
        return Some(format!("the token ran out {}, and there it is {}", rfc3339(until), rfc3339(then)));
    }
    let from = claims.from.filter(|from| *from > then)?;
    Some(format!(
        "the token is of a time to come: it counts from {}, and there it is {}",
        rfc3339(from),
        rfc3339(then)
    ))
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
