//! Everybody who can call one function.

use super::{Reason, Verdict};
use crate::model::{Principal, ServiceName};

/// Everybody who can, or may, call one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The function.
    pub function: ServiceName,
    /// Whether everything on its path was read, so that nobody can be missing.
    pub is_complete: bool,
    /// Who can or may call it, by principal: everybody the path names, members of groups that were read, and
    /// `allUsers` where the invoker check is off. Nobody with the verdict no.
    pub callers: Vec<Invoker>,
    /// What could not be read on its path.
    pub unread: Vec<Reason>,
    /// Groups among the callers whose members are not known, or not all of them.
    pub unexpanded: Vec<Principal>,
}

/// Somebody who can, or may, call a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoker {
    /// Who.
    pub principal: Principal,
    /// Yes or unknown.
    pub verdict: Verdict,
    /// Through what: the reasons that let it through or may, what decided first.
    pub via: Vec<Reason>,
}
