//! What was observed, and what could not be: the world as plain values.
//!
//! **What could not be read is never empty.** Everything that a verdict rests on is an [`Observed`], which has
//! no default. Readers (live, files) build a [`World`]; nothing here reads anything.

pub mod account;
pub mod address;
pub mod addresses;
pub mod chain;
pub mod event_source;
pub mod find;
pub mod identity;
pub mod layer;
pub mod nature;
pub mod observed;
pub mod projects;
pub mod role;
pub mod service;
pub mod source;
pub mod writer;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub use address::Address;
pub use addresses::Addresses;
pub use event_source::{CloudFunction, EventSource, EventSourceKind, EventTarget, Token};
pub use find::{FindError, Names};
pub use identity::Identities;
pub use layer::{Layer, LayerState};
pub use nature::Nature;
pub use observed::{Gap, Observed};
pub use projects::Projects;
pub use role::RoleDefinition;
pub use service::{Service, Settings, Traffic};
pub use source::{Source, SourceFile, SourceKind};
pub use writer::{Extent, Says, Writers, Written};

use crate::model::{
    Container, DenyPolicy, DenyPolicyName, FunctionName, Policy, Principal, ProjectName, RoleName,
    ServiceName,
};

/// Everything that was observed. Names of projects inside are canonical: see [`Projects::canonical`].
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// Where it was read from.
    pub source: Source,
    /// What was asked for and what came of it.
    pub layers: BTreeMap<Layer, LayerState>,
    /// Project ids and numbers.
    pub projects: Projects,
    /// Lists that could not be read, by relative name: `projects/P/services` for a whole
    /// project, `projects/P/locations/L/services` for one region. Lists of other things, in the same way:
    /// `projects/P/locations/-/functions`, `projects/P/locations/-/triggers`, `projects/P/subscriptions`,
    /// `projects/P/locations/L/jobs` (of Cloud Scheduler), `projects/P/locations/L/queues`, and below what is
    /// looked at `folders/F/projects`, `folders/F/folders`. `projects/P` alone is a project whose id and number could
    /// not be read.
    pub unread_lists: BTreeMap<Arc<str>, Gap>,
    /// Every service that was seen.
    pub services: BTreeMap<ServiceName, Service>,
    /// The allow policy of every project, folder and organization that was seen or named as an ancestor.
    pub policies: BTreeMap<Container, Observed<Policy>>,
    /// What stands above each project, itself first, as far as it was read: see [`chain::cut_short`].
    pub chains: BTreeMap<ProjectName, Arc<[Container]>>,
    /// Functions of the Cloud Functions v2 API.
    pub functions: BTreeMap<FunctionName, CloudFunction>,
    /// First-generation functions, which have no Cloud Run service and are not judged.
    pub gen1_functions: usize,
    /// Triggers, push subscriptions, jobs and queues that were seen.
    pub event_sources: Vec<EventSource>,
    /// Whether all triggers, push subscriptions, jobs and queues of a project were listed, where that was asked
    /// for: a project that is not here was not asked about.
    pub event_source_lists: BTreeMap<ProjectName, Observed<()>>,
    /// Jobs and instances by relative name, of projects where that was asked for: `roles/run.invoker` above
    /// them runs these too.
    pub workloads: BTreeMap<ProjectName, Observed<Vec<Arc<str>>>>,
    /// Every project below a folder or an organization, where that was asked for.
    pub projects_below: BTreeMap<Container, Observed<BTreeSet<ProjectName>>>,
    /// Roles that were read, or whose reading was refused. Google's own roles need not be here.
    pub roles: BTreeMap<RoleName, Observed<RoleDefinition>>,
    /// Direct members of each group that was read; a group that is not here was not expanded.
    pub groups: BTreeMap<Principal, Observed<Vec<Principal>>>,
    /// Deny policies by name; where those of a whole attachment could not be read, under its name without an id.
    /// An attachment that is not here has none, if [`Layer::DenyPolicies`] was asked for at all.
    pub deny_policies: BTreeMap<DenyPolicyName, Observed<DenyPolicy>>,
    /// Projects of service accounts that were seen, by e-mail address in lower case.
    pub service_accounts: BTreeMap<Arc<str>, ProjectName>,
    /// Allow policies of service accounts, by e-mail address in lower case, or by unique id where nothing tells the
    /// address: who may act as them. An account that is not here was not asked about.
    pub account_policies: BTreeMap<Arc<str>, Observed<Policy>>,
    /// The accounts that revisions run as which a service's traffic is split to, by their short names; within
    /// [`Observed`], `None` is the project's default compute account. A revision that is not here was not asked about.
    pub revisions: BTreeMap<ServiceName, BTreeMap<Arc<str>, Observed<Option<Principal>>>>,
    /// Who else writes policies, as far as files of Terraform's told.
    pub writers: Writers,
}

impl World {
    /// A world in which nothing was seen.
    pub fn nothing(source: Source) -> Self {
        Self {
            source,
            layers: BTreeMap::new(),
            projects: Projects::default(),
            unread_lists: BTreeMap::new(),
            services: BTreeMap::new(),
            policies: BTreeMap::new(),
            chains: BTreeMap::new(),
            functions: BTreeMap::new(),
            gen1_functions: 0,
            event_sources: Vec::new(),
            event_source_lists: BTreeMap::new(),
            workloads: BTreeMap::new(),
            projects_below: BTreeMap::new(),
            roles: BTreeMap::new(),
            groups: BTreeMap::new(),
            deny_policies: BTreeMap::new(),
            service_accounts: BTreeMap::new(),
            account_policies: BTreeMap::new(),
            revisions: BTreeMap::new(),
            writers: Writers::default(),
        }
    }

    /// Whether the services of this project were listed, as far as anything of them could be seen.
    pub fn has_seen(&self, project: &str) -> bool {
        self.projects.is_seen(project)
    }
}
