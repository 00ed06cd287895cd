//! The value of not knowing.

use std::sync::Arc;

/// Something read, or the reason why it could not be.
///
/// There is no `Default`: a policy that could not be read is not an empty policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed<T> {
    /// It was read.
    Known(T),
    /// It was not.
    Unreadable(Gap),
}

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// A lowercase fragment that fits after "could not be read: ".
    pub why: Arc<str>,
    /// The permission that would let it be read, such as `run.services.getIamPolicy`.
    pub permission: Option<Arc<str>>,
}

impl Gap {
    /// A gap that this permission would close.
    pub fn new(why: impl Into<Arc<str>>, permission: &str) -> Self {
        Self { why: why.into(), permission: Some(permission.into()) }
    }
}

impl<T> Observed<T> {
    /// What was read, if it was.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unreadable(_) => None,
        }
    }

    /// Why it was not read, if it was not.
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Known(_) => None,
            Self::Unreadable(gap) => Some(gap),
        }
    }
}
