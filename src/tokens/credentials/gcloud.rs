//! gcloud's own login, for those who have no other and say so.

use std::{path::PathBuf, process::Stdio, time::Duration};

use chrono::{TimeDelta, Utc};
use secrecy::SecretString;
use tokio::{process::Command, time::timeout};

use super::{super::answer, CredentialsError, tokens::Token};

/// gcloud hands out tokens with at least about so much left, and does not say how much.
const LIFE: TimeDelta = TimeDelta::minutes(4);

/// How long it may take; it asks Google where its own token has ended.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program.
pub(super) struct Gcloud {
    pub(super) program: PathBuf,
}

impl Gcloud {
    pub(super) async fn fetch(&self) -> Result<Token, CredentialsError> {
        let refused = |what: String| CredentialsError::Refused {
            whose: "the login of gcloud".into(),
            what: what.into(),
        };
        let mut command = Command::new(&self.program);
        command.args(["auth", "print-access-token", "--quiet"]).stdin(Stdio::null()).kill_on_drop(true);
        let output = timeout(PATIENCE, command.output()).await;
        let output = output.map_err(|_| refused("gcloud did not answer in time".to_owned()))?;
        let output = output.map_err(|error| refused(format!("gcloud cannot be run: {error}")))?;
        if !output.status.success() {
            let said = answer::one_line(&String::from_utf8_lossy(&output.stderr));
            return Err(refused(format!("{said}; `gcloud auth login` logs in")));
        }
        // The output is a token, and is not shown even where it is not.
        let token = String::from_utf8(output.stdout).unwrap_or_default();
        let token = token.trim();
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refused("gcloud printed no token".to_owned()));
        }
        Ok(Token { secret: SecretString::from(token), ends: Some(Utc::now() + LIFE) })
    }
}
