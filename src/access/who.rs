//! Everybody who can call one function.

use std::collections::BTreeSet;

use super::{Access, Effect, Reason, Verdict, carried::Given, path::Path};
use crate::model::{Principal, PrincipalKind, ServiceName};

/// Everybody who can, or may, call one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The function.
    pub function: ServiceName,
    /// Whether everything on its path was read, so that nobody can be missing.
    pub is_complete: bool,
    /// Who can or may call it, by principal: everybody the path names, members of groups that were read, and
    /// `allUsers` where the invoker check is off. Nobody with the verdict no.
    pub callers: Vec<Invoker>,
    /// What could not be read on its path.
    pub unread: Vec<Reason>,
    /// Groups among the callers whose members are not known, or not all of them.
    pub unexpanded: Vec<Principal>,
}

/// Somebody who can, or may, call a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoker {
    /// Who.
    pub principal: Principal,
    /// Yes or unknown.
    pub verdict: Verdict,
    /// Through what: the reasons that let it through or may, what decided first.
    pub via: Vec<Reason>,
}

impl Access<'_> {
    /// Everybody who can, or may, call this function.
    pub fn who(&self, function: &ServiceName) -> Who {
        let path = self.paths.of(function);
        let named = path.map(|path| self.named(path)).unwrap_or_default();
        let mut callers = Vec::new();
        for principal in &named {
            let answer = self.verdict(principal, function);
            if answer.verdict > Verdict::No {
                let verdict = answer.verdict;
                callers.push(Invoker {
                    principal: principal.clone(),
                    verdict,
                    via: via(answer.reasons, verdict),
                });
            }
        }
        let is_closed = |group: &Principal| self.groups.unexpanded(group).is_none();
        let mut unexpanded: Vec<Principal> = callers.iter().map(|caller| caller.principal.clone()).collect();
        unexpanded.retain(|caller| matches!(caller.kind(), PrincipalKind::Group(_)) && !is_closed(caller));
        let unread = self.unread(function);
        Who { function: function.clone(), is_complete: unread.is_empty(), callers, unread, unexpanded }
    }

    /// Everybody a path names to let them call, members of groups included.
    fn named(&self, path: &Path<'_>) -> BTreeSet<Principal> {
        let mut named = BTreeSet::new();
        // Of several spellings one is shown, whatever the order they stand in.
        let name = |named: &mut BTreeSet<Principal>, principal: &Principal| {
            if named.get(principal).is_none_or(|known| principal.as_str() < known.as_str()) {
                named.replace(principal.clone());
            }
        };
        if path.open > Verdict::No {
            named.insert(Principal::new("allUsers"));
        }
        let above = self.paths.above(path).map(|(_, given)| given);
        let carried = std::iter::once(&path.own).chain(above).flat_map(Given::bindings);
        for carried in carried.filter(|carried| carried.gives() > Verdict::No) {
            for member in &carried.binding.members {
                if matches!(member.kind(), PrincipalKind::Group(_)) && !named.contains(member) {
                    self.groups.members(member).into_iter().for_each(|member| name(&mut named, member));
                }
                name(&mut named, member);
            }
        }
        named
    }

    /// What was not read on the path of a function, by nearness: settings, policies, roles bound there,
    /// whatever their condition or members, and what stands above.
    pub fn unread(&self, function: &ServiceName) -> Vec<Reason> {
        match self.paths.of(function) {
            Some(path) => self.unread_on(function, path),
            None => vec![self.unseen(function)],
        }
    }
}

/// The reasons that carry a verdict.
pub(super) fn via(mut reasons: Vec<Reason>, verdict: Verdict) -> Vec<Reason> {
    reasons.retain(|reason| match verdict {
        Verdict::Yes => matches!(reason.effect, Effect::Allow | Effect::Open),
        Verdict::Unknown => reason.effect == Effect::Unknown,
        Verdict::No => false,
    });
    reasons
}
