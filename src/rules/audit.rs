//! The outcome of an audit as a value, which every report is written from.

use std::{collections::BTreeMap, sync::Arc};

use super::Finding;
use crate::{
    model::{Level, RuleId, Time},
    world::{Layer, LayerState, Source},
};

/// What an audit found.
#[derive(Debug, Clone)]
pub struct Audit {
    /// The time it was judged at.
    pub at: Time,
    /// The environment of the map.
    pub env: Option<Arc<str>>,
    /// Where the world was read from.
    pub source: Source,
    /// What was read and what was not.
    pub layers: BTreeMap<Layer, LayerState>,
    /// Whether everything that decides a verdict was read. Gaps that are accepted are gaps.
    pub is_complete: bool,
    /// How many things were looked at.
    pub counts: Counts,
    /// Rules that the map lowered below their own level, with the level they have now.
    pub relaxed: Vec<(RuleId, Level)>,
    /// The findings, accepted ones included, in an order that does not depend on how they were found.
    pub findings: Vec<Finding>,
    /// Callers of functions that are not live yet: no finding of their own.
    pub waiting: usize,
    /// The map's files.
    pub map_files: Vec<Arc<str>>,
    /// Files older than was asked for.
    pub stale_files: Vec<Arc<str>>,
    /// How many days old the data about Google's own roles is, where that is too old and something rests on it.
    pub old_roles: Option<i64>,
}

/// How many things an audit looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Functions that the map governs.
    pub functions: usize,
    /// Of these, functions about which nothing was found.
    pub matching: usize,
    /// Live functions in scope.
    pub in_scope: usize,
    /// Declared edges.
    pub edges: usize,
    /// First-generation functions, which are not judged.
    pub gen1: usize,
    /// Functions that are declared as callers and of which several revisions answer, as several accounts.
    pub split: usize,
    /// Functions that are declared as callers and of which revisions answer whose accounts are not known.
    pub split_unknown: usize,
}

impl Audit {
    /// Findings of a level that nobody accepted.
    pub fn count(&self, level: Level) -> usize {
        self.open().filter(|finding| finding.level == level).count()
    }

    /// Findings that nobody accepted.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.accepted.is_none())
    }

    /// Findings that somebody accepted.
    pub fn accepted(&self) -> usize {
        self.findings.iter().filter(|finding| finding.accepted.is_some()).count()
    }

    /// Things that could not be read, accepted or not.
    pub fn unreadable(&self) -> usize {
        self.findings.iter().filter(|finding| finding.rule == RuleId::Unreadable).count()
    }

    /// Whether a finding at or above this level is open, gaps aside.
    pub fn has_findings_from(&self, level: Level) -> bool {
        self.open().any(|finding| finding.rule != RuleId::Unreadable && finding.level >= level)
    }

    /// Whether a gap is open: something unread that nobody accepted.
    pub fn has_open_gaps(&self) -> bool {
        self.open().any(|finding| finding.rule == RuleId::Unreadable) || !self.stale_files.is_empty()
    }
}
