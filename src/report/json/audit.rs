//! `callmap-audit/1`.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::wire::{GrantWire, Head, LocationWire};
use crate::{
    model::Principal,
    report::{heading::Heading, summary::Summary},
    rules::{Accepted, Audit, Finding},
};

#[derive(Serialize, JsonSchema)]
pub(super) struct Wire<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    /// Rules that the map lowered below their own level.
    relaxed: Vec<RelaxedWire>,
    /// First-generation functions, which are not judged.
    not_judged: usize,
    /// Whether everything that decides was read. An accepted gap is a gap.
    complete: bool,
    /// The findings in numbers.
    summary: SummaryWire,
    /// The findings, accepted ones included.
    findings: Vec<FindingWire<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Relaxed")]
struct RelaxedWire {
    /// The rule.
    rule: &'static str,
    /// The level it has now.
    level: &'static str,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Summary")]
struct SummaryWire {
    /// Functions that the map governs.
    functions: usize,
    /// Of these, functions about which nothing was found.
    matching: usize,
    /// Errors that nobody accepted, gaps aside.
    errors: usize,
    /// Warnings that nobody accepted.
    warnings: usize,
    /// Notes that nobody accepted.
    notes: usize,
    /// Accepted findings, gaps included.
    accepted: usize,
    /// What could not be read, accepted or not.
    unreadable: usize,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
struct FindingWire<'a> {
    /// The id of the rule.
    rule: &'static str,
    /// How much it matters.
    #[schemars(extend("enum" = ["note", "warning", "error"]))]
    level: &'static str,
    /// The function, `projects/P/locations/L/services/S`; null where it is about something above functions.
    function: Option<String>,
    /// The resource it is about.
    resource: String,
    /// The caller, `kind:name`.
    caller: Option<&'a str>,
    /// The grant it is about.
    grant: Option<GrantWire<'a>>,
    /// What is the matter.
    message: &'a str,
    /// Where the map speaks of it.
    declared_at: Option<LocationWire<'a>>,
    /// What would put it right.
    fix: Option<&'a str>,
    /// Stays the same as long as the difference does.
    #[schemars(extend("pattern" = "^[0-9a-f]{64}$"))]
    fingerprint: &'a str,
    /// Why it is accepted.
    accepted: Option<AcceptedWire<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Accepted")]
struct AcceptedWire<'a> {
    /// The reason that the map gives.
    reason: &'a str,
    /// Until when, RFC 3339 in UTC.
    until: &'a str,
}

/// Writes an audit as `callmap-audit/1`.
///
/// # Errors
/// Where it cannot be written to.
pub fn audit(audit: &Audit, out: &mut dyn Write) -> io::Result<()> {
    let relaxed = audit.relaxed.iter();
    let wire = Wire {
        head: Head::of("callmap-audit/1", &Heading::of(audit)),
        relaxed: relaxed
            .map(|(rule, level)| RelaxedWire { rule: rule.as_str(), level: level.as_str() })
            .collect(),
        not_judged: audit.counts.gen1,
        complete: audit.is_complete,
        summary: SummaryWire::of(Summary::of(audit)),
        findings: audit.findings.iter().map(FindingWire::of).collect(),
    };
    super::write(&wire, out)
}

impl SummaryWire {
    fn of(summary: Summary) -> Self {
        let Summary { functions, matching, errors, warnings, notes, accepted, unreadable, accepted_gaps: _ } =
            summary;
        Self { functions, matching, errors, warnings, notes, accepted, unreadable }
    }
}

impl<'a> FindingWire<'a> {
    fn of(finding: &'a Finding) -> Self {
        // What a grant above functions opens is counted and named in the message, and how an account is used is told there.
        let Finding {
            rule,
            level,
            function,
            resource,
            caller,
            grant,
            opens: _,
            message,
            evidence: _,
            declared_at,
            fix,
            fingerprint,
            accepted,
        } = finding;
        Self {
            rule: rule.as_str(),
            level: level.as_str(),
            function: function.as_ref().map(ToString::to_string),
            resource: resource.to_string(),
            caller: caller.as_ref().map(Principal::as_str),
            grant: grant.as_ref().map(GrantWire::of),
            message,
            declared_at: declared_at.as_ref().map(LocationWire::of),
            fix: fix.as_deref(),
            fingerprint,
            accepted: accepted.as_ref().map(|Accepted { reason, until }| AcceptedWire { reason, until }),
        }
    }
}
