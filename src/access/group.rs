//! Groups turned round: from a member to everything that lists it.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt as _};

use crate::{
    model::{Principal, PrincipalKind},
    world::{Observed, World},
};

/// The groups of a world, seen from their members.
#[derive(Debug)]
pub struct Groups<'w> {
    world: &'w World,
    /// The groups that list a principal, by its key.
    listed_in: HashMap<&'w str, Vec<&'w Principal>>,
    /// Members of groups that stand for more than themselves: domains, sets, unknown kinds.
    sets: Vec<&'w Principal>,
    /// Groups of which not every member is known, with the group that was not expanded.
    open: HashMap<&'w str, &'w Principal>,
}

impl<'w> Groups<'w> {
    /// The groups of this world.
    pub fn new(world: &'w World) -> Self {
        let mut groups = Self { world, listed_in: HashMap::new(), sets: Vec::new(), open: HashMap::new() };
        for (group, members) in &world.groups {
            for member in members.known().into_iter().flatten() {
                let lists = groups.listed_in.entry(member.key()).or_default();
                if lists.is_empty() && stands_for_more(member) {
                    groups.sets.push(member);
                }
                lists.push(group);
            }
        }
        // The way shown through them must not turn on the order they stand in.
        groups.sets.sort();
        let known = world.groups.values().filter_map(Observed::known).flatten();
        let mut unexpanded: Vec<&Principal> =
            world.groups.keys().chain(known).filter(|member| groups.is_unexpanded(member)).collect();
        // Which of several is named must not turn on the order they stand in.
        unexpanded.sort_by_key(|group| (group.key(), group.as_str()));
        for group in unexpanded {
            groups.mark_open(group);
        }
        groups
    }

    fn is_unexpanded(&self, member: &Principal) -> bool {
        matches!(member.kind(), PrincipalKind::Group(_))
            && self.world.groups.get(member).and_then(Observed::known).is_none()
    }

    fn mark_open(&mut self, unexpanded: &'w Principal) {
        let mut rest = vec![unexpanded];
        while let Some(group) = rest.pop() {
            if self.open.contains_key(group.key()) {
                continue;
            }
            self.open.insert(group.key(), unexpanded);
            rest.extend(self.listed_in.get(group.key()).into_iter().flatten());
        }
    }

    /// Members of groups that stand for more than themselves.
    pub(super) fn sets(&self) -> &[&'w Principal] {
        &self.sets
    }

    /// The group in or below this one whose members are not known, if there is one.
    pub(super) fn unexpanded<'a>(&'a self, group: &'a Principal) -> Option<&'a Principal> {
        match self.open.get(group.key()) {
            Some(unexpanded) => Some(unexpanded),
            // Named by a policy alone.
            None => (!self.world.groups.contains_key(group)).then_some(group),
        }
    }

    /// Whether everybody in a group is known.
    pub fn is_expanded(&self, group: &Principal) -> bool {
        self.unexpanded(group).is_none()
    }

    /// Every group that contains this principal, with what stands between: the group or member it lists. A
    /// group met again adds nothing, so rings end.
    pub(super) fn above(&self, member: &str, found: &mut BTreeMap<&'w str, Option<&'w Principal>>) {
        let Some(direct) = self.listed_in.get(member) else { return };
        let mut rest: Vec<(&'w Principal, Option<&'w Principal>)> =
            direct.iter().map(|group| (*group, None)).collect();
        while let Some((group, through)) = rest.pop() {
            if found.contains_key(group.key()) {
                continue;
            }
            found.insert(group.key(), through);
            let lists = self.listed_in.get(group.key()).into_iter().flatten();
            rest.extend(lists.map(|above| (*above, Some(group))));
        }
    }

    /// Every member of a group, through groups in it, without the group itself.
    pub fn members(&self, group: &Principal) -> Vec<&'w Principal> {
        let mut found: BTreeMap<&str, &'w Principal> = BTreeMap::new();
        let mut rest: Vec<&'w Principal> = self.direct(group).collect();
        while let Some(member) = rest.pop() {
            if member == group {
                continue;
            }
            // Of several spellings one is shown, whatever the order they stand in.
            match found.get_mut(member.key()) {
                Some(known) if known.as_str() <= member.as_str() => {}
                Some(known) => *known = member,
                None => {
                    found.insert(member.key(), member);
                    rest.extend(self.direct(member));
                }
            }
        }
        found.into_values().collect()
    }

    fn direct(&self, group: &Principal) -> impl Iterator<Item = &'w Principal> + use<'w> {
        self.world.groups.get(group).and_then(Observed::known).into_iter().flatten()
    }
}

/// Whether others than a principal itself may be meant by it, groups aside.
fn stands_for_more(member: &Principal) -> bool {
    match member.kind() {
        PrincipalKind::User(_)
        | PrincipalKind::ServiceAccount(_)
        | PrincipalKind::Group(_)
        | PrincipalKind::Federated
        | PrincipalKind::Deleted => false,
        PrincipalKind::AllUsers
        | PrincipalKind::AllAuthenticatedUsers
        | PrincipalKind::Domain(_)
        | PrincipalKind::ServiceAccountSet(_)
        | PrincipalKind::ProjectRole(_)
        | PrincipalKind::Other => true,
    }
}
