//! Who callmap is towards an emulator: whoever the environment says, else the owner of the estate.

use std::net::SocketAddr;

use secrecy::SecretString;

use super::{
    super::{Endpoint, transport::Transport},
    CredentialsError, Environment,
    impersonated::{self, Impersonated},
    source::Source,
    user::User,
};

/// The owner of every estate.
const OWNER: &str = "owner@example.com";

/// What the emulator takes for the owner's.
const MADE_UP: &str = "emulated";

/// Whoever the environment says; `None` where it says nobody.
///
/// # Errors
/// Where it names nobody that callmap could be.
pub(in crate::tokens) fn named(
    environment: &Environment,
    address: SocketAddr,
    transport: &Transport,
) -> Result<Option<Source>, CredentialsError> {
    let Some(text) = &environment.emulator_as else { return Ok(None) };
    let source = match text.split_once(':') {
        Some(("user", email)) if is_address(email) => {
            User::of_emulator(email, email, address, transport).map(Source::User)
        }
        Some(("serviceAccount", email)) if is_address(email) => {
            account(email, Endpoint::Emulator(address), transport)
        }
        _ => None,
    };
    let wrong = || {
        let what = format!(
            "`CALLMAP_EMULATOR_AS` is `{text}`, whom nobody can be: write `user:EMAIL` or `serviceAccount:EMAIL`"
        );
        CredentialsError::Option(what.into())
    };
    source.ok_or_else(wrong).map(Some)
}

/// The owner, with an ID token of theirs.
pub(in crate::tokens) fn owner(address: SocketAddr, transport: &Transport) -> Option<Source> {
    User::of_emulator(OWNER, MADE_UP, address, transport).map(Source::User)
}

/// A token that was not given out is the owner's.
pub(super) fn made_up() -> Source {
    Source::Given(SecretString::from(MADE_UP))
}

/// An account of the estate, as its owner may act as.
fn account(email: &str, endpoint: Endpoint, transport: &Transport) -> Option<Source> {
    let uri =
        impersonated::is_email(email).then(|| impersonated::address(email, endpoint).parse().ok())??;
    Some(Source::Impersonated(Box::new(Impersonated {
        transport: transport.clone(),
        base: made_up(),
        uri,
        delegates: Vec::new(),
        quota_project: None,
    })))
}

/// Whether the emulator takes this for an address: of anything else it makes the owner.
fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty()
            && domain.contains('.')
            && !domain.contains('@')
            && !text.contains(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '/')
    })
}
