//! What a refusal comes from: each cause that fits what is known, and how sure it is.

use super::{Brought, GCLOUD, Refused};
use crate::{
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

/// Causes as they are found.
#[derive(Default)]
pub(super) struct Found(Vec<Cause>);

impl Found {
    pub(super) fn add(&mut self, kind: Kind, sureness: Sureness, sentence: impl Into<String>) {
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
            found.add(
                Kind::Own,
                Likely,
                "this is the function's own answer, most likely: Cloud Run let you in",
            );
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
                "the function itself has nothing at this path, most likely: this is not Cloud Run's own page",
            );
            return;
        }
        if self.read.is_absent {
            found.add(Kind::Nowhere, Certain, "there is no such function in this project and region");
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
}

pub(super) const IN_FRONT: &str = "the Identity-Aware Proxy (IAP) stands in front of this function: callers go through it, and its \
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
