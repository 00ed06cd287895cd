//! The one change that would turn a verdict round.

use std::{fmt, sync::Arc};

use super::{Answer, Effect, Reason, Verdict};
use crate::{
    model::{Condition, Principal, PrincipalKind, Resource, RoleName, ServiceName},
    world::Gap,
};

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
        permission: Arc<str>,
    },
}

impl Flip {
    /// The one change that would turn this answer round, where there is a simple one. `role` is what callmap
    /// grants.
    pub fn of(
        answer: &Answer,
        principal: &Principal,
        function: &ServiceName,
        role: &RoleName,
    ) -> Option<Self> {
        match answer.verdict {
            Verdict::No if is_grantable(principal) => Some(Self::Grant {
                role: role.clone(),
                function: function.clone(),
                principal: principal.clone(),
            }),
            Verdict::No => None,
            Verdict::Unknown => read(only(answer, |effect| effect == Effect::Unknown)?),
            Verdict::Yes => {
                let reason = only(answer, |effect| matches!(effect, Effect::Allow | Effect::Open))?;
                let is_doubtful = answer.reasons.iter().any(|reason| reason.effect == Effect::Unknown);
                close(reason, function, if is_doubtful { Verdict::Unknown } else { Verdict::No })
            }
        }
    }
}

/// The one reason of this effect, where there is just one.
fn only(answer: &Answer, is_of: fn(Effect) -> bool) -> Option<&Reason> {
    let mut found = answer.reasons.iter().filter(|reason| is_of(reason.effect));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

fn read(reason: &Reason) -> Option<Flip> {
    let Gap { why: _, permission } = reason.gap.as_ref()?;
    // Of a role that is not known it is the role that has to be read, not the policy that binds it.
    let resource = match &reason.role {
        Some(role) => Resource::Other(role.as_str().into()),
        None => reason.resource.clone()?,
    };
    Some(Flip::Read { resource, permission: permission.clone()? })
}

fn close(reason: &Reason, function: &ServiceName, leaves: Verdict) -> Option<Flip> {
    if reason.effect == Effect::Open {
        return Some(Flip::Check { function: function.clone(), leaves });
    }
    Some(Flip::Remove {
        resource: reason.resource.clone()?,
        role: reason.role.clone()?,
        member: reason.member.clone()?,
        condition: reason.condition.clone(),
        leaves,
    })
}

/// Whether a grant to this principal would let it call.
fn is_grantable(principal: &Principal) -> bool {
    match principal.kind() {
        PrincipalKind::AllUsers
        | PrincipalKind::AllAuthenticatedUsers
        | PrincipalKind::User(_)
        | PrincipalKind::ServiceAccount(_)
        | PrincipalKind::Group(_)
        | PrincipalKind::Domain(_)
        | PrincipalKind::ServiceAccountSet(_) => true,
        PrincipalKind::Federated
        | PrincipalKind::ProjectRole(_)
        | PrincipalKind::Deleted
        | PrincipalKind::Other => false,
    }
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
