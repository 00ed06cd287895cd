//! One address of a function, as far as it tells functions apart.

use crate::model::{FunctionName, ServiceName, resource::is_project_number};

/// An address: a host, and what stands behind it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    /// The host in lower case, with its port where that is not 443.
    pub host: String,
    /// The path without the slash at its end, and without a query.
    pub path: String,
}

impl Address {
    /// The address that a text is: one with a scheme, or without it at one of Google's two hosts.
    pub fn parse(text: &str) -> Option<Self> {
        let bare = without_scheme(text, "https://").or_else(|| without_scheme(text, "http://"));
        let rest = bare.unwrap_or(text);
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        let host = authority.strip_suffix(":443").unwrap_or(authority).to_lowercase();
        let address = Self { host, path: path.trim_end_matches('/').to_owned() };
        (!address.host.is_empty() && (bare.is_some() || address.is_googles())).then_some(address)
    }

    /// The address that an audience is: it must have the scheme that tokens are sent over.
    pub fn of_audience(audience: &str) -> Option<Self> {
        without_scheme(audience, "https://").and_then(|_| Self::parse(audience))
    }

    /// Whether it is at one of the hosts that Google gives out.
    pub fn is_googles(&self) -> bool {
        self.is_run() || self.host.ends_with(".cloudfunctions.net")
    }

    /// Whether it is at a host of Cloud Run's own.
    fn is_run(&self) -> bool {
        self.host.ends_with(".run.app")
    }

    /// How much of another address this one is the beginning of; `None` where it is not.
    pub fn covers(&self, other: &Self) -> Option<usize> {
        let rest = other.path.strip_prefix(&self.path)?;
        let is_whole = rest.is_empty() || rest.starts_with('/');
        (self.host == other.host && is_whole).then_some(self.path.len())
    }

    /// Whether whoever answers at this address takes tokens that are for the other one: below `run.app` a path makes
    /// no difference (<https://cloud.google.com/run/docs/configuring/custom-audiences>).
    pub fn takes(&self, audience: &Self) -> bool {
        self.host == audience.host && (self.is_run() || self.path == audience.path)
    }

    /// The address of the service behind one of its tags, `TAG---HOST`.
    pub fn untagged(&self) -> Option<Self> {
        let (_, host) = self.host.split_once("---")?;
        Some(Self { host: host.to_owned(), path: self.path.clone() })
    }

    /// The service in `SERVICE-PROJECTNUMBER.REGION.run.app`
    /// (<https://cloud.google.com/run/docs/triggering/https-request#deterministic>).
    pub fn service(&self) -> Option<ServiceName> {
        let (label, location) = self.host.strip_suffix(".run.app")?.split_once('.')?;
        let (service, number) = label.rsplit_once('-')?;
        (is_project_number(number) && !service.is_empty() && !location.contains('.')).then(|| ServiceName {
            project: number.into(),
            location: location.into(),
            service: service.into(),
        })
    }

    /// The function in `REGION-PROJECT.cloudfunctions.net/NAME`. A region has one dash.
    pub fn function(&self) -> Option<FunctionName> {
        let label = self.host.strip_suffix(".cloudfunctions.net")?;
        let second = label.match_indices('-').nth(1)?.0;
        let (location, project) = (&label[..second], &label[second + 1..]);
        let function = self.path.strip_prefix('/')?.split('/').next()?;
        (!project.is_empty() && !function.is_empty()).then(|| FunctionName {
            project: project.into(),
            location: location.into(),
            function: function.into(),
        })
    }

    /// Whether it may be an older address of a service, `SERVICE-HASH-xx.a.run.app`, which names neither its project
    /// nor its region (<https://cloud.google.com/run/docs/triggering/https-request#non-deterministic>).
    pub fn may_be_of(&self, service: &str) -> bool {
        let rest = self.host.strip_suffix(".a.run.app").and_then(|label| label.strip_prefix(service));
        rest.and_then(|rest| rest.strip_prefix('-')).is_some_and(|rest| rest.split('-').count() == 2)
    }
}

fn without_scheme<'t>(text: &'t str, scheme: &str) -> Option<&'t str> {
    let (head, rest) = text.split_at_checked(scheme.len())?;
    head.eq_ignore_ascii_case(scheme).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_takes_tokens_for_itself() {
        let run = Address::parse("https://pay-1041.europe-west1.run.app").unwrap();
        let function = Address::parse("https://europe-west1-shop-prod.cloudfunctions.net/pay").unwrap();
        for (audience, by_run, by_function) in [
            ("https://pay-1041.europe-west1.run.app", true, false),
            ("https://PAY-1041.europe-west1.run.app:443/some/path?a=b", true, false),
            ("http://pay-1041.europe-west1.run.app", false, false),
            ("pay-1041.europe-west1.run.app", false, false),
            ("https://pay-1041.europe-west1.run.app:8443", false, false),
            ("https://old---pay-1041.europe-west1.run.app", false, false),
            ("https://europe-west1-shop-prod.cloudfunctions.net/pay/", false, true),
            ("https://europe-west1-shop-prod.cloudfunctions.net/pay/x", false, false),
        ] {
            let taken = |own: &Address| Address::of_audience(audience).is_some_and(|for_| own.takes(&for_));
            assert_eq!((taken(&run), taken(&function)), (by_run, by_function), "{audience}");
        }
    }

    #[test]
    fn an_older_address_has_the_name_of_its_service_and_two_words_more() {
        let may_be = |url, service| Address::parse(url).unwrap().may_be_of(service);
        assert!(may_be("https://pay-abc123-ew.a.run.app", "pay"));
        assert!(!may_be("https://pay-now-abc123-ew.a.run.app", "pay"));
        assert!(!may_be("https://pay-1041.europe-west1.run.app", "pay"));
    }
}
