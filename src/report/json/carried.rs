//! `callmap-apply/1`: what was carried out, or taken back.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::wire::{ConditionWire, Head};
use crate::{
    apply::{End, Outcome, atom::Atom},
    report::carried::{Line, View},
};

/// What `apply` and `undo` did.
#[derive(Serialize, JsonSchema)]
pub(super) struct Wire<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    /// Whether another run was taken back.
    undo: bool,
    /// How it ended: `done`, `stale` (and nothing was written), `partly` or `stopped`.
    end: &'static str,
    /// Whether anything was written, or may have been.
    written: bool,
    /// The path of the journal; null where there is none.
    journal: Option<&'a str>,
    /// Every step, in order.
    steps: Vec<StepWire<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Step")]
struct StepWire<'a> {
    /// Its name in the plan.
    id: String,
    /// Whose policy, by its relative name.
    resource: String,
    /// What came of it: `done`, `done already`, `stale`, `failed`, `held`; null where it was not come to.
    outcome: Option<&'static str>,
    /// Why it was not done.
    why: Option<&'a str>,
    /// What was to be put in and taken out.
    changes: Vec<ChangeWire<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Change")]
struct ChangeWire<'a> {
    /// `add` or `remove`.
    change: &'static str,
    /// The role.
    role: &'a str,
    /// Who.
    member: &'a str,
    /// Under which condition.
    condition: Option<ConditionWire<'a>>,
}

/// Writes what was done as `callmap-apply/1`.
///
/// # Errors
/// Where it cannot be written to.
pub fn carried(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let View { heading, steps, end, has_written, journal, is_undo } = *view;
    let wire = Wire {
        head: Head::of("callmap-apply/1", &heading),
        undo: is_undo,
        end: match end {
            End::Done => "done",
            End::Stale => "stale",
            End::Partly => "partly",
            End::Stopped => "stopped",
        },
        written: has_written,
        journal,
        steps: steps.iter().map(step).collect(),
    };
    super::write(&wire, out)
}

fn step(line: &Line) -> StepWire<'_> {
    let Line { id, resource, changes, outcome } = line;
    StepWire {
        id: id.to_string(),
        resource: resource.to_string(),
        outcome: outcome.as_ref().map(Outcome::as_str),
        why: outcome.as_ref().and_then(Outcome::why),
        changes: changes.iter().map(change).collect(),
    }
}

fn change(atom: &Atom) -> ChangeWire<'_> {
    let Atom { deed, role, principal, condition } = atom;
    ChangeWire {
        change: deed.as_str(),
        role: role.as_str(),
        member: principal.as_str(),
        condition: condition.as_ref().map(ConditionWire::of),
    }
}
