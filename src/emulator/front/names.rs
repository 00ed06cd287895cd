//! Where functions answer, and which one is meant.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::Value;

use super::PREFIX;
use crate::emulator::state::{Kind, State, location, project};

/// The addresses of one function, in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Addresses {
    /// Hosts below `run.app`: the first is the one that is shown.
    pub(super) run: Vec<String>,
    /// Hosts below `cloudfunctions.net`, each with the name of the function there.
    pub(super) functions: BTreeSet<(String, String)>,
}

/// Every function and its addresses.
#[derive(Debug, Default)]
pub(super) struct Names {
    services: BTreeMap<String, Addresses>,
    hosts: BTreeMap<String, String>,
    functions: BTreeMap<(String, String), String>,
    /// By short name, and by the name of the function where that is another one.
    words: BTreeMap<String, BTreeSet<String>>,
}

/// A function, and what is asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Its relative name.
    pub(super) service: String,
    /// The host as Cloud Run sees it.
    pub(super) host: String,
    /// The path as the function sees it.
    pub(super) path: String,
    /// Whether it was asked for below `run.app`.
    pub(super) is_default: bool,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// One function.
    One(Place),
    /// A name that several functions have: a line each.
    Several(String),
    /// An address of none.
    Unknown,
    /// A name that no function has: a line for each that there is.
    Unnamed(String),
}

impl Names {
    /// The functions of a state.
    pub(super) fn of(state: &State) -> Self {
        let mut names = Self::default();
        for (name, asset) in state.assets(Kind::Service, "projects/") {
            names.add_service(name, asset.data.as_ref(), state);
        }
        for (name, asset) in state.assets(Kind::Function, "projects/") {
            let service = asset.data.as_ref().and_then(|data| data.pointer("/serviceConfig/service"));
            let service = service.and_then(Value::as_str).map(|service| state.names.canonical(service));
            if let Some(service) = service.filter(|service| names.services.contains_key(service)) {
                names.add_function(name, &service);
            }
        }
        names
    }

    fn add_service(&mut self, name: &str, data: Option<&Value>, state: &State) {
        let Some(last) = name.rsplit('/').next() else { return };
        self.words.entry(last.to_owned()).or_default().insert(name.to_owned());
        self.services.entry(name.to_owned()).or_default();
        for url in data.map(urls).unwrap_or_default() {
            let Some(rest) = url.strip_prefix("https://") else { continue };
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            if host.ends_with(".run.app") {
                self.add_host(host, name);
            } else {
                self.add_entry(host, path.split('/').next().unwrap_or_default(), name);
            }
        }
        // The address that tells whose it is
        // (<https://cloud.google.com/run/docs/triggering/https-request#deterministic>).
        if let (Some(project), Some(location)) = (project(name), location(name))
            && let Some(number) = state.names.number(project)
        {
            self.add_host(&format!("{last}-{number}.{location}.run.app"), name);
        }
    }

    /// The address that a function has had since before it had a service.
    fn add_function(&mut self, function: &str, service: &str) {
        let (Some(project), Some(location), Some(last)) =
            (project(function), location(function), function.rsplit('/').next())
        else {
            return;
        };
        self.words.entry(last.to_owned()).or_default().insert(service.to_owned());
        self.add_entry(&format!("{location}-{project}.cloudfunctions.net"), last, service);
    }

    fn add_host(&mut self, host: &str, service: &str) {
        let host = host.to_ascii_lowercase();
        let owner = self.hosts.entry(host.clone()).or_insert_with(|| service.to_owned());
        if owner == service
            && let Some(addresses) = self.services.get_mut(service)
            && !addresses.run.contains(&host)
        {
            addresses.run.push(host);
        }
    }

    fn add_entry(&mut self, host: &str, name: &str, service: &str) {
        let entry = (host.to_ascii_lowercase(), name.to_owned());
        let owner = self.functions.entry(entry.clone()).or_insert_with(|| service.to_owned());
        if owner == service
            && let Some(addresses) = self.services.get_mut(service)
        {
            addresses.functions.insert(entry);
        }
    }

    /// The addresses of a function.
    pub(super) fn addresses(&self, service: &str) -> Addresses {
        self.services.get(service).cloned().unwrap_or_default()
    }

    /// The function that is asked for.
    pub(super) fn find(&self, host: &str, path: &str) -> Found {
        if let Some(rest) = path.strip_prefix(PREFIX) {
            return self.named(rest);
        }
        let host = bare(host);
        if host.ends_with(".cloudfunctions.net") {
            let (name, rest) = first(path.trim_start_matches('/'));
            return match self.functions.get(&(host.clone(), name.to_owned())) {
                Some(service) => {
                    Found::One(Place { service: service.clone(), host, path: rest, is_default: false })
                }
                None => Found::Unknown,
            };
        }
        // A tag before the host leads to one revision of the same function.
        let untagged = host.split_once("---").map_or(host.as_str(), |(_, rest)| rest);
        match self.hosts.get(untagged) {
            Some(service) => {
                let service = service.clone();
                Found::One(Place { service, host, path: path.to_owned(), is_default: true })
            }
            None => Found::Unknown,
        }
    }

    /// `NAME/…`, `REGION/NAME/…` or `projects/P/locations/L/services/S/…`.
    fn named(&self, rest: &str) -> Found {
        let parts: Vec<&str> = rest.splitn(7, '/').collect();
        if let ["projects", _, "locations", _, "services", _, ..] = parts[..] {
            let name = parts[..6].join("/");
            return if self.services.contains_key(&name) {
                self.place(&name, parts.get(6).copied().unwrap_or_default())
            } else {
                Found::Unnamed(lines(self.services.keys()))
            };
        }
        let (word, below) = rest.split_once('/').unwrap_or((rest, ""));
        let (second, further) = below.split_once('/').unwrap_or((below, ""));
        let in_region: Vec<&String> = self
            .words
            .get(second)
            .into_iter()
            .flatten()
            .filter(|service| location(service) == Some(word))
            .collect();
        let own: Vec<&String> = self.words.get(word).into_iter().flatten().collect();
        match (&in_region[..], &own[..]) {
            ([service], _) => self.place(service, further),
            ([], [service]) => self.place(service, below),
            ([], []) => Found::Unnamed(lines(self.services.keys())),
            ([], all) | (all, _) => Found::Several(lines(all.iter().copied())),
        }
    }

    fn place(&self, service: &str, path: &str) -> Found {
        let addresses = self.addresses(service);
        let host = addresses.run.into_iter().next().unwrap_or_default();
        Found::One(Place { service: service.to_owned(), host, path: format!("/{path}"), is_default: false })
    }
}

/// What a service says of its addresses, in either shape: the main one first.
fn urls(data: &Value) -> Vec<Cow<'_, str>> {
    let own = ["/uri", "/status/url"].iter().filter_map(|pointer| data.pointer(pointer)?.as_str());
    let listed = data.get("urls").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let noted = data.pointer("/metadata/annotations/run.googleapis.com~1urls").and_then(Value::as_str);
    let noted = noted.and_then(|text| serde_json::from_str::<Vec<String>>(text).ok());
    let given = own.chain(listed).map(Cow::Borrowed);
    given.chain(noted.into_iter().flatten().map(Cow::Owned)).collect()
}

/// The first part of a path, and the rest as a path of its own.
fn first(path: &str) -> (&str, String) {
    path.split_once('/').map_or((path, "/".to_owned()), |(name, rest)| (name, format!("/{rest}")))
}

fn lines<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(|name| format!("{PREFIX}{name}\n")).collect::<Vec<_>>().concat()
}

/// A host without its port, in lower case.
pub(super) fn bare(host: &str) -> String {
    host.split(':').next().unwrap_or(host).trim_end_matches('.').to_ascii_lowercase()
}
