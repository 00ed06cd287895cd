//! Who may act as the service accounts that are callers: their allow policies, those of what stands above them, and the
//! same of every account that may act as one of them.
//!
//! What is read here alone decides nothing else: a project that no function of the scope is in is not seen by it, and
//! what is refused of it is said where somebody looks for who can act as whom.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Asked, LiveError, above,
    calls::{Reader, all},
    gap::{gap, said},
    roles,
};
use crate::{
    access::{RoleBook, acting, agent::agent_project},
    model::{
        Container, FunctionName, Policy, Principal, PrincipalKind, ProjectName, Resource, RoleName,
        ServiceName,
    },
    sources::canonical::{canonical, with_roles},
    world::{Layer, LayerState, Observed, World},
};

/// Of so many accounts the policies are read, callers first.
const MOST: usize = 500;

const PERMISSION: &str = "iam.serviceAccounts.getIamPolicy";

/// Reads them, where it is asked for.
pub(super) async fn read(reader: &Arc<Reader>, asked: &Asked, world: &mut World) -> Result<(), LiveError> {
    if !asked.is_judging_accounts {
        return Ok(());
    }
    let mut is_refused = false;
    let mut done: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut looked_at: BTreeSet<Resource> = BTreeSet::new();
    let mut next = callers(asked, world);
    while !next.is_empty() {
        let most = MOST.saturating_sub(done.len());
        let left_out: Vec<_> = next.iter().skip(most).cloned().collect();
        let emails: BTreeSet<_> = next.iter().take(most).cloned().collect();
        done.extend(next);
        for email in left_out {
            is_refused = true;
            let why = format!("the policies of {MOST} accounts are read, callers first, and no more");
            world.account_policies.insert(email, Observed::Unreadable(said(why)));
        }
        is_refused |= !homes(reader, &emails, world).await?;
        is_refused |= !policies(reader, &emails, world).await?;
        let places = around(&emails, world).into_iter().filter(|place| looked_at.insert(place.clone()));
        let places: Vec<_> = places.collect();
        is_refused |= !carried(reader, &places, world).await?;
        next = holders(&places, world);
        next.retain(|email| !done.contains(email));
    }
    let state = if is_refused { LayerState::Refused } else { LayerState::Read };
    world.layers.insert(Layer::AccountPolicies, state);
    Ok(())
}

/// The accounts that a map's callers are.
fn callers(asked: &Asked, world: &World) -> BTreeSet<Arc<str>> {
    let running = asked.calling.iter().map(|name| service(world, name));
    let running = running.flat_map(|name| world.identities(&name).accounts);
    asked.callers.iter().cloned().chain(running).filter_map(|principal| account(&principal, world)).collect()
}

/// The service that a name of the map means: one of its own, or one that serves a function of this id.
fn service(world: &World, name: &ServiceName) -> ServiceName {
    let name = world.projects.canonical_service(name);
    if world.services.contains_key(&name) {
        return name;
    }
    let ServiceName { project, location, service } = name.clone();
    let id = FunctionName { project, location, function: service };
    world.functions.get(&id).and_then(|function| function.service.clone()).unwrap_or(name)
}

/// The address of a service account that is somebody's own: who acts as an agent of Google's is no question of policies.
fn account(principal: &Principal, world: &World) -> Option<Arc<str>> {
    let PrincipalKind::ServiceAccount(email) = principal.kind() else { return None };
    let is_own = agent_project(principal).is_none() && world.account_project(email).is_some();
    is_own.then(|| email.into())
}

/// What stands above these accounts, as far as it was not read. Whether all of it could be.
async fn homes(
    reader: &Arc<Reader>,
    emails: &BTreeSet<Arc<str>>,
    world: &mut World,
) -> Result<bool, LiveError> {
    let projects = emails.iter().filter_map(|email| world.account_project(email));
    let unread = |project: &ProjectName| {
        !world.chains.contains_key(project)
            && !world.policies.contains_key(&Container::Project(project.clone()))
    };
    let projects: BTreeSet<ProjectName> = projects.filter(unread).collect();
    let known = |name: &Container| world.policies.contains_key(name);
    let (ancestry, policies) = above::read(reader, &projects, known).await?;
    let mut is_whole = true;
    for (project, above::Ancestry { seen, gap }) in ancestry {
        is_whole &= gap.is_none();
        if !seen.is_empty() {
            world.chains.insert(project, seen);
        }
    }
    for (container, policy) in policies {
        is_whole &= policy.known().is_some();
        let policy = known_with_roles(policy, world);
        world.policies.insert(container, policy);
    }
    Ok(is_whole)
}

/// The policies of these accounts. Whether all of them could be read.
async fn policies(
    reader: &Arc<Reader>,
    emails: &BTreeSet<Arc<str>>,
    world: &mut World,
) -> Result<bool, LiveError> {
    let read = all(emails.iter().cloned().map(|email| {
        let reader = reader.clone();
        async move {
            let body = reader.call(reader.google.account_policy(&email)).await;
            let policy = body.and_then(|body| above::policy_in(&body));
            (
                email,
                policy.map_or_else(|error| Observed::Unreadable(gap(&error, PERMISSION)), Observed::Known),
            )
        }
    }));
    let mut is_whole = true;
    for (email, policy) in read.await? {
        is_whole &= policy.known().is_some();
        let policy = known_with_roles(policy, world);
        world.account_policies.insert(email, policy);
    }
    Ok(is_whole)
}

fn known_with_roles(policy: Observed<Policy>, world: &World) -> Observed<Policy> {
    match policy {
        Observed::Known(policy) => Observed::Known(with_roles(policy, &world.projects)),
        unread @ Observed::Unreadable(_) => unread,
    }
}

/// The accounts themselves and everything above them that was seen.
fn around(emails: &BTreeSet<Arc<str>>, world: &World) -> BTreeSet<Resource> {
    let mut places = BTreeSet::new();
    for email in emails {
        places.insert(Resource::Other(email.clone()));
        let Some(project) = world.account_project(email) else { continue };
        places.insert(Resource::Container(Container::Project(project.clone())));
        let above = world.chains.get(&project).into_iter().flat_map(|chain| chain.iter());
        places.extend(above.cloned().map(Resource::Container));
    }
    places
}

/// What hangs at one of these places.
fn policy<'w>(place: &Resource, world: &'w World) -> Option<&'w Policy> {
    match place {
        Resource::Container(container) => world.policies.get(container)?.known(),
        Resource::Other(email) => world.account_policies.get(email)?.known(),
        Resource::Service(_) => None,
    }
}

/// What the roles carry that are granted there, as far as it was not read. Whether all of it could be.
async fn carried(reader: &Arc<Reader>, places: &[Resource], world: &mut World) -> Result<bool, LiveError> {
    let met = places.iter().filter_map(|place| policy(place, world));
    let read: BTreeMap<RoleName, _> = roles::read(reader, met, |role| world.roles.contains_key(role)).await?;
    let mut is_whole = true;
    for (name, role) in read {
        let name = canonical(name.as_str(), &world.projects).map_or(name, RoleName::new);
        // What is said of Google's own roles where they are refused comes with callmap.
        is_whole &= role.known().is_some() || RoleBook::new(world).gives(&name).is_some();
        world.roles.insert(name, role);
    }
    Ok(is_whole)
}

/// The accounts that hold something there over accounts.
fn holders(places: &[Resource], world: &World) -> BTreeSet<Arc<str>> {
    let roles = RoleBook::new(world);
    let mut found = BTreeSet::new();
    for place in places {
        let bindings = policy(place, world).into_iter().flat_map(|policy| &policy.bindings);
        for binding in bindings {
            let given = roles.gives(&binding.role).unwrap_or_default();
            if !acting::over_accounts(place, given).is_empty() {
                found.extend(binding.members.iter().filter_map(|member| account(member, world)));
            }
        }
    }
    found
}
