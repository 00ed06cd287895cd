//! gcloud's own login, for those who have no other and say so.

use std::{path::PathBuf, process::Stdio, time::Duration};

use chrono::{TimeDelta, Utc};
use secrecy::SecretString;
use serde_json::Value;
use tokio::{process::Command, time::timeout};

use super::{
    super::answer,
    CredentialsError,
    endpoint::{self, Stamped},
    source::Identity,
    tokens::Token,
};

/// gcloud hands out tokens with at least about so much left, and does not say how much.
const LIFE: TimeDelta = TimeDelta::minutes(4);

/// How long it may take; it asks Google where its own token has ended.
const PATIENCE: Duration = Duration::from_mins(1);

const WHOSE: &str = "the login of gcloud";

/// What gcloud says of people, whose tokens carry no audience of ours.
const UNBOUND: &str = "Invalid account type for `--audiences`";

/// The program.
pub(in crate::tokens) struct Gcloud {
    pub(super) program: PathBuf,
}

/// What it printed, or what it said instead.
enum Said {
    Printed(String),
    Refused(String),
}

impl Gcloud {
    pub(super) async fn fetch(&self) -> Result<Token, CredentialsError> {
        let secret = token(self.run(&["auth", "print-access-token"]).await?)?;
        Ok(Token { secret, ends: Some(Utc::now() + LIFE) })
    }

    /// An ID token: for the audience, or, of people, for gcloud itself.
    pub(super) async fn identify(&self, audience: &str) -> Result<Identity, CredentialsError> {
        let audiences = format!("--audiences={audience}");
        let given = |what| Stamped { what, date: None };
        match self.run(&["auth", "print-identity-token", &audiences]).await? {
            Said::Refused(why) if why.contains(UNBOUND) => {
                let said = self.run(&["auth", "print-identity-token"]).await?;
                Ok(Identity { given: given(token(said)?), is_bound: false })
            }
            said => Ok(Identity { given: given(token(said)?), is_bound: true }),
        }
    }

    /// The account that it acts as: another one where it is set to.
    pub(in crate::tokens) async fn account(&self) -> Result<String, CredentialsError> {
        let said = self.run(&["config", "list", "--format=json"]).await?;
        let Said::Printed(text) = said else { return Err(refusal(said)) };
        let config: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        let acting = config["auth"]["impersonate_service_account"].as_str();
        let account =
            acting.and_then(|chain| chain.rsplit(',').next()).or(config["core"]["account"].as_str());
        let account = account.map(str::trim).filter(|account| account.contains('@'));
        account
            .map(str::to_owned)
            .ok_or_else(|| endpoint::refused(WHOSE, "gcloud has no account: `gcloud auth login` logs in"))
    }

    async fn run(&self, words: &[&str]) -> Result<Said, CredentialsError> {
        let mut command = Command::new(&self.program);
        command.args(words).arg("--quiet").stdin(Stdio::null()).kill_on_drop(true);
        let output = timeout(PATIENCE, command.output()).await;
        let output = output.map_err(|_| endpoint::refused(WHOSE, "gcloud did not answer in time"))?;
        let output =
            output.map_err(|error| endpoint::refused(WHOSE, format!("gcloud cannot be run: {error}")))?;
        if !output.status.success() {
            return Ok(Said::Refused(answer::one_line(&String::from_utf8_lossy(&output.stderr))));
        }
        Ok(Said::Printed(String::from_utf8(output.stdout).unwrap_or_default()))
    }
}

/// The token that was printed. What is none is not shown either.
fn token(said: Said) -> Result<SecretString, CredentialsError> {
    let Said::Printed(text) = said else { return Err(refusal(said)) };
    let text = SecretString::from(text);
    let token = secrecy::ExposeSecret::expose_secret(&text).trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(endpoint::refused(WHOSE, "gcloud printed no token"));
    }
    Ok(SecretString::from(token))
}

fn refusal(said: Said) -> CredentialsError {
    match said {
        Said::Refused(why) => endpoint::refused(WHOSE, format!("{why}; `gcloud auth login` logs in")),
        Said::Printed(_) => endpoint::refused(WHOSE, "gcloud printed something else"),
    }
}
