//! The rules: one file each, pure, under one registry.

pub mod audit;
pub mod finding;

pub use audit::{Audit, Counts};
pub use finding::{Accepted, Finding, fingerprint};

use crate::model::RuleId;

/// What a rule says about itself. The command line, the README and reports for machines all read this.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// What it says, in a few words.
    pub title: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// How to put it right.
    pub fix: &'static str,
}
