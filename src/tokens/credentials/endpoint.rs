//! Asking an endpoint for a token: sent, tried again, and understood in one way for all kinds of credentials.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use chrono::{TimeDelta, Utc};
use http::{Request, Response};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;

use super::{
    super::{
        Hosts, Party, Refusal, answer, clock,
        error::CallError,
        retry::{Failure, Patience},
        transport::{self, Transport},
    },
    CredentialsError,
    tokens::Token,
};
use crate::model::Time;

/// How patient callmap is with endpoints of tokens.
pub(super) fn patience(transport: &Transport) -> Patience {
    match transport.hosts() {
        Hosts::Google => Patience { attempts: 4, attempt: Duration::from_secs(20), ..Patience::GOOGLE },
        Hosts::Loopback => Patience { attempts: 4, ..Patience::EMULATOR },
    }
}

/// What every endpoint of OAuth answers (<https://www.rfc-editor.org/rfc/rfc6749#section-5.1>).
#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: Option<i64>,
}

/// Something that was answered, and what time it was for whoever answered, where that was said.
pub(in crate::tokens) struct Stamped<T> {
    pub(in crate::tokens) what: T,
    pub(in crate::tokens) date: Option<Time>,
}

/// The answer to a request, which is JSON, tried again like any read; `whose` says whose token it is about.
pub(in crate::tokens) async fn ask(
    transport: &Transport,
    party: &Party,
    whose: &str,
    request: &Request<Bytes>,
) -> Result<Stamped<Bytes>, CredentialsError> {
    call(transport, party, request).await.map_err(|error| refused(whose, error.message))
}

/// The same, with what kind of refusal it was.
pub(super) async fn call(
    transport: &Transport,
    party: &Party,
    request: &Request<Bytes>,
) -> Result<Stamped<Bytes>, CallError> {
    let ask = || async {
        let answer = once(transport, party, request).await?;
        let date = clock::date(answer.headers());
        Ok(Stamped { what: transport::json(answer.into_body())?, date })
    };
    patience(transport).read(None, ask).await
}

/// The same, whatever the answer is.
pub(super) async fn response(
    transport: &Transport,
    party: &Party,
    whose: &str,
    request: &Request<Bytes>,
) -> Result<Stamped<Response<Bytes>>, CredentialsError> {
    let answer = patience(transport).read(None, || once(transport, party, request)).await;
    let answer = answer.map_err(|error| refused(whose, error.message))?;
    let date = clock::date(answer.headers());
    Ok(Stamped { what: answer, date })
}

/// No token, and why.
pub(in crate::tokens) fn refused(whose: &str, what: impl Into<Arc<str>>) -> CredentialsError {
    CredentialsError::Refused { whose: whose.into(), what: what.into() }
}

async fn once(
    transport: &Transport,
    party: &Party,
    request: &Request<Bytes>,
) -> Result<Response<Bytes>, Failure> {
    let sent = timeout(patience(transport).attempt, transport.send(party, request.clone())).await;
    let answer = sent.unwrap_or_else(|_| Err(Failure::lost("no answer came in time")))?;
    let said = refusal(answer.body());
    let date = clock::date(answer.headers());
    transport::success(answer).map_err(|failure| match (failure.error.refusal, said) {
        (Refusal::Lost | Refusal::Unavailable, _) => failure,
        (refusal, Some(said)) => CallError::new(refusal, with_clock(&said, date)).into(),
        (_, None) => {
            let message = with_clock(&failure.error.message, date).into();
            Failure { error: CallError { message, ..failure.error }, ..failure }
        }
    })
}

/// A refusal, and the clock of this machine where that may be why.
fn with_clock(said: &str, date: Option<Time>) -> String {
    match date.and_then(|date| clock::skew(Utc::now(), date)) {
        Some(skew) => format!("{said}; {}: set it right", clock::words(skew)),
        None => said.to_owned(),
    }
}

/// What OAuth says when it gives no token: a code and perhaps a sentence.
fn refusal(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let code = body["error"].as_str()?;
    let told = body["error_description"].as_str().unwrap_or("no more is said");
    let advice = match code {
        // Of an assertion there is nothing to log in to.
        "invalid_grant" if told.starts_with("Invalid JWT") => "",
        "invalid_grant" | "invalid_rapt" => "; it has ended or was taken back: log in again",
        _ => "",
    };
    Some(answer::one_line(&format!("{code}: {told}{advice}")))
}

/// The token in an answer of OAuth. Nothing of the answer is shown where it is no such answer.
pub(super) fn token(whose: &str, body: &[u8]) -> Result<Token, CredentialsError> {
    let answer: Answer = serde_json::from_slice(body).map_err(|_| no_token(whose))?;
    let ends = answer.expires_in.and_then(TimeDelta::try_seconds).map(|span| Utc::now() + span);
    Ok(Token { secret: SecretString::from(answer.access_token), ends })
}

/// An answer without a token.
pub(super) fn no_token(whose: &str) -> CredentialsError {
    refused(whose, "the answer holds no token")
}

/// A request that can be sent as often as is needed.
pub(in crate::tokens) fn request(
    builder: http::request::Builder,
    body: impl Into<Bytes>,
    whose: &str,
) -> Result<Request<Bytes>, CredentialsError> {
    builder.body(body.into()).map_err(|_| refused(whose, "the request cannot be put together"))
}
