//! The one change that would turn a verdict round.
//!
//! A change is proposed only where the verdict, weighed again with it, is another: see [`Weighing`].

use std::sync::Arc;

use super::{
    Candidate, Effect, Reason, Verdict,
    deny::{Denied, Refusal, spelled},
    turn::{self, Turn},
    weigh::{Cause, Weighing, Weight, total},
};
use crate::model::{Condition, DenyPolicyName, Principal, PrincipalKind, Resource, RoleName, ServiceName};

/// One change that would turn a verdict round. Its `Display` is an imperative fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flip {
    /// To yes: this grant.
    Grant {
        /// The role to grant.
        role: RoleName,
        /// On what.
        function: ServiceName,
        /// To whom.
        principal: Principal,
        /// The condition of a grant that it has and that does not do, or not for sure.
        instead_of: Option<Condition>,
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
    /// A rule of a deny policy is changed.
    Deny {
        /// How.
        change: DenyChange,
        /// The policy.
        policy: DenyPolicyName,
        /// The place of the rule in it, from nought.
        rule: usize,
        /// The principal, as deny policies spell it.
        principal: Arc<str>,
    },
    /// From unknown: this is read.
    Read {
        /// What.
        resource: Resource,
        /// The permission that would let it be read.
        permission: Arc<str>,
    },
    /// From unknown: the members of this group are named.
    Members(
        /// The group.
        Principal,
    ),
    /// No one change does.
    Nothing(
        /// Why, in a sentence without an end.
        String,
    ),
}

/// What is done to a rule of a deny policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DenyChange {
    /// To yes: it excepts this principal.
    Except,
    /// To yes: it does not name this principal any more.
    Release,
    /// From yes: it does not except this principal any more.
    Include,
}

/// The change for this verdict, or why no one change turns it round.
pub(super) fn find(
    weighing: &Weighing<'_, '_>,
    candidate: &Candidate<'_, '_>,
    function: &ServiceName,
    role: &RoleName,
) -> Flip {
    let turn = Turn { weighing, candidate, function, role };
    match weighing.verdict() {
        Verdict::Yes => close(&turn).or_else(|| include(&turn)),
        Verdict::No => release(&turn).or_else(|| grant(&turn)),
        Verdict::Unknown => know(&turn).or_else(|| release(&turn)).or_else(|| grant(&turn)),
    }
    .unwrap_or_else(|| Flip::Nothing(turn::why_not(&turn)))
}

/// The change for a function that was not seen.
pub(super) fn unseen(reason: &Reason) -> Flip {
    let Reason { resource, gap, .. } = reason;
    match (resource, gap.as_ref().and_then(|gap| gap.permission.clone())) {
        (Some(resource), Some(permission)) => Flip::Read { resource: resource.clone(), permission },
        _ => Flip::Nothing("a function that was not seen has no grants to change".to_owned()),
    }
}

/// From yes: the one thing that lets the caller through goes.
fn close(turn: &Turn<'_, '_, '_>) -> Option<Flip> {
    if turn.weighing.open.0 == Verdict::Yes {
        let leaves = turn.with(|weighing| weighing.open.0 = Verdict::No);
        let function = turn.function.clone();
        return (leaves < Verdict::Yes).then_some(Flip::Check { function, leaves });
    }
    turn.weighing.gives.iter().enumerate().find_map(|(at, weight)| {
        let leaves = turn.with(|weighing| drop(weighing.gives.remove(at)));
        if leaves == Verdict::Yes {
            return None;
        }
        let Reason { resource, role, member, condition, .. } = &weight.reason;
        Some(Flip::Remove {
            resource: resource.clone()?,
            role: role.clone()?,
            member: member.clone()?,
            condition: condition.clone(),
            leaves,
        })
    })
}

/// From yes: a deny policy that spares the caller spares it no more.
fn include(turn: &Turn<'_, '_, '_>) -> Option<Flip> {
    turn.refusals().find_map(|(at, refusal)| {
        let mut sparing =
            refusal.excepted().filter(|(_, form)| turn.candidate.is_covered(form) > Verdict::No);
        let (text, _) = sparing.next().filter(|_| sparing.next().is_none())?;
        let refused = refusal.refuses().min(refusal.names(turn.candidate));
        let after = turn.with(|weighing| weighing.refuses[at].caller = refused);
        (after == Verdict::No).then(|| deny(DenyChange::Include, refusal, text))
    })
}

/// To yes: the one rule that refuses the caller does so no more.
fn release(turn: &Turn<'_, '_, '_>) -> Option<Flip> {
    let candidate = turn.candidate;
    turn.refusals().find_map(|(at, refusal)| {
        let is_public = candidate.kind == PrincipalKind::AllUsers;
        let after = turn.with(|weighing| {
            let Weight { anyone, caller, .. } = &mut weighing.refuses[at];
            *caller = Verdict::No;
            if is_public {
                *anyone = Verdict::No;
            }
        });
        if after < Verdict::Yes || refusal.rule.is_none() {
            return None;
        }
        let mut naming = refusal.denied().filter(|(_, form)| candidate.is_covered(form) > Verdict::No);
        let by_name = naming.next().filter(|_| naming.next().is_none());
        let is_itself = |form: &Denied| match form {
            Denied::Member(member) => member == candidate.principal,
            Denied::Everybody => is_public,
            _ => false,
        };
        match (by_name.filter(|(_, form)| is_itself(form)), spelled(candidate.principal)) {
            (Some((text, _)), _) => Some(deny(DenyChange::Release, refusal, text)),
            (None, Some(text)) => Some(deny(DenyChange::Except, refusal, &text)),
            (None, None) => by_name.map(|(text, _)| deny(DenyChange::Release, refusal, text)),
        }
    })
}

/// To yes: a grant of its own.
fn grant(turn: &Turn<'_, '_, '_>) -> Option<Flip> {
    let principal = turn.candidate.principal;
    if !is_grantable(principal) {
        return None;
    }
    let after = turn.with(|weighing| weighing.gives.push(turn::granted(principal)));
    let own = turn.weighing.gives.iter().map(|weight| &weight.reason);
    let mut shut = own.filter(|reason| {
        reason.member.as_ref() == Some(principal) && matches!(reason.effect, Effect::Void | Effect::Unknown)
    });
    (after == Verdict::Yes).then(|| Flip::Grant {
        role: turn.role.clone(),
        function: turn.function.clone(),
        principal: principal.clone(),
        instead_of: shut.find_map(|reason| reason.condition.clone()),
    })
}

/// From unknown: the one thing that has to be known, whatever it turns out to be.
fn know(turn: &Turn<'_, '_, '_>) -> Option<Flip> {
    let Weighing { open, gives, refuses } = turn.weighing;
    let causes = open.1.iter().chain(gives).chain(refuses).filter_map(|weight| weight.cause.as_ref());
    let mut causes: Vec<&Cause> = causes.collect();
    causes.sort_unstable();
    causes.dedup();
    let decides = |cause: &&&Cause| {
        turn::outcomes()
            .all(|outcome| turn.with(|weighing| turn::learn(weighing, cause, outcome)) != Verdict::Unknown)
    };
    Some(match causes.iter().find(decides)? {
        Cause::Unread(resource, permission) => {
            Flip::Read { resource: resource.clone(), permission: permission.clone() }
        }
        Cause::Members(group) => Flip::Members(group.clone()),
    })
}

fn deny(change: DenyChange, refusal: &Refusal<'_>, principal: &str) -> Flip {
    let (policy, rule) = (refusal.policy.clone(), refusal.place);
    Flip::Deny { change, policy, rule, principal: principal.into() }
}

/// Whether a grant to this principal would let it call.
pub(super) fn is_grantable(principal: &Principal) -> bool {
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

/// How many things let the caller through.
pub(super) fn ways(turn: &Turn<'_, '_, '_>) -> usize {
    let ((_, _), (no_one, not_the_caller)) = (total(&turn.weighing.gives), total(&turn.weighing.refuses));
    let lets = |weight: &&Weight<'_, '_>| {
        weight.anyone.min(!no_one).max(weight.caller.min(!not_the_caller)) == Verdict::Yes
    };
    turn.weighing.gives.iter().filter(lets).count()
}
