//! ID tokens: what a function wants to be shown, besides the right to call it
//! (<https://cloud.google.com/functions/docs/securing/authenticating>).

mod check;
mod choose;
mod claims;
#[cfg(test)]
mod tests;
mod who;

use std::{fmt, path::PathBuf, sync::Arc};

use chrono::Utc;
use secrecy::SecretString;

use super::{Choice, CredentialsError, Endpoint, Environment, Warning, credentials::Credential};
use crate::model::Principal;

pub use claims::Claims;

/// Whom the tokens of gcloud's own login are for. Google says of no others without an audience that Cloud Run takes
/// them (<https://cloud.google.com/run/docs/authenticating/developers>).
pub const GCLOUD: &str = "32555940559.apps.googleusercontent.com";

/// Which way to an ID token is taken (`--via`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// The first one that is there, in Google's order.
    Auto,
    /// The login of gcloud itself.
    Gcloud,
    /// Application Default Credentials, of whatever kind.
    Adc,
    /// The metadata server of the machine.
    Metadata,
    /// The key of a service account: a JWT that it signs itself is exchanged.
    Key,
    /// `generateIdToken` of a service account, with the credentials of somebody who may.
    Impersonate,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Which way.
    pub via: Via,
    /// For whom: an address of a function, or an audience of its own.
    pub audience: Arc<str>,
    /// The file with a service account's key, where it is not the one that the environment names.
    pub key: Option<PathBuf>,
    /// The e-mail address of the service account to act as.
    pub impersonate: Option<String>,
    /// The accounts in between, in order, by their e-mail addresses.
    pub delegates: Vec<String>,
    /// Whose credentials an account is impersonated with.
    pub credentials: Choice,
}

/// An ID token, and how it was come by. It does not print.
pub struct IdToken {
    /// The token itself.
    pub secret: SecretString,
    /// What it says.
    pub claims: Claims,
    /// Which way was taken, and as whom, in words: `the key in `key.json`, as pay@…`. Untrusted text.
    pub way: String,
    /// Whose it is, as far as it says so itself or its credential does.
    pub principal: Option<Principal>,
    /// Whether it is for the audience that was asked for. The tokens of people's logins are for the program that they
    /// logged in with, so whoever is shown one could use it anywhere: it goes to addresses of functions alone.
    pub is_bound: bool,
}

impl fmt::Debug for IdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdToken")
            .field("way", &self.way)
            .field("is_bound", &self.is_bound)
            .finish_non_exhaustive()
    }
}

/// Gets an ID token, and what should be known about the credentials that gave it.
///
/// # Errors
/// Where there are no credentials of that kind, they are of a kind that gives none, or they are not taken.
pub async fn id_token(
    wanted: &Wanted,
    endpoint: Endpoint,
    environment: &Environment,
) -> Result<(IdToken, Vec<Warning>), CredentialsError> {
    let Credential { source, mut warnings, .. } =
        choose::choose(wanted, endpoint, environment).await.map_err(with_ways)?.credential;
    let identity = source.identify(&wanted.audience).await?;
    let (token, warning) = check::checked(identity, &source, &wanted.audience, Utc::now())?;
    warnings.extend(warning);
    Ok((token, warnings))
}

/// Where no credentials are found, what else there is for ID tokens.
fn with_ways(error: CredentialsError) -> CredentialsError {
    let CredentialsError::Missing { is_logged_in } = error else { return error };
    let gcloud = if is_logged_in {
        "gcloud is logged in for itself, and `--via gcloud` takes that login"
    } else {
        "log in with `gcloud auth login`, and take `--via gcloud`"
    };
    let what = format!(
        "there are no credentials to get an ID token with: {gcloud}; or name the key of a service account with `--key \
         FILE`, or another credential file with `GOOGLE_APPLICATION_CREDENTIALS`"
    );
    CredentialsError::Option(what.into())
}

/// Who callmap is, by the first credentials in the same order, and in which way: `user:…`, `serviceAccount:…`.
///
/// # Errors
/// Where there are no credentials, or they do not say whose they are.
pub async fn me(
    wanted: &Wanted,
    endpoint: Endpoint,
    environment: &Environment,
) -> Result<(Principal, String), CredentialsError> {
    let chosen = choose::choose(wanted, endpoint, environment).await?;
    let principal = who::principal(&chosen, endpoint).await?;
    Ok((principal, chosen.credential.source.words()))
}
