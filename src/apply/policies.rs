//! Reading and writing policies: two rights, two types.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    model::{Policy, Principal, Resource, ServiceName},
    sources,
    world::Settings,
};

/// An allow policy as it was read: every field as Google sent it, and what callmap understands of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The whole policy, unknown fields included. This is what is written back.
    pub raw: Value,
    /// What it means.
    pub policy: Policy,
}

impl Document {
    /// What an answer of Google's says.
    ///
    /// # Errors
    /// Where it is not an allow policy: a lowercase fragment with the field.
    pub fn read(raw: Value) -> Result<Self, String> {
        let policy = sources::policy(&raw)?;
        Ok(Self { raw, policy })
    }
}

/// Who may read.
pub trait PolicyReader {
    /// The policy of a service, project, folder or organization, at version 3.
    ///
    /// # Errors
    /// Where it cannot be read, once everything was tried.
    fn policy(&self, resource: &Resource) -> Result<Document, ReadFailure>;

    /// A service as it is set now; `None` where there is no such service.
    ///
    /// # Errors
    /// Where it cannot be read, once everything was tried.
    fn service(&self, name: &ServiceName) -> Result<Option<Settings>, ReadFailure>;

    /// The account a service runs as now; `None` where there is no such service.
    ///
    /// # Errors
    /// Where it cannot be told.
    fn identity(&self, name: &ServiceName) -> Result<Option<Principal>, ReadFailure>;
}

/// Who may write, too. Nothing but `apply`, `grant --apply`, `revoke --apply` and `undo` gets one.
pub trait PolicyWriter {
    /// Replaces a policy by this one, whose etag is the one it was read with. Not tried again by itself.
    /// What is answered is the policy as it is stored.
    ///
    /// # Errors
    /// See [`WriteFailure`].
    fn replace(&self, resource: &Resource, policy: &Value) -> Result<Document, WriteFailure>;
}

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct ReadFailure {
    /// A lowercase fragment.
    pub why: Arc<str>,
}

/// Why a write did not go through, or is not known to have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteFailure {
    /// Somebody else wrote in between: nothing was written, and the whole step can be repeated.
    #[error("somebody else changed the policy in between")]
    Aborted,
    /// No answer came, or none that can be understood: it may have been written or not.
    #[error("the answer was lost: {0}")]
    Lost(Arc<str>),
    /// Google will not have it; nothing was written. In plain words, with the way out.
    #[error("{0}")]
    Refused(Arc<str>),
}
