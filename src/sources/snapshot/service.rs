//! Services and functions as lines of a snapshot, in the shape of their v2 APIs.

use std::{collections::BTreeSet, io, sync::Arc};

use serde::Serialize;

use super::{
    GapLayer, Words,
    lines::{Line, Out, chain, email, policy},
};
use crate::{
    model::ServiceName,
    world::{Observed, Service, Settings, Traffic, World},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ServiceOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
    template: Template<'a>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    invoker_iam_disabled: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    iap_enabled: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    default_uri_disabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    ingress: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    urls: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    custom_audiences: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    build_config: Option<BuildConfig<'a>>,
    #[serde(skip_serializing_if = "Words::is_empty")]
    labels: Words<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    traffic: Vec<Target<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Template<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    service_account: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BuildConfig<'a> {
    function_target: &'a str,
}

#[derive(Serialize)]
struct Target<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<&'a str>,
    percent: u8,
}

/// A share for each revision that the traffic is split to. One without a name, where nobody told which: all that is
/// known is that it need not be the latest.
fn targets(revisions: &BTreeSet<Arc<str>>) -> Vec<Target<'_>> {
    let target =
        |revision| Target { kind: "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", revision, percent: 100 };
    if revisions.is_empty() {
        return vec![target(None)];
    }
    revisions.iter().map(|revision| target(Some(&**revision))).collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FunctionOut<'a> {
    environment: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_config: Option<ServiceConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_trigger: Option<EventTrigger<'a>>,
}

#[derive(Serialize)]
struct ServiceConfig {
    service: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EventTrigger<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    trigger: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_account_email: Option<&'a str>,
}

/// One service: a line for what is known, and one for each part that is not.
pub(super) fn write(name: &ServiceName, service: &Service, out: &mut Out<'_>) -> io::Result<()> {
    let Service { settings, policy: allow, ancestors } = service;
    let name = format!("//run.googleapis.com/{name}");
    if settings.known().is_some() || allow.known().is_some() || ancestors.known().is_some() {
        let mut line = Line::new(name.clone(), "run.googleapis.com/Service");
        if let Observed::Known(settings) = settings {
            line = line.with(shown(settings));
        }
        line.iam_policy = allow.known().map(policy);
        line.ancestors = ancestors.known().map(|containers| chain(containers));
        out.line(&line)?;
    }
    let gaps = [
        (GapLayer::Settings, settings.gap()),
        (GapLayer::Policy, allow.gap()),
        (GapLayer::Ancestors, ancestors.gap()),
    ];
    gaps.into_iter().try_for_each(|(layer, gap)| gap.map_or(Ok(()), |gap| out.gap(layer, &name, gap)))
}

fn shown(settings: &Settings) -> ServiceOut<'_> {
    let Settings {
        uid,
        is_check_disabled,
        identity,
        traffic,
        ingress,
        is_iap_enabled,
        urls,
        custom_audiences,
        is_default_url_disabled,
        function_target,
        labels,
    } = settings;
    ServiceOut {
        uid: uid.as_deref(),
        template: Template { service_account: identity.as_ref().map(email) },
        invoker_iam_disabled: *is_check_disabled,
        iap_enabled: *is_iap_enabled,
        default_uri_disabled: *is_default_url_disabled,
        ingress: ingress.as_deref(),
        urls: urls.iter().map(|url| &**url).collect(),
        custom_audiences: custom_audiences.iter().map(|audience| &**audience).collect(),
        build_config: function_target.as_deref().map(|function_target| BuildConfig { function_target }),
        labels: labels.iter().map(|(key, value)| (&**key, &**value)).collect(),
        traffic: match traffic {
            Traffic::Latest => Vec::new(),
            Traffic::Split { revisions } => targets(revisions),
        },
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RevisionOut<'a> {
    service: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_account: Option<&'a str>,
}

/// The revisions that traffic is split to.
pub(super) fn write_revisions(world: &World, out: &mut Out<'_>) -> io::Result<()> {
    for (service, revisions) in &world.revisions {
        for (revision, account) in revisions {
            let name = format!("//run.googleapis.com/{service}/revisions/{revision}");
            match account {
                Observed::Known(account) => {
                    let service_account = account.as_ref().map(email);
                    let data = RevisionOut { service: &service.service, service_account };
                    out.line(&Line::new(name, "run.googleapis.com/Revision").with(data))?;
                }
                Observed::Unreadable(gap) => out.gap(GapLayer::Revision, &name, gap)?,
            }
        }
    }
    Ok(())
}

/// Functions of the Cloud Functions v2 API.
pub(super) fn write_functions(world: &World, out: &mut Out<'_>) -> io::Result<()> {
    for (name, function) in &world.functions {
        let service = function.service.as_ref().map(|service| ServiceConfig { service: service.to_string() });
        let account = function.trigger_identity.as_ref().map(email);
        let name = format!("//cloudfunctions.googleapis.com/{name}");
        let mut line = Line::new(name, "cloudfunctions.googleapis.com/Function").with(FunctionOut {
            environment: "GEN_2",
            service_config: service,
            event_trigger: function.is_event_driven.then_some(EventTrigger {
                service_account_email: account,
                trigger: function.trigger.as_deref(),
                event_type: function.event_type.as_deref(),
            }),
        });
        line.iam_policy = function.policy.as_ref().map(policy);
        out.line(&line)?;
    }
    Ok(())
}
