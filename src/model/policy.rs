//! An allow policy as it was read.

use std::sync::Arc;

use super::{Condition, Principal, RoleName};

/// Members that hold one role, perhaps under a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The role that is given.
    pub role: RoleName,
    /// Who holds it, in the order and spelling they were read in.
    pub members: Vec<Principal>,
    /// When it counts; `None` is always.
    pub condition: Option<Condition>,
}

/// An allow policy of one resource. A policy may hold several bindings of one role
/// (<https://cloud.google.com/iam/docs/allow-policies>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The format version that was answered (0, 1 or 3); `None` where none was said.
    pub version: Option<i64>,
    /// The etag as text, base64; `None` where none was said.
    pub etag: Option<Arc<str>>,
    /// The bindings, in the order they were read in.
    pub bindings: Vec<Binding>,
}

impl Policy {
    /// A policy that was read and holds nothing.
    pub fn empty() -> Self {
        Self { version: None, etag: None, bindings: Vec::new() }
    }

    /// Whether a conditional binding was read without its condition: Google renames the role to
    /// `…_withcond_…` for readers that did not ask for version 3
    /// (<https://cloud.google.com/iam/docs/troubleshooting-withcond>).
    pub fn has_withheld_conditions(&self) -> bool {
        self.bindings.iter().any(|binding| binding.role.is_withcond())
    }
}
