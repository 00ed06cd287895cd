//! Own grants as edges.

use std::collections::{BTreeMap, BTreeSet};

use super::{Caller, Edge, Function, Seen};
use crate::{
    access::{RoleBook, RoleClass, Verdict, condition::timeline},
    callers::can_be_named,
    model::{Binding, Principal, RoleName, ServiceName, Time},
    rules::Scope,
    world::{EventSource, World},
};

/// The event sources of each service.
pub(super) type Sources<'w> = BTreeMap<ServiceName, Vec<&'w EventSource>>;

/// What somebody holds on a service of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Own {
    /// Until when; `None` for good.
    pub(super) until: Option<Time>,
    roles: BTreeSet<RoleName>,
}

/// Who holds an own grant on a service.
pub(super) type OwnGrants = BTreeMap<Principal, Own>;
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
                    longer(&mut own, principal, until, &binding.role);
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
fn longer(own: &mut OwnGrants, principal: &Principal, until: Option<Time>, role: &RoleName) {
    // The public takes no end.
    if principal.is_public() && until.is_some() {
        return;
    }
    let first = || (principal.clone(), Own { until, roles: BTreeSet::new() });
    let (spelled, mut known) = own.remove_entry(principal).unwrap_or_else(first);
    known.until = known.until.zip(until).map(|(known, until)| known.max(until));
    known.roles.insert(role.clone());
    let spelled = if principal.as_str() < spelled.as_str() { principal.clone() } else { spelled };
    own.insert(spelled, known);
}

/// The edges by caller. An account that exactly one function runs as is written as that function; not where it is the
/// called one: whatever else uses the account calls it then.
pub(super) fn callers(
    functions: &BTreeMap<String, Function>,
    grants: &Grants,
    sources: &Sources<'_>,
) -> BTreeMap<Caller, BTreeMap<String, Edge>> {
    let mut running: BTreeMap<&Principal, Vec<&String>> = BTreeMap::new();
    for (name, function) in functions {
        if let Some(account) = &function.runs_as {
            running.entry(account).or_default().push(name);
        }
    }
    let mut callers: BTreeMap<Caller, BTreeMap<String, Edge>> = BTreeMap::new();
    for (name, function) in functions.iter().filter(|(_, function)| !function.is_event_driven) {
        let Some(service) = function.services.first() else { continue };
        for (principal, own) in grants.get(service).into_iter().flatten() {
            let caller = match running.get(principal).map(Vec::as_slice) {
                _ if principal.is_public() => Caller::Public(principal.clone()),
                Some([only]) if *only != name => Caller::Function((*only).clone()),
                _ => Caller::Principal(principal.clone()),
            };
            let seen = seen(&function.services, principal, own, sources);
            callers.entry(caller).or_default().insert(name.clone(), Edge { until: own.until, seen });
        }
    }
    callers
}

/// Where it was seen that somebody calls a function, of whichever of its regions.
fn seen(services: &[ServiceName], principal: &Principal, own: &Own, sources: &Sources<'_>) -> BTreeSet<Seen> {
    let calling = services.iter().flat_map(|service| sources.get(service).into_iter().flatten());
    let calling = calling.filter(|source| source.identity.as_ref() == Some(principal));
    let granted = own.roles.iter().cloned().map(Seen::Grant);
    granted.chain(calling.map(|source| Seen::Source(source.label()))).collect()
}
