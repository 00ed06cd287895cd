//! What yup-oauth2 does: tokens for keys of service accounts, and for tokens of other identity providers.
//!
//! It writes secrets to the `log` facade at the level of debugging. callmap installs no logger, and must not:
//! whoever adds one leaves the target `yup_oauth2` out of it.

use chrono::DateTime;
use secrecy::SecretString;
use tokio::time::timeout;
use yup_oauth2::{
    AccessToken, CustomHyperClientBuilder, Error, ExternalAccountAuthenticator, ServiceAccountAuthenticator,
    ServiceAccountKey,
    authenticator::Authenticator,
    external_account::{CredentialSource, ExternalAccountSecret, UrlCredentialSourceFormat},
};

use super::{
    super::{
        CallError, Conn, Party, Refusal, answer,
        retry::{Failure, Patience},
        transport::{self, Transport},
    },
    CredentialsError, endpoint,
    file::KeyFile,
    key::TOKENS,
    tokens::{SCOPE, Token},
};

/// A credential that the library knows.
pub(in crate::tokens) struct Library {
    authenticator: Authenticator<Conn>,
    whose: String,
    words: String,
    patience: Patience,
}

impl Library {
    /// The key of a service account.
    pub(super) async fn key(file: &KeyFile<'_>, transport: &Transport) -> Result<Self, CredentialsError> {
        let email = file.text("client_email")?.to_owned();
        let key = ServiceAccountKey {
            key_type: None,
            project_id: None,
            private_key_id: None,
            private_key: file.text("private_key")?.to_owned(),
            client_email: email.clone(),
            client_id: None,
            auth_uri: None,
            token_uri: file.google("token_uri", Some(TOKENS), transport.hosts())?.to_string(),
            auth_provider_x509_cert_url: None,
            client_x509_cert_url: None,
        };
        let builder = ServiceAccountAuthenticator::with_client(key, client(transport));
        // The error might show parts of the key.
        let wrong = |_| CredentialsError::file(file.path, "`private_key` is not a key: fetch the file again");
        Ok(Self {
            authenticator: builder.build().await.map_err(wrong)?,
            whose: format!("`{email}`"),
            words: format!("the key in `{}`", file.path.display()),
            patience: endpoint::patience(transport),
        })
    }

    /// A token of another identity provider, from a file or an address.
    pub(super) async fn external(
        file: &KeyFile<'_>,
        transport: &Transport,
    ) -> Result<Self, CredentialsError> {
        let secret = ExternalAccountSecret {
            audience: file.text("audience")?.to_owned(),
            subject_token_type: file.text("subject_token_type")?.to_owned(),
            // What an account is impersonated with is the same for every kind of credential, and done beside it.
            service_account_impersonation_url: None,
            token_url: file.google("token_url", None, transport.hosts())?.to_string(),
            credential_source: provider(file, transport)?,
            key_type: "external_account".to_owned(),
        };
        let builder = ExternalAccountAuthenticator::with_client(secret, client(transport));
        let wrong = |_| CredentialsError::file(file.path, "cannot be used by the library that reads it");
        Ok(Self {
            authenticator: builder.build().await.map_err(wrong)?,
            whose: "the workload that the identity pool knows".to_owned(),
            words: format!("the workload identity in `{}`", file.path.display()),
            patience: endpoint::patience(transport),
        })
    }

    pub(super) async fn fetch(&self) -> Result<Token, CredentialsError> {
        let refused = |error: CallError| CredentialsError::Refused {
            whose: self.whose.as_str().into(),
            what: error.message,
        };
        let token = self.patience.read(None, || self.once()).await.map_err(refused)?;
        let ends =
            token.expiration_time().and_then(|time| DateTime::from_timestamp(time.unix_timestamp(), 0));
        let secret = token.token().ok_or_else(|| endpoint::no_token(&self.whose))?;
        Ok(Token { secret: SecretString::from(secret), ends })
    }

    pub(super) fn words(&self) -> &str {
        &self.words
    }

    async fn once(&self) -> Result<AccessToken, Failure> {
        let sent = timeout(self.patience.attempt, self.authenticator.token(&[SCOPE])).await;
        let answer = sent.map_err(|_| Failure::lost("no answer came in time"))?;
        answer.map_err(|error| failure(&error))
    }
}

fn client(transport: &Transport) -> CustomHyperClientBuilder<Conn> {
    CustomHyperClientBuilder::from(transport::client(transport.connector()))
}

/// Where the other provider's token stands.
fn provider(file: &KeyFile<'_>, transport: &Transport) -> Result<CredentialSource, CredentialsError> {
    let wrong = |what: &'static str| Err(CredentialsError::file(file.path, what));
    let source = file.part("credential_source");
    let format = &source["format"];
    let is_json = format["type"] == "json";
    if let Some(path) = source["file"].as_str() {
        if is_json {
            return wrong(
                "`credential_source.format` is `json` of a file, which callmap does not read: have the token \
                 written to the file as it is",
            );
        }
        return Ok(CredentialSource::File { file: path.to_owned() });
    }
    let Some(url) = source["url"].as_str() else {
        return wrong(
            "`credential_source` is neither a `file` nor a `url`: AWS, executables and certificates are not \
             supported; give callmap a token with `GOOGLE_OAUTH_ACCESS_TOKEN`",
        );
    };
    let uri = file.address("credential_source.url", url, &Party::IdentityProvider, transport.hosts())?;
    let format = match (is_json, format["subject_token_field_name"].as_str()) {
        (false, _) => UrlCredentialSourceFormat::Text,
        (true, Some(name)) => UrlCredentialSourceFormat::Json { subject_token_field_name: name.to_owned() },
        (true, None) => return wrong("`credential_source.format.subject_token_field_name` is missing"),
    };
    let mut headers = std::collections::HashMap::new();
    for (name, value) in source["headers"].as_object().into_iter().flatten() {
        // What is no header would make the library panic.
        let is_name = http::HeaderName::from_bytes(name.as_bytes()).is_ok();
        match value.as_str().filter(|value| is_name && http::HeaderValue::from_str(value).is_ok()) {
            Some(value) => headers.insert(name.clone(), value.to_owned()),
            None => return wrong("`credential_source.headers` holds what is no header"),
        };
    }
    Ok(CredentialSource::Url { url: uri.to_string(), headers: Some(headers), format })
}

/// An error of the library's, without the parts of answers and files that it shows.
fn failure(error: &Error) -> Failure {
    let refused = |what: String| CallError::new(Refusal::Unauthenticated, what).into();
    match error {
        Error::HttpError(_) | Error::HttpClientError(_) => {
            Failure::lost("the connection to the endpoint of tokens did not hold")
        }
        Error::UserError(_) => refused("the library does not take what the file says".to_owned()),
        Error::JSONError(_) => Failure::lost("the endpoint of tokens did not answer as it should"),
        Error::AuthError(error) => refused(answer::one_line(&error.to_string())),
        Error::LowLevelError(error) => {
            refused(format!("a file with the token of another provider cannot be read: {}", error.kind()))
        }
        Error::MissingAccessToken => refused("the answer holds no token".to_owned()),
        Error::StorageError(_) => refused("the token could not be kept".to_owned()),
        Error::CredentialSourceError(_) => refused(
            "what the identity provider answered is no token in the form that the file says".to_owned(),
        ),
    }
}
