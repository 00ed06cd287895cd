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
struct OauthToken<'a> {
    #[serde(borrow, alias = "service_account_email")]
    service_account_email: Option<Text<'a>>,
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
    #[serde(borrow, alias = "oauth_token")]
    oauth_token: Option<OauthToken<'a>>,
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
    let (target, proof) = match kind {
        EventSourceKind::Trigger => {
            let target = destination.map(|to| destined(name, &to, at)).transpose()?;
            let proof = Proof::of_trigger(service_account, target.as_ref());
            (target, proof)
        }
        EventSourceKind::Subscription => {
            let Some(push) = push_config.filter(|push| filled(push.push_endpoint.as_ref()).is_some()) else {
                return Ok(None);
            };
            (address(push.push_endpoint.as_ref()), Proof::of_tokens(push.oidc_token, None))
        }
        EventSourceKind::Job | EventSourceKind::Queue => match http_target {
            None => (None, Proof::NONE),
            Some(HttpTarget { uri, uri_override, oidc_token, oauth_token }) => {
                let target = address(uri.as_ref()).or_else(|| uri_override.as_ref().and_then(overridden));
                (target, Proof::of_tokens(oidc_token, oauth_token))
            }
        },
    };
    let Proof { account, token, audience } = proof;
    Ok(Some(EventSource {
        kind,
        name: name.into(),
        identity: filled(account.as_ref()).map(|email| words.account(email)),
        token,
        target: target.unwrap_or(EventTarget::Other),
        audience: filled(audience.as_ref()).map(Into::into),
    }))
}

/// Whom something calls as, and what it sends along to prove it.
struct Proof<'a> {
    account: Option<Text<'a>>,
    token: Token,
    audience: Option<Text<'a>>,
}

impl<'a> Proof<'a> {
    const NONE: Self = Self { account: None, token: Token::None, audience: None };

    /// Of what asks for a token by an object of its own, which may name little: that it is there is what counts.
    fn of_tokens(oidc: Option<OidcToken<'a>>, oauth: Option<OauthToken<'a>>) -> Self {
        match (oidc, oauth) {
            (Some(OidcToken { service_account_email: account, audience }), _) => {
                Self { account, token: Token::Id, audience }
            }
            (None, Some(OauthToken { service_account_email: account })) => {
                Self { account, token: Token::Access, audience: None }
            }
            (None, None) => Self::NONE,
        }
    }

    /// Of a trigger: its account is what ID tokens are made for
    /// (<https://cloud.google.com/eventarc/docs/roles-permissions>). One of a function that names none calls as
    /// the project's default compute account
    /// (<https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions#eventtrigger>).
    fn of_trigger(account: Option<Text<'a>>, target: Option<&EventTarget>) -> Self {
        let is_of_function = matches!(target, Some(EventTarget::Function(_)));
        let is_proven = filled(account.as_ref()).is_some() || is_of_function;
        Self { account, token: if is_proven { Token::Id } else { Token::None }, audience: None }
    }
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

/// The address that a queue puts in place of what each task says, where it puts one. Where it does so for tasks that
/// say none (`uriOverrideEnforceMode` is `IF_NOT_EXISTS`), those are sent there all the same: it is what the queue calls
/// (<https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues#urioverrideenforcemode>).
fn overridden(to: &UriOverride<'_>) -> Option<EventTarget> {
    let UriOverride { scheme, host, port, path_override } = to;
    let host = filled(host.as_ref())?;
    let scheme = if scheme.as_deref() == Some("HTTP") { "http" } else { "https" };
    // Zero takes the port away.
    let port = port.as_ref().filter(|Digits(port)| !port.trim_start_matches('0').is_empty());
    let port = port.map_or_else(String::new, |Digits(port)| format!(":{port}"));
    let path = path_override.as_ref().and_then(|path| path.path.as_deref()).unwrap_or_default();
    let slash = if path.is_empty() || path.starts_with('/') { "" } else { "/" };
    let url: Arc<str> = format!("{scheme}://{host}{port}{slash}{path}").into();
    Some(EventTarget::Url(url))
}

#[cfg(test)]
mod tests;
