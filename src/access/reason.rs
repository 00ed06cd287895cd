//! The reasons of a verdict: everything on the way, taken from the policies.

use std::collections::BTreeSet;

use super::{
    Access, Candidate, Effect, Reason, Verdict,
    carried::{Carried, Given, is_first_generation},
    condition,
    how::{self, how},
    path::{Level, Path},
    verdict::{unread_reason, why},
    weigh::{Cause, Weighing, Weight},
};
use crate::{
    model::{Container, DenyPolicyName, Principal, PrincipalKind, Resource, ServiceName, time::rfc3339},
    world::Gap,
};

impl<'p, 'w> Weighing<'p, 'w> {
    /// Everything on the way from this caller to this function.
    pub(super) fn new(
        access: &'p Access<'w>,
        function: &ServiceName,
        path: &'p Path<'w>,
        candidate: &Candidate<'_, 'w>,
    ) -> Self {
        let service = Resource::Service(function.clone());
        let mut weighing =
            Self { open: (path.open, open(&service, path)), gives: Vec::new(), refuses: Vec::new() };
        if candidate.is_beyond() {
            weighing.gives.push(beyond(candidate.principal));
        }
        access.given_by(&service, &path.own, candidate, &mut weighing.gives);
        for level in access.paths.above(path) {
            let resource = Resource::Container(level.container.clone());
            access.given_by(&resource, &level.given, candidate, &mut weighing.gives);
            weighing.refused_by(&resource, level, candidate);
        }
        if let Some(gap) = path.service.ancestors.gap() {
            let missing = unread(unread_reason(service.clone(), "what stands above it", gap));
            if path.least_denied > Verdict::No {
                weighing.refuses.push(missing.clone());
            }
            weighing.gives.push(missing);
        }
        weighing
    }

    fn refused_by(&mut self, resource: &Resource, level: &'p Level<'w>, candidate: &Candidate<'_, 'w>) {
        for (name, gap) in &level.denials.unread {
            self.refuses.push(unread_deny(resource, name, gap));
        }
        let weights = level.denials.rules.iter();
        self.refuses.extend(weights.filter_map(|refusal| refusal.weight(resource, candidate)));
    }
}

impl<'w> Access<'w> {
    /// What was not read on a path.
    pub(super) fn unread_on(&self, function: &ServiceName, path: &Path<'w>) -> Vec<Reason> {
        let service = Resource::Service(function.clone());
        let mut unread = Vec::new();
        let settings = path.service.settings.gap();
        unread.extend(settings.map(|gap| unread_reason(service.clone(), "its settings", gap)));
        self.unread_in(&service, &path.own, &mut unread);
        for level in self.paths.above(path) {
            let resource = Resource::Container(level.container.clone());
            self.unread_in(&resource, &level.given, &mut unread);
            unread.extend(
                level.denials.unread.iter().map(|(name, gap)| unread_deny(&resource, name, gap).reason),
            );
        }
        let ancestors = path.service.ancestors.gap();
        unread.extend(ancestors.map(|gap| unread_reason(service, "what stands above it", gap)));
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
        let unclear = given.bindings().iter().filter_map(|Carried { binding, role, condition }| {
            let known = binding.condition.as_ref().filter(|_| role.min(condition) == &Verdict::Unknown)?;
            let reason = unread_reason(resource.clone(), "a condition", &condition::unread(known)?);
            let role = Some(binding.role.clone());
            Some(Reason { role, condition: Some(known.clone()), ..reason })
        });
        unread.extend(unclear.collect::<BTreeSet<_>>());
    }

    /// What one policy gives, in an order that its own order has no part in.
    fn given_by<'p>(
        &self,
        resource: &Resource,
        given: &Given<'w>,
        candidate: &Candidate<'_, 'w>,
        weights: &mut Vec<Weight<'p, 'w>>,
    ) {
        if let Given::Unread(gap) = given {
            weights.push(unread(unread_reason(resource.clone(), "its allow policy", gap)));
        }
        let start = weights.len();
        for carried in given.bindings() {
            for member in &carried.binding.members {
                weights.extend(self.weight(resource, carried, member, candidate));
            }
        }
        // Of several spellings of one member, which is shown must not depend on their order.
        let spelled =
            |weight: &Weight<'_, '_>| weight.reason.member.as_ref().map(|it| it.as_str().to_owned());
        weights[start..].sort_by(|left, right| {
            left.reason.cmp(&right.reason).then_with(|| spelled(left).cmp(&spelled(right)))
        });
        weights.dedup_by(|left, right| left.reason == right.reason);
    }

    /// What one member of one binding does for the caller; `None` where it has nothing to do with it.
    fn weight<'p>(
        &self,
        resource: &Resource,
        carried: &Carried<'w>,
        member: &Principal,
        candidate: &Candidate<'_, 'w>,
    ) -> Option<Weight<'p, 'w>> {
        // A request without a token needs no caller at all.
        let is_anyone = member.kind() == PrincipalKind::AllUsers;
        let matches = candidate.matches(member);
        let is_in_vain = matches == Verdict::No && !is_anyone && names_in_vain(member, candidate.principal);
        if matches == Verdict::No && !is_in_vain && !is_anyone {
            return None;
        }
        let caller = carried.gives().min(matches);
        let anyone = if is_anyone { carried.gives() } else { Verdict::No };
        let effect = match caller.max(anyone) {
            Verdict::Yes => Effect::Allow,
            Verdict::Unknown => Effect::Unknown,
            Verdict::No => Effect::Void,
        };
        let gap = self.roles.gap(&carried.binding.role);
        let parts = [
            inherited(resource),
            role_part(carried, gap.as_ref()),
            how(candidate, member, if is_anyone { Verdict::Yes } else { matches }),
            self.condition_part(carried),
        ];
        let reason = Reason {
            effect,
            resource: Some(resource.clone()),
            role: Some(carried.binding.role.clone()),
            member: Some(member.clone()),
            condition: carried.binding.condition.clone(),
            detail: parts.into_iter().flatten().collect::<Vec<_>>().join("; "),
            gap: gap.clone().filter(|_| effect == Effect::Unknown),
        };
        let cause = match (carried.role, matches, carried.condition) {
            (Verdict::Unknown, Verdict::Yes, Verdict::Yes) => {
                let role = Resource::Other(carried.binding.role.as_str().into());
                gap.and_then(|gap| Some(Cause::Unread(role, gap.permission?)))
            }
            (Verdict::Yes, Verdict::Unknown, Verdict::Yes) => candidate.missing(member),
            _ => None,
        };
        Some(Weight { anyone, caller, reason, cause, refusal: None })
    }

    fn condition_part(&self, carried: &Carried<'_>) -> Option<String> {
        let condition = carried.binding.condition.as_ref()?;
        if carried.condition < Verdict::Yes {
            return condition::why(condition, self.at);
        }
        Some(format!("its condition holds at {}", rfc3339(self.at)))
    }
}

impl Candidate<'_, '_> {
    /// What would have to be known to know whether this caller is in a group.
    pub(super) fn missing(&self, group: &Principal) -> Option<Cause> {
        let unexpanded =
            matches!(group.kind(), PrincipalKind::Group(_)).then(|| self.unexpanded(group))??;
        let permission = self.gap(unexpanded).and_then(|gap| gap.permission.clone());
        Some(match permission {
            Some(permission) => Cause::Unread(Resource::Other(unexpanded.as_str().into()), permission),
            None => Cause::Members(unexpanded.clone()),
        })
    }
}

/// Where a grant stands that does not stand on the function itself.
fn inherited(resource: &Resource) -> Option<String> {
    let Resource::Container(container) = resource else { return None };
    let from = match container {
        Container::Project(_) => "its project",
        Container::Folder(_) => "a folder above it",
        Container::Organization(_) => "its organization",
    };
    Some(format!("the function inherits it from {from}"))
}

fn role_part(carried: &Carried<'_>, gap: Option<&Gap>) -> Option<String> {
    match carried.role {
        Verdict::Yes => None,
        Verdict::No if is_first_generation(&carried.binding.role) => {
            Some("this role opens functions of the first generation only".to_owned())
        }
        Verdict::No => Some("this role was deleted or disabled, and gives nothing".to_owned()),
        Verdict::Unknown => {
            Some(format!("what this role holds is not known: {}", gap.map_or(String::new(), why)))
        }
    }
}

fn open<'p, 'w>(service: &Resource, path: &Path<'_>) -> Option<Weight<'p, 'w>> {
    if let Some(gap) = path.service.settings.gap() {
        return Some(unread(unread_reason(service.clone(), "its settings", gap)));
    }
    let reason = Reason {
        effect: Effect::Open,
        resource: Some(service.clone()),
        role: None,
        member: None,
        condition: None,
        detail: "its invoker check is off: everybody is let through".to_owned(),
        gap: None,
    };
    let (anyone, caller) = (Verdict::Yes, Verdict::Yes);
    (path.open == Verdict::Yes).then_some(Weight { anyone, caller, reason, cause: None, refusal: None })
}

/// Something that was not read: it may give or refuse anything to anybody.
fn unread<'p, 'w>(reason: Reason) -> Weight<'p, 'w> {
    let permission = reason.gap.as_ref().and_then(|gap| gap.permission.clone());
    let cause = reason
        .resource
        .clone()
        .zip(permission)
        .map(|(resource, permission)| Cause::Unread(resource, permission));
    Weight { anyone: Verdict::Unknown, caller: Verdict::Unknown, reason, cause, refusal: None }
}

fn unread_deny<'p, 'w>(resource: &Resource, name: &DenyPolicyName, gap: &Gap) -> Weight<'p, 'w> {
    let what = match &name.id {
        Some(id) => format!("its deny policy `{id}`"),
        None => "its deny policies".to_owned(),
    };
    let mut weight = unread(unread_reason(resource.clone(), &what, gap));
    let name = Resource::Other(name.to_string().into());
    weight.cause = gap.permission.clone().map(|permission| Cause::Unread(name, permission));
    weight
}

fn beyond<'p, 'w>(principal: &Principal) -> Weight<'p, 'w> {
    let reason = Reason {
        effect: Effect::Unknown,
        resource: None,
        role: None,
        member: None,
        condition: None,
        detail: how::beyond(principal),
        gap: None,
    };
    Weight { anyone: Verdict::No, caller: Verdict::Unknown, reason, cause: None, refusal: None }
}

/// Whether a member that matches nobody names this caller, or did before it was deleted.
fn names_in_vain(member: &Principal, principal: &Principal) -> bool {
    if member == principal {
        return true;
    }
    let deleted = member.key().strip_prefix("deleted:");
    deleted.is_some_and(|rest| rest.split_once('?').map_or(rest, |(name, _)| name) == principal.key())
}
