//! Callers that are expected without being declared: an event function's sources, the proxy before a service, and
//! accounts that other revisions of a caller function run as.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{declared::Declared, event_source::SeenSource};
use crate::{
    access::agent::iap_agent,
    callers::CallerMap,
    model::{Principal, ServiceName, Time},
    world::{Addresses, EventSourceKind, Token, World},
};

/// Who is expected to call, per service.
#[derive(Debug)]
pub struct Expected {
    event_driven: BTreeSet<ServiceName>,
    sources: BTreeMap<ServiceName, BTreeSet<Principal>>,
    /// The services behind the Identity-Aware Proxy, each with the proxy's agent where it is known.
    proxies: BTreeMap<ServiceName, Option<Principal>>,
    seen: BTreeMap<ServiceName, BTreeSet<SeenSource>>,
    revisions: BTreeMap<ServiceName, BTreeSet<Principal>>,
}

impl Expected {
    /// From what the map asserts and what was seen of functions, event sources and settings.
    pub fn new(map: &CallerMap, world: &World, declared: &Declared, at: Time) -> Self {
        let asserted = declared
            .governed
            .iter()
            .filter(|(_, index)| map.functions[**index].is_event_driven)
            .map(|(service, _)| service.clone());
        let mut event_driven: BTreeSet<ServiceName> = asserted.collect();
        let mut seen: BTreeMap<ServiceName, BTreeSet<SeenSource>> = BTreeMap::new();
        let mut sources: BTreeMap<ServiceName, BTreeSet<Principal>> = BTreeMap::new();
        for (service, source) in of_functions(world) {
            event_driven.insert(service.clone());
            sources.entry(service.clone()).or_default();
            seen.entry(service).or_default().extend(source);
        }
        for (service, source) in of_sources(world) {
            let of_service = seen.entry(service).or_default();
            // Whom a trigger without an account calls as is told by the function that it belongs to.
            let is_told = source.identity.is_none() && of_service.iter().any(|told| told.name == source.name);
            if !is_told {
                of_service.insert(source);
            }
        }
        for (service, seen) in &seen {
            let identities = seen.iter().filter_map(|source| source.identity.clone());
            sources.entry(service.clone()).or_default().extend(identities);
        }
        sources.retain(|service, found| !found.is_empty() || event_driven.contains(service));
        Self { event_driven, sources, proxies: proxies(world), seen, revisions: revisions(map, declared, at) }
    }

    /// Every event source of a service that was seen, whatever kind of function the service is.
    pub fn sources(&self, service: &ServiceName) -> impl Iterator<Item = &SeenSource> {
        self.seen.get(service).into_iter().flatten()
    }

    /// Whom event sources of a service call it as, each with the sources that do.
    pub fn identities(&self, service: &ServiceName) -> BTreeMap<&Principal, Vec<&SeenSource>> {
        let mut identities: BTreeMap<&Principal, Vec<&SeenSource>> = BTreeMap::new();
        for source in self.sources(service) {
            if let Some(identity) = &source.identity {
                identities.entry(identity).or_default().push(source);
            }
        }
        identities
    }

    /// Of these, whom the service's own policy lets in or not: those that send an ID token to a service that stands
    /// behind no proxy.
    pub fn judged(&self, service: &ServiceName) -> BTreeMap<&Principal, Vec<&SeenSource>> {
        if self.is_behind_proxy(service) {
            return BTreeMap::new();
        }
        let mut identities = self.identities(service);
        identities.retain(|_, sources| {
            sources.retain(|source| source.token == Token::Id);
            !sources.is_empty()
        });
        identities
    }

    /// Whether only its event source should call this service.
    pub fn is_event_driven(&self, service: &ServiceName) -> bool {
        self.event_driven.contains(service)
    }

    /// Whether an event source of this service was seen.
    pub fn has_source(&self, service: &ServiceName) -> bool {
        self.sources.contains_key(service)
    }

    /// Whether the Identity-Aware Proxy stands before this service.
    pub fn is_behind_proxy(&self, service: &ServiceName) -> bool {
        self.proxies.contains_key(service)
    }

    /// As whom the Identity-Aware Proxy calls this service, where it stands before it and that is known.
    pub fn proxy(&self, service: &ServiceName) -> Option<&Principal> {
        self.proxies.get(service)?.as_ref()
    }

    /// Whether this principal is expected to call this service, though no map says so.
    pub fn is_expected(&self, service: &ServiceName, principal: &Principal) -> bool {
        self.of(service).has(principal)
    }

    /// Who is expected to call this service.
    pub fn of(&self, service: &ServiceName) -> ExpectedHere<'_> {
        let is_event_driven = self.is_event_driven(service);
        let sources = if is_event_driven { self.sources.get(service) } else { None };
        let revisions = self.revisions.get(service);
        ExpectedHere { is_event_driven, sources, proxy: self.proxy(service), revisions }
    }
}

/// Who is expected to call one service.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedHere<'a> {
    /// Whether only its event source should.
    pub is_event_driven: bool,
    sources: Option<&'a BTreeSet<Principal>>,
    proxy: Option<&'a Principal>,
    revisions: Option<&'a BTreeSet<Principal>>,
}

impl ExpectedHere<'_> {
    /// Whether this principal is expected.
    pub fn has(&self, principal: &Principal) -> bool {
        let is_among =
            |these: Option<&BTreeSet<Principal>>| these.is_some_and(|these| these.contains(principal));
        self.proxy == Some(principal) || is_among(self.sources) || is_among(self.revisions)
    }
}

/// The services of functions that events call, each with what the function tells of its trigger, unless the trigger
/// tells that itself.
fn of_functions(world: &World) -> Vec<(ServiceName, Option<SeenSource>)> {
    let named = world.event_sources.iter().filter(|source| source.identity.is_some());
    let named: HashSet<&str> = named.map(|source| &*source.name).collect();
    let functions = world.functions.iter().filter(|(_, function)| function.is_event_driven);
    functions
        .filter_map(|(name, function)| {
            let service = function.service.clone()?;
            let is_seen = function.trigger.as_ref().is_some_and(|trigger| named.contains(&**trigger));
            let named = function.trigger_identity.clone();
            let source = (!is_seen).then(|| SeenSource {
                name: function.trigger.clone().unwrap_or_else(|| name.to_string().into()),
                kind: function.trigger.as_ref().map(|_| EventSourceKind::Trigger),
                identity: named.or_else(|| world.default_identity(&name.project)),
                token: Token::Id,
                url: None,
                audience: None,
                is_taken: None,
            });
            Some((service, source))
        })
        .collect()
}

/// Triggers, subscriptions, jobs and queues by the services that they send to.
fn of_sources(world: &World) -> Vec<(ServiceName, SeenSource)> {
    if world.event_sources.is_empty() {
        return Vec::new();
    }
    let addresses = Addresses::new(world);
    let mut found = Vec::new();
    for source in &world.event_sources {
        for service in addresses.targets_of(source) {
            let seen = SeenSource::of(source, &service, &addresses);
            found.push((service, seen));
        }
    }
    found
}

/// The agent of the Identity-Aware Proxy, for each service that stands behind it.
fn proxies(world: &World) -> BTreeMap<ServiceName, Option<Principal>> {
    let behind = world
        .services
        .iter()
        .filter(|(_, service)| service.settings.known().is_some_and(|settings| settings.is_iap_enabled));
    behind.map(|(name, _)| (name.clone(), world.projects.number(&name.project).map(iap_agent))).collect()
}

/// The accounts of other revisions of the functions that may call each service.
fn revisions(map: &CallerMap, declared: &Declared, at: Time) -> BTreeMap<ServiceName, BTreeSet<Principal>> {
    let mut revisions: BTreeMap<ServiceName, BTreeSet<Principal>> = BTreeMap::new();
    for (service, function) in &declared.governed {
        let edges = declared.edges[*function].iter().map(|edge| &map.edges[*edge]);
        for edge in edges.filter(|edge| edge.is_in_force(at)) {
            let accounts = edge.caller.function().and_then(|name| declared.accounts(name));
            if let Some(accounts) = accounts.filter(|accounts| !accounts.others.is_empty()) {
                revisions.entry(service.clone()).or_default().extend(accounts.others.iter().cloned());
            }
        }
    }
    revisions
}
