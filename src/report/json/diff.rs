//! `callmap-diff/1`.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::wire::{ConditionWire, Head, LocationWire};
use crate::{
    model::time,
    plan::difference::{AccessChange, Change, LevelChange, Target, Through, Turn, Unread},
    report::difference::{Half, View, heading},
};

#[derive(Serialize, JsonSchema)]
pub(super) struct Wire<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    /// What is compared.
    #[schemars(extend("enum" = ["maps", "worlds"]))]
    compared: &'static str,
    /// The files of the old one.
    old_files: Vec<&'a str>,
    /// The files of the new one.
    new_files: Vec<&'a str>,
    /// Whether everything that decides is known in both: what is not is in `unread`, and neither came nor went.
    complete: bool,
    /// How many changes there are.
    summary: SummaryWire,
    /// Rules whose level is another.
    levels: Vec<LevelWire>,
    /// Access that came, went or changed, in the order it is shown.
    access: Vec<AccessWire<'a>>,
    /// Functions that came, went or changed.
    functions: Vec<ChangeWire<'a>>,
    /// Settings, acceptances and deny policies that came, went or changed.
    settings: Vec<ChangeWire<'a>>,
    /// What is not known in one of both.
    unread: Vec<UnreadWire<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Summary")]
struct SummaryWire {
    /// Access that came.
    came: usize,
    /// Access that went.
    went: usize,
    /// Access that changed.
    changed: usize,
    /// Everything else: functions, settings, levels.
    others: usize,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Level")]
struct LevelWire {
    /// The rule.
    rule: &'static str,
    /// Its level in the old map.
    was: &'static str,
    /// Its level in the new map.
    now: &'static str,
    /// Whether it was lowered, to below its own level.
    relaxed: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Access")]
struct AccessWire<'a> {
    /// Which way.
    #[schemars(extend("enum" = ["came", "went", "changed"]))]
    change: &'static str,
    /// How far it reaches.
    #[schemars(extend("enum" = ["public", "external", "other"]))]
    reach: &'static str,
    /// Who: `kind:name`, or `function:NAME` of a map.
    caller: &'a str,
    /// The function, `projects/P/locations/L/services/S`; null where it is not one alone.
    function: Option<String>,
    /// What stands above the functions, where the grant hangs there.
    above: Option<String>,
    /// How many functions that are.
    functions: Option<usize>,
    /// The group, of a member of one.
    group: Option<&'a str>,
    /// By what; of what went, by what it was.
    through: Vec<ThroughWire<'a>>,
    /// By what it was before, of what changed.
    was: Vec<ThroughWire<'a>>,
    /// What there is to say besides.
    notes: Vec<&'a str>,
    /// Where the map declares it: the new one, or the old one of what went.
    declared_at: Option<LocationWire<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Through")]
struct ThroughWire<'a> {
    /// What kind.
    #[schemars(extend("enum" = ["declared", "grant", "check off"]))]
    by: &'static str,
    /// The role of a grant.
    role: Option<&'a str>,
    /// When a grant counts; null is always.
    condition: Option<ConditionWire<'a>>,
    /// Until when a map says so, RFC 3339 in UTC; null is for good.
    until: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Change")]
struct ChangeWire<'a> {
    /// Which way.
    #[schemars(extend("enum" = ["came", "went", "changed"]))]
    change: &'static str,
    /// What it is.
    what: &'static str,
    /// What it is called.
    name: &'a str,
    /// What there is to say.
    detail: &'a str,
    /// Where the map says it.
    declared_at: Option<LocationWire<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Unread")]
struct UnreadWire<'a> {
    /// What, by its relative name.
    name: &'a str,
    /// What of it.
    what: &'static str,
    /// Where it is not known.
    #[schemars(extend("enum" = ["old", "new"]))]
    side: &'static str,
    /// Why.
    why: &'a str,
}

/// Writes a difference as `callmap-diff/1`.
///
/// # Errors
/// Where it cannot be written to.
pub fn diff(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    const FORMAT: &str = "callmap-diff/1";
    let difference = view.difference;
    let (head, compared) = match view.new {
        Half::Map(_) => {
            let mut head = Head::offline(FORMAT, view.at);
            head.env = view.env;
            (head, "maps")
        }
        Half::World(world) => (Head::of(FORMAT, &heading(view, world)), "worlds"),
    };
    let of = |turn| difference.turned(turn).count();
    let wire = Wire {
        head,
        compared,
        old_files: view.old.files(),
        new_files: view.new.files(),
        complete: view.is_complete(),
        summary: SummaryWire {
            came: of(Turn::Came),
            went: of(Turn::Went),
            changed: of(Turn::Changed),
            others: difference.functions.len() + difference.settings.len() + difference.levels.len(),
        },
        levels: difference.levels.iter().copied().map(LevelWire::of).collect(),
        access: difference.access.iter().map(AccessWire::of).collect(),
        functions: difference.functions.iter().map(ChangeWire::of).collect(),
        settings: difference.settings.iter().map(ChangeWire::of).collect(),
        unread: difference.unread.iter().map(UnreadWire::of).collect(),
    };
    super::write(&wire, out)
}

impl LevelWire {
    fn of(level: LevelChange) -> Self {
        let LevelChange { rule, was, now } = level;
        Self { rule: rule.as_str(), was: was.as_str(), now: now.as_str(), relaxed: level.is_relaxed() }
    }
}

impl<'a> AccessWire<'a> {
    fn of(change: &'a AccessChange) -> Self {
        let AccessChange { turn, reach, caller, target, through, was, notes, at } = change;
        let mut wire = Self {
            change: turn.as_str(),
            reach: reach.as_str(),
            caller,
            function: None,
            above: None,
            functions: None,
            group: None,
            through: through.iter().map(ThroughWire::of).collect(),
            was: was.iter().map(ThroughWire::of).collect(),
            notes: notes.iter().map(String::as_str).collect(),
            declared_at: at.as_ref().map(LocationWire::of),
        };
        match target {
            Target::Function(name, _) => wire.function = Some(name.to_string()),
            Target::Below(container, count) => {
                (wire.above, wire.functions) = (Some(container.to_string()), Some(*count));
            }
            Target::Group(group) => wire.group = Some(group.as_str()),
        }
        wire
    }
}

impl<'a> ThroughWire<'a> {
    fn of(through: &'a Through) -> Self {
        let (by, role, condition, until) = match through {
            Through::Declared(until) => ("declared", None, None, *until),
            Through::Grant(role, condition) => ("grant", Some(role.as_str()), condition.as_ref(), None),
            Through::CheckOff => ("check off", None, None, None),
        };
        Self { by, role, condition: condition.map(ConditionWire::of), until: until.map(time::rfc3339) }
    }
}

impl<'a> ChangeWire<'a> {
    fn of(change: &'a Change) -> Self {
        let Change { turn, what, name, detail, at } = change;
        let declared_at = at.as_ref().map(LocationWire::of);
        Self { change: turn.as_str(), what, name, detail, declared_at }
    }
}

impl<'a> UnreadWire<'a> {
    fn of(unread: &'a Unread) -> Self {
        let Unread { name, what, side, why } = unread;
        Self { name, what, side: side.as_str(), why }
    }
}
