//! Findings as entries of `accepted`.

use chrono::TimeDelta;

use super::{Audit, Finding};
use crate::{
    callers::edit::NewAcceptance,
    model::{Principal, Resource, RuleId, Time},
};

/// How long an acceptance counts where nobody says.
pub const USUAL: TimeDelta = TimeDelta::days(90);

/// The shortest beginning of a fingerprint that names a finding.
const SHORTEST: usize = 8;

/// Why findings cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AcceptError {
    /// It is too short to mean one finding.
    #[error("`{0}` is too short: give at least {SHORTEST} characters of a fingerprint")]
    TooShort(String),
    /// No finding has it.
    #[error("no finding has the fingerprint `{0}`; `callmap audit --format json` shows them")]
    Unknown(String),
    /// Several findings begin like it.
    #[error("several findings have fingerprints that begin with `{0}`; give more of it")]
    Ambiguous(String),
    /// It is accepted already.
    #[error("the finding `{0}` is accepted already")]
    Already(String),
    /// It is itself about an acceptance.
    #[error("the finding `{0}` is about an acceptance: mend or remove the entry it names")]
    OfAnAcceptance(String),
}

/// The findings that these fingerprints, or beginnings of them, name.
///
/// # Errors
/// With everything that is wrong with them.
pub fn named<'a>(audit: &'a Audit, fingerprints: &[String]) -> Result<Vec<&'a Finding>, Vec<AcceptError>> {
    let mut errors = Vec::new();
    let mut found: Vec<&Finding> = Vec::new();
    for wanted in fingerprints {
        match one(audit, wanted) {
            Ok(finding) if found.iter().any(|known| known.fingerprint == finding.fingerprint) => {}
            Ok(finding) => found.push(finding),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

fn one<'a>(audit: &'a Audit, wanted: &str) -> Result<&'a Finding, AcceptError> {
    if wanted.len() < SHORTEST {
        return Err(AcceptError::TooShort(wanted.to_owned()));
    }
    let mut findings = audit.findings.iter().filter(|finding| finding.fingerprint.starts_with(wanted));
    let finding = findings.next().ok_or_else(|| AcceptError::Unknown(wanted.to_owned()))?;
    if findings.any(|other| other.fingerprint != finding.fingerprint) {
        return Err(AcceptError::Ambiguous(wanted.to_owned()));
    }
    if finding.accepted.is_some() {
        return Err(AcceptError::Already(wanted.to_owned()));
    }
    if finding.rule == RuleId::UnusedAcceptance {
        return Err(AcceptError::OfAnAcceptance(wanted.to_owned()));
    }
    Ok(finding)
}

/// Every open finding that may be accepted with all others: not what is public, unchecked or unread. Those are
/// accepted one by one or not at all.
pub fn all(audit: &Audit) -> Vec<&Finding> {
    let apart =
        [RuleId::PublicFunction, RuleId::IamCheckDisabled, RuleId::Unreadable, RuleId::UnusedAcceptance];
    let is_public = |finding: &Finding| finding.caller.as_ref().is_some_and(Principal::is_public);
    audit.open().filter(|finding| !apart.contains(&finding.rule) && !is_public(finding)).collect()
}

/// The entry that accepts a finding and as little else as can be said.
pub fn entry(finding: &Finding, reason: &str, until: Time) -> NewAcceptance {
    let caller = finding.caller.as_ref().map(|caller| caller.as_str().to_owned());
    let is_caller_itself = matches!(&finding.resource, Resource::Other(name)
        if finding.caller.as_ref().is_some_and(|caller| caller.key() == &**name));
    NewAcceptance {
        rule: finding.rule,
        resource: (!is_caller_itself).then(|| finding.resource.to_string()),
        caller,
        role: finding.grant.as_ref().map(|grant| grant.role.as_str().to_owned()),
        reason: reason.to_owned(),
        until: crate::model::time::rfc3339(until),
    }
}
