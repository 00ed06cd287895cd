//! `callmap-review/1`.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::wire::{Head, LocationWire, ReasonWire};
use crate::{
    access::Reach,
    model::{Principal, time},
    plan::review::{Gap, Members, Reached, Row},
    report::review::View,
};

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Review")]
pub(super) struct Wire<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    /// Whether everything that decides was read, so that nobody can be missing. An accepted gap is a gap. Of the map
    /// alone, which says nothing of what is live, it is false.
    complete: bool,
    /// Every temporary and human caller: what has expired first, then by what ends soonest, then what has no end.
    callers: Vec<RowWire<'a>>,
    /// What each of these callers can call in what was read, declared or not. Empty of the map alone.
    reach: Vec<ReachWire<'a>>,
    /// What could not be read, accepted or not.
    unread: Vec<GapWire<'a>>,
    /// Files whose data is too old, or of no known age.
    stale: Vec<&'a str>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Caller")]
struct RowWire<'a> {
    /// The caller, `kind:name`; null where nobody knows whom the map means.
    caller: Option<&'a str>,
    /// The caller as the map has it, `kind:name` or `function:NAME`; null where the map declares nothing.
    declared_as: Option<&'a str>,
    /// Whether people are let in by it.
    human: bool,
    /// The functions, `projects/P/locations/L/services/S`.
    functions: Vec<String>,
    /// The first moment at which it may no longer call, RFC 3339 in UTC; null is for good.
    #[schemars(extend("format" = "date-time"))]
    until: Option<String>,
    /// Whether that is past.
    expired: bool,
    /// Why, as the map says.
    reason: Option<&'a str>,
    /// Whom to ask about the functions, as the map says.
    owners: Vec<&'a str>,
    /// Where the map declares it; null where it does not.
    declared_at: Option<LocationWire<'a>>,
    /// What it is in the world; `not asked` of the map alone.
    #[schemars(extend("enum" = ["has it now", "not yet", "no longer", "denied", "unknown", "not live", "not asked"]))]
    world: &'static str,
    /// Through what, or why not: what decides first. Where it has no resource, it stands on the function itself.
    through: Option<ReasonWire<'a>>,
    /// Who is in it, through groups in it, too; null of what is no group, and where not all of them are known.
    members: Option<Vec<&'a str>>,
    /// Whether it is a group of which not all members are known.
    members_unknown: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Reach")]
struct ReachWire<'a> {
    /// The caller, `kind:name`.
    caller: &'a str,
    /// Every function it can call, `projects/P/locations/L/services/S`.
    functions: Vec<String>,
    /// Of how many more it is not known.
    unknown: usize,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Gap")]
struct GapWire<'a> {
    /// What could not be read.
    resource: String,
    /// Why, and what it takes.
    detail: &'a str,
}

/// Writes a review as `callmap-review/1`.
///
/// # Errors
/// Where it cannot be written to.
pub fn review(view: &View<'_>, out: &mut dyn Write) -> io::Result<()> {
    let format = "callmap-review/1";
    let head = match &view.heading {
        Some(heading) => Head::of(format, heading),
        None => Head::offline(format, view.at).of_env(view.env),
    };
    let review = view.review;
    let stale = view.heading.map_or(&[][..], |heading| heading.stale);
    let wire = Wire {
        head,
        complete: view.heading.is_some() && review.gaps.is_empty() && stale.is_empty(),
        callers: review.rows.iter().map(RowWire::of).collect(),
        reach: review.reach.iter().map(ReachWire::of).collect(),
        unread: review.gaps.iter().map(GapWire::of).collect(),
        stale: stale.iter().map(|file| &**file).collect(),
    };
    super::write(&wire, out)
}

impl<'a> RowWire<'a> {
    fn of(row: &'a Row) -> Self {
        let Row {
            until,
            is_expired,
            caller,
            principal,
            is_human,
            functions,
            reason,
            owners,
            declared_at,
            standing,
            through,
            members,
        } = row;
        Self {
            caller: principal.as_ref().map(Principal::as_str),
            declared_as: declared_at.as_ref().map(|_| &**caller),
            human: *is_human,
            functions: functions.iter().map(|function| function.service.to_string()).collect(),
            until: until.map(time::rfc3339),
            expired: *is_expired,
            reason: reason.as_deref(),
            owners: owners.iter().map(|owner| &**owner).collect(),
            declared_at: declared_at.as_ref().map(LocationWire::of),
            world: standing.as_str(),
            through: through.as_ref().map(|(reason, _)| ReasonWire::of(reason)),
            members: match members {
                Some(Members::Known(members)) => Some(members.iter().map(Principal::as_str).collect()),
                Some(Members::Unknown) | None => None,
            },
            members_unknown: *members == Some(Members::Unknown),
        }
    }
}

impl<'a> ReachWire<'a> {
    fn of((caller, reached): (&'a Principal, &'a Reached<'_>)) -> Self {
        let Reach { sure, unsure } = &reached.reach;
        Self {
            caller: caller.as_str(),
            functions: sure.iter().map(ToString::to_string).collect(),
            unknown: unsure.len(),
        }
    }
}

impl<'a> GapWire<'a> {
    fn of(gap: &'a Gap) -> Self {
        let Gap { resource, message } = gap;
        Self { resource: resource.to_string(), detail: message }
    }
}
