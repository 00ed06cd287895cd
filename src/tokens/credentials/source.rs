//! Where tokens come from.

use secrecy::SecretString;

use super::{
    CredentialsError, gcloud::Gcloud, impersonated::Impersonated, library::Library, metadata::Metadata,
    tokens::Token, user::User,
};

/// Where tokens come from. It keeps none: the run's own token is kept in one place.
pub(super) enum Source {
    /// From the environment, as it is.
    Given(SecretString),
    /// From a service account's key, or another identity provider's token.
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

impl Source {
    /// Gets a token.
    pub(super) async fn fetch(&self) -> Result<Token, CredentialsError> {
        match self {
            Self::Given(secret) => Ok(Token { secret: secret.clone(), ends: None }),
            Self::Library(library) => library.fetch().await,
            Self::User(user) => user.fetch().await,
            Self::Metadata(metadata) => metadata.fetch().await,
            Self::Gcloud(gcloud) => gcloud.fetch().await,
            Self::Impersonated(impersonated) => Box::pin(impersonated.fetch()).await,
        }
    }
}
