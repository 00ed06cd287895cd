//! Conditions on the path and the host of a request, which at the door are known
//! (<https://cloud.google.com/iam/docs/conditions-attribute-reference#url>).

use std::borrow::Cow;

use crate::{
    access::{
        Verdict,
        condition::{Request, holds_at, outcomes},
    },
    model::{Binding, Policy},
    world::{Observed, World},
};

/// The world with those conditions decided that depend on the request: a binding whose condition is true stands there
/// without it, and one whose condition is not stands there no more. What depends on tags stays as it is.
pub(super) fn decided<'w>(world: &'w World, request: Request<'_>) -> Cow<'w, World> {
    let own = world.services.iter().filter_map(|(name, service)| {
        let policy = settled(&service.policy, request)?;
        Some((name.clone(), policy))
    });
    let own: Vec<_> = own.collect();
    let above = world.policies.iter().filter_map(|(name, policy)| {
        let policy = settled(policy, request)?;
        Some((name.clone(), policy))
    });
    let above: Vec<_> = above.collect();
    if own.is_empty() && above.is_empty() {
        return Cow::Borrowed(world);
    }
    let mut world = world.clone();
    for (name, policy) in own {
        if let Some(service) = world.services.get_mut(&name) {
            service.policy = policy;
        }
    }
    world.policies.extend(above);
    Cow::Owned(world)
}

/// The policy in other words; `None` where nothing in it depends on the request.
fn settled(policy: &Observed<Policy>, request: Request<'_>) -> Option<Observed<Policy>> {
    let policy = policy.known()?;
    let decisions: Vec<Option<bool>> =
        policy.bindings.iter().map(|binding| decision(binding, request)).collect();
    if decisions.iter().all(Option::is_none) {
        return None;
    }
    let bindings = policy.bindings.iter().zip(decisions).filter_map(|(binding, decision)| match decision {
        None => Some(binding.clone()),
        Some(true) => Some(Binding { condition: None, ..binding.clone() }),
        Some(false) => None,
    });
    Some(Observed::Known(Policy { bindings: bindings.collect(), ..policy.clone() }))
}

/// Whether the condition of a binding is true for this request, where the request is what decides.
fn decision(binding: &Binding, request: Request<'_>) -> Option<bool> {
    let condition = binding.condition.as_ref()?;
    if holds_at(Some(condition), request.time) != Verdict::Unknown {
        return None;
    }
    match outcomes(condition, request).ok()?.grants() {
        Verdict::Yes => Some(true),
        Verdict::No => Some(false),
        Verdict::Unknown => None,
    }
}
