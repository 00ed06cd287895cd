//! Where it is said who can act as whom: the policies of accounts, and of what stands above them.

use std::collections::{BTreeMap, BTreeSet};

use super::{callers::Callers, makers::Makers};
use crate::{
    access::{acting::over_accounts, agent::agent_project, condition::can_hold_from},
    model::{
        Container, Grant, Permissions, Policy, Principal, PrincipalKind, ProjectName, Resource, RoleName,
    },
    rules::context::Context,
    world::World,
};

/// A grant that gives something over accounts.
pub(super) struct Taker {
    pub(super) grant: Grant,
    /// What it gives over them.
    pub(super) given: Permissions,
}

/// A policy.
pub(super) struct Spot {
    pub(super) takers: Vec<Taker>,
    /// Custom roles that are bound in it, each with a member.
    pub(super) custom: Vec<(RoleName, Principal)>,
    /// The accounts that it counts for.
    pub(super) nodes: Vec<usize>,
}

/// A service account: a declared caller, or one that may act as such.
pub(super) struct Node {
    pub(super) principal: Principal,
    pub(super) project: Option<ProjectName>,
    /// Its own policy, and those of what stands above it.
    pub(super) spots: Vec<usize>,
    /// What it holds over accounts: a spot, and which of its takers.
    pub(super) held: Vec<(usize, usize)>,
}

/// Every policy that counts. The declared callers are the first of the nodes, in their order.
pub(super) struct Places<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) callers: &'a Callers<'a>,
    pub(super) makers: Makers<'a>,
    pub(super) spots: Vec<Spot>,
    pub(super) nodes: Vec<Node>,
    known_nodes: BTreeMap<Principal, usize>,
    known_spots: BTreeMap<Resource, usize>,
    agents: Agents<'a>,
}

/// Whose agents of Google's are expected to act as accounts.
struct Agents<'a> {
    context: &'a Context<'a>,
    /// Numbers of the projects that the declared callers are in.
    numbers: BTreeSet<&'a str>,
    /// Whether one of these has a number that nobody knows.
    is_open: bool,
}

/// The resource that the policy of an account hangs on.
pub(super) fn account_resource(email: &str) -> Resource {
    Resource::Other(format!("projects/-/serviceAccounts/{email}").into())
}

impl<'a> Places<'a> {
    /// Those of the declared callers, and of all that may act as them.
    pub(super) fn new(context: &'a Context<'a>, callers: &'a Callers<'a>) -> Self {
        let mut places = Self {
            context,
            callers,
            makers: Makers::new(context),
            spots: Vec::new(),
            nodes: Vec::new(),
            known_nodes: BTreeMap::new(),
            known_spots: BTreeMap::new(),
            agents: Agents::new(context, callers),
        };
        for caller in &callers.all {
            places.node(caller.principal);
        }
        let mut next = 0;
        while next < places.nodes.len() {
            places.lay(next);
            next += 1;
        }
        places
    }

    /// The node of an account.
    pub(super) fn find(&self, principal: &Principal) -> Option<usize> {
        self.known_nodes.get(principal).copied()
    }

    fn node(&mut self, principal: &Principal) -> usize {
        if let Some(known) = self.known_nodes.get(principal) {
            return *known;
        }
        let project = principal.email().and_then(|email| self.context.world.account_project(email));
        let node = Node { principal: principal.clone(), project, spots: Vec::new(), held: Vec::new() };
        self.nodes.push(node);
        self.known_nodes.insert(principal.clone(), self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// Finds the policies that count for an account.
    fn lay(&mut self, node: usize) {
        let Node { principal, project, .. } = &self.nodes[node];
        let own = principal.email().map(account_resource);
        let above = project.as_ref().map(|project| above(self.context.world, project)).unwrap_or_default();
        for resource in own.into_iter().chain(above.into_iter().map(Resource::Container)) {
            let spot = self.spot(&resource);
            self.spots[spot].nodes.push(node);
            self.nodes[node].spots.push(spot);
        }
    }

    fn spot(&mut self, resource: &Resource) -> usize {
        if let Some(known) = self.known_spots.get(resource) {
            return *known;
        }
        let place = self.spots.len();
        self.known_spots.insert(resource.clone(), place);
        let policy = policy(self.context.world, resource);
        let takers = policy.map(|policy| self.takers(resource, policy)).unwrap_or_default();
        for (number, taker) in takers.iter().enumerate() {
            if is_account(&taker.grant.principal) {
                let node = self.node(&taker.grant.principal);
                self.nodes[node].held.push((place, number));
            }
        }
        let custom = policy.map(|policy| self.custom(policy)).unwrap_or_default();
        self.spots.push(Spot { takers, custom, nodes: Vec::new() });
        place
    }

    /// The grants of a policy that give something over accounts, each once.
    fn takers(&self, resource: &Resource, policy: &Policy) -> Vec<Taker> {
        let mut found = Vec::new();
        for binding in &policy.bindings {
            let given = self.context.roles.gives(&binding.role).unwrap_or_default();
            let given = over_accounts(resource, given);
            if given.is_empty() || !can_hold_from(binding.condition.as_ref(), self.context.at) {
                continue;
            }
            let members = binding.members.iter();
            let members =
                members.filter(|member| member.kind() != PrincipalKind::Deleted && !self.agents.has(member));
            found.extend(members.map(|member| Taker { grant: Grant::of(resource, binding, member), given }));
        }
        found.sort_by(|left, right| left.grant.cmp_spelled(&right.grant));
        found.dedup_by(|left, right| left.grant == right.grant);
        found
    }

    fn custom(&self, policy: &Policy) -> Vec<(RoleName, Principal)> {
        let custom = policy.bindings.iter().filter(|binding| {
            binding.role.is_custom() && can_hold_from(binding.condition.as_ref(), self.context.at)
        });
        let mut custom: Vec<_> = custom
            .flat_map(|binding| binding.members.iter().map(|member| (binding.role.clone(), member.clone())))
            .collect();
        custom.sort();
        custom.dedup();
        custom
    }

    /// A custom role that this holder may change and holds where it counts for this account.
    pub(super) fn changeable(&self, taker: &Taker, node: usize) -> Option<&RoleName> {
        let Taker { grant, given } = taker;
        if !given.has(crate::model::Permission::UpdateRoles) {
            return None;
        }
        let node = &self.nodes[node];
        let custom = node.spots.iter().flat_map(|spot| &self.spots[*spot].custom);
        let is_ours = |role: &RoleName| match role.as_str().split_once("/roles/").map(|(of, _)| of.parse()) {
            Some(Ok(Container::Project(project))) => node.project.as_ref() == Some(&project),
            // What is of an organization is changed there.
            Some(Ok(container)) => Resource::Container(container) == grant.resource,
            Some(Err(_)) | None => false,
        };
        custom
            .filter(|(role, _)| is_ours(role))
            .find(|(_, member)| self.makers.is_among(&grant.principal, member))
            .map(|(role, _)| role)
    }
}

impl<'a> Agents<'a> {
    fn new(context: &'a Context<'a>, callers: &Callers<'a>) -> Self {
        let projects = &context.world.projects;
        let mut agents = Self { context, numbers: BTreeSet::new(), is_open: false };
        for caller in &callers.all {
            let email = caller.principal.email().unwrap_or_default();
            let Some(project) = context.world.account_project(email) else { continue };
            let known = projects.pairs().find(|(id, number)| **id == project || **number == project);
            match known {
                Some((_, number)) => drop(agents.numbers.insert(number)),
                None => agents.is_open = true,
            }
        }
        agents
    }

    /// Whether a principal is an agent of Google's that works for a project of ours, or may for all that is known.
    fn has(&self, principal: &Principal) -> bool {
        agent_project(principal).is_some_and(|number| {
            self.is_open || self.numbers.contains(number) || self.context.ours.has_project(number)
        })
    }
}

/// Whether somebody may act as a principal by policies of its own.
fn is_account(principal: &Principal) -> bool {
    matches!(principal.kind(), PrincipalKind::ServiceAccount(_)) && agent_project(principal).is_none()
}

/// What stands above an account, as far as it was seen.
pub(super) fn above(world: &World, project: &ProjectName) -> Vec<Container> {
    match world.chains.get(project) {
        Some(chain) => chain.to_vec(),
        None => vec![Container::Project(project.clone())],
    }
}

/// The policy that hangs there, where it was read.
fn policy<'w>(world: &'w World, resource: &Resource) -> Option<&'w Policy> {
    match resource {
        Resource::Container(container) => world.policies.get(container)?.known(),
        Resource::Other(name) => {
            world.account_policies.get(name.rsplit('/').next().unwrap_or_default())?.known()
        }
        Resource::Service(_) => None,
    }
}
