//! An audit in numbers, and the one sentence that it ends with.

use crate::{
    model::{Level, RuleId},
    report::heading::Heading,
    rules::Audit,
    world::{Layer, LayerState},
};

/// An audit in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Functions that the map governs.
    pub functions: usize,
    /// Of these, functions about which nothing was found.
    pub matching: usize,
    /// Open findings of level error, gaps aside.
    pub errors: usize,
    /// Open findings of level warning.
    pub warnings: usize,
    /// Open findings of level note.
    pub notes: usize,
    /// Accepted findings, gaps included.
    pub accepted: usize,
    /// Gaps, accepted ones included.
    pub unreadable: usize,
    /// Gaps that are accepted.
    pub accepted_gaps: usize,
}

impl Summary {
    /// The numbers of an audit.
    pub fn of(audit: &Audit) -> Self {
        let is_gap = |rule: RuleId| rule == RuleId::Unreadable;
        let open =
            |level| audit.open().filter(|finding| finding.level == level && !is_gap(finding.rule)).count();
        let accepted_gaps = audit
            .findings
            .iter()
            .filter(|finding| is_gap(finding.rule) && finding.accepted.is_some())
            .count();
        Self {
            functions: audit.counts.functions,
            matching: audit.counts.matching,
            errors: open(Level::Error),
            warnings: open(Level::Warning),
            notes: open(Level::Note),
            accepted: audit.accepted(),
            unreadable: audit.unreadable(),
            accepted_gaps,
        }
    }

    /// The numbers in one line.
    pub fn line(self) -> String {
        let Self { functions, matching, errors, warnings, notes, accepted, unreadable, accepted_gaps: _ } =
            self;
        format!(
            "{}: {} match, {}, {}, {}, {} accepted, {} unreadable",
            counted(functions, "function", "functions"),
            number(matching),
            counted(errors, "error", "errors"),
            counted(warnings, "warning", "warnings"),
            counted(notes, "note", "notes"),
            number(accepted),
            number(unreadable),
        )
    }
}

/// How an audit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// There are errors or warnings, and everything was read.
    Findings,
    /// Nothing above a note, and everything was read.
    Clean,
    /// Nothing above a note in what was read, and every gap is accepted.
    CleanAsRead,
    /// Something could not be read.
    Incomplete,
}

impl Ending {
    /// How this audit ended. Never clean where something that decides was not read.
    pub fn of(audit: &Audit) -> Self {
        let summary = Summary::of(audit);
        let has_findings = summary.errors + summary.warnings > 0;
        match (audit.is_complete, audit.has_open_gaps()) {
            (_, true) => Self::Incomplete,
            (true, false) if has_findings => Self::Findings,
            (true, false) => Self::Clean,
            (false, false) if has_findings || summary.accepted_gaps == 0 => Self::Incomplete,
            (false, false) => Self::CleanAsRead,
        }
    }

    /// The sentence for it, with file names as they came; `None` where the numbers say it all.
    pub fn sentence(self, audit: &Audit) -> Option<String> {
        let summary = Summary::of(audit);
        let by = match Heading::of(audit).state(Layer::DenyPolicies) {
            LayerState::Read => "",
            LayerState::Refused | LayerState::NotAsked => ", by allow policies",
        };
        match self {
            Self::Findings => None,
            Self::Clean => Some(format!("clean{by}")),
            Self::CleanAsRead => Some(format!(
                "clean as far as it could be read{by}, {} accepted",
                counted(summary.accepted_gaps, "gap", "gaps")
            )),
            Self::Incomplete => {
                let open = summary.unreadable - summary.accepted_gaps;
                let mut reasons = Vec::new();
                if open > 0 {
                    reasons.push(format!("{} could not be read", counted(open, "resource", "resources")));
                }
                if summary.accepted_gaps > 0 {
                    reasons.push(format!("{} accepted", counted(summary.accepted_gaps, "gap", "gaps")));
                }
                reasons
                    .extend(audit.stale_files.iter().map(|file| format!("the data of `{file}` is too old")));
                if reasons.is_empty() {
                    reasons.push("not everything that decides was read".into());
                }
                Some(format!("incomplete: {}", reasons.join(", ")))
            }
        }
    }
}

/// A number with its noun: `1 gap`, `1,204 gaps`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// A number with its thousands set apart.
pub fn number(count: usize) -> String {
    let digits = count.to_string();
    let mut shown = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_set_apart_by_thousands() {
        assert_eq!(number(0), "0");
        assert_eq!(number(999), "999");
        assert_eq!(number(1_204_003), "1,204,003");
        assert_eq!(counted(1, "gap", "gaps"), "1 gap");
    }
}
