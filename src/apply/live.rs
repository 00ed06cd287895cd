//! Policies of Google Cloud itself: one type that reads them, and another that writes them.

use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::{Document, PolicyReader, PolicyWriter, ReadFailure, WriteFailure, refusal};
use crate::{
    model::{Principal, Resource, ServiceName},
    sources::google::{CallError, Google, Refusal},
    world::Settings,
};

/// Reads. It waits for answers on a runtime of several threads, and must not be used on one of them.
#[derive(Debug, Clone)]
pub struct LiveReader {
    google: Google,
    runtime: Handle,
}

/// Writes, likewise.
#[derive(Debug, Clone)]
pub struct LiveWriter {
    google: Google,
    runtime: Handle,
}

impl LiveReader {
    /// What reads through this client.
    pub fn new(google: Google, runtime: Handle) -> Self {
        Self { google, runtime }
    }
}

impl LiveWriter {
    /// What writes through this client.
    pub fn new(google: Google, runtime: Handle) -> Self {
        Self { google, runtime }
    }
}

impl PolicyReader for LiveReader {
    fn policy(&self, resource: &Resource) -> Result<Document, ReadFailure> {
        let (raw, policy) = self.runtime.block_on(self.google.policy_of(resource)).map_err(unread)?;
        Ok(Document { raw, policy })
    }

    fn service(&self, name: &ServiceName) -> Result<Option<Settings>, ReadFailure> {
        self.runtime.block_on(self.google.settings_of(name)).map_err(unread)
    }

    fn identity(&self, name: &ServiceName) -> Result<Option<Principal>, ReadFailure> {
        let identity = async {
            match self.google.settings_of(name).await? {
                None => Ok(None),
                Some(Settings { identity: Some(identity), .. }) => Ok(Some(identity)),
                Some(_) => self.google.default_identity_of(&name.project).await.map(Some),
            }
        };
        self.runtime.block_on(identity).map_err(unread)
    }
}

impl PolicyWriter for LiveWriter {
    fn replace(&self, resource: &Resource, policy: &Value) -> Result<Document, WriteFailure> {
        let policy = at_version_3(policy)?;
        let written = self.runtime.block_on(self.google.replace_policy(resource, &policy));
        match written {
            Ok((raw, policy)) => Ok(Document { raw, policy }),
            Err(error) => Err(refusal::of_write(resource, &error)),
        }
    }
}

/// The policy as it is sent: at version 3, without which Google would drop the conditions, and with the etag
/// that it was read with, without which it would overwrite whatever others wrote.
fn at_version_3(policy: &Value) -> Result<Value, WriteFailure> {
    let refused = |what: &str| WriteFailure::Refused(what.into());
    let mut policy = policy.clone();
    let Some(fields) = policy.as_object_mut() else { return Err(refused("a policy is an object")) };
    if fields.get("etag").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err(refused("the policy was read without an etag, and is not overwritten blindly"));
    }
    fields.insert("version".to_owned(), json!(3));
    Ok(policy)
}

fn unread(error: CallError) -> ReadFailure {
    let CallError { refusal, message, permission } = error;
    let why = match (refusal, permission) {
        (Refusal::Denied, Some(permission)) => format!("the permission `{permission}` is missing"),
        (Refusal::Denied, None) => format!("not allowed: {message}"),
        (Refusal::NotFound, _) => format!("it is not there: {message}"),
        (
            Refusal::Unauthenticated
            | Refusal::Disabled
            | Refusal::Aborted
            | Refusal::Invalid
            | Refusal::Unavailable
            | Refusal::Lost
            | Refusal::Late
            | Refusal::Shape,
            _,
        ) => message.to_string(),
    };
    ReadFailure { why: why.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_sent_at_version_3_with_its_etag_and_everything_else_as_it_was() {
        let read = json!({"version": 1, "etag": "ACAB", "new": [1], "auditConfigs": []});
        let sent = json!({"version": 3, "etag": "ACAB", "new": [1], "auditConfigs": []});
        assert_eq!(at_version_3(&read), Ok(sent));
        assert_eq!(at_version_3(&json!({"etag": "ACAB"})), Ok(json!({"etag": "ACAB", "version": 3})));
        for blind in [json!({"version": 3}), json!({"etag": ""}), json!({"etag": 7}), json!([])] {
            assert!(matches!(at_version_3(&blind), Err(WriteFailure::Refused(_))), "{blind}");
        }
    }
}
