//! Which services answer at an address, and which of them take a token that is for it.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::{HashMap, HashMapExt as _};

use super::{Address, EventSource, EventTarget, World};
use crate::model::{FunctionName, ServiceName};

/// Every address and audience of every service. To be made once and asked often.
#[derive(Debug)]
pub struct Addresses<'w> {
    world: &'w World,
    /// By host: each address there, and whose it is.
    named: HashMap<String, Vec<(Address, &'w ServiceName)>>,
    /// Audiences of services' own that are addresses, in the same way.
    custom: HashMap<String, Vec<(Address, &'w ServiceName)>>,
    /// Audiences of services' own, to the letter.
    audiences: HashMap<&'w str, BTreeSet<&'w ServiceName>>,
}

impl<'w> Addresses<'w> {
    /// The addresses and audiences that the services of a world were seen with.
    pub fn new(world: &'w World) -> Self {
        let (mut named, mut custom) = (HashMap::<String, Vec<_>>::new(), HashMap::<String, Vec<_>>::new());
        let mut audiences: HashMap<_, BTreeSet<_>> = HashMap::new();
        for (name, service) in &world.services {
            let Some(settings) = service.settings.known() else { continue };
            for address in settings.urls.iter().filter_map(|url| Address::parse(url)) {
                named.entry(address.host.clone()).or_default().push((address, name));
            }
            for audience in &settings.custom_audiences {
                audiences.entry(&**audience).or_default().insert(name);
                if let Some(address) = Address::of_audience(audience) {
                    custom.entry(address.host.clone()).or_default().push((address, name));
                }
            }
        }
        for (name, function) in &world.functions {
            let served = function.service.as_ref().and_then(|service| world.services.get_key_value(service));
            let FunctionName { project, location, function: id } = name;
            let host = format!("{location}-{project}.cloudfunctions.net").to_lowercase();
            if let Some((service, _)) = served {
                let address = Address { host: host.clone(), path: format!("/{id}") };
                named.entry(host).or_default().push((address, service));
            }
        }
        Self { world, named, custom, audiences }
    }

    /// The services that name this address, or the longest beginning of it that any does.
    pub fn naming(&self, address: &Address) -> BTreeSet<&'w ServiceName> {
        longest(&self.named, address)
    }

    /// The services that answer at an address for sure: those that name it, also by a tag, or the one that the
    /// address itself tells, where it was seen.
    pub fn services(&self, address: &Address) -> BTreeSet<&'w ServiceName> {
        let untagged = address.untagged();
        let mut ways = std::iter::once(address).chain(&untagged).map(|address| self.naming(address));
        let named = ways.find(|found| !found.is_empty());
        named.unwrap_or_else(|| self.told(untagged.as_ref().unwrap_or(address)).into_iter().collect())
    }

    /// The services that something calls which sends to a URL with a token for an audience: those that answer there;
    /// on a domain that no service names, the one that the audience is of, else the one whose own audience the URL is
    /// or lies below. Of several that share such an audience none is known to be meant.
    pub fn targets(&self, url: &str, audience: Option<&str>) -> BTreeSet<&'w ServiceName> {
        let Some(address) = Address::parse(url) else { return BTreeSet::new() };
        let found = self.services(&address);
        if !found.is_empty() || address.is_googles() {
            return found;
        }
        let of_audience = audience.map(|audience| self.of_audience(audience)).unwrap_or_default();
        let found = if of_audience.is_empty() { longest(&self.custom, &address) } else { of_audience };
        if found.len() == 1 { found } else { BTreeSet::new() }
    }

    /// The services that an event source sends to, where that was seen.
    pub fn targets_of(&self, source: &EventSource) -> Vec<ServiceName> {
        match &source.target {
            EventTarget::Service(service) => vec![self.world.projects.canonical_service(service)],
            EventTarget::Function(function) => {
                let function = self.world.functions.get(function);
                function.and_then(|function| function.service.clone()).into_iter().collect()
            }
            EventTarget::Url(url) => {
                self.targets(url, source.audience.as_deref()).into_iter().cloned().collect()
            }
            EventTarget::Other => Vec::new(),
        }
    }

    /// Whether a service takes tokens of this audience; `None` where that is not known. Its addresses count, and what
    /// it calls itself counts to the letter (<https://cloud.google.com/run/docs/configuring/custom-audiences>).
    pub fn takes(&self, service: &ServiceName, audience: &str) -> Option<bool> {
        let settings = self.world.services.get(service)?.settings.known()?;
        if self.audiences.get(audience).is_some_and(|of| of.contains(service)) {
            return Some(true);
        }
        let Some(address) = Address::of_audience(audience) else {
            // Without its scheme, or with another, an address may be taken all the same.
            let may_be_meant = Address::parse(audience).is_some_and(|bare| self.is_of(service, &bare));
            return if may_be_meant { None } else { Some(false) };
        };
        let own = self.named.get(&address.host).into_iter().flatten().filter(|(_, of)| *of == service);
        let (mut is_taken, mut may_be) = (false, false);
        for (own, _) in own {
            is_taken |= own.takes(&address);
            may_be |= own.covers(&address).is_some();
        }
        if is_taken || self.told(&address) == Some(service) && address.service().is_some() {
            return Some(true);
        }
        let has_older = settings.urls.iter().any(|url| url.ends_with(".a.run.app"));
        let may_be_older = !has_older && address.may_be_of(&service.service);
        let may_be_told = self.may_be_told(service, &address);
        if may_be || may_be_older || may_be_told { None } else { Some(false) }
    }

    /// Whether an address is one of a service's, or below one.
    fn is_of(&self, service: &ServiceName, address: &Address) -> bool {
        self.services(address).contains(service)
    }

    /// The services that take an audience for sure.
    fn of_audience(&self, audience: &str) -> BTreeSet<&'w ServiceName> {
        if let Some(own) = self.audiences.get(audience) {
            return own.clone();
        }
        let Some(address) = Address::of_audience(audience) else { return BTreeSet::new() };
        let named = self.named.get(&address.host).into_iter().flatten();
        let named = named.filter(|(own, _)| own.takes(&address)).map(|(_, service)| *service);
        named.chain(address.service().and_then(|_| self.told(&address))).collect()
    }

    /// The service that was seen and that an address tells by itself.
    fn told(&self, address: &Address) -> Option<&'w ServiceName> {
        let service = address.service()?;
        let name = self.world.projects.canonical_service(&service);
        self.world.services.get_key_value(&name).map(|(name, _)| name)
    }

    /// Whether an address may be one of a service's by its form, for all that was read: the project by a number that
    /// nobody gave a name, or a function that was not seen.
    fn may_be_told(&self, service: &ServiceName, address: &Address) -> bool {
        let ServiceName { project, location, service: short } = service;
        let projects = &self.world.projects;
        if let Some(told) = address.service() {
            let is_unresolved = projects.number(project).is_none();
            return is_unresolved && told.location == *location && told.service == *short;
        }
        let Some(mut told) = address.function() else { return false };
        told.project = projects.canonical(&told.project);
        let is_near = told.project == *project && told.location == *location;
        let served = self.world.functions.get(&told).and_then(|function| function.service.as_ref());
        is_near && served.is_none_or(|served| served == service)
    }
}

impl World {
    /// The event sources of every service that any sends to, in the order that they were seen in.
    pub fn sources_by_service(&self) -> BTreeMap<ServiceName, Vec<&EventSource>> {
        let mut by_service: BTreeMap<ServiceName, Vec<&EventSource>> = BTreeMap::new();
        if self.event_sources.is_empty() {
            return by_service;
        }
        let addresses = Addresses::new(self);
        for source in &self.event_sources {
            for service in addresses.targets_of(source) {
                by_service.entry(service).or_default().push(source);
            }
        }
        by_service
    }
}

/// Whose addresses cover most of this one.
fn longest<'w>(
    within: &HashMap<String, Vec<(Address, &'w ServiceName)>>,
    address: &Address,
) -> BTreeSet<&'w ServiceName> {
    let covering = || {
        let of_host = within.get(&address.host).into_iter().flatten();
        of_host.filter_map(|(own, service)| Some((own.covers(address)?, *service)))
    };
    let Some(most) = covering().map(|(length, _)| length).max() else { return BTreeSet::new() };
    covering().filter(|(length, _)| *length == most).map(|(_, service)| service).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::{Gap, Observed, Service, Settings, Source, SourceKind};

    fn world(services: &[(&str, &[&str], &[&str])]) -> World {
        let mut world = World::nothing(Source { kind: SourceKind::Assets, files: Vec::new() });
        world.projects.join("shop-prod", "1041").unwrap();
        for (name, urls, audiences) in services {
            let mut settings = Settings::plain();
            settings.urls = urls.iter().map(|url| (*url).into()).collect();
            settings.custom_audiences = audiences.iter().map(|audience| (*audience).into()).collect();
            let gap = || Gap::new("not asked", "x");
            let service = Service {
                settings: Observed::Known(settings),
                policy: Observed::Unreadable(gap()),
                ancestors: Observed::Unreadable(gap()),
            };
            world.services.insert(service_name(name), service);
        }
        world
    }

    fn service_name(name: &str) -> ServiceName {
        format!("projects/shop-prod/locations/europe-west1/services/{name}").parse().unwrap()
    }

    fn short(found: BTreeSet<&ServiceName>) -> Vec<&str> {
        found.into_iter().map(|name| &*name.service).collect()
    }

    #[test]
    fn a_url_leads_to_the_longest_address_it_lies_below() {
        let world = world(&[
            ("short", &["https://a.example.com"], &[]),
            ("long", &["https://a.example.com/f"], &[]),
            ("pay", &["https://pay-abc123-ew.a.run.app"], &[]),
        ]);
        let addresses = Addresses::new(&world);
        for (url, services) in [
            ("https://a.example.com", &["short"][..]),
            ("https://A.example.com:443/", &["short"]),
            ("https://a.example.com/x/y?z=1", &["short"]),
            ("https://a.example.com?x", &["short"]),
            ("https://a.example.com/f/x", &["long"]),
            ("https://a.example.com/ff", &["short"]),
            ("https://a.example.com.evil.example", &[]),
            ("https://b.example.com/f", &[]),
            ("https://green---pay-abc123-ew.a.run.app/x", &["pay"]),
            ("https://pay-1041.europe-west1.run.app/x", &["pay"]),
            ("https://green---pay-1041.europe-west1.run.app", &["pay"]),
            ("https://pay-1042.europe-west1.run.app", &[]),
        ] {
            assert_eq!(short(addresses.targets(url, None)), services, "{url}");
        }
    }

    #[test]
    fn on_a_domain_that_nobody_names_the_audience_says_which_service_is_meant() {
        let shared = "https://shop.example.com";
        let world = world(&[
            ("pay", &["https://pay-abc123-ew.a.run.app"], &["https://pay.example.com", shared, "pay"]),
            ("cart", &[], &[shared]),
        ]);
        let addresses = Addresses::new(&world);
        for (url, audience, services) in [
            ("https://x.example.com/a", None, &[][..]),
            ("https://x.example.com/a", Some("pay"), &["pay"]),
            ("https://x.example.com/a", Some("Pay"), &[]),
            ("https://x.example.com/a", Some("https://pay-abc123-ew.a.run.app/b"), &["pay"]),
            ("https://x.example.com/a", Some("https://cart-1041.europe-west1.run.app"), &["cart"]),
            ("https://pay.example.com/a", None, &["pay"]),
            ("https://pay.example.com/a", Some("https://cart-1041.europe-west1.run.app"), &["cart"]),
            ("https://shop.example.com/a", None, &[]),
            ("https://shop.example.com/a", Some("pay"), &["pay"]),
            ("https://other-def456-ew.a.run.app", Some("pay"), &[]),
        ] {
            assert_eq!(short(addresses.targets(url, audience)), services, "{url} {audience:?}");
        }
    }

    #[test]
    fn an_audience_is_refused_only_where_that_is_known() {
        let mut world = world(&[("pay", &["https://pay-1041.europe-west1.run.app"], &["pay"])]);
        let elsewhere: ServiceName = "projects/shop-lost/locations/l/services/pay".parse().unwrap();
        let copy = world.services[&service_name("pay")].clone();
        world.services.insert(elsewhere.clone(), copy);
        let addresses = Addresses::new(&world);
        for (audience, is_taken) in [
            ("https://pay-1041.europe-west1.run.app/push?x=1", Some(true)),
            ("pay", Some(true)),
            ("Pay", Some(false)),
            ("https://example.com", Some(false)),
            // Its older address may be this one, and a function may be served by it.
            ("https://pay-abc123-ew.a.run.app", None),
            ("https://cart-abc123-ew.a.run.app", Some(false)),
            ("https://europe-west1-shop-prod.cloudfunctions.net/pay", None),
            ("https://us-central1-shop-prod.cloudfunctions.net/pay", Some(false)),
            ("http://pay-1041.europe-west1.run.app", None),
            ("https://green---pay-1041.europe-west1.run.app", Some(false)),
        ] {
            assert_eq!(addresses.takes(&service_name("pay"), audience), is_taken, "{audience}");
        }
        // Nobody knows the number of this project.
        assert_eq!(addresses.takes(&elsewhere, "https://pay-77.l.run.app"), None);
        assert_eq!(addresses.takes(&service_name("other"), "pay"), None);
    }
}
