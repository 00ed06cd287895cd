//! Own grants as edges.

use std::collections::BTreeMap;

use super::{Caller, Function};
use crate::{
    access::{RoleBook, RoleClass, Verdict, condition::timeline},
    callers::can_be_named,
    model::{Binding, Principal, ServiceName, Time},
    rules::Scope,
    world::World,
};

/// Who holds an own grant on a service, and until when.
pub(super) type OwnGrants = BTreeMap<Principal, Option<Time>>;
/// Every service in scope with its own grants.
pub(super) type Grants = BTreeMap<ServiceName, OwnGrants>;

/// The own grants that a map can say: of invoker roles, for good or until a time.
pub(super) fn own_grants(world: &World, scope: &Scope, at: Time) -> Grants {
    let roles = RoleBook::new(world);
    let in_scope = world.services.iter().filter(|(name, _)| scope.holds(world, name));
    in_scope
        .map(|(name, service)| {
            let bindings = service.policy.known().into_iter().flat_map(|policy| &policy.bindings);
            let mut own = OwnGrants::new();
            for binding in bindings.filter(|binding| roles.class(&binding.role) == RoleClass::Invoker) {
                let until = match end(binding, at) {
                    End::Never => None,
                    End::At(end) => Some(end),
                    End::Unsaid => continue,
                };
                for principal in binding.members.iter().filter(|principal| can_be_named(principal)) {
                    longer(&mut own, principal, until);
                }
            }
            (name.clone(), own)
        })
        .collect()
}

/// Until when a binding counts, in the words of a map.
enum End {
    /// For good.
    Never,
    /// Until then.
    At(Time),
    /// No map can say it.
    Unsaid,
}

fn end(binding: &Binding, at: Time) -> End {
    let Some(condition) = &binding.condition else { return End::Never };
    let Some(timeline) = timeline(condition, at).filter(|timeline| timeline.seen_until.is_none()) else {
        return End::Unsaid;
    };
    match timeline.pieces.as_slice() {
        [(_, Verdict::Yes)] => End::Never,
        [(_, Verdict::Yes), (end, Verdict::No)] if !end.is_after => End::At(end.time),
        _ => End::Unsaid,
    }
}

/// Of two grants to one principal, the one that ends later counts. Of two spellings one is written, whatever the
/// order they stand in.
fn longer(own: &mut OwnGrants, principal: &Principal, until: Option<Time>) {
    // The public takes no end.
    if principal.is_public() && until.is_some() {
        return;
    }
    let (spelled, known) = own.remove_entry(principal).unwrap_or_else(|| (principal.clone(), until));
    let later = match (known, until) {
        (Some(known), Some(until)) => Some(known.max(until)),
        _ => None,
    };
    let spelled = if principal.as_str() < spelled.as_str() { principal.clone() } else { spelled };
    own.insert(spelled, later);
}

/// The edges by caller. An account that exactly one function runs as is written as that function.
pub(super) fn callers(
    functions: &BTreeMap<String, Function>,
    grants: &Grants,
) -> BTreeMap<Caller, BTreeMap<String, Option<Time>>> {
    let mut running: BTreeMap<&Principal, Vec<&String>> = BTreeMap::new();
    for (name, function) in functions {
        if let Some(account) = &function.runs_as {
            running.entry(account).or_default().push(name);
        }
    }
    let mut callers: BTreeMap<Caller, BTreeMap<String, Option<Time>>> = BTreeMap::new();
    for (name, function) in functions.iter().filter(|(_, function)| !function.is_event_driven) {
        let Some(own) = function.services.first().and_then(|service| grants.get(service)) else { continue };
        for (principal, until) in own {
            let caller = match running.get(principal).map(Vec::as_slice) {
                _ if principal.is_public() => Caller::Public(principal.clone()),
                Some([only]) => Caller::Function((*only).clone()),
                _ => Caller::Principal(principal.clone()),
            };
            callers.entry(caller).or_default().insert(name.clone(), *until);
        }
    }
    callers
}
