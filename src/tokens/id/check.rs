//! Whether an ID token is what was asked for: none is handed out that is for something else.

use super::{
    super::{
        CredentialsError, Warning, clock,
        credentials::{
            endpoint,
            source::{Identity, Source},
        },
    },
    Claims, IdToken,
};
use crate::model::{Time, time};

/// The token, where it is what was asked for, and what is to be said of the clocks.
pub(super) fn checked(
    identity: Identity,
    source: &Source,
    audience: &str,
    now: Time,
) -> Result<(IdToken, Option<Warning>), CredentialsError> {
    let Identity { given, is_bound } = identity;
    let words = source.words();
    let refused = |what: String| endpoint::refused(&words, what);
    let claims = Claims::of(&given.what)
        .ok_or_else(|| refused("what was given is no ID token, and is not handed out".to_owned()))?;
    if is_bound && *claims.audience != *audience {
        let what = format!(
            "the token that was given is for `{}` and not for `{audience}`, and is not handed out",
            super::super::answer::one_line(&claims.audience)
        );
        return Err(refused(what));
    }
    let skew = skew(given.date, &claims, now).map(clock::words);
    let until = claims
        .until
        .ok_or_else(|| refused("the token that was given does not say until when it holds".to_owned()))?;
    if until <= now {
        let until = time::rfc3339(until);
        let skew = skew.map(|skew| format!("; {skew}: set it right")).unwrap_or_default();
        return Err(refused(format!("the token that was given ended at {until}{skew}")));
    }
    let principal = claims.principal().or_else(|| source.principal());
    let way = match &principal {
        Some(principal) => format!("{words}, as {principal}"),
        None => words,
    };
    let token = IdToken { secret: given.what, claims, way, principal, is_bound };
    Ok((token, skew.map(|skew| Warning::Clock(skew.into()))))
}

/// How far the clock of this machine is off: by what whoever gave the token said the time was, or where the token is
/// of a time to come. A token may have been made a while ago, so what is past says nothing.
fn skew(date: Option<Time>, claims: &Claims, now: Time) -> Option<chrono::TimeDelta> {
    let told = date.and_then(|date| clock::skew(now, date));
    told.or_else(|| claims.from.and_then(|from| clock::skew(now, from)).filter(|skew| skew.num_seconds() < 0))
}
