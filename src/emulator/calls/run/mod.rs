//! What Cloud Run does beside lists and policies: the Knative shape, writes, revisions, operations.

mod knative;
mod operation;
mod patch;
mod replace;
mod revision;
mod selector;
mod write;

use serde_json::Value;

pub(in crate::emulator) use operation::OperationCall;
pub(super) use operation::{done, remembered};

use super::Context;
use crate::emulator::{fault::Fault, state::Kind};

/// A method of Cloud Run. A parent is `projects/P/locations/L`, where the location may be `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) enum RunCall {
    /// What of a kind is below a parent, in the Knative shape.
    Knatives(Kind, String),
    /// One in the Knative shape.
    Knative(Kind, String),
    /// A new service, in the Knative shape.
    New(String),
    /// A service, in the place of the one that was there; in the Knative shape.
    Replace(String),
    /// A service taken away, as Knative answers it.
    Remove(String),
    /// Revisions of a parent in the Knative shape, or one of them.
    KnativeRevisions(String, Option<String>),
    /// A new service.
    Create(String),
    /// Other settings for a service.
    Patch(String),
    /// A service taken away.
    Delete(String),
    /// Revisions of a service, or one of them.
    Revisions(String, Option<String>),
}

/// Does what is asked for.
pub(super) fn answer(call: &RunCall, context: &mut Context<'_>) -> Result<Value, Fault> {
    match call {
        RunCall::Knatives(kind, parent) => knative::all(*kind, parent, context),
        RunCall::Knative(kind, name) => knative::one(*kind, name, context),
        RunCall::New(parent) => replace::create(parent, context),
        RunCall::Replace(name) => replace::replace(name, context),
        RunCall::Remove(name) => replace::remove(name, context),
        RunCall::KnativeRevisions(parent, None) => revision::knatives(parent, context),
        RunCall::KnativeRevisions(parent, Some(short)) => revision::knative(parent, short, context),
        RunCall::Create(parent) => patch::create(parent, context),
        RunCall::Patch(name) => patch::patch(name, context),
        RunCall::Delete(name) => patch::delete(name, context),
        RunCall::Revisions(service, None) => revision::all(service, context),
        RunCall::Revisions(service, Some(short)) => revision::one(service, short, context),
    }
}
