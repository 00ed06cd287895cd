//! Triggers, subscriptions, jobs and queues as lines of a snapshot.

use std::io;

use serde::Serialize;

use super::lines::{Line, Out, email};
use crate::{
    sources::name,
    world::{EventSource, EventSourceKind, EventTarget, Token},
};

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct SourceOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    service_account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<Destination<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    push_config: Option<PushConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_target: Option<HttpTarget<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Destination<'a> {
    CloudRun { service: String, region: &'a str },
    CloudFunction(String),
    HttpEndpoint { uri: &'a str },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PushConfig<'a> {
    push_endpoint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    oidc_token: Option<OidcToken<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HttpTarget<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oidc_token: Option<OidcToken<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    oauth_token: Option<OauthToken<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OauthToken<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    service_account_email: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OidcToken<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    service_account_email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<&'a str>,
}

/// One event source.
pub(super) fn write(source: &EventSource, out: &mut Out<'_>) -> io::Result<()> {
    let EventSource { kind, name, identity, token, target, audience } = source;
    let account = identity.as_ref().map(email);
    let oidc_token = (*token == Token::Id)
        .then_some(OidcToken { service_account_email: account, audience: audience.as_deref() });
    let oauth_token = (*token == Token::Access).then_some(OauthToken { service_account_email: account });
    let url = match target {
        EventTarget::Url(url) => Some(&**url),
        EventTarget::Service(_) | EventTarget::Function(_) | EventTarget::Other => None,
    };
    let (host, asset_type) = match kind {
        EventSourceKind::Trigger => ("eventarc", "eventarc.googleapis.com/Trigger"),
        EventSourceKind::Subscription => ("pubsub", "pubsub.googleapis.com/Subscription"),
        EventSourceKind::Job => ("cloudscheduler", "cloudscheduler.googleapis.com/Job"),
        EventSourceKind::Queue => ("cloudtasks", "cloudtasks.googleapis.com/Queue"),
    };
    let data = match kind {
        EventSourceKind::Trigger => SourceOut {
            service_account: account,
            destination: destination(name, target),
            ..SourceOut::default()
        },
        EventSourceKind::Subscription => SourceOut {
            push_config: Some(PushConfig { push_endpoint: url.unwrap_or_default(), oidc_token }),
            ..SourceOut::default()
        },
        EventSourceKind::Job | EventSourceKind::Queue => SourceOut {
            http_target: (url.is_some() || *token != Token::None).then_some(HttpTarget {
                uri: url,
                oidc_token,
                oauth_token,
            }),
            ..SourceOut::default()
        },
    };
    out.line(&Line::new(format!("//{host}.googleapis.com/{name}"), asset_type).with(data))
}

fn destination<'a>(trigger: &str, target: &'a EventTarget) -> Option<Destination<'a>> {
    match target {
        EventTarget::Service(service) => {
            let is_own = name::project(trigger) == Some(&*service.project);
            Some(Destination::CloudRun {
                service: if is_own { service.service.to_string() } else { service.to_string() },
                region: &service.location,
            })
        }
        EventTarget::Function(function) => Some(Destination::CloudFunction(function.to_string())),
        EventTarget::Url(uri) => Some(Destination::HttpEndpoint { uri }),
        EventTarget::Other => None,
    }
}
