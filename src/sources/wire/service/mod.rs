//! Settings of a Cloud Run service, in either of the two shapes that Google gives them
//! (<https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services>,
//! <https://cloud.google.com/run/docs/reference/rest/v1/namespaces.services>).
//!
//! One object is read with the fields of both: a switch that stands in the other shape's place still counts.

mod knative;
mod traffic;

pub(crate) use knative::ingress_word;

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;

use super::{Interner, Resource, text::Text, text::filled};
use crate::{
    model::Principal,
    world::{Gap, Observed, Settings},
};

/// The `resource` of a service as it stands in the line.
pub(in crate::sources) type ServiceResource<'a> = Resource<'a, ServiceWire<'a>>;

/// A service in either shape.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a service")]
pub(in crate::sources) struct ServiceWire<'a> {
    // Knative.
    #[serde(borrow)]
    metadata: Option<knative::Metadata<'a>>,
    #[serde(borrow)]
    spec: Option<knative::Spec<'a>>,
    #[serde(borrow)]
    status: Option<knative::Status<'a>>,
    // v2.
    #[serde(borrow)]
    uid: Option<Text<'a>>,
    #[serde(borrow)]
    template: Option<Template<'a>>,
    #[serde(alias = "invoker_iam_disabled")]
    invoker_iam_disabled: Option<bool>,
    #[serde(alias = "iap_enabled")]
    iap_enabled: Option<bool>,
    #[serde(alias = "default_uri_disabled")]
    default_uri_disabled: Option<bool>,
    #[serde(borrow)]
    ingress: Option<Text<'a>>,
    #[serde(borrow)]
    uri: Option<Text<'a>>,
    #[serde(borrow)]
    urls: Option<Vec<Text<'a>>>,
    #[serde(borrow, alias = "custom_audiences")]
    custom_audiences: Option<Vec<Text<'a>>>,
    #[serde(borrow, alias = "build_config")]
    build_config: Option<BuildConfig<'a>>,
    #[serde(borrow)]
    labels: Option<BTreeMap<Text<'a>, Text<'a>>>,
    #[serde(borrow)]
    traffic: Option<Vec<traffic::Target<'a>>>,
    #[serde(borrow, alias = "traffic_statuses")]
    traffic_statuses: Option<Vec<traffic::Target<'a>>>,
    #[serde(borrow, alias = "latest_ready_revision")]
    latest_ready_revision: Option<Text<'a>>,
    #[serde(borrow, alias = "latest_created_revision")]
    latest_created_revision: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct Template<'a> {
    #[serde(borrow, alias = "service_account")]
    service_account: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct BuildConfig<'a> {
    #[serde(borrow, alias = "function_target")]
    function_target: Option<Text<'a>>,
}

/// What the `resource` of a service tells.
pub(in crate::sources) struct Told {
    /// Its settings, or why they cannot be known from what stands there.
    pub(in crate::sources) settings: Observed<Settings>,
    /// Other names of its project: the number in its namespace or its parent.
    pub(in crate::sources) projects: Vec<Arc<str>>,
}

/// What the `resource` of a service tells.
pub(in crate::sources) fn service(resource: ServiceResource<'_>, words: &mut Interner) -> Told {
    let Resource { parent, data } = resource;
    let mut projects: Vec<Arc<str>> = parent
        .as_deref()
        .and_then(super::super::name::project)
        .map(|name| words.word(name))
        .into_iter()
        .collect();
    let Some(wire) = data else {
        return Told { settings: unread("its RESOURCE content has no data"), projects };
    };
    let namespace = wire.metadata.as_ref().and_then(|metadata| filled(metadata.namespace.as_ref()));
    projects.extend(namespace.map(|namespace| words.word(namespace)));
    let settings = settings(&wire, words).map_or_else(|why| unread(&why), Observed::Known);
    Told { settings, projects }
}

/// What Google's answer tells of a service, or why it cannot be known.
pub(in crate::sources) fn answer(wire: &ServiceWire<'_>, words: &mut Interner) -> Result<Settings, String> {
    settings(wire, words)
}

fn unread(why: &str) -> Observed<Settings> {
    Observed::Unreadable(Gap::new(why, "run.services.get"))
}

/// A part without which nothing is said about a service is not a part that is empty.
fn settings(wire: &ServiceWire<'_>, words: &mut Interner) -> Result<Settings, String> {
    let mut settings = match (&wire.metadata, &wire.spec, &wire.template) {
        (Some(metadata), Some(spec), _) => knative::settings(metadata, spec, wire.status.as_ref(), words)?,
        (None, None, Some(template)) => v2(wire, template, words),
        (Some(_), None, _) => return Err("its RESOURCE content has no `spec`".to_owned()),
        (None, Some(_), _) => return Err("its RESOURCE content has no `metadata`".to_owned()),
        (None, None, None) => return Err("its RESOURCE content has no `template`".to_owned()),
    };
    settings.is_check_disabled |= wire.invoker_iam_disabled.unwrap_or_default();
    settings.is_iap_enabled |= wire.iap_enabled.unwrap_or_default();
    settings.is_default_url_disabled |= wire.default_uri_disabled.unwrap_or_default();
    Ok(settings)
}

fn v2(wire: &ServiceWire<'_>, template: &Template<'_>, words: &mut Interner) -> Settings {
    let listed = wire.urls.iter().flatten().map(|url| &**url);
    let observed = traffic::Observed {
        asked: wire.traffic.as_deref().unwrap_or_default(),
        answered: wire.traffic_statuses.as_deref().unwrap_or_default(),
        latest_ready: filled(wire.latest_ready_revision.as_ref()),
        latest_created: filled(wire.latest_created_revision.as_ref()),
    };
    Settings {
        uid: filled(wire.uid.as_ref()).map(Arc::from),
        is_check_disabled: false,
        identity: identity(template.service_account.as_ref(), words),
        traffic: observed.traffic(),
        ingress: filled(wire.ingress.as_ref()).map(|word| words.word(word)),
        is_iap_enabled: false,
        urls: urls(filled(wire.uri.as_ref()).into_iter().chain(listed)),
        custom_audiences: wire.custom_audiences.iter().flatten().map(|text| (&**text).into()).collect(),
        is_default_url_disabled: false,
        function_target: wire
            .build_config
            .as_ref()
            .and_then(|build| filled(build.function_target.as_ref()))
            .map(|name| words.word(name)),
        labels: labels(wire.labels.as_ref(), words),
    }
}

fn identity(email: Option<&Text<'_>>, words: &mut Interner) -> Option<Principal> {
    filled(email).map(|email| words.account(email))
}

fn labels(wire: Option<&BTreeMap<Text<'_>, Text<'_>>>, words: &mut Interner) -> BTreeMap<Arc<str>, Arc<str>> {
    wire.into_iter().flatten().map(|(key, value)| (words.word(key), words.word(value))).collect()
}

/// Every address once, in the order they were met.
fn urls<'a>(all: impl Iterator<Item = &'a str>) -> Vec<Arc<str>> {
    let mut urls: Vec<Arc<str>> = Vec::new();
    for url in all {
        if !urls.iter().any(|known| **known == *url) {
            urls.push(url.into());
        }
    }
    urls
}

#[cfg(test)]
mod tests;
