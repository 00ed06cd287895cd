//! `callmap token`: an ID token that a function takes.

use std::io::{self, IsTerminal as _};

use secrecy::ExposeSecret as _;

use super::{
    Console, Error, Exit, TokenOptions,
    door::{self, Door, Knock},
    live::{Ground, say},
};
use crate::{
    model::time,
    tokens::{
        Endpoint, Environment,
        id::{GCLOUD, IdToken},
    },
};

/// Prints an ID token for a function, and nothing else; how it was come by is said on standard error.
///
/// # Errors
/// Where the function cannot be found, or there is no token for it.
pub fn token(function: &str, options: &TokenOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let TokenOptions { identity, is_header } = options;
    let mut ground = Ground::find(&identity.world, console)?;
    let knock = Knock { function, identity, environment: &Environment::read() };
    let door = door::find(&knock, &mut ground, console)?;
    let token = door.token(&knock, &mut ground, console)?;
    if !console.is_quiet {
        tell(&token, &door, console)?;
        // Only people who look at it are told what to do with it.
        if io::stdout().is_terminal() && ground.endpoint() == Endpoint::Google {
            let what = format!("`curl -H \"$(callmap token {function} --header)\" {}` calls it", door.url);
            say("next", &what, console)?;
        }
    }
    // The one place where a token leaves the program in words.
    let head = if *is_header { "Authorization: Bearer " } else { "" };
    console.print(format!("{head}{}\n", token.secret.expose_secret()).as_bytes())?;
    Ok(Exit::Done)
}

/// Says how a token was come by, for whom it is and until when.
pub(super) fn tell(token: &IdToken, door: &Door, console: &mut Console<'_>) -> Result<(), Error> {
    let IdToken { secret: _, claims, way, principal: _, is_bound } = token;
    let until = claims.until.map(|until| format!(", until {}", time::rfc3339(until))).unwrap_or_default();
    let audience = if *is_bound { &door.audience } else { &claims.audience };
    let service = door.service.as_ref().map(|service| format!("{service}: ")).unwrap_or_default();
    say("note", &format!("{service}by {way}, for `{audience}`{until}"), console)?;
    if !is_bound {
        let what = format!(
            "this token is for no function in particular, as the logins of people carry no audience: whoever is shown \
             it can call whatever its owner can. `--impersonate EMAIL` gives one for `{}` alone",
            door.audience
        );
        say("warning", &what, console)?;
    }
    if !is_bound && *claims.audience != *GCLOUD {
        let what = "Google says of gcloud's own login alone (`--via gcloud`) that functions take such a token: this one \
                    may be answered with 401";
        say("note", what, console)?;
    }
    if door.settings.as_ref().is_some_and(|settings| settings.is_iap_enabled) {
        let what = "the Identity-Aware Proxy stands before this function: it takes tokens for its own OAuth client, \
                    which `--audience` names";
        say("note", what, console)?;
    }
    Ok(())
}
