//! Somebody's login, as `gcloud auth application-default login` leaves it.
//!
//! The library asks at one address whatever the file says, so the exchange is made here.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, Uri, header::CONTENT_TYPE};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{
    super::{Party, id::GCLOUD, transport::Transport},
    CredentialsError,
    endpoint::{self, Stamped},
    file::KeyFile,
    tokens::Token,
};
use crate::model::Principal;

/// Where logins are exchanged, unless the file says otherwise.
const TOKENS: &str = "https://oauth2.googleapis.com/token";

/// A login.
pub(in crate::tokens) struct User {
    transport: Transport,
    uri: Uri,
    client: String,
    secret: SecretString,
    refresh: SecretString,
    /// Whose it is said to be.
    whose: String,
    /// What it is, in words.
    words: String,
    /// Whose it is, where that is known.
    principal: Option<Principal>,
}

/// What is answered beside the access token, where the login has the scope `openid`.
#[derive(Deserialize)]
struct Answer {
    id_token: Option<String>,
}

impl User {
    pub(super) fn of(file: &KeyFile<'_>, transport: &Transport) -> Result<Self, CredentialsError> {
        Ok(Self {
            transport: transport.clone(),
            uri: file.google("token_uri", Some(TOKENS), transport.hosts())?,
            client: file.text("client_id")?.to_owned(),
            secret: file.text("client_secret")?.into(),
            refresh: file.text("refresh_token")?.into(),
            whose: "the login of `gcloud auth application-default login`".to_owned(),
            words: format!("the login in `{}`", file.path.display()),
            principal: None,
        })
    }

    /// Somebody of an emulator's estate, and what they log in with there.
    pub(super) fn of_emulator(
        email: &str,
        refresh: &str,
        address: SocketAddr,
        transport: &Transport,
    ) -> Option<Self> {
        Some(Self {
            transport: transport.clone(),
            uri: format!("http://{address}/token").parse().ok()?,
            client: GCLOUD.to_owned(),
            secret: "emulated".into(),
            refresh: refresh.into(),
            whose: format!("`user:{email}` of the emulator"),
            words: "the login of the emulator".to_owned(),
            principal: Some(Principal::new(format!("user:{email}"))),
        })
    }

    pub(super) async fn fetch(&self) -> Result<Token, CredentialsError> {
        endpoint::token(&self.whose, &self.exchange().await?.what)
    }

    /// Their ID token. It is for the program that they logged in with, whatever it is to be used for.
    pub(super) async fn identify(&self) -> Result<Stamped<SecretString>, CredentialsError> {
        let Stamped { what, date } = self.exchange().await?;
        let answer: Answer = serde_json::from_slice(&what).map_err(|_| endpoint::no_token(&self.whose))?;
        let token = answer.id_token.ok_or_else(|| CredentialsError::Refused {
            whose: self.whose.as_str().into(),
            what: "Google gave no ID token, as the login does not have the scope `openid`: log in again with \
                   `gcloud auth application-default login --scopes=openid,\
                   https://www.googleapis.com/auth/userinfo.email,https://www.googleapis.com/auth/cloud-platform`, \
                   or take `--via gcloud` or `--impersonate EMAIL`"
                .into(),
        })?;
        Ok(Stamped { what: token.into(), date })
    }

    async fn exchange(&self) -> Result<Stamped<Bytes>, CredentialsError> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "refresh_token")
            .append_pair("client_id", &self.client)
            .append_pair("client_secret", self.secret.expose_secret())
            .append_pair("refresh_token", self.refresh.expose_secret())
            .finish();
        let builder = Request::post(&self.uri).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = endpoint::request(builder, body, &self.whose)?;
        endpoint::ask(&self.transport, &Party::Google, &self.whose, &request).await
    }

    pub(super) fn principal(&self) -> Option<Principal> {
        self.principal.clone()
    }

    pub(super) fn words(&self) -> &str {
        &self.words
    }
}
