//! Callers that are expected without being declared: an event function's sources, and the proxy before a
//! service.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::declared::Declared;
use crate::{
    access::agent::iap_agent,
    callers::CallerMap,
    model::{Principal, ServiceName},
    world::{EventSource, EventTarget, World},
};

/// Who is expected to call, per service.
#[derive(Debug)]
pub struct Expected {
    event_driven: BTreeSet<ServiceName>,
    sources: BTreeMap<ServiceName, BTreeSet<Principal>>,
    proxies: BTreeMap<ServiceName, Principal>,
    seen: BTreeMap<ServiceName, BTreeSet<SeenSource>>,
}

/// An event source by its relative name, with whom it calls as.
pub type SeenSource = (Arc<str>, Option<Principal>);

impl Expected {
    /// From what the map asserts and what was seen of functions, event sources and settings.
    pub fn new(map: &CallerMap, world: &World, declared: &Declared) -> Self {
        let asserted = declared
            .governed
            .iter()
            .filter(|(_, index)| map.functions[**index].is_event_driven)
            .map(|(service, _)| service.clone());
        let mut event_driven: BTreeSet<ServiceName> = asserted.collect();
        let mut sources: BTreeMap<ServiceName, BTreeSet<Principal>> = BTreeMap::new();
        let mut seen: BTreeMap<ServiceName, BTreeSet<SeenSource>> = BTreeMap::new();
        for (name, function) in &world.functions {
            let (Some(service), true) = (&function.service, function.is_event_driven) else { continue };
            event_driven.insert(service.clone());
            let identity =
                function.trigger_identity.clone().or_else(|| world.default_identity(&name.project));
            sources.entry(service.clone()).or_default().extend(identity.clone());
            seen.entry(service.clone()).or_default().insert((name.to_string().into(), identity));
        }
        let addresses = Addresses::new(world);
        for source in &world.event_sources {
            let Some(service) = target(source, world, &addresses) else { continue };
            seen.entry(service.clone()).or_default().insert((source.name.clone(), source.identity.clone()));
            if let Some(identity) = &source.identity {
                sources.entry(service).or_default().insert(identity.clone());
            }
        }
        Self { event_driven, sources, proxies: proxies(world), seen }
    }

    /// Every event source of a service that was seen, whatever kind of function the service is.
    pub fn sources(&self, service: &ServiceName) -> impl Iterator<Item = &SeenSource> {
        self.seen.get(service).into_iter().flatten()
    }

    /// Whom event sources of a service call it as, each with the sources that do.
    pub fn identities(&self, service: &ServiceName) -> BTreeMap<&Principal, BTreeSet<&str>> {
        let mut identities: BTreeMap<&Principal, BTreeSet<&str>> = BTreeMap::new();
        for (name, identity) in self.sources(service) {
            if let Some(identity) = identity {
                identities.entry(identity).or_default().insert(name);
            }
        }
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

    /// Whether this principal is expected to call this service, though no map says so.
    pub fn is_expected(&self, service: &ServiceName, principal: &Principal) -> bool {
        self.of(service).has(principal)
    }

    /// Who is expected to call this service.
    pub fn of(&self, service: &ServiceName) -> ExpectedHere<'_> {
        let is_event_driven = self.is_event_driven(service);
        let sources = if is_event_driven { self.sources.get(service) } else { None };
        ExpectedHere { is_event_driven, sources, proxy: self.proxies.get(service) }
    }
}

/// Who is expected to call one service.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedHere<'a> {
    /// Whether only its event source should.
    pub is_event_driven: bool,
    sources: Option<&'a BTreeSet<Principal>>,
    proxy: Option<&'a Principal>,
}

impl ExpectedHere<'_> {
    /// Whether this principal is expected.
    pub fn has(&self, principal: &Principal) -> bool {
        self.proxy == Some(principal) || self.sources.is_some_and(|sources| sources.contains(principal))
    }
}

/// The agent of the Identity-Aware Proxy, for each service that stands behind it.
fn proxies(world: &World) -> BTreeMap<ServiceName, Principal> {
    let behind = world
        .services
        .iter()
        .filter(|(_, service)| service.settings.known().is_some_and(|settings| settings.is_iap_enabled));
    behind
        .filter_map(|(name, _)| Some((name.clone(), iap_agent(world.projects.number(&name.project)?))))
        .collect()
}

/// The service that a source sends to, where that was seen.
fn target(source: &EventSource, world: &World, addresses: &Addresses<'_>) -> Option<ServiceName> {
    match &source.target {
        EventTarget::Service(service) => Some(world.projects.canonical_service(service)),
        EventTarget::Function(function) => world.functions.get(function)?.service.clone(),
        EventTarget::Url(url) => addresses.service(url).cloned(),
        EventTarget::Other => None,
    }
}

/// Every address of every service.
struct Addresses<'w>(HashMap<&'w str, &'w ServiceName>);

impl<'w> Addresses<'w> {
    fn new(world: &'w World) -> Self {
        let mut addresses = HashMap::new();
        for (name, service) in &world.services {
            for url in service.settings.known().into_iter().flat_map(|settings| &settings.urls) {
                addresses.entry(url.trim_end_matches('/')).or_insert(name);
            }
        }
        Self(addresses)
    }

    /// The service that answers at a URL: an address, or a path or a query below it; the longest address counts.
    fn service(&self, url: &str) -> Option<&'w ServiceName> {
        let ends = url.match_indices(['/', '?']).map(|(end, _)| end).chain([url.len()]);
        let mut ends: Vec<usize> = ends.collect();
        ends.reverse();
        ends.into_iter().find_map(|end| self.0.get(&url[..end]).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_belongs_to_the_longest_address_it_lies_below() {
        let short: ServiceName = "projects/p/locations/l/services/short".parse().unwrap();
        let long: ServiceName = "projects/p/locations/l/services/long".parse().unwrap();
        let addresses =
            Addresses([("https://a.example.com", &short), ("https://a.example.com/f", &long)].into());
        for (url, service) in [
            ("https://a.example.com", Some(&short)),
            ("https://a.example.com/", Some(&short)),
            ("https://a.example.com/x/y?z=1", Some(&short)),
            ("https://a.example.com?x", Some(&short)),
            ("https://a.example.com/f/x", Some(&long)),
            ("https://a.example.com/ff", Some(&short)),
            ("https://a.example.com.evil.example", None),
            ("https://b.example.com/f", None),
        ] {
            assert_eq!(addresses.service(url), service, "{url}");
        }
    }
}
