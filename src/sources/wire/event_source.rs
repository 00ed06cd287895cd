//! Triggers, subscriptions, jobs and queues: whom they call, as whom
//! (`eventarc.projects.locations.triggers`, `pubsub.projects.subscriptions`,
//! `cloudscheduler.projects.locations.jobs`, `cloudtasks.projects.locations.queues`).

use std::sync::Arc;

use serde::Deserialize;

use super::{Interner, Resource, ShapeError, text::Digits, text::Text, text::filled};
use crate::{
    model::ServiceName,
    world::{EventSource, EventSourceKind, EventTarget, Token},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct OidcToken<'a> {
    #[serde(borrow, alias = "service_account_email")]
    service_account_email: Option<Text<'a>>,
    #[serde(borrow)]
    audience: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct SourceWire<'a> {
    // Eventarc.
    #[serde(borrow, alias = "service_account")]
    service_account: Option<Text<'a>>,
    #[serde(borrow)]
    destination: Option<Destination<'a>>,
    // Pub/Sub.
    #[serde(borrow, alias = "push_config")]
    push_config: Option<PushConfig<'a>>,
    // Cloud Scheduler and Cloud Tasks.
    #[serde(borrow, alias = "http_target")]
    http_target: Option<HttpTarget<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct Destination<'a> {
    #[serde(borrow, alias = "cloud_run")]
    cloud_run: Option<CloudRun<'a>>,
    #[serde(borrow, alias = "cloud_function")]
    cloud_function: Option<Text<'a>>,
    #[serde(borrow, alias = "http_endpoint")]
    http_endpoint: Option<HttpEndpoint<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct CloudRun<'a> {
    #[serde(borrow)]
    service: Option<Text<'a>>,
    #[serde(borrow)]
    region: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct HttpEndpoint<'a> {
    #[serde(borrow)]
    uri: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct PushConfig<'a> {
    #[serde(borrow, alias = "push_endpoint")]
    push_endpoint: Option<Text<'a>>,
    #[serde(borrow, alias = "oidc_token")]
    oidc_token: Option<OidcToken<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct HttpTarget<'a> {
    #[serde(borrow)]
    uri: Option<Text<'a>>,
    #[serde(borrow, alias = "uri_override")]
    uri_override: Option<UriOverride<'a>>,
    #[serde(borrow, alias = "oidc_token")]
    oidc_token: Option<OidcToken<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct UriOverride<'a> {
    #[serde(borrow)]
    scheme: Option<Text<'a>>,
    #[serde(borrow)]
    host: Option<Text<'a>>,
    port: Option<Digits>,
    #[serde(borrow, alias = "path_override")]
    path_override: Option<PathOverride<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct PathOverride<'a> {
    #[serde(borrow)]
    path: Option<Text<'a>>,
}

/// Something that calls by itself; `None` for what never does: a pull subscription, a resource without data.
/// `name` is its relative name.
pub(in crate::sources) fn event_source(
    kind: EventSourceKind,
    name: &str,
    json: &str,
    words: &mut Interner,
) -> Result<Option<EventSource>, ShapeError> {
    let resource: Resource<'_, SourceWire<'_>> = super::read(json, "resource")?;
    resource.data.map_or(Ok(None), |wire| told(kind, name, wire, "resource.data.", words))
}

/// The same of Google's answer.
pub(in crate::sources) fn answer(
    kind: EventSourceKind,
    name: &str,
    json: &str,
    words: &mut Interner,
) -> Result<Option<EventSource>, ShapeError> {
    told(kind, name, super::read(json, "")?, "", words)
}

fn told(
    kind: EventSourceKind,
    name: &str,
    wire: SourceWire<'_>,
    at: &str,
    words: &mut Interner,
) -> Result<Option<EventSource>, ShapeError> {
    let SourceWire { service_account, destination, push_config, http_target } = wire;
    let (target, token) = match kind {
        EventSourceKind::Trigger => (destination.map(|to| destined(name, &to, at)).transpose()?, None),
        EventSourceKind::Subscription => {
            let Some(push) = push_config.filter(|push| filled(push.push_endpoint.as_ref()).is_some()) else {
                return Ok(None);
            };
            (address(push.push_endpoint.as_ref()), push.oidc_token)
        }
        EventSourceKind::Job | EventSourceKind::Queue => match http_target {
            None => (None, None),
            Some(HttpTarget { uri, uri_override, oidc_token }) => {
                let target = address(uri.as_ref()).or_else(|| uri_override.as_ref().and_then(overridden));
                (target, oidc_token)
            }
        },
    };
    let (account, audience) = match &token {
        Some(OidcToken { service_account_email, audience }) => {
            (filled(service_account_email.as_ref()), filled(audience.as_ref()))
        }
        None => (None, None),
    };
    // Triggers alone name their account outside of a token.
    let account = account.or_else(|| filled(service_account.as_ref()));
    Ok(Some(EventSource {
        kind,
        name: name.into(),
        identity: account.map(|email| words.account(email)),
        token: if account.is_some() { Token::Id } else { Token::None },
        target: target.unwrap_or(EventTarget::Other),
        audience: audience.map(Into::into),
    }))
}

fn address(uri: Option<&Text<'_>>) -> Option<EventTarget> {
    filled(uri).map(|uri| EventTarget::Url(uri.into()))
}

/// A trigger reaches services of its own project alone; it names them by their short name and region.
fn destined(trigger: &str, to: &Destination<'_>, at: &str) -> Result<EventTarget, ShapeError> {
    let Destination { cloud_run, cloud_function, http_endpoint } = to;
    if let Some(run) = cloud_run {
        let Some(service) = filled(run.service.as_ref()) else { return Ok(EventTarget::Other) };
        if let Ok(name) = super::super::name::relative(service).parse::<ServiceName>() {
            return Ok(EventTarget::Service(name));
        }
        let mut parts = trigger.split('/');
        let (project, location) = (parts.nth(1), parts.nth(1));
        let region = filled(run.region.as_ref()).or(location);
        return match (project, region) {
            (Some(project), Some(region)) => Ok(EventTarget::Service(ServiceName {
                project: project.into(),
                location: region.into(),
                service: service.into(),
            })),
            _ => Ok(EventTarget::Other),
        };
    }
    if let Some(function) = filled(cloud_function.as_ref()) {
        return super::super::name::relative(function)
            .parse()
            .map(EventTarget::Function)
            .map_err(|error| ShapeError(format!("`{at}destination.cloudFunction`: {error}")));
    }
    let uri = http_endpoint.as_ref().and_then(|endpoint| filled(endpoint.uri.as_ref()));
    Ok(uri.map_or(EventTarget::Other, |uri| EventTarget::Url(uri.into())))
}

/// The address that a queue puts in place of what each task says, where it puts one.
fn overridden(to: &UriOverride<'_>) -> Option<EventTarget> {
    let UriOverride { scheme, host, port, path_override } = to;
    let host = filled(host.as_ref())?;
    let scheme = if scheme.as_deref() == Some("HTTP") { "http" } else { "https" };
    let port = port.as_ref().map_or_else(String::new, |Digits(port)| format!(":{port}"));
    let path = path_override.as_ref().and_then(|path| path.path.as_deref()).unwrap_or_default();
    let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
    let url: Arc<str> = format!("{scheme}://{host}{port}{slash}{path}").into();
    Some(EventTarget::Url(url))
}
