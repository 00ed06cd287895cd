//! Asking an endpoint for a token: sent, tried again, and understood in one way for all kinds of credentials.

use std::time::Duration;

use bytes::Bytes;
use chrono::{TimeDelta, Utc};
use http::Request;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::timeout;

use super::{
    super::{
        Hosts, Party, Refusal, answer,
        error::CallError,
        retry::{Failure, Patience},
        transport::{self, Transport},
    },
    CredentialsError,
    tokens::Token,
};

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

/// The answer to a request, tried again like any read; `whose` says whose token it is about.
pub(super) async fn ask(
    transport: &Transport,
    party: &Party,
    whose: &str,
    request: &Request<Bytes>,
) -> Result<Bytes, CredentialsError> {
    let refused = |error: CallError| CredentialsError::Refused { whose: whose.into(), what: error.message };
    patience(transport).read(None, || once(transport, party, request)).await.map_err(refused)
}

async fn once(transport: &Transport, party: &Party, request: &Request<Bytes>) -> Result<Bytes, Failure> {
    let sent = timeout(patience(transport).attempt, transport.send(party, request.clone())).await;
    let answer = sent.unwrap_or_else(|_| Err(Failure::lost("no answer came in time")))?;
    let said = refusal(answer.body());
    transport::successful(answer).map_err(|failure| match (failure.error.refusal, said) {
        (Refusal::Lost | Refusal::Unavailable, _) | (_, None) => failure,
        (refusal, Some(said)) => CallError::new(refusal, said).into(),
    })
}

/// What OAuth says when it gives no token: a code and perhaps a sentence.
fn refusal(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let code = body["error"].as_str()?;
    let told = body["error_description"].as_str().unwrap_or("no more is said");
    let advice = match code {
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
    CredentialsError::Refused { whose: whose.into(), what: "the answer holds no token".into() }
}

/// A request that can be sent as often as is needed.
pub(super) fn request(
    builder: http::request::Builder,
    body: impl Into<Bytes>,
    whose: &str,
) -> Result<Request<Bytes>, CredentialsError> {
    builder.body(body.into()).map_err(|_| CredentialsError::Refused {
        whose: whose.into(),
        what: "the request cannot be put together".into(),
    })
}
