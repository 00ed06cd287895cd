//! What holds for the whole map.

use std::{collections::BTreeMap, sync::Arc};

use chrono::TimeDelta;

use super::{Caller, Place};
use crate::model::{Level, ProjectName, Resource, RoleName, RuleId, Time};

/// The settings, which stand in one file of the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What a reviewer agreed to live with.
    pub accepted: Vec<Acceptance>,
    /// Levels that differ from the rules' own.
    pub levels: BTreeMap<RuleId, Level>,
    /// The role that callmap grants.
    pub role: RoleName,
    /// How an `until` is kept.
    pub expiry: Expiry,
    /// The longest a temporary caller may be given.
    pub max_until: Option<TimeDelta>,
    /// E-mail domains that are ours, in lower case; `None` where nobody said.
    pub domains: Option<Vec<Arc<str>>>,
    /// Projects whose service accounts are ours, besides the map's own.
    pub projects: Vec<ProjectName>,
}

/// How an `until` is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// By a condition on the grant.
    Condition,
    /// By the next run, which takes the grant away.
    Map,
}

/// Findings that a reviewer agreed to live with, for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// Findings of which rule.
    pub rule: RuleId,
    /// Of exactly this caller.
    pub caller: Option<Caller>,
    /// About exactly this resource.
    pub resource: Option<Resource>,
    /// Only about these functions, by short name; empty is all.
    pub functions: Vec<Arc<str>>,
    /// Only of this role.
    pub role: Option<RoleName>,
    /// Why.
    pub reason: Arc<str>,
    /// The first moment at which it no longer counts.
    pub until: Time,
    /// Where it stands.
    pub place: Place,
}

impl Settings {
    /// The level of a rule's findings in this map.
    pub fn level(&self, rule: RuleId) -> Level {
        self.levels.get(&rule).copied().unwrap_or_else(|| rule.default_level())
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            accepted: Vec::new(),
            levels: BTreeMap::new(),
            role: RoleName::new("roles/run.invoker"),
            expiry: Expiry::Condition,
            max_until: None,
            domains: None,
            projects: Vec::new(),
        }
    }
}
