//! The one change that would turn a verdict round.

use std::fmt;

use super::Verdict;
use crate::model::{Condition, Principal, Resource, RoleName, ServiceName};

/// One change that would turn a verdict round. Its `Display` is an imperative fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flip {
    /// From no to yes: this grant.
    Grant {
        /// The role to grant.
        role: RoleName,
        /// On what.
        function: ServiceName,
        /// To whom.
        principal: Principal,
    },
    /// From yes: this binding loses this member.
    Remove {
        /// Where the binding stands.
        resource: Resource,
        /// Its role.
        role: RoleName,
        /// The member, which need not be the caller itself.
        member: Principal,
        /// The binding's condition.
        condition: Option<Condition>,
        /// The verdict then: no, or unknown where other things may let the caller through.
        leaves: Verdict,
    },
    /// From yes: the invoker check of this function is turned on.
    Check {
        /// The function.
        function: ServiceName,
        /// The verdict then.
        leaves: Verdict,
    },
    /// From unknown: this is read.
    Read {
        /// What.
        resource: Resource,
        /// The permission that would let it be read.
        permission: std::sync::Arc<str>,
    },
}

impl fmt::Display for Flip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = |leaves: &Verdict| match leaves {
            Verdict::Unknown => " (the verdict is then unknown)",
            Verdict::No | Verdict::Yes => "",
        };
        match self {
            Self::Grant { role, function, principal } => {
                write!(f, "grant `{role}` on `{function}` to `{principal}`")
            }
            Self::Remove { resource, role, member, condition, leaves } => {
                write!(f, "remove `{member}` from `{role}` on `{resource}`")?;
                if let Some(condition) = condition {
                    write!(f, " under the condition `{}`", condition.title)?;
                }
                f.write_str(left(leaves))
            }
            Self::Check { function, leaves } => {
                write!(f, "turn the invoker check of `{function}` on{}", left(leaves))
            }
            Self::Read { resource, permission } => {
                write!(f, "read `{resource}`: this takes the permission `{permission}`")
            }
        }
    }
}
