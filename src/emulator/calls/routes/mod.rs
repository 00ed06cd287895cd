//! Which method a request means: every method that is served, under Google's own id for it and its path as the API's
//! description has it (<https://developers.google.com/discovery/v1/reference/apis>).

mod asset;
mod credentials;
mod functions;
mod iam;
mod others;
mod path;
mod resource_manager;
mod run_v1;
mod run_v2;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::{Call, OperationCall, RunCall};
use crate::emulator::request::Request;
use path::{Path, Pattern};

/// A method of an API that the emulator serves: what it is called and how it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The API and its version, such as `run.v2`.
    pub api: &'static str,
    /// Google's id of the method, such as `run.projects.locations.services.list`.
    pub id: &'static str,
    /// `GET`, `POST`, …
    pub verb: &'static str,
    /// The path: a star stands for one part, and what comes after a colon is the custom verb.
    pub path: &'static str,
    /// What a path of this method asks for; `None` where its names are none.
    call: fn(&Path<'_>) -> Option<Call>,
}

/// The method of a request, and what is asked for.
#[derive(Debug, Clone)]
pub(in crate::emulator) struct Routed {
    pub(in crate::emulator) route: Route,
    pub(in crate::emulator) call: Call,
}

impl Route {
    const fn new(
        api: &'static str,
        id: &'static str,
        verb: &'static str,
        path: &'static str,
        call: fn(&Path<'_>) -> Option<Call>,
    ) -> Self {
        Self { api, id, verb, path, call }
    }

    /// The first part of the host of its API.
    fn service(&self) -> &'static str {
        self.api.split('.').next().unwrap_or_default()
    }

    /// The host of its API.
    pub(in crate::emulator) fn host(&self) -> String {
        format!("{}.googleapis.com", self.service())
    }
}

/// Every method that the emulator serves. Where two have the same path, the first is meant, unless the host says
/// otherwise.
pub fn all() -> impl Iterator<Item = &'static Route> {
    [
        run_v1::ROUTES,
        run_v2::ROUTES,
        functions::ROUTES,
        resource_manager::ROUTES,
        iam::ROUTES,
        credentials::ROUTES,
        asset::ROUTES,
        others::ROUTES,
    ]
    .into_iter()
    .flatten()
}

#[expect(clippy::unnecessary_wraps, reason = "what a route does may come to nothing")]
fn run(call: RunCall) -> Option<Call> {
    Some(Call::Run(call))
}

#[expect(clippy::unnecessary_wraps, reason = "what a route does may come to nothing")]
fn operation(call: OperationCall) -> Option<Call> {
    Some(Call::Operation(call))
}

/// The APIs that are served, by the first words of their hosts: `run` of `run.googleapis.com`.
pub fn apis() -> Vec<&'static str> {
    all().map(Route::service).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The methods, with their paths taken apart once.
fn table() -> &'static [(Pattern, &'static Route)] {
    static TABLE: OnceLock<Vec<(Pattern, &'static Route)>> = OnceLock::new();
    TABLE.get_or_init(|| all().map(|route| (Pattern::of(route.path), route)).collect())
}

/// The words that stand behind a colon in some path.
fn verbs() -> &'static BTreeSet<&'static str> {
    static VERBS: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    VERBS.get_or_init(|| all().filter_map(|route| Some(route.path.rsplit_once(':')?.1)).collect())
}

/// The method of a request; `None` where there is none under its path.
pub(in crate::emulator) fn route(request: &Request) -> Option<Routed> {
    let parts = request.parts();
    let service = service(&request.host);
    let location = location(&request.host);
    let is_meant = |route: &Route| service.is_none_or(|service| service == route.service());
    let mut own = table().iter().filter(|(_, route)| route.verb == request.method && is_meant(route));
    own.find_map(|(pattern, route)| {
        let parts = pattern.matched(&parts, verbs())?;
        let call = (route.call)(&Path::new(&parts, location))?;
        Some(Routed { route: **route, call })
    })
}

/// The API that a host of Google's is of, by its first word; `None` of other hosts, which serve all of them.
fn service(host: &str) -> Option<&str> {
    let host = host.split(':').next().unwrap_or(host);
    let first = host.strip_suffix(".googleapis.com")?;
    // `europe-west1-run` is Cloud Run in one location.
    Some(first.rsplit('-').next().unwrap_or(first))
}

/// The location that a host is of: `europe-west1-run.googleapis.com`.
fn location(host: &str) -> Option<&str> {
    host.split('.').next()?.strip_suffix("-run")
}

#[cfg(test)]
mod tests;
