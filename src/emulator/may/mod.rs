//! What a principal may do, as the policies of the state say: the union of the allow policies of the resource and of
//! all that stands above it, without what deny policies refuse
//! (<https://cloud.google.com/iam/docs/policy-types#evaluation>). What cannot be decided gives nothing.

mod caller;
mod condition;
mod deny;
mod role;
mod way;

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    iam,
    state::{Kind, State},
};
use crate::model::{Principal, PrincipalKind, Time};
use caller::Caller;
pub(super) use role::carries;
use way::Way;
pub(super) use way::canonical;

/// Permissions that federated identities cannot use, whoever gives them
/// (<https://cloud.google.com/iam/docs/federated-identity-supported-services>).
const NOT_FEDERATED: [&str; 2] = ["run.routes.invoke", "cloudfunctions.functions.invoke"];

/// Whether this principal has a permission on something, by its relative name.
pub(super) fn may(state: &State, principal: &Principal, permission: &str, name: &str, now: Time) -> bool {
    decides(state, principal, &Asked { permission, name, modified: None, now })
}

/// Something that is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// What it takes.
    pub(super) permission: &'a str,
    /// The relative name of what it is asked of.
    pub(super) name: &'a str,
    /// The roles whose grants it changes, where it writes a policy.
    pub(super) modified: Option<&'a BTreeSet<&'a str>>,
    /// When.
    pub(super) now: Time,
}

/// Whether this principal may do what is asked for.
pub(super) fn decides(state: &State, principal: &Principal, asked: &Asked<'_>) -> bool {
    let Asked { permission, name, modified: _, now } = *asked;
    let is_beyond = principal.kind() == PrincipalKind::Federated && NOT_FEDERATED.contains(&permission);
    let caller = if is_beyond { Caller::nobody(state) } else { Caller::new(state, principal) };
    let way = Way::of(state, permission, name);
    let mut policies = way.places().filter_map(|(kind, name)| policy(state, kind, name, now));
    policies.any(|policy| gives(policy, &caller, asked))
        && !deny::refuses(state, &caller, permission, way.containers())
}

/// The policy that counts: a change takes its time to take effect.
fn policy<'s>(state: &'s State, kind: Kind, name: &str, now: Time) -> Option<&'s Value> {
    state.deciding_policy(kind, name, now)
}

/// Whether an allow policy gives it.
fn gives(policy: &Value, caller: &Caller<'_>, asked: &Asked<'_>) -> bool {
    let Asked { permission, name: _, modified: _, now: _ } = *asked;
    iam::bindings(policy).any(|binding| {
        role::carries(caller.state(), iam::role(binding), permission)
            && iam::members_of(binding).any(|member| caller.is(member))
            && iam::condition(binding).is_none_or(|given| condition::holds(given, asked))
    })
}

#[cfg(test)]
mod tests;
