//! An event source as rules see it: what it is called, what it sends, and what its target makes of that.

use std::sync::Arc;

use super::{context::Context, phrase::counted};
use crate::{
    model::{Principal, ServiceName},
    world::{Address, Addresses, EventSource, EventSourceKind, EventTarget, Token},
};

/// Something that calls a service by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenSource {
    /// Its relative name; of a function of which only the function itself tells that events call it, the function's.
    pub name: Arc<str>,
    /// What it is; `None` where only the function tells.
    pub kind: Option<EventSourceKind>,
    /// Whom it calls as, where that is known.
    pub identity: Option<Principal>,
    /// What it proves that with.
    pub token: Token,
    /// Where it sends to, where that is an address.
    pub url: Option<Arc<str>>,
    /// The audience that it sends, where somebody chose it or it follows from the address. What Google sets is right.
    pub audience: Option<Arc<str>>,
    /// Whether its target takes tokens of this audience; `None` where that is not known or not to be asked.
    pub is_taken: Option<bool>,
}

impl SeenSource {
    /// A source that calls this service.
    pub(super) fn of(source: &EventSource, target: &ServiceName, addresses: &Addresses<'_>) -> Self {
        let EventSource { kind, name, identity, token, target: to, audience: _ } = source;
        let audience = sent(source).cloned();
        let is_taken = audience.as_ref().and_then(|audience| addresses.takes(target, audience));
        let url = match to {
            EventTarget::Url(url) => Some(url.clone()),
            EventTarget::Service(_) | EventTarget::Function(_) | EventTarget::Other => None,
        };
        Self {
            name: name.clone(),
            kind: Some(*kind),
            identity: identity.clone(),
            token: *token,
            url,
            audience,
            is_taken,
        }
    }
}

/// The audience of the token that a source sends: the one that is set, else the whole address that it sends to
/// (<https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions#oidctoken>,
/// <https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#oidctoken>). A queue's address may be
/// the beginning of one alone.
fn sent(source: &EventSource) -> Option<&Arc<str>> {
    if source.token != Token::Id || source.kind == EventSourceKind::Trigger {
        return None;
    }
    let EventTarget::Url(url) = &source.target else { return source.audience.as_ref() };
    let is_whole = source.kind != EventSourceKind::Queue
        || Address::parse(url)
            .is_some_and(|address| address.takes(&Address { path: "/task".into(), ..address.clone() }));
    source.audience.as_ref().or(is_whole.then_some(url))
}

impl Context<'_> {
    /// How a source of a service is called in messages: by its short name where it stands beside the service, else
    /// in full.
    pub fn source_label(&self, service: &ServiceName, source: &SeenSource) -> String {
        let mut parts = source.name.split('/');
        let (project, location) = (parts.nth(1), source.name.split_once("/locations/"));
        let is_near = project
            .is_some_and(|project| self.world.projects.canonical(project) == service.project)
            && location.is_none_or(|(_, rest)| rest.split('/').next() == Some(&*service.location));
        let short = source.name.rsplit('/').next().unwrap_or_default();
        let name = if is_near { short } else { &source.name };
        match source.kind {
            Some(kind) => format!("{} `{name}`", kind.as_str()),
            None => "its event trigger".to_owned(),
        }
    }

    /// That some sources of a service call.
    pub fn sources_call(&self, service: &ServiceName, sources: &[&SeenSource]) -> String {
        let verb = if sources.len() > 1 { "call" } else { "calls" };
        format!("{} {verb}", self.sources_label(service, sources))
    }

    /// The first of some sources of a service, and how many there are beside it.
    pub fn sources_label(&self, service: &ServiceName, sources: &[&SeenSource]) -> String {
        let first = sources.first().map(|source| self.source_label(service, source));
        let first = first.unwrap_or_else(|| "its event source".to_owned());
        match sources.len() {
            0 | 1 => first,
            count => format!("{first} and {} more", counted(count - 1, "source")),
        }
    }
}
