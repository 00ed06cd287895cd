//! Functions by the addresses they answer at.

use std::collections::BTreeSet;

use super::{FindError, Names};
use crate::{
    model::{FunctionName, ServiceName, resource::is_project_number},
    world::Settings,
};

/// An address as far as it tells functions apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    host: String,
    /// Without the slash at the end.
    path: String,
}

impl Address {
    /// The address that a text is: one with a scheme, or without it at one of Google's two hosts.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let bare = ["https://", "http://"].iter().find_map(|scheme| {
            let (head, rest) = text.split_at_checked(scheme.len())?;
            head.eq_ignore_ascii_case(scheme).then_some(rest)
        });
        let rest = bare.unwrap_or(text);
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        let host = authority.strip_suffix(":443").unwrap_or(authority).to_lowercase();
        let is_googles = host.ends_with(".run.app") || host.ends_with(".cloudfunctions.net");
        (!host.is_empty() && (bare.is_some() || is_googles))
            .then(|| Self { host, path: path.trim_end_matches('/').to_owned() })
    }

    /// How much of another address this one is the beginning of; `None` where it is not.
    fn covers(&self, other: &Self) -> Option<usize> {
        let rest = other.path.strip_prefix(&self.path)?;
        let is_whole = rest.is_empty() || rest.starts_with('/');
        (self.host == other.host && is_whole).then_some(self.path.len())
    }

    /// The address of the service behind one of its tags, `TAG---HOST`.
    fn untagged(&self) -> Option<Self> {
        let (_, host) = self.host.split_once("---")?;
        Some(Self { host: host.to_owned(), path: self.path.clone() })
    }

    /// The service in `SERVICE-PROJECTNUMBER.REGION.run.app`
    /// (<https://cloud.google.com/run/docs/triggering/https-request>).
    fn service(&self) -> Option<ServiceName> {
        let (label, location) = self.host.strip_suffix(".run.app")?.split_once('.')?;
        let (service, number) = label.rsplit_once('-')?;
        (is_project_number(number) && !service.is_empty() && !location.contains('.')).then(|| ServiceName {
            project: number.into(),
            location: location.into(),
            service: service.into(),
        })
    }

    /// The function in `REGION-PROJECT.cloudfunctions.net/NAME`. A region has one dash.
    fn function(&self) -> Option<FunctionName> {
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
}

impl Names<'_> {
    /// The function at an address: as its settings say, else as the address itself does.
    pub(super) fn at_address(&self, text: &str, address: &Address) -> Result<ServiceName, FindError> {
        let untagged = address.untagged();
        for address in std::iter::once(address).chain(&untagged) {
            let found = self.answering(address);
            if !found.is_empty() {
                return self.one(text, found);
            }
        }
        let plain = untagged.as_ref().unwrap_or(address);
        if let Some(service) = plain.service() {
            return self.unless_absent(text, self.world.projects.canonical_service(&service));
        }
        if let Some(service) = plain.function().and_then(|function| self.served(&function)) {
            return self.unless_absent(text, service);
        }
        Err(FindError::NoAddress(text.to_owned()))
    }

    /// The services whose settings name this address, or as much of it as any does.
    fn answering(&self, address: &Address) -> BTreeSet<ServiceName> {
        let mut best = 0;
        let mut found = BTreeSet::new();
        for (name, service) in &self.world.services {
            let urls = service.settings.known().map_or(&[] as &[_], |Settings { urls, .. }| urls);
            let covered = urls.iter().filter_map(|url| Address::parse(url)?.covers(address)).max();
            let Some(covered) = covered.filter(|covered| found.is_empty() || *covered >= best) else {
                continue;
            };
            if covered > best {
                found.clear();
            }
            best = covered;
            found.insert(name.clone());
        }
        found
    }
}
