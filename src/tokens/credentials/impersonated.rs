//! Acting as a service account, by somebody who may
//! (<https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts>).

use std::sync::Arc;

use bytes::Bytes;
use chrono::DateTime;
use http::{
    Request, Uri,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{CallError, Endpoint, Party, Refusal, transport::Transport},
    CredentialsError,
    endpoint::{self, Stamped},
    source::{Source, bearer},
    tokens::{SCOPE, Token},
};

/// What the address of an account's access tokens ends with, and of its ID tokens.
const ACCESS: &str = ":generateAccessToken";
const IDENTITY: &str = ":generateIdToken";

/// An account, and whose token opens the way to it.
pub(in crate::tokens) struct Impersonated {
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

#[derive(Deserialize)]
struct IdAnswer {
    token: String,
}

/// Where an account's tokens are given.
pub(super) fn address(email: &str, endpoint: Endpoint) -> String {
    let base = match endpoint {
        Endpoint::Google => "https://iamcredentials.googleapis.com".to_owned(),
        Endpoint::Emulator(address) => format!("http://{address}"),
    };
    format!("{base}/v1/projects/-/serviceAccounts/{email}{ACCESS}")
}

/// Whether this can be the e-mail address of a service account and nothing else.
pub(super) fn is_email(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':');
    let is_part = |part: &str| !part.is_empty() && part.bytes().all(is_plain) && !part.contains("..");
    text.len() <= 255 && text.split_once('@').is_some_and(|(name, host)| is_part(name) && is_part(host))
}

impl Impersonated {
    pub(super) async fn fetch(&self) -> Result<Token, CredentialsError> {
        let body = json!({ "scope": [SCOPE], "lifetime": "3600s", "delegates": self.delegates });
        let whose = self.whose();
        let Stamped { what, date: _ } =
            self.ask(&self.uri, &body, "iam.serviceAccounts.getAccessToken").await?;
        let answer: Answer = serde_json::from_slice(&what).map_err(|_| endpoint::no_token(&whose))?;
        let ends =
            DateTime::parse_from_rfc3339(&answer.expire_time).map_err(|_| endpoint::no_token(&whose))?;
        Ok(Token { secret: SecretString::from(answer.access_token), ends: Some(ends.to_utc()) })
    }

    /// An ID token of the account, with its address.
    pub(super) async fn identify(&self, audience: &str) -> Result<Stamped<SecretString>, CredentialsError> {
        let address = self.uri.to_string();
        let place = address.strip_suffix(ACCESS).and_then(|place| format!("{place}{IDENTITY}").parse().ok());
        let uri: Uri = place.ok_or_else(|| {
            let what = format!("the address of the account's tokens does not end with `{ACCESS}`");
            endpoint::refused(&self.whose(), what)
        })?;
        let body = json!({ "audience": audience, "includeEmail": true, "delegates": self.delegates });
        let Stamped { what, date } = self.ask(&uri, &body, "iam.serviceAccounts.getOpenIdToken").await?;
        let answer: IdAnswer =
            serde_json::from_slice(&what).map_err(|_| endpoint::no_token(&self.whose()))?;
        Ok(Stamped { what: answer.token.into(), date })
    }

    /// Asks for a token of the account, with the token of whoever acts as it, which needs this permission.
    async fn ask(
        &self,
        uri: &Uri,
        body: &Value,
        permission: &str,
    ) -> Result<Stamped<Bytes>, CredentialsError> {
        let whose = self.whose();
        let base = Box::pin(self.base.fetch()).await?;
        let bearer = bearer(&base.secret).ok_or_else(|| {
            endpoint::refused(&whose, "the token to ask with has characters that no token has")
        })?;
        let mut builder =
            Request::post(uri).header(CONTENT_TYPE, "application/json").header(AUTHORIZATION, bearer);
        if let Some(project) = &self.quota_project {
            builder = builder.header("x-goog-user-project", project);
        }
        let request = endpoint::request(builder, body.to_string(), &whose)?;
        let answer = endpoint::call(&self.transport, &Party::Google, &request).await;
        answer.map_err(|error| endpoint::refused(&whose, with_role(&error, permission)))
    }

    /// The account, as the address of its tokens has it: an e-mail address or a number.
    pub(super) fn account(&self) -> &str {
        self.uri.path().rsplit('/').next().and_then(|last| last.split(':').next()).unwrap_or("")
    }

    fn whose(&self) -> String {
        format!("`{}`, which callmap is to act as", self.account())
    }

    pub(super) fn words(&self) -> String {
        let through = self.delegates.iter().filter_map(|name| name.rsplit('/').next());
        let through: Vec<String> = through.map(|email| format!("`{email}`")).collect();
        let through =
            if through.is_empty() { String::new() } else { format!(" through {}", through.join(", ")) };
        format!("`generateIdToken`{through}, with {}", self.base.words())
    }
}

/// An account in between, in the form that Google asks for.
pub(super) fn delegate(email: &str) -> String {
    match email.strip_prefix("projects/-/serviceAccounts/") {
        Some(_) => email.to_owned(),
        None => format!("projects/-/serviceAccounts/{email}"),
    }
}

/// A refusal, with what lets somebody act as an account where that is what is missing
/// (<https://cloud.google.com/iam/docs/service-account-permissions#token-creator-role>).
fn with_role(error: &CallError, permission: &str) -> Arc<str> {
    let missing = error.permission.as_deref().unwrap_or(permission);
    let (role, whose) = match missing {
        _ if error.refusal != Refusal::Denied => return error.message.clone(),
        "iam.serviceAccounts.implicitDelegation" => {
            ("roles/iam.serviceAccountTokenCreator", "each account on the way")
        }
        "iam.serviceAccounts.getOpenIdToken" => ("roles/iam.serviceAccountOpenIdTokenCreator", "the account"),
        "iam.serviceAccounts.getAccessToken" => ("roles/iam.serviceAccountTokenCreator", "the account"),
        _ => return error.message.clone(),
    };
    format!("{}; `{role}` on {whose} gives `{missing}`", error.message.trim_end_matches('.')).into()
}
