//! What a request brings to show who it is of.

use chrono::{TimeDelta, Utc};

use crate::{
    emulator::{
        handle::Handle,
        id_tokens::{self, Checked, LIFETIME, Wrong},
        request::Request,
    },
    model::Principal,
};

/// The header of callers that have another use for the common one; it goes before it
/// (<https://cloud.google.com/run/docs/authenticating/service-to-service#acquire-token>).
pub(super) const SERVERLESS: &str = "x-serverless-authorization";
/// The common one.
pub(super) const COMMON: &str = "authorization";

/// What a request brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brought<'r> {
    /// No header at all.
    Nothing,
    /// More than one, or no bearer token.
    Broken(&'static str),
    /// A bearer token.
    Token(&'r str),
}

/// Whose an ID token is.
#[derive(Debug, Clone)]
pub(super) struct Holder {
    pub(super) principal: Principal,
    pub(super) audience: String,
}

/// What stands in the header of a request that counts.
pub(super) fn brought(request: &Request) -> Brought<'_> {
    of(request, if request.headers.contains_key(SERVERLESS) { SERVERLESS } else { COMMON })
}

/// What stands in this header.
pub(super) fn of<'r>(request: &'r Request, header: &str) -> Brought<'r> {
    let mut values = request.headers.get_all(header).iter();
    match (values.next(), values.next()) {
        (None, _) => Brought::Nothing,
        (Some(_), Some(_)) => Brought::Broken("there are several headers with a token"),
        (Some(value), None) => {
            let bearer = value.to_str().ok().and_then(|text| text.split_once(' '));
            let token = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
            let token = token.map(|(_, token)| token.trim()).filter(|token| !token.is_empty());
            token.map_or(Brought::Broken("the header holds no bearer token"), Brought::Token)
        }
    }
}

/// Whose an ID token is, where it is good: by the clock on the wall, and if it was given out here by the emulator's
/// own as well.
pub(super) fn holder(token: &str, handle: &Handle) -> Result<Holder, Wrong> {
    let Checked { audience, subject, email, .. } = id_tokens::check(token, Utc::now())?;
    let minted = handle.tokens(|tokens| tokens.minted(token).cloned());
    if minted.as_ref().is_some_and(|minted| handle.now() >= minted.at + TimeDelta::seconds(LIFETIME)) {
        return Err(Wrong::Expired);
    }
    let principal = minted.map(|minted| minted.principal);
    let principal = principal.unwrap_or_else(|| {
        // A token need not say whose it is but by number.
        let email = email.unwrap_or_else(|| handle.read(|state| state.account(&subject).email));
        let is_account = email.ends_with(".gserviceaccount.com");
        if is_account { Principal::service_account(&email) } else { Principal::new(format!("user:{email}")) }
    });
    Ok(Holder { principal, audience })
}

/// A header as the function sees it: a token that was checked has no signature any more
/// (<https://cloud.google.com/run/docs/troubleshooting#signature-removed>).
pub(super) fn forwarded(request: &Request, header: &str) -> Option<String> {
    let value = request.header(header)?;
    let Brought::Token(token) = of(request, header) else { return Some(value.to_owned()) };
    match (id_tokens::check(token, Utc::now()), token.rsplit_once('.')) {
        (Ok(_), Some((text, _))) => Some(format!("Bearer {text}.SIGNATURE_REMOVED_BY_GOOGLE")),
        _ => Some(value.to_owned()),
    }
}
