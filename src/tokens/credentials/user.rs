//! Somebody's login, as `gcloud auth application-default login` leaves it.
//!
//! The library asks at one address whatever the file says, so the exchange is made here.

use http::{Request, Uri, header::CONTENT_TYPE};
use secrecy::{ExposeSecret as _, SecretString};

use super::{
    super::{Party, transport::Transport},
    CredentialsError, endpoint,
    file::KeyFile,
    tokens::Token,
};

/// Where logins are exchanged, unless the file says otherwise.
const TOKENS: &str = "https://oauth2.googleapis.com/token";

const WHOSE: &str = "the login of `gcloud auth application-default login`";

/// A login.
pub(super) struct User {
    transport: Transport,
    uri: Uri,
    client: String,
    secret: SecretString,
    refresh: SecretString,
}

impl User {
    pub(super) fn of(file: &KeyFile<'_>, transport: &Transport) -> Result<Self, CredentialsError> {
        Ok(Self {
            transport: transport.clone(),
            uri: file.google("token_uri", Some(TOKENS), transport.hosts())?,
            client: file.text("client_id")?.to_owned(),
            secret: file.text("client_secret")?.into(),
            refresh: file.text("refresh_token")?.into(),
        })
    }

    pub(super) async fn fetch(&self) -> Result<Token, CredentialsError> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "refresh_token")
            .append_pair("client_id", &self.client)
            .append_pair("client_secret", self.secret.expose_secret())
            .append_pair("refresh_token", self.refresh.expose_secret())
            .finish();
        let builder = Request::post(&self.uri).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = endpoint::request(builder, body, WHOSE)?;
        let answer = endpoint::ask(&self.transport, &Party::Google, WHOSE, &request).await?;
        endpoint::token(WHOSE, &answer)
    }
}
