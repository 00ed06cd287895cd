//! Who makes or changes what runs or calls as an account, wherever that is.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use crate::{
    access::{Candidate, Groups, Verdict, acting::MAKING, condition::can_hold_from},
    model::{Container, Permissions, Policy, Principal, PrincipalKind, ProjectName, Resource, RoleName},
    rules::context::Context,
    world::World,
};

/// A grant that lets its holder make something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Making {
    pub(super) holder: Principal,
    pub(super) role: RoleName,
    pub(super) resource: Resource,
    pub(super) given: Permissions,
}

/// Everybody who makes something.
pub(super) struct Makers<'a> {
    world: &'a World,
    groups: Groups<'a>,
    by_holder: BTreeMap<Principal, Vec<Making>>,
    /// Holders that others than themselves may be.
    sets: Vec<Principal>,
    known: RefCell<BTreeMap<Principal, Rc<[Making]>>>,
}

impl<'a> Makers<'a> {
    /// Of every policy that was read.
    pub(super) fn new(context: &'a Context<'a>) -> Self {
        let world = context.world;
        let mut makers = Self {
            world,
            groups: Groups::new(world),
            by_holder: BTreeMap::new(),
            sets: Vec::new(),
            known: RefCell::default(),
        };
        for (container, policy) in &world.policies {
            if let Some(policy) = policy.known() {
                makers.add(context, policy, || Resource::Container(container.clone()));
            }
        }
        for (name, service) in &world.services {
            if let Some(policy) = service.policy.known() {
                makers.add(context, policy, || Resource::Service(name.clone()));
            }
        }
        let is_set = |holder: &&Principal| {
            !matches!(
                holder.kind(),
                PrincipalKind::User(_) | PrincipalKind::ServiceAccount(_) | PrincipalKind::Federated
            )
        };
        makers.sets = makers.by_holder.keys().filter(is_set).cloned().collect();
        makers
    }

    fn add(&mut self, context: &Context<'_>, policy: &Policy, on: impl Fn() -> Resource) {
        for binding in &policy.bindings {
            let given = context.roles.gives(&binding.role).unwrap_or_default().and(MAKING);
            if given.is_empty() || !can_hold_from(binding.condition.as_ref(), context.at) {
                continue;
            }
            for holder in binding.members.iter().filter(|member| member.kind() != PrincipalKind::Deleted) {
                let making =
                    Making { holder: holder.clone(), role: binding.role.clone(), resource: on(), given };
                self.by_holder.entry(holder.clone()).or_default().push(making);
            }
        }
    }

    /// All that a holder makes: by its own grants, by those of groups it is in, or as a group by those of its members.
    pub(super) fn of(&self, holder: &Principal) -> Rc<[Making]> {
        if let Some(known) = self.known.borrow().get(holder) {
            return known.clone();
        }
        let own = self.by_holder.get(holder).into_iter();
        let candidate = Candidate::new(self.world, &self.groups, holder);
        let is_in = |set: &&Principal| *set != holder && candidate.matches(set) == Verdict::Yes;
        let sets = self.sets.iter().filter(is_in);
        let members: BTreeSet<&Principal> = self.groups.members(holder).into_iter().collect();
        let others = sets.chain(members).filter_map(|other| self.by_holder.get(other));
        let all: Rc<[Making]> = own.chain(others).flatten().cloned().collect();
        self.known.borrow_mut().insert(holder.clone(), all.clone());
        all
    }

    /// Whether a holder is known to be a member, or in it.
    pub(super) fn is_among(&self, holder: &Principal, member: &Principal) -> bool {
        holder == member || Candidate::new(self.world, &self.groups, holder).matches(member) == Verdict::Yes
    }

    /// The one that says most: in the project of the account rather than elsewhere, above functions rather than on one.
    pub(super) fn best<'m>(
        all: &'m [Making],
        project: Option<&ProjectName>,
        above: &[Container],
    ) -> Option<&'m Making> {
        all.iter().min_by_key(|making| {
            let place = match &making.resource {
                Resource::Container(container) => match above.iter().position(|level| level == container) {
                    Some(place) => (0, place),
                    None => (2, 0),
                },
                Resource::Service(name) if Some(&name.project) == project => (1, 0),
                Resource::Service(_) | Resource::Other(_) => (3, 0),
            };
            (place, &making.resource, &making.role, &making.holder)
        })
    }
}
