//! The Knative shape, as Cloud Asset Inventory exports it and as gcloud shows it.

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;
use serde_json::Value;

use super::{
    super::text::{Text, filled},
    Interner, traffic,
};
use crate::world::Settings;

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Metadata<'a> {
    #[serde(borrow)]
    pub(super) namespace: Option<Text<'a>>,
    #[serde(borrow)]
    uid: Option<Text<'a>>,
    #[serde(borrow)]
    labels: Option<BTreeMap<Text<'a>, Text<'a>>>,
    #[serde(borrow, default)]
    annotations: Annotations<'a>,
}

#[derive(Deserialize, Default)]
#[serde(expecting = "an object")]
struct Annotations<'a> {
    #[serde(borrow, rename = "run.googleapis.com/invoker-iam-disabled")]
    invoker_iam_disabled: Option<Text<'a>>,
    #[serde(borrow, rename = "run.googleapis.com/iap-enabled")]
    iap_enabled: Option<Text<'a>>,
    #[serde(borrow, rename = "run.googleapis.com/default-url-disabled")]
    default_url_disabled: Option<Text<'a>>,
    #[serde(borrow, rename = "run.googleapis.com/ingress")]
    ingress: Option<Text<'a>>,
    #[serde(borrow, rename = "run.googleapis.com/ingress-status")]
    ingress_status: Option<Text<'a>>,
    #[serde(borrow, rename = "run.googleapis.com/custom-audiences")]
    custom_audiences: Option<Text<'a>>,
    #[serde(borrow, rename = "run.googleapis.com/urls")]
    urls: Option<Text<'a>>,
    #[serde(borrow, rename = "run.googleapis.com/build-function-target")]
    function_target: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Spec<'a> {
    #[serde(borrow)]
    template: Option<Template<'a>>,
    #[serde(borrow)]
    traffic: Option<Vec<traffic::Target<'a>>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Template<'a> {
    #[serde(borrow)]
    spec: Option<TemplateSpec<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
struct TemplateSpec<'a> {
    #[serde(borrow)]
    service_account_name: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(super) struct Status<'a> {
    #[serde(borrow)]
    url: Option<Text<'a>>,
    #[serde(borrow)]
    traffic: Option<Vec<traffic::Target<'a>>>,
    #[serde(borrow)]
    latest_ready_revision_name: Option<Text<'a>>,
    #[serde(borrow)]
    latest_created_revision_name: Option<Text<'a>>,
}

/// The settings, or why they cannot be known.
pub(super) fn settings(
    metadata: &Metadata<'_>,
    spec: &Spec<'_>,
    status: Option<&Status<'_>>,
    words: &mut Interner,
) -> Result<Settings, String> {
    let annotations = &metadata.annotations;
    let template = spec.template.as_ref().and_then(|template| template.spec.as_ref());
    let template = template.ok_or("its RESOURCE content has no `spec.template.spec`")?;
    let listed: Vec<String> = list(annotations.urls.as_ref(), "urls")?;
    let main = status.and_then(|status| filled(status.url.as_ref()));
    let observed = traffic::Observed {
        asked: spec.traffic.as_deref().unwrap_or_default(),
        answered: status.and_then(|status| status.traffic.as_deref()).unwrap_or_default(),
        latest_ready: status.and_then(|status| filled(status.latest_ready_revision_name.as_ref())),
        latest_created: status.and_then(|status| filled(status.latest_created_revision_name.as_ref())),
    };
    let ingress = filled(annotations.ingress_status.as_ref()).or(filled(annotations.ingress.as_ref()));
    Ok(Settings {
        uid: filled(metadata.uid.as_ref()).map(Arc::from),
        is_check_disabled: flag(annotations.invoker_iam_disabled.as_ref(), "invoker-iam-disabled")?,
        identity: super::identity(template.service_account_name.as_ref(), words),
        traffic: observed.traffic(),
        ingress: ingress.map(|word| words.word(ingress_word(word))),
        is_iap_enabled: flag(annotations.iap_enabled.as_ref(), "iap-enabled")?,
        urls: super::urls(main.into_iter().chain(listed.iter().map(String::as_str))),
        custom_audiences: list(annotations.custom_audiences.as_ref(), "custom-audiences")?
            .into_iter()
            .map(Arc::from)
            .collect(),
        is_default_url_disabled: flag(annotations.default_url_disabled.as_ref(), "default-url-disabled")?,
        function_target: filled(annotations.function_target.as_ref())
            .and_then(target)
            .map(|name| words.word(&name)),
        labels: super::labels(metadata.labels.as_ref(), words),
    })
}

/// An annotation that is on or off. Google's tools write `true` and `True`.
fn flag(text: Option<&Text<'_>>, name: &str) -> Result<bool, String> {
    match text.map(|text| &**text) {
        None => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        Some(text) => {
            Err(format!("its annotation `run.googleapis.com/{name}` is `{text}`, neither `true` nor `false`"))
        }
    }
}

/// An annotation that holds a list of strings as JSON.
fn list(text: Option<&Text<'_>>, name: &str) -> Result<Vec<String>, String> {
    filled(text).map_or_else(
        || Ok(Vec::new()),
        |text| {
            serde_json::from_str(text).map_err(|_| {
                format!("its annotation `run.googleapis.com/{name}` is not a JSON list of strings")
            })
        },
    )
}

/// The entry point: a plain name, or a JSON object of containers with one each, of which the first counts
/// (<https://cloud.google.com/run/docs/reference/rest/v1/ObjectMeta>).
fn target(text: &str) -> Option<String> {
    let name = match serde_json::from_str(text) {
        Ok(Value::Object(containers)) => {
            containers.values().find_map(Value::as_str).unwrap_or_default().to_owned()
        }
        Ok(Value::String(name)) => name,
        Ok(_) | Err(_) => text.to_owned(),
    };
    Some(name).filter(|name| !name.is_empty())
}

/// The word that the v2 API has for an ingress, so that both shapes give the same world.
pub(crate) fn ingress_word(word: &str) -> &str {
    match word {
        "all" => "INGRESS_TRAFFIC_ALL",
        "internal" => "INGRESS_TRAFFIC_INTERNAL_ONLY",
        "internal-and-cloud-load-balancing" => "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
        "none" => "INGRESS_TRAFFIC_NONE",
        other => other,
    }
}
