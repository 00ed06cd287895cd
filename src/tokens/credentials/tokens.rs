//! The token of a run: got once, kept until shortly before its end, by all calls together.

use std::{fmt, pin::Pin, sync::Arc};

use chrono::{TimeDelta, Utc};
use google_run2::common::GetToken;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;

use super::{CredentialsError, source::Source};
use crate::model::Time;

/// What may be done with a token; the roles of its owner say the rest
/// (<https://developers.google.com/identity/protocols/oauth2/scopes>).
pub(super) const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// A token is not used in its last minute.
const MARGIN: TimeDelta = TimeDelta::minutes(1);

/// How long a failure is remembered: all calls that wait for the token then fail at once.
const MEMORY: TimeDelta = TimeDelta::seconds(30);

/// An access token.
#[derive(Clone)]
pub(in crate::tokens) struct Token {
    pub(in crate::tokens) secret: SecretString,
    /// When it ends; `None` where nobody says.
    pub(super) ends: Option<Time>,
}

enum Held {
    Nothing,
    Token(Token),
    Failure(CredentialsError, Time),
}

/// Where tokens come from, and the one that is in use. Cheap to clone; clones share the token.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    source: Source,
    held: Mutex<Held>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    pub(super) fn new(source: Source) -> Self {
        Self(Arc::new(Inner { source, held: Mutex::new(Held::Nothing) }))
    }

    /// What the emulator is sent: it takes any.
    pub(crate) fn made_up() -> Self {
        Self::new(Source::Given(SecretString::from("emulated")))
    }

    /// The token. Whoever comes while it is being got waits for it: there is one request, not one a call.
    ///
    /// # Errors
    /// Where none is to be had.
    pub async fn token(&self) -> Result<SecretString, CredentialsError> {
        let Inner { source, held } = &*self.0;
        let mut held = held.lock().await;
        let now = Utc::now();
        match &*held {
            Held::Token(token) if token.ends.is_none_or(|ends| now < ends - MARGIN) => {
                return Ok(token.secret.clone());
            }
            Held::Failure(error, at) if now - *at < MEMORY => return Err(error.clone()),
            Held::Nothing | Held::Token(_) | Held::Failure(..) => {}
        }
        match source.fetch().await {
            Ok(token) => {
                let secret = token.secret.clone();
                *held = Held::Token(token);
                Ok(secret)
            }
            Err(error) => {
                *held = Held::Failure(error.clone(), Utc::now());
                Err(error)
            }
        }
    }
}

type Answer<'a> = Pin<
    Box<dyn Future<Output = Result<Option<String>, Box<dyn std::error::Error + Send + Sync>>> + Send + 'a>,
>;

impl GetToken for Tokens {
    fn get_token<'a>(&'a self, _: &'a [&str]) -> Answer<'a> {
        Box::pin(async move {
            let token = self.token().await.map_err(Box::new)?;
            Ok(Some(token.expose_secret().to_owned()))
        })
    }
}
