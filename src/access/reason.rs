//! The reasons of a verdict: everything on the way, what decides first.

use std::collections::BTreeSet;

use super::{
    Access, Candidate, Effect, Reason, Verdict,
    carried::{Carried, Given, is_first_generation},
    condition,
    how::how,
    path::Path,
    verdict::{unread_reason, why},
};
use crate::{
    model::{Principal, PrincipalKind, Resource, ServiceName},
    world::Gap,
};

impl<'w> Access<'w> {
    pub(super) fn reasons(
        &self,
        function: &ServiceName,
        path: &Path<'w>,
        candidate: &Candidate<'_, 'w>,
    ) -> Vec<Reason> {
        let service = Resource::Service(function.clone());
        let mut reasons = open(&service, path).into_iter().collect::<Vec<_>>();
        if candidate.is_beyond() {
            reasons.push(beyond(candidate.principal));
        }
        self.given(&service, &path.own, candidate, &mut reasons);
        for (container, given) in self.paths.above(path) {
            self.given(&Resource::Container(container.clone()), given, candidate, &mut reasons);
        }
        reasons.extend(missing_ancestors(&service, path));
        // Stable: within one effect, what stands nearer to the function comes first.
        reasons.sort_by_key(|reason| rank(reason.effect));
        reasons
    }

    /// What was not read on a path.
    pub(super) fn unread_on(&self, function: &ServiceName, path: &Path<'w>) -> Vec<Reason> {
        let service = Resource::Service(function.clone());
        let mut unread = Vec::new();
        let settings = path.service.settings.gap();
        unread.extend(settings.map(|gap| unread_reason(service.clone(), "its settings", gap)));
        self.unread_in(&service, &path.own, &mut unread);
        for (container, given) in self.paths.above(path) {
            self.unread_in(&Resource::Container(container.clone()), given, &mut unread);
        }
        unread.extend(missing_ancestors(&service, path));
        unread
    }

    fn unread_in(&self, resource: &Resource, given: &Given<'w>, unread: &mut Vec<Reason>) {
        if let Given::Unread(gap) = given {
            unread.push(unread_reason(resource.clone(), "its allow policy", gap));
        }
        let roles: BTreeSet<_> = given.bindings().iter().map(|carried| &carried.binding.role).collect();
        for role in roles {
            if let Some(gap) = self.roles.gap(role) {
                let reason = unread_reason(resource.clone(), "what this role holds", &gap);
                unread.push(Reason { role: Some(role.clone()), ..reason });
            }
        }
        for Carried { binding, role, condition } in given.bindings() {
            let known = binding.condition.as_ref().filter(|_| role.min(condition) == &Verdict::Unknown);
            if let Some((condition, gap)) = known.and_then(|known| Some((known, condition::unread(known)?))) {
                let reason = unread_reason(resource.clone(), "a condition", &gap);
                let role = Some(binding.role.clone());
                unread.push(Reason { role, condition: Some(condition.clone()), ..reason });
            }
        }
    }

    /// The reasons that one policy gives, in an order that its own order has no part in.
    fn given(
        &self,
        resource: &Resource,
        given: &Given<'w>,
        candidate: &Candidate<'_, 'w>,
        reasons: &mut Vec<Reason>,
    ) {
        if let Given::Unread(gap) = given {
            reasons.push(unread_reason(resource.clone(), "its allow policy", gap));
        }
        let start = reasons.len();
        for carried in given.bindings() {
            for member in &carried.binding.members {
                reasons.extend(self.reason(resource, carried, member, candidate));
            }
        }
        // Of several spellings of one member, which is shown must not depend on their order.
        let spelled = |reason: &'_ Reason| reason.member.as_ref().map(|member| member.as_str().to_owned());
        reasons[start..]
            .sort_by(|left, right| left.cmp(right).then_with(|| spelled(left).cmp(&spelled(right))));
        reasons.dedup();
    }

    /// What one member of one binding does for the caller; `None` where it has nothing to do with it.
    fn reason(
        &self,
        resource: &Resource,
        carried: &Carried<'w>,
        member: &Principal,
        candidate: &Candidate<'_, 'w>,
    ) -> Option<Reason> {
        let matches = match member.kind() {
            // A request without a token needs no caller at all.
            PrincipalKind::AllUsers => Verdict::Yes,
            _ => candidate.matches(member),
        };
        let is_in_vain = matches == Verdict::No && names_in_vain(member, candidate.principal);
        if matches == Verdict::No && !is_in_vain {
            return None;
        }
        let effect = match carried.gives().min(matches) {
            Verdict::Yes => Effect::Allow,
            Verdict::Unknown => Effect::Unknown,
            Verdict::No => Effect::Void,
        };
        let gap = self.roles.gap(&carried.binding.role);
        let parts =
            [role_part(carried, gap.as_ref()), how(candidate, member, matches), self.condition_part(carried)];
        Some(Reason {
            effect,
            resource: Some(resource.clone()),
            role: Some(carried.binding.role.clone()),
            member: Some(member.clone()),
            condition: carried.binding.condition.clone(),
            detail: parts.into_iter().flatten().collect::<Vec<_>>().join("; "),
            gap: gap.filter(|_| effect == Effect::Unknown),
        })
    }

    fn condition_part(&self, carried: &Carried<'w>) -> Option<String> {
        let condition = carried.binding.condition.as_ref().filter(|_| carried.condition < Verdict::Yes)?;
        condition::why(condition, self.at)
    }
}

fn role_part(carried: &Carried<'_>, gap: Option<&Gap>) -> Option<String> {
    match carried.role {
        Verdict::Yes => None,
        Verdict::No if is_first_generation(&carried.binding.role) => {
            Some("this role opens functions of the first generation only".to_owned())
        }
        Verdict::No => Some("this role is off and gives nothing".to_owned()),
        Verdict::Unknown => {
            Some(format!("what this role holds is not known: {}", gap.map_or(String::new(), why)))
        }
    }
}

/// What decides comes first: a yes by what lets through, an unknown by what may.
fn rank(effect: Effect) -> u8 {
    match effect {
        Effect::Open => 0,
        Effect::Allow => 1,
        Effect::Deny => 2,
        Effect::Unknown => 3,
        Effect::Void => 4,
    }
}

fn open(service: &Resource, path: &Path<'_>) -> Option<Reason> {
    if let Some(gap) = path.service.settings.gap() {
        return Some(unread_reason(service.clone(), "its settings", gap));
    }
    (path.open == Verdict::Yes).then(|| Reason {
        effect: Effect::Open,
        resource: Some(service.clone()),
        role: None,
        member: None,
        condition: None,
        detail: "its invoker check is off: everybody is let through".to_owned(),
        gap: None,
    })
}

fn missing_ancestors(service: &Resource, path: &Path<'_>) -> Option<Reason> {
    let gap = path.service.ancestors.gap()?;
    Some(unread_reason(service.clone(), "what stands above it", gap))
}

fn beyond(principal: &Principal) -> Reason {
    Reason {
        effect: Effect::Unknown,
        resource: None,
        role: None,
        member: None,
        condition: None,
        detail: format!("who is meant by `{principal}` is not known"),
        gap: None,
    }
}

/// Whether a member that matches nobody names this caller, or did before it was deleted.
fn names_in_vain(member: &Principal, principal: &Principal) -> bool {
    if member == principal {
        return true;
    }
    let deleted = member.key().strip_prefix("deleted:");
    deleted.is_some_and(|rest| rest.split_once('?').map_or(rest, |(name, _)| name) == principal.key())
}
