//! What would put right what an event source sends, as a command where there is one.

use super::{
    context::Context,
    event_source::SeenSource,
    repair::{on_service, quoted},
};
use crate::{
    model::ServiceName,
    world::{Address, EventSourceKind, Settings},
};

/// What makes a source send an ID token that its target takes: of the account that it calls as, or of one to be chosen.
pub(super) fn token(context: &Context<'_>, service: &ServiceName, source: &SeenSource) -> String {
    let audience = main_audience(context, service);
    let command = audience.as_deref().and_then(|audience| command(source, audience));
    command.unwrap_or_else(|| {
        let label = context.source_label(service, source);
        let of = match &source.identity {
            Some(identity) => format!("`{identity}`"),
            None => "an account that may call".to_owned(),
        };
        let audience = audience.map_or_else(|| "the function's URL".to_owned(), |url| format!("`{url}`"));
        format!("let {label} send an ID token of {of} for {audience}")
    })
}

/// What makes a source send an audience that its target takes, or the target take the one that is sent.
pub(super) fn audience(
    context: &Context<'_>,
    service: &ServiceName,
    source: &SeenSource,
    audience: &str,
) -> String {
    let send = token(context, service, source);
    // A comma parts two audiences of the flag; and what is the address of another function would let in whoever it
    // lets hold a token for it.
    let is_apart = !audience.contains(',') && !Address::parse(audience).is_some_and(|url| url.is_googles());
    let take = on_service(service, "update").filter(|_| is_apart);
    match take.zip(quoted(audience)) {
        Some((command, audience)) => format!("{send}; or {command} --add-custom-audiences={audience}"),
        None => send,
    }
}

/// An address or a word that a service takes tokens for: its main address first.
fn main_audience(context: &Context<'_>, service: &ServiceName) -> Option<String> {
    let settings = context.world.services.get(service)?.settings.known()?;
    let Settings { urls, custom_audiences, .. } = settings;
    urls.iter().chain(custom_audiences).next().map(ToString::to_string)
}

/// The command that gives a source an ID token: of the flags for the token, gcloud takes none alone
/// (<https://cloud.google.com/sdk/gcloud/reference/pubsub/subscriptions/modify-push-config>,
/// <https://cloud.google.com/sdk/gcloud/reference/scheduler/jobs/update/http>,
/// <https://cloud.google.com/sdk/gcloud/reference/tasks/queues/update>).
fn command(source: &SeenSource, audience: &str) -> Option<String> {
    let parts: Vec<&str> = source.name.split('/').collect();
    let account = match &source.identity {
        Some(identity) => quoted(identity.email()?)?,
        None => "ACCOUNT".to_owned(),
    };
    let audience = quoted(audience)?;
    match (source.kind?, &parts[..]) {
        (EventSourceKind::Subscription, ["projects", project, "subscriptions", name]) => {
            let (project, name, url) = (quoted(project)?, quoted(name)?, quoted(source.url.as_deref()?)?);
            Some(format!(
                "gcloud pubsub subscriptions modify-push-config {name} --project={project} --push-endpoint={url} \
                 --push-auth-service-account={account} --push-auth-token-audience={audience} (and --push-no-wrapper, \
                 where its messages come unwrapped: all of the push configuration is written anew)"
            ))
        }
        (EventSourceKind::Job, ["projects", project, "locations", location, "jobs", name]) => {
            let (project, location, name) = (quoted(project)?, quoted(location)?, quoted(name)?);
            Some(format!(
                "gcloud scheduler jobs update http {name} --project={project} --location={location} \
                 --oidc-service-account-email={account} --oidc-token-audience={audience}"
            ))
        }
        (EventSourceKind::Queue, ["projects", project, "locations", location, "queues", name]) => {
            let (project, location, name) = (quoted(project)?, quoted(location)?, quoted(name)?);
            Some(format!(
                "gcloud tasks queues update {name} --project={project} --location={location} \
                 --http-oidc-service-account-email-override={account} --http-oidc-token-audience-override={audience}"
            ))
        }
        _ => None,
    }
}
