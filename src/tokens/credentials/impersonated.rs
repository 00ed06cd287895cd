//! Acting as a service account, by somebody who may
//! (<https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken>).

use chrono::DateTime;
use http::{
    HeaderValue, Request, Uri,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;

use super::{
    super::{Party, transport::Transport},
    CredentialsError, endpoint,
    source::Source,
    tokens::{SCOPE, Token},
};

/// An account, and whose token opens the way to it.
pub(super) struct Impersonated {
    pub(super) transport: Transport,
    pub(super) base: Source,
    /// `…/serviceAccounts/EMAIL:generateAccessToken`.
    pub(super) uri: Uri,
    /// The accounts in between, in order, as `projects/-/serviceAccounts/EMAIL`.
    pub(super) delegates: Vec<String>,
    /// The project that this call is counted to.
    pub(super) quota_project: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    access_token: String,
    expire_time: String,
}

/// Where an account's tokens are given.
pub(super) fn address(email: &str) -> String {
    format!("https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{email}:generateAccessToken")
}

/// Whether this can be the e-mail address of a service account and nothing else.
pub(super) fn is_email(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':');
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(is_plain) && !part.contains("..");
    text.len() <= 255 && text.split_once('@').is_some_and(|(name, host)| is_part(name) && is_part(host))
}

impl Impersonated {
    pub(super) async fn fetch(&self) -> Result<Token, CredentialsError> {
        let account =
            self.uri.path().rsplit('/').next().and_then(|last| last.split(':').next()).unwrap_or("");
        let whose = format!("`{account}`, which callmap is to act as");
        let base = self.base.fetch().await?;
        let wrong = || CredentialsError::Refused {
            whose: whose.as_str().into(),
            what: "the token to ask with has characters that no token has".into(),
        };
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", base.secret.expose_secret()));
        if let Ok(bearer) = &mut bearer {
            bearer.set_sensitive(true);
        }
        let mut builder = Request::post(&self.uri)
            .header(CONTENT_TYPE, "application/json")
            .header(AUTHORIZATION, bearer.map_err(|_| wrong())?);
        if let Some(project) = &self.quota_project {
            builder = builder.header("x-goog-user-project", project);
        }
        let body = json!({ "scope": [SCOPE], "lifetime": "3600s", "delegates": self.delegates });
        let request = endpoint::request(builder, body.to_string(), &whose)?;
        let answer = endpoint::ask(&self.transport, &Party::Google, &whose, &request).await?;
        let answer: Answer = serde_json::from_slice(&answer).map_err(|_| endpoint::no_token(&whose))?;
        let ends =
            DateTime::parse_from_rfc3339(&answer.expire_time).map_err(|_| endpoint::no_token(&whose))?;
        Ok(Token { secret: SecretString::from(answer.access_token), ends: Some(ends.to_utc()) })
    }
}

/// An account in between, in the form that Google asks for.
pub(super) fn delegate(email: &str) -> String {
    match email.strip_prefix("projects/-/serviceAccounts/") {
        Some(_) => email.to_owned(),
        None => format!("projects/-/serviceAccounts/{email}"),
    }
}
