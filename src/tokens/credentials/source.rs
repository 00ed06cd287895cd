//! Where tokens come from.

use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    CredentialsError, endpoint::Stamped, gcloud::Gcloud, impersonated::Impersonated, key::Key,
    library::Library, metadata::Metadata, tokens::Token, user::User,
};
use crate::model::Principal;

/// Where tokens come from. It keeps none: the run's own token is kept in one place.
pub(in crate::tokens) enum Source {
    /// From the environment, as it is.
    Given(SecretString),
    /// From the key of a service account.
    Key(Box<Key>),
    /// From another identity provider's token.
    Library(Library),
    /// From somebody's login.
    User(User),
    /// From the machine that callmap runs on.
    Metadata(Metadata),
    /// From gcloud's own login.
    Gcloud(Gcloud),
    /// As another account, with a token from elsewhere.
    Impersonated(Box<Impersonated>),
}

/// An ID token as it came.
pub(in crate::tokens) struct Identity {
    /// The token, and what time its giver said it was.
    pub(in crate::tokens) given: Stamped<SecretString>,
    /// Whether it is for the audience that was asked for.
    pub(in crate::tokens) is_bound: bool,
}

impl Source {
    /// Gets an access token.
    pub(in crate::tokens) async fn fetch(&self) -> Result<Token, CredentialsError> {
        match self {
            Self::Given(secret) => Ok(Token { secret: secret.clone(), ends: None }),
            Self::Key(key) => key.fetch().await,
            Self::Library(library) => library.fetch().await,
            Self::User(user) => user.fetch().await,
            Self::Metadata(metadata) => metadata.fetch().await,
            Self::Gcloud(gcloud) => gcloud.fetch().await,
            Self::Impersonated(impersonated) => Box::pin(impersonated.fetch()).await,
        }
    }

    /// Gets an ID token for an audience, where this kind of credential has any.
    pub(in crate::tokens) async fn identify(&self, audience: &str) -> Result<Identity, CredentialsError> {
        let bound = |given| Identity { given, is_bound: true };
        match self {
            Self::Given(_) => Err(CredentialsError::Option(
                "`GOOGLE_OAUTH_ACCESS_TOKEN` or `CLOUDSDK_AUTH_ACCESS_TOKEN` gives an access token, which is no ID \
                 token and becomes none: act as a service account with it (`--impersonate EMAIL`), or take another \
                 way, such as `--via adc` or `--via gcloud`"
                    .into(),
            )),
            Self::Library(_) => Err(CredentialsError::Option(
                "Google gives no ID token to the identities of workload pools, and Cloud Run takes no such \
                 identity: act as a service account (`--impersonate EMAIL`, or \
                 `service_account_impersonation_url` in the credential file)"
                    .into(),
            )),
            Self::Key(key) => key.identify(audience).await.map(bound),
            Self::User(user) => Ok(Identity { given: user.identify().await?, is_bound: false }),
            Self::Metadata(metadata) => metadata.identify(audience).await.map(bound),
            Self::Gcloud(gcloud) => gcloud.identify(audience).await,
            Self::Impersonated(impersonated) => Box::pin(impersonated.identify(audience)).await.map(bound),
        }
    }

    /// Whose tokens these are, where that is known without asking anybody.
    pub(in crate::tokens) fn principal(&self) -> Option<Principal> {
        match self {
            Self::Key(key) => Some(Principal::service_account(key.email())),
            Self::User(user) => user.principal(),
            Self::Impersonated(impersonated) => {
                let account = impersonated.account();
                account.contains('@').then(|| Principal::service_account(account))
            }
            Self::Given(_) | Self::Library(_) | Self::Metadata(_) | Self::Gcloud(_) => None,
        }
    }

    /// What it is, in words that follow `by`. Untrusted text.
    pub(in crate::tokens) fn words(&self) -> String {
        match self {
            Self::Given(_) => "the access token of the environment".to_owned(),
            Self::Key(key) => key.words().to_owned(),
            Self::Library(library) => library.words().to_owned(),
            Self::User(user) => user.words().to_owned(),
            Self::Metadata(metadata) => metadata.words(),
            Self::Gcloud(_) => "the login of gcloud".to_owned(),
            Self::Impersonated(impersonated) => impersonated.words(),
        }
    }
}

/// The header that a token is sent in, which does not print.
pub(in crate::tokens) fn bearer(token: &SecretString) -> Option<HeaderValue> {
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret())).ok()?;
    bearer.set_sensitive(true);
    Some(bearer)
}
