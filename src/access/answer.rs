//! The verdict as a value, always with its reasons.

use std::ops::Not;

use crate::{
    model::{Condition, Principal, Resource, RoleName},
    world::Gap,
};

/// Whether something holds: no, not known, or yes. The order is the one of three-valued logic: *and* is the
/// lesser of two, *or* the greater, and *not* (`!`) turns yes and no round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It does not.
    No,
    /// It cannot be known from what was read.
    Unknown,
    /// It does.
    Yes,
}

/// What one thing on the way did to the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It lets the caller through.
    Allow,
    /// It stops the caller.
    Deny,
    /// The invoker check is off: everybody is let through.
    Open,
    /// It would let the caller through, but is of no effect.
    Void,
    /// Whether it does cannot be known.
    Unknown,
}

/// One thing on the way from the caller to the function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// What it did.
    pub effect: Effect,
    /// Where it stands.
    pub resource: Option<Resource>,
    /// The role of the binding.
    pub role: Option<RoleName>,
    /// The member of the binding, which need not be the caller itself.
    pub member: Option<Principal>,
    /// The condition of the binding.
    pub condition: Option<Condition>,
    /// What there is to say about it: a lowercase fragment.
    pub detail: String,
    /// What could not be read, where that is why its effect is not known.
    pub gap: Option<Gap>,
}

/// A verdict with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Can the caller call the function?
    pub verdict: Verdict,
    /// Everything on the way, what decided first.
    pub reasons: Vec<Reason>,
}

impl Verdict {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Unknown => "unknown",
            Self::Yes => "yes",
        }
    }
}

impl Not for Verdict {
    type Output = Self;
    fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }
}

impl From<bool> for Verdict {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

impl Effect {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
            Self::Open => "open",
            Self::Void => "void",
            Self::Unknown => "unknown",
        }
    }
}
