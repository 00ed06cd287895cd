//! A Cloud Run service, in whichever of its two shapes it was given, in both of them.

mod knative;
mod parts;
mod revision;
mod v2;
mod version;

use serde_json::{Value, json};

pub(super) use knative::service as knative;
pub(super) use parts::{
    conditions_to_knative, conditions_to_v2, containers_to_knative, containers_to_v2, duration, seconds,
    volumes_to_knative, volumes_to_v2,
};
pub(super) use revision::{knative as knative_revision, names as revisions, v2 as v2_revision};
pub(super) use v2::service as v2;
use version::etag;
pub(in crate::emulator) use version::{
    knative_version, resource_version, said as said_version, service_etag,
};

use crate::emulator::hash::digits;

/// The conditions of a service, the one that sums them up first.
const CONDITIONS: [&str; 3] = ["Ready", "ConfigurationsReady", "RoutesReady"];

/// Whether a service is in the Knative shape.
pub(in crate::emulator) fn is_knative(data: &Value) -> bool {
    data.get("spec").is_some() || data.get("metadata").is_some()
}

/// What a service without one is called for good: the same at every start.
pub(in crate::emulator) fn uid(name: &str) -> String {
    let hex = digits(name, 16);
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32];
    parts.map(|range| hex.get(range).unwrap_or_default().to_owned()).join("-")
}

/// The conditions of a service of which none are told: it serves.
pub(super) fn ready(time: Option<&Value>, shape: fn(&str, Option<&Value>) -> Value) -> Value {
    CONDITIONS.map(|kind| shape(kind, time)).into_iter().collect()
}

pub(super) fn knative_condition(kind: &str, time: Option<&Value>) -> Value {
    super::object([
        ("type", Some(json!(kind))),
        ("status", Some(json!("True"))),
        ("lastTransitionTime", time.cloned()),
    ])
}

pub(super) fn v2_condition(kind: &str, time: Option<&Value>) -> Value {
    super::object([
        ("type", Some(json!(kind))),
        ("state", Some(json!("CONDITION_SUCCEEDED"))),
        ("lastTransitionTime", time.cloned()),
    ])
}
