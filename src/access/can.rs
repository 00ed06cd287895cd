//! Everything that one caller can call.

use super::{Reason, Verdict};
use crate::model::{Principal, ServiceName};

/// Every function that one caller can, or may, call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Can {
    /// The caller.
    pub caller: Principal,
    /// Whether nothing unread decides: no list of services is missing, and no verdict is unknown for want of
    /// something unread.
    pub is_complete: bool,
    /// What it can or may call, by name. Nothing with the verdict no.
    pub functions: Vec<Callable>,
    /// What could not be read and decides, each once.
    pub unread: Vec<Reason>,
}

/// A function that a caller can, or may, call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callable {
    /// Which.
    pub function: ServiceName,
    /// Yes or unknown.
    pub verdict: Verdict,
    /// Through what: the reasons that let it through or may, what decided first.
    pub via: Vec<Reason>,
}
