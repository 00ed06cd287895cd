//! What was said of each resource, by canonical name, and the world that comes of it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, btree_map::Entry},
    fmt::Debug,
    sync::Arc,
};

use super::{
    Headers,
    gaps::Gaps,
    latest::{Latest, Sighting},
    places::{KEEP_ONE, Places},
    projects::Chains,
    revisions::Revisions,
    services::ServiceDraft,
};
use crate::{
    model::{
        Container, DenyPolicy, DenyPolicyName, FunctionName, Policy, Principal, ProjectName, RoleName,
        ServiceName, Time,
    },
    sources::{
        ReadError,
        assets::batch::{
            AccountFact, Content, Fact, FileNotes, FunctionFact, Origin, RevisionFact, ServiceFact,
        },
        canonical::{canonical, canonical_deny_policy, canonical_function, canonical_source, with_roles},
    },
    world::{CloudFunction, EventSource, EventSourceKind, Observed, Projects, RoleDefinition, World},
};

/// Everything that was said, sorted by what it was said of.
#[derive(Default)]
pub(super) struct Drafts {
    pub(super) services: HashMap<ServiceName, Box<ServiceDraft>>,
    pub(super) policies: BTreeMap<Container, Latest<Policy>>,
    pub(super) roles: BTreeMap<RoleName, Latest<Observed<RoleDefinition>>>,
    pub(super) groups: BTreeMap<Principal, Latest<Vec<Principal>>>,
    pub(super) deny_policies: BTreeMap<DenyPolicyName, Latest<DenyPolicy>>,
    accounts: BTreeMap<Arc<str>, Latest<ProjectName>>,
    /// The addresses of accounts by their unique ids.
    addresses: BTreeMap<Arc<str>, Arc<str>>,
    /// By address or unique id, as the line has it.
    pub(super) account_policies: BTreeMap<Arc<str>, Latest<Policy>>,
    functions: BTreeMap<FunctionName, Latest<CloudFunction>>,
    function_policies: BTreeMap<FunctionName, Latest<Policy>>,
    gen1: BTreeSet<FunctionName>,
    pub(super) revisions: Revisions,
    event_sources: BTreeMap<(EventSourceKind, Arc<str>), Latest<EventSource>>,
    gaps: Gaps,
}

impl Drafts {
    /// Sorts all facts; names become canonical here.
    pub(super) fn new(facts: Vec<Fact>, headers: &Headers, projects: &Projects, chains: &Chains) -> Self {
        let mut drafts = Self::default();
        drafts.services.reserve(facts.len() / 2);
        for container in &chains.named {
            drafts.policies.entry(container.clone()).or_default();
        }
        for Fact { origin, time, content } in facts {
            let is_whole = headers.has(origin.file);
            drafts.add(origin, time, content, projects, is_whole);
        }
        drafts
    }

    fn add(
        &mut self,
        origin: Origin,
        time: Option<Time>,
        content: Content,
        projects: &Projects,
        is_whole: bool,
    ) {
        match content {
            Content::Service(fact) => self.service(origin, time, *fact, projects),
            Content::Revision(fact) => {
                let RevisionFact { service, name, account } = *fact;
                let draft = self.revisions.of(projects.canonical_service(&service), name);
                add(draft, origin, time, Some(account));
            }
            Content::Container { name, policy } => {
                let name = projects.canonical_container(&name);
                if policy.is_some() || !is_whole {
                    let draft = self.policies.entry(name).or_default();
                    add(draft, origin, time, policy.map(|policy| with_roles(policy, projects)));
                }
            }
            Content::Role(name, role) => {
                let name = canonical(name.as_str(), projects).map_or(name, RoleName::new);
                add(self.roles.entry(name).or_default(), origin, time, Some(role));
            }
            Content::Account(fact) => self.account(origin, time, *fact, projects),
            Content::Function(fact) => self.function(origin, time, *fact, projects),
            Content::Gen1(name) => drop(self.gen1.insert(canonical_function(&name, projects))),
            Content::EventSource(source) => {
                let source = canonical_source(*source, projects);
                let draft = self.event_sources.entry((source.kind, source.name.clone())).or_default();
                add(draft, origin, time, Some(source));
            }
            Content::Group(group, members) => {
                add(self.groups.entry(group).or_default(), origin, time, Some(members));
            }
            Content::DenyPolicy(name, policy) => {
                let name = canonical_deny_policy(name, projects);
                add(self.deny_policies.entry(name).or_default(), origin, time, Some(policy));
            }
            Content::Unread { layer, name, gap } => {
                let name = canonical(&name, projects).map_or(name, Into::into);
                self.gaps.add(layer, name, gap, origin);
            }
            // Taken out before.
            Content::Header(_) | Content::Told(_) => {}
        }
    }

    fn service(&mut self, origin: Origin, time: Option<Time>, fact: ServiceFact, projects: &Projects) {
        let ServiceFact { name, settings, policy, has_ancestors } = fact;
        let name = projects.canonical_service(&name);
        let draft = self.services.entry(name).or_default();
        add(&mut draft.settings, origin, time, settings);
        add(&mut draft.policy, origin, time, policy.map(|policy| with_roles(policy, projects)));
        if has_ancestors {
            draft.ancestors.get_or_insert(origin);
        }
    }

    fn account(&mut self, origin: Origin, time: Option<Time>, fact: AccountFact, projects: &Projects) {
        let AccountFact { word, email, project, policy } = fact;
        if let (Some(email), Some(project)) = (&email, project) {
            let project = projects.canonical(&project);
            add(self.accounts.entry(email.clone()).or_default(), origin, time, Some(project));
        }
        if let Some(policy) = policy {
            let draft = self.account_policies.entry(email.clone().unwrap_or_else(|| word.clone()));
            add(draft.or_default(), origin, time, Some(with_roles(policy, projects)));
        }
        if let Some(email) = email.filter(|email| *email != word) {
            self.addresses.insert(word, email);
        }
    }

    fn function(&mut self, origin: Origin, time: Option<Time>, fact: FunctionFact, projects: &Projects) {
        let FunctionFact { name, mut function, policy } = fact;
        let name = canonical_function(&name, projects);
        if let Some(CloudFunction { service: Some(service), .. }) = &mut function {
            *service = projects.canonical_service(service);
        }
        add(self.functions.entry(name.clone()).or_default(), origin, time, function);
        let policy = policy.map(|policy| with_roles(policy, projects));
        add(self.function_policies.entry(name).or_default(), origin, time, policy);
    }

    /// Fills the world; `Projects` stand in it already.
    pub(super) fn finish(
        mut self,
        world: &mut World,
        files: &[FileNotes],
        chains: Chains,
        places: &Places,
    ) -> Result<(), ReadError> {
        let gaps = std::mem::take(&mut self.gaps).checked(places)?;
        gaps.apply(&mut self, world, &chains, places)?;
        let Self { services, policies, roles, groups, deny_policies, accounts, functions, .. } = self;
        super::services::finish(services, world, files, &chains, places)?;
        self.revisions.finish(world, places)?;
        super::services::containers(policies, world, places)?;
        world.chains = chains.by_project;
        each(roles, "the role", places, |name, role| drop(world.roles.insert(name, role)))?;
        each(groups, "the group", places, |name, members| {
            world.groups.insert(name, Observed::Known(members));
        })?;
        each(deny_policies, "the deny policy", places, |name, policy| {
            world.deny_policies.insert(name, Observed::Known(policy));
        })?;
        each(accounts, "the project of", places, |email, project| {
            world.service_accounts.insert(email, project);
        })?;
        let policies = by_address(self.account_policies, &self.addresses);
        each(policies, "the policy of", places, |email, policy| {
            world.account_policies.insert(email, Observed::Known(policy));
        })?;
        each(functions, "the function", places, |name, function| {
            world.functions.insert(name, function);
        })?;
        each(self.function_policies, "the policy of", places, |name, policy| {
            if let Some(function) = world.functions.get_mut(&name) {
                function.policy = Some(policy);
            }
        })?;
        world.gen1_functions = self.gen1.len();
        for ((_, name), draft) in self.event_sources {
            let source = settled(draft, || format!("`{name}`"), places)?;
            world.event_sources.extend(source.map(|sighting| sighting.value));
        }
        world.event_sources.sort();
        Ok(())
    }
}

fn add<T: PartialEq + Debug>(draft: &mut Latest<T>, origin: Origin, time: Option<Time>, value: Option<T>) {
    if let Some(value) = value {
        draft.add(Sighting { origin, time, value });
    }
}

/// Policies of accounts by their addresses, as far as any line tells these.
fn by_address(
    policies: BTreeMap<Arc<str>, Latest<Policy>>,
    addresses: &BTreeMap<Arc<str>, Arc<str>>,
) -> BTreeMap<Arc<str>, Latest<Policy>> {
    let mut found: BTreeMap<Arc<str>, Latest<Policy>> = BTreeMap::new();
    for (word, draft) in policies {
        let email = addresses.get(&word).cloned().unwrap_or(word);
        match found.entry(email) {
            Entry::Vacant(free) => drop(free.insert(draft)),
            Entry::Occupied(taken) => draft.pour(taken.into_mut()),
        }
    }
    found
}

/// The newest line, or the error that there is none.
pub(super) fn settled<T: PartialEq + Debug>(
    draft: Latest<T>,
    what: impl FnOnce() -> String,
    places: &Places,
) -> Result<Option<Sighting<T>>, ReadError> {
    draft.finish().map_err(|clash| places.clash(clash, format!("this is one state of {}", what()), KEEP_ONE))
}

fn each<K: ToString, T: PartialEq + Debug>(
    drafts: BTreeMap<K, Latest<T>>,
    what: &str,
    places: &Places,
    mut keep: impl FnMut(K, T),
) -> Result<(), ReadError> {
    for (key, draft) in drafts {
        if let Some(sighting) = settled(draft, || format!("{what} `{}`", key.to_string()), places)? {
            keep(key, sighting.value);
        }
    }
    Ok(())
}
