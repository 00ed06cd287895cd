//! What a rule of a deny policy does to a caller, in words.

use std::collections::BTreeSet;

use super::{Denied, Refusal};
use crate::{
    access::{
        Candidate, Effect, Reason, Verdict,
        how::how,
        weigh::{Cause, Weight},
    },
    model::{PrincipalKind, Resource},
};

impl<'w> Refusal<'w> {
    /// What this rule weighs for a caller; `None` where it has nothing to do with it.
    pub(in crate::access) fn weight<'p>(
        &'p self,
        attachment: &Resource,
        candidate: &Candidate<'_, 'w>,
    ) -> Option<Weight<'p, 'w>> {
        let (names, spares) = (self.names(candidate), self.spares(candidate));
        let (anyone, caller) = (self.to_anyone(), self.to(candidate));
        if names == Verdict::No && anyone == Verdict::No {
            return None;
        }
        let parts =
            [Some(self.named(candidate, names, spares)), self.condition_part(), self.permission_part()];
        let reason = Reason {
            effect: Effect::Void,
            resource: Some(attachment.clone()),
            role: None,
            member: None,
            condition: self.rule.and_then(|rule| rule.condition.clone()),
            detail: parts.into_iter().flatten().collect::<Vec<_>>().join("; "),
            gap: None,
        };
        let cause = (self.refuses() == Verdict::Yes).then(|| self.cause(candidate, names, spares)).flatten();
        Some(Weight { anyone, caller, reason, cause, refusal: Some(self) })
    }

    /// Whom it names that has to do with the caller, and whether it excepts the caller.
    fn named(&self, candidate: &Candidate<'_, '_>, names: Verdict, spares: Verdict) -> String {
        let policy = self.policy.id.as_deref().unwrap_or("");
        if self.rule.is_none() {
            return format!("the deny policy `{policy}` has a rule of a kind that callmap does not know");
        }
        let refuses = match self.refuses().min(names).min(!spares) {
            Verdict::Yes => "refuses",
            Verdict::Unknown => "may refuse",
            Verdict::No => "would refuse",
        };
        let mut text = format!("the deny policy `{policy}` {refuses} its calls");
        // Which of several is told of must not turn on the order they stand in.
        let is_denied = self.denied().filter(|(_, form)| candidate.is_covered(form) == names);
        if let Some((denied, form)) = is_denied.min_by_key(|(text, _)| *text) {
            text = format!("{text}: it names `{denied}`{}", whom(candidate, form));
        }
        let is_excepted = self.excepted().filter(|(_, form)| candidate.is_covered(form) == spares);
        let excepted = is_excepted.min_by_key(|(text, _)| *text);
        if let (Verdict::Yes | Verdict::Unknown, Some((excepted, form))) = (spares, excepted) {
            let excepts = if spares == Verdict::Yes { "it excepts" } else { "it may except" };
            text = format!("{text}, but {excepts} this caller with `{excepted}`{}", whom(candidate, form));
        }
        text
    }

    fn condition_part(&self) -> Option<String> {
        let has_condition = self.rule.is_some_and(|rule| rule.condition.is_some());
        has_condition.then(|| {
            match self.condition {
                Verdict::Yes => "its condition lets it count",
                Verdict::Unknown => "whether its condition lets it count is not known",
                Verdict::No => "its condition keeps it from counting",
            }
            .to_owned()
        })
    }

    fn permission_part(&self) -> Option<String> {
        let rule = self.rule.filter(|_| self.permission == Verdict::Unknown)?;
        let patterns: BTreeSet<_> = rule.denied_permissions.iter().collect();
        let patterns: Vec<_> = patterns.into_iter().map(|pattern| format!("`{pattern}`")).collect();
        let patterns = patterns.join(", ");
        Some(format!("whether calls are meant by {patterns} is not known"))
    }

    /// The one group whose members would have to be known.
    fn cause(&self, candidate: &Candidate<'_, '_>, names: Verdict, spares: Verdict) -> Option<Cause> {
        let is_open = |form: &Denied| candidate.is_covered(form) == Verdict::Unknown;
        let mut open = match (names, spares) {
            (Verdict::Unknown, Verdict::No) => {
                self.denied().filter(|(_, form)| is_open(form)).collect::<Vec<_>>()
            }
            (Verdict::Yes, Verdict::Unknown) => self.excepted().filter(|(_, form)| is_open(form)).collect(),
            _ => return None,
        };
        let is_one = matches!(candidate.kind, PrincipalKind::User(_) | PrincipalKind::ServiceAccount(_));
        let (_, last) = open.pop().filter(|_| open.is_empty() && is_one)?;
        match last {
            Denied::Member(member) => candidate.missing(member),
            _ => None,
        }
    }
}

/// How what a rule names means the caller.
fn whom(candidate: &Candidate<'_, '_>, form: &Denied) -> String {
    let covered = candidate.is_covered(form);
    let caller = candidate.principal;
    match (form, covered) {
        (Denied::Everybody, _) => ", which is everybody".to_owned(),
        (Denied::Customer, _) => ", and who belongs to that customer is not known".to_owned(),
        (Denied::Beyond, _) => ", and callmap does not know this form".to_owned(),
        (Denied::Agents(container), Verdict::Yes) => {
            format!(", and `{caller}` is a service agent of `{container}`")
        }
        (Denied::Agents(container), _) => format!(", which may hold service agents of `{container}`"),
        (Denied::Member(member), Verdict::Unknown) if candidate.matches(member) == Verdict::No => {
            format!(", which is, or may be, a part of `{caller}`")
        }
        (Denied::Member(member), covered) => {
            how(candidate, member, covered).map_or(String::new(), |how| format!(" ({how})"))
        }
        (Denied::Nobody, _) => String::new(),
    }
}
