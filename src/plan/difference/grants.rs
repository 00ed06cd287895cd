//! Grants that can let somebody call, and which of them came, went or changed.

use std::collections::{BTreeMap, BTreeSet};

use super::{AccessChange, Target, Through, Turn, Unread, declared::reach, paired, services::Seen};
use crate::{
    access::{Access, RoleBook, RoleClass, Verdict, condition::can_hold_from},
    model::{Container, Principal, Resource, Time},
    rules::ours::Ours,
};

/// By what each principal may call, by resource.
pub(super) type Usable = BTreeMap<(Resource, Principal), BTreeSet<Through>>;

/// The usable grants of a world, by resource and principal; roles whose content is not known are said.
pub(super) fn usable(seen: &Seen<'_>, at: Time, unread: &mut BTreeSet<Unread>) -> Usable {
    let roles = RoleBook::new(seen.world);
    let mut usable = Usable::new();
    for (resource, policy) in seen.policies() {
        for binding in &policy.bindings {
            let class = roles.class(&binding.role);
            if class == RoleClass::Unknown {
                let why = roles.gap(&binding.role).map_or_else(String::new, |gap| gap.why.to_string());
                unread.insert(seen.unread(&binding.role, "role", why));
            }
            if !class.may_invoke() || !can_hold_from(binding.condition.as_ref(), at) {
                continue;
            }
            let through = Through::Grant(binding.role.clone(), binding.condition.clone());
            for principal in binding.members.iter().filter(|principal| !principal.is_nobody()) {
                let key = (resource.clone(), principal.clone());
                usable.entry(key).or_default().insert(through.clone());
            }
        }
    }
    let everybody = Principal::new("allUsers");
    for (name, (_, service)) in &seen.services {
        if service.settings.known().is_some_and(|settings| settings.is_check_disabled) {
            let key = (Resource::Service(name.clone()), everybody.clone());
            usable.entry(key).or_default().insert(Through::CheckOff);
        }
    }
    usable
}

/// One of both worlds, with what may be asked of it.
pub(super) struct Judged<'s, 'w> {
    pub(super) seen: &'s Seen<'w>,
    pub(super) access: &'s Access<'w>,
    pub(super) usable: &'s Usable,
}

/// The access that differs, of what is known in both worlds.
pub(super) fn compare(old: &Judged<'_, '_>, new: &Judged<'_, '_>, ours: &Ours<'_>) -> Vec<AccessChange> {
    let mut found = Vec::new();
    for ((resource, principal), was, now) in paired(old.usable, new.usable) {
        let none = BTreeSet::new();
        let (was, now) = (was.unwrap_or(&none), now.unwrap_or(&none));
        let is_known = |side: &Judged<'_, '_>, through: &BTreeSet<Through>| {
            // What is seen is there; what is not seen is not there only where all of it was read.
            !through.is_empty() || is_whole(side.seen, resource, principal)
        };
        if was == now || !is_known(old, was) || !is_known(new, now) {
            continue;
        }
        let turn = match (was.is_empty(), now.is_empty()) {
            (true, _) => Turn::Came,
            (_, true) => Turn::Went,
            _ => Turn::Changed,
        };
        let (through, before, side) = match turn {
            Turn::Came => (now, &none, new),
            Turn::Went => (was, &none, old),
            Turn::Changed => (now, was, new),
        };
        let Some(target) = target(side.seen, resource) else { continue };
        found.push(AccessChange {
            turn,
            reach: reach(principal, ours),
            caller: principal.as_str().into(),
            target,
            through: through.iter().cloned().collect(),
            was: before.iter().cloned().collect(),
            notes: notes(turn, old, new, resource, principal),
            at: None,
        });
    }
    found
}

/// Whether everything that could let a principal call here was read.
fn is_whole(seen: &Seen<'_>, resource: &Resource, principal: &Principal) -> bool {
    match resource {
        Resource::Service(name) => match seen.services.get(name) {
            None => seen.is_gone(name),
            Some((_, service)) => {
                let needs_settings = principal.as_str() == "allUsers";
                service.policy.known().is_some() && (!needs_settings || service.settings.known().is_some())
            }
        },
        Resource::Container(container) => match seen.policy(container) {
            Some(policy) => policy.is_ok(),
            // Of a project of which nothing was seen nothing is known.
            None if matches!(container, Container::Project(project) if !seen.world.has_seen(project)) => {
                false
            }
            // It stands above nothing that was seen.
            None => seen.services.values().all(|(_, service)| service.ancestors.known().is_some()),
        },
        Resource::Other(_) => false,
    }
}

fn target(seen: &Seen<'_>, resource: &Resource) -> Option<Target> {
    match resource {
        Resource::Service(name) => Some(Target::Function(name.clone(), None)),
        Resource::Container(container) => {
            Some(Target::Below(container.clone(), seen.above.get(container).copied().unwrap_or_default()))
        }
        Resource::Other(_) => None,
    }
}

/// What a grant on a function does not tell alone: that it opened nothing new, or closed nothing.
fn notes(
    turn: Turn,
    old: &Judged<'_, '_>,
    new: &Judged<'_, '_>,
    resource: &Resource,
    principal: &Principal,
) -> Vec<String> {
    let Resource::Service(name) = resource else { return Vec::new() };
    let verdict = |side: &Judged<'_, '_>| {
        let (own, _) = side.seen.services.get(name)?;
        Some(side.access.allows(principal, own))
    };
    let note = match (turn, verdict(old), verdict(new)) {
        (Turn::Came, Some(Verdict::Yes), _) => Some("could call before by something else"),
        (Turn::Came, _, Some(Verdict::No)) => Some("cannot call now: it is denied, or not yet open"),
        (Turn::Came, None, _) => Some("the function is new"),
        (Turn::Went, _, None) => Some("the function is gone"),
        (Turn::Went, _, Some(Verdict::Yes)) => Some("can still call by something else"),
        (Turn::Went, _, Some(Verdict::Unknown)) => Some("whether it can still call is not known"),
        _ => None,
    };
    note.map(str::to_owned).into_iter().collect()
}
