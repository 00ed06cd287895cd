//! Everybody who can call one function.

use std::collections::BTreeSet;

use super::{
    Access, Effect, Reason, Verdict,
    carried::Given,
    deny::{Denied, Refusal},
    path::Path,
};
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
    /// Whom deny policies take it away from: who could, or might, call it by allow policies alone, with the verdict
    /// no and what stops it.
    pub denied: Vec<Invoker>,
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
    /// Yes or unknown; no of who is denied.
    pub verdict: Verdict,
    /// Through what: the reasons that let it through or may, what decided first. Of who is denied, what stops it.
    pub via: Vec<Reason>,
}

impl Access<'_> {
    /// Everybody who can, or may, call this function.
    pub fn who(&self, function: &ServiceName) -> Who {
        let path = self.paths.of(function);
        let named = path.map(|path| self.named(path)).unwrap_or_default();
        let (mut callers, mut denied) = (Vec::new(), Vec::new());
        for principal in &named {
            let caller = self.caller(principal);
            if caller.is_allowed(function) == Verdict::No {
                continue;
            }
            let answer = caller.verdict(function);
            let verdict = answer.verdict;
            let found = if verdict == Verdict::No { &mut denied } else { &mut callers };
            found.push(Invoker { principal: principal.clone(), verdict, via: via(answer.reasons, verdict) });
        }
        let is_closed = |group: &Principal| self.groups.unexpanded(group).is_none();
        let mut unexpanded: Vec<Principal> = callers.iter().map(|caller| caller.principal.clone()).collect();
        unexpanded.retain(|caller| matches!(caller.kind(), PrincipalKind::Group(_)) && !is_closed(caller));
        let unread = self.unread(function);
        Who {
            function: function.clone(),
            is_complete: unread.is_empty(),
            callers,
            denied,
            unread,
            unexpanded,
        }
    }

    /// Everybody a path names to let them call, or to deny it or not to deny it, members of groups included.
    fn named(&self, path: &Path<'_>) -> BTreeSet<Principal> {
        let mut named = BTreeSet::new();
        if path.open > Verdict::No {
            named.insert(Principal::new("allUsers"));
        }
        let above = self.paths.above(path).map(|level| &level.given);
        let carried = std::iter::once(&path.own).chain(above).flat_map(Given::bindings);
        for carried in carried.filter(|carried| carried.gives() > Verdict::No) {
            for member in &carried.binding.members {
                self.name(member, &mut named);
            }
        }
        // Whom a rule names may be let through by a grant to a set that holds it.
        for refusal in self.paths.above(path).flat_map(|level| &level.denials.rules) {
            for member in members(refusal) {
                self.name(member, &mut named);
            }
        }
        named
    }

    fn name(&self, member: &Principal, named: &mut BTreeSet<Principal>) {
        // Of several spellings one is shown, whatever the order they stand in.
        let mut add = |principal: &Principal| {
            if named.get(principal).is_none_or(|known| principal.as_str() < known.as_str()) {
                named.replace(principal.clone());
            }
        };
        if matches!(member.kind(), PrincipalKind::Group(_)) {
            self.groups.members(member).into_iter().for_each(&mut add);
        }
        add(member);
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

/// Whom a rule of a deny policy names that an allow policy could name, too.
fn members<'r>(refusal: &'r Refusal<'_>) -> impl Iterator<Item = &'r Principal> {
    let named = refusal.denied().chain(refusal.excepted());
    named.filter_map(|(_, form)| match form {
        Denied::Member(member) => Some(member),
        _ => None,
    })
}

/// The reasons that carry a verdict: of a no, what stops the caller.
pub fn via(mut reasons: Vec<Reason>, verdict: Verdict) -> Vec<Reason> {
    reasons.retain(|reason| match verdict {
        Verdict::Yes => matches!(reason.effect, Effect::Allow | Effect::Open),
        Verdict::Unknown => reason.effect == Effect::Unknown,
        Verdict::No => reason.effect == Effect::Deny,
    });
    reasons
}
