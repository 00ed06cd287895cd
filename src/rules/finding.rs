//! One difference between the map and the world, under one rule.

use std::{fmt::Write as _, sync::Arc};

use ring::digest::{SHA256, digest};

use crate::{
    callers::Location,
    model::{Grant, Level, Principal, Resource, RuleId, ServiceName},
};

/// One difference between the map and the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule it falls under.
    pub rule: RuleId,
    /// How much it matters in this map.
    pub level: Level,
    /// The function it is about; `None` where it is about a grant or a resource above functions.
    pub function: Option<ServiceName>,
    /// The resource it is about.
    pub resource: Resource,
    /// The caller it is about.
    pub caller: Option<Principal>,
    /// The grant it is about.
    pub grant: Option<Grant>,
    /// The functions in scope that the grant opens, where it hangs above functions.
    pub opens: Arc<[ServiceName]>,
    /// What is the matter, in one sentence: a fragment without a full stop.
    pub message: String,
    /// How the account that it is about is used, where that was seen. The message says it as well.
    pub evidence: Option<String>,
    /// Where the map speaks of it.
    pub declared_at: Option<Location>,
    /// What would put it right: an imperative fragment.
    pub fix: Option<String>,
    /// Stays the same as long as the difference is the same: see [`fingerprint`].
    pub fingerprint: String,
    /// The acceptance that covers it.
    pub accepted: Option<Accepted>,
}

/// Why a finding is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The reason that the map gives.
    pub reason: Arc<str>,
    /// Until when, RFC 3339.
    pub until: String,
}

/// What a finding is told apart by: rule, resource, role, principal and condition, never wording or place.
/// The resource is by project id where that is known, the principal as it is compared. 64 hex digits.
pub fn fingerprint(
    rule: RuleId,
    resource: &Resource,
    caller: Option<&Principal>,
    grant: Option<&Grant>,
) -> String {
    let on = grant.map_or(resource, |grant| &grant.resource).to_string();
    let held = grant.map_or("", |grant| grant.role.as_str());
    let who = grant.map(|grant| &grant.principal).or(caller).map_or("", Principal::key);
    let condition = grant.and_then(|grant| grant.condition.as_ref());
    let when = condition.map_or("", |condition| &*condition.expression);
    let mut text = String::new();
    for part in [rule.as_str(), &on, held, who, when] {
        // With its length before it, no part can pass for another. Writing to a string cannot fail.
        let _ = writeln!(text, "{}:{part}", part.len());
    }
    let mut hex = String::with_capacity(64);
    for byte in digest(&SHA256, text.as_bytes()).as_ref() {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
