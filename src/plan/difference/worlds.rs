//! Two worlds: by who can call what, and by what decides that besides grants.

use std::collections::BTreeSet;

use super::{
    AccessChange, Change, Difference, Side, Target, Turn, Unread,
    declared::reach,
    grants::{self, Judged},
    paired,
    services::{Names, Seen},
    turned,
};
use crate::{
    access::Access,
    callers::CallerMap,
    model::{Principal, Time},
    rules::ours::Ours,
    world::{Layer, LayerState, Observed, Service, Settings, World},
};

/// What differs between two worlds, of what can count at a time or later. Who is one of us, the map says, where there
/// is one.
pub fn worlds(old: &World, new: &World, map: Option<&CallerMap>, at: Time) -> Difference {
    let nothing = CallerMap::nothing();
    let ours = Ours::new(map.unwrap_or(&nothing), new);
    let names = Names { old, new };
    let (before, after) = (Seen::new(old, Side::Old, names), Seen::new(new, Side::New, names));
    let mut unread = BTreeSet::new();
    before.gaps(&mut unread);
    after.gaps(&mut unread);
    let usable = [&before, &after].map(|seen| grants::usable(seen, at, &mut unread));
    let access = [old, new].map(|world| Access::new(world, at));
    let was = Judged { seen: &before, access: &access[0], usable: &usable[0] };
    let is = Judged { seen: &after, access: &access[1], usable: &usable[1] };
    let mut found = grants::compare(&was, &is, &ours);
    members(&before, &after, &ours, &mut found, &mut unread);
    let mut difference = Difference { access: found, ..Difference::default() };
    functions(&before, &after, &mut difference.functions, &mut unread);
    chains(&before, &after, &mut difference.functions);
    denials(&before, &after, &mut difference.settings, &mut unread);
    difference.unread = unread;
    difference.sorted()
}

/// Members of groups that were read in both.
fn members(
    old: &Seen<'_>,
    new: &Seen<'_>,
    ours: &Ours<'_>,
    found: &mut Vec<AccessChange>,
    unread: &mut BTreeSet<Unread>,
) {
    for (group, was, now) in paired(&old.world.groups, &new.world.groups) {
        let (Some(was), Some(now)) = (was, now) else { continue };
        let (was, now) = match (was, now) {
            (Observed::Known(was), Observed::Known(now)) => (was, now),
            (was, now) => {
                // A group that was read in neither is as it was.
                if was.gap().is_some() != now.gap().is_some() {
                    for (seen, members) in [(old, was), (new, now)] {
                        let gap = members.gap().map(|gap| seen.unread(group, "members", &*gap.why));
                        unread.extend(gap);
                    }
                }
                continue;
            }
        };
        let set = |members: &[Principal]| members.iter().cloned().collect::<BTreeSet<_>>();
        for (turn, member) in turned(&set(was), &set(now)) {
            found.push(AccessChange {
                turn,
                reach: reach(member, ours),
                caller: member.as_str().into(),
                target: Target::Group(group.clone()),
                through: Vec::new(),
                was: Vec::new(),
                notes: Vec::new(),
                at: None,
            });
        }
    }
}

/// Functions that came or went, and what of them decides who calls as whom, or how.
fn functions(old: &Seen<'_>, new: &Seen<'_>, changes: &mut Vec<Change>, unread: &mut BTreeSet<Unread>) {
    for (name, was, now) in paired(&old.services, &new.services) {
        match (was, now) {
            (Some((_, was)), Some((_, now))) => {
                let identity = |seen: &Seen<'_>, service: &Service| {
                    let (own, _) = seen.services.get(name)?;
                    seen.world.identity_of(own, service)
                };
                if let (Some(was), Some(now)) = (identity(old, was), identity(new, now))
                    && was != now
                {
                    changes.push(Change::new(Turn::Changed, "runs as", name, format!("{now}, was {was}")));
                }
                if let (Some(was), Some(now)) = (was.settings.known(), now.settings.known()) {
                    settings(name, was, now, changes);
                }
            }
            (Some(_), None) if new.is_gone(name) => {
                changes.push(Change::new(Turn::Went, "function", name, "is not there any more"));
            }
            (None, Some(_)) if old.is_gone(name) => {
                changes.push(Change::new(Turn::Came, "function", name, "is new"));
            }
            (was, _) => {
                // Whether it came or went cannot be told.
                let seen = if was.is_some() { new } else { old };
                let project = format!("projects/{}", name.project);
                unread.insert(seen.unread(
                    &project,
                    "services",
                    "nothing of it was seen, or its list was not read",
                ));
            }
        }
    }
}

fn settings(name: &crate::model::ServiceName, was: &Settings, now: &Settings, changes: &mut Vec<Change>) {
    let mut add = |what, detail: String| changes.push(Change::new(Turn::Changed, what, name, detail));
    if was.is_iap_enabled != now.is_iap_enabled {
        let word = |is_on| if is_on { "on" } else { "off" };
        add(
            "identity-aware proxy",
            format!("{}, was {}", word(now.is_iap_enabled), word(was.is_iap_enabled)),
        );
    }
    if was.ingress != now.ingress {
        let word = |settings: &Settings| settings.ingress.as_deref().unwrap_or("not said").to_owned();
        add("ingress", format!("{}, was {}", word(now), word(was)));
    }
}

/// Projects that stand elsewhere: what is granted above them opens them, or does not any more.
fn chains(old: &Seen<'_>, new: &Seen<'_>, changes: &mut Vec<Change>) {
    let shown = |chain: &[crate::model::Container]| {
        let above: Vec<_> = chain.iter().skip(1).map(ToString::to_string).collect();
        if above.is_empty() { "nothing".to_owned() } else { above.join(", ") }
    };
    for (project, was, now) in paired(&old.chains, &new.chains) {
        if let (Some(was), Some(now)) = (was, now)
            && was != now
        {
            let detail = format!("stands below {}, was below {}", shown(now), shown(was));
            changes.push(Change::new(Turn::Changed, "project", project, detail));
        }
    }
}

/// Deny policies, where both worlds know of them.
fn denials(old: &Seen<'_>, new: &Seen<'_>, changes: &mut Vec<Change>, unread: &mut BTreeSet<Unread>) {
    let is_asked = |seen: &Seen<'_>| {
        seen.world.layers.get(&Layer::DenyPolicies).is_some_and(|state| *state != LayerState::NotAsked)
    };
    match (is_asked(old), is_asked(new)) {
        (true, true) => {}
        (false, false) => return,
        (was_asked, _) => {
            let seen = if was_asked { new } else { old };
            unread.insert(seen.unread(&"deny policies", "list", "nobody asked for them"));
            return;
        }
    }
    for (name, was, now) in paired(&old.world.deny_policies, &new.world.deny_policies) {
        let mut is_known = true;
        for (seen, policy) in [(old, was), (new, now)] {
            if let Some(gap) = policy.and_then(Observed::gap) {
                unread.insert(seen.unread(name, "deny policy", &*gap.why));
                is_known = false;
            }
        }
        let (was, now) = (was.and_then(Observed::known), now.and_then(Observed::known));
        let (turn, detail) = match (was, now) {
            (None, Some(_)) => (Turn::Came, "refuses calls"),
            (Some(_), None) => (Turn::Went, "refuses no more: what is granted may open again"),
            (Some(was), Some(now)) if was.rules != now.rules => (Turn::Changed, "refuses other calls"),
            _ => continue,
        };
        if is_known {
            changes.push(Change::new(turn, "deny policy", name, detail));
        }
    }
}
