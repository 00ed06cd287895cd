//! One caller that may call one function.

use std::sync::Arc;

use super::Place;
use crate::model::{Principal, Time};

/// One caller that may call one function, in one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// Who may call.
    pub caller: Caller,
    /// What: an index into the map's functions.
    pub function: usize,
    /// The first moment at which the caller may no longer call; `None` is for good.
    pub until: Option<Time>,
    /// Why, where somebody said so.
    pub reason: Option<Arc<str>>,
    /// Where the function is named in the caller's list.
    pub place: Place,
    /// Where the caller is named.
    pub caller_place: Place,
}

/// Who an edge starts from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Caller {
    /// A principal of IAM.
    Principal(Principal),
    /// `function:NAME`: whatever account the function of that short name runs as.
    Function(Arc<str>),
}

impl Caller {
    /// The short name of the function that the caller stands for, where it is one.
    pub fn function(&self) -> Option<&Arc<str>> {
        match self {
            Self::Function(name) => Some(name),
            Self::Principal(_) => None,
        }
    }
}

impl Edge {
    /// Whether the edge still counts: `until` itself is past.
    pub fn is_in_force(&self, at: Time) -> bool {
        self.until.is_none_or(|until| at < until)
    }
}
