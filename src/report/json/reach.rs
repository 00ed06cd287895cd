//! `callmap-explain/1`, `callmap-who/1` and `callmap-can/1`.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::wire::{Head, ReasonWire};
use crate::{
    access::{Answer, Callable, Can, Flip, Invoker, Who},
    model::{Principal, ServiceName},
    report::{beside::Beside, heading::Heading},
    world::{Identities, Nature},
};

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Explain")]
pub(super) struct ExplainWire<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    /// The caller, `kind:name`.
    caller: &'a str,
    /// The function, `projects/P/locations/L/services/S`.
    function: String,
    /// What stands beside the verdict and does not change it.
    context: ContextWire<'a>,
    /// Can it call?
    #[schemars(extend("enum" = ["yes", "no", "unknown"]))]
    verdict: &'static str,
    /// Everything on the way, what decided first.
    reasons: Vec<ReasonWire<'a>>,
    /// The one change that would turn the verdict round, or that there is none, in words.
    flip: String,
}

/// What a function is, who can reach it, and whom it runs as.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Context")]
struct ContextWire<'a> {
    /// What it is; null where its settings, which would tell, were not read.
    #[schemars(extend("enum" = ["service", "function", "event function", null]))]
    nature: Option<&'static str>,
    /// Which networks may reach it, in Google's word; null where nothing was said.
    ingress: Option<&'a str>,
    /// Whether the Identity-Aware Proxy stands before it; null where that was not read.
    iap: Option<bool>,
    /// Whether revisions answer besides the latest, or a tag leads to one; null where that was not read.
    traffic_is_split: Option<bool>,
    /// The accounts it runs as, `serviceAccount:EMAIL`: the template's, and those of revisions that answer besides.
    runs_as: Vec<&'a str>,
    /// Whether these are all of them.
    runs_as_is_complete: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Who")]
pub(super) struct WhoWire<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    /// The function, `projects/P/locations/L/services/S`.
    function: String,
    /// What stands beside the verdicts and does not change them.
    context: ContextWire<'a>,
    /// Whether everything that decides was read, so that nobody can be missing.
    complete: bool,
    /// Everybody who can call it, or may.
    callers: Vec<InvokerWire<'a>>,
    /// Whom deny policies stop who could call it by allow policies alone, or might.
    denied: Vec<InvokerWire<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Invoker")]
struct InvokerWire<'a> {
    /// Who, `kind:name`.
    principal: &'a str,
    /// Can it call? No of who is denied.
    #[schemars(extend("enum" = ["yes", "no", "unknown"]))]
    verdict: &'static str,
    /// Through what; of who is denied, what stops it.
    via: Vec<ReasonWire<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Can")]
pub(super) struct CanWire<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    /// The caller, `kind:name`.
    caller: &'a str,
    /// Whether everything that decides was read, so that nothing can be missing.
    complete: bool,
    /// Everything it can call, or may.
    functions: Vec<CallableWire<'a>>,
    /// Everything that deny policies keep it from calling and that it could call by allow policies alone, or might.
    denied: Vec<CallableWire<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Callable")]
struct CallableWire<'a> {
    /// Which, `projects/P/locations/L/services/S`.
    function: String,
    /// Can it be called? No of what is denied.
    #[schemars(extend("enum" = ["yes", "no", "unknown"]))]
    verdict: &'static str,
    /// Through what; of what is denied, what stops the caller.
    via: Vec<ReasonWire<'a>>,
}

/// Writes a verdict as `callmap-explain/1`.
///
/// # Errors
/// Where it cannot be written to.
pub fn explain(
    heading: &Heading<'_>,
    (caller, function): (&Principal, &ServiceName),
    (answer, flip): (&Answer, &Flip),
    beside: &Beside<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let wire = ExplainWire {
        head: Head::of("callmap-explain/1", heading),
        caller: caller.as_str(),
        function: function.to_string(),
        context: ContextWire::of(beside),
        verdict: answer.verdict.as_str(),
        reasons: ReasonWire::all(&answer.reasons),
        flip: flip.to_string(),
    };
    super::write(&wire, out)
}

/// Writes everybody who can call a function as `callmap-who/1`.
///
/// # Errors
/// Where it cannot be written to.
pub fn who(heading: &Heading<'_>, who: &Who, beside: &Beside<'_>, out: &mut dyn Write) -> io::Result<()> {
    let wire = WhoWire {
        head: Head::of("callmap-who/1", heading),
        function: who.function.to_string(),
        context: ContextWire::of(beside),
        complete: who.is_complete,
        callers: who.callers.iter().map(InvokerWire::of).collect(),
        denied: who.denied.iter().map(InvokerWire::of).collect(),
    };
    super::write(&wire, out)
}

/// Writes everything that a caller can call as `callmap-can/1`.
///
/// # Errors
/// Where it cannot be written to.
pub fn can(heading: &Heading<'_>, can: &Can, out: &mut dyn Write) -> io::Result<()> {
    let wire = CanWire {
        head: Head::of("callmap-can/1", heading),
        caller: can.caller.as_str(),
        complete: can.is_complete,
        functions: can.functions.iter().map(CallableWire::of).collect(),
        denied: can.denied.iter().map(CallableWire::of).collect(),
    };
    super::write(&wire, out)
}

impl<'a> ContextWire<'a> {
    fn of(beside: &'a Beside<'_>) -> Self {
        let Beside { nature, ingress, is_iap_enabled, is_split, identities } = beside;
        let Identities { accounts, is_whole } = identities;
        Self {
            nature: nature.map(Nature::as_str),
            ingress: *ingress,
            iap: *is_iap_enabled,
            traffic_is_split: *is_split,
            runs_as: accounts.iter().map(Principal::as_str).collect(),
            runs_as_is_complete: *is_whole,
        }
    }
}

impl<'a> InvokerWire<'a> {
    fn of(invoker: &'a Invoker) -> Self {
        let Invoker { principal, verdict, via } = invoker;
        Self { principal: principal.as_str(), verdict: verdict.as_str(), via: ReasonWire::all(via) }
    }
}

impl<'a> CallableWire<'a> {
    fn of(callable: &'a Callable) -> Self {
        let Callable { function, verdict, via } = callable;
        Self { function: function.to_string(), verdict: verdict.as_str(), via: ReasonWire::all(via) }
    }
}
