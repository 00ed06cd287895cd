//! What one thread has kept of the lines it was given, and how that becomes one whole.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::own::Header;
use crate::{
    model::{
        Container, DenyPolicy, DenyPolicyName, FunctionName, Policy, Principal, ProjectName, RoleName,
        ServiceName, Time,
    },
    sources::{snapshot::layer::GapLayer, terraform::Told, wire::revision::Account},
    world::{CloudFunction, EventSource, Gap, Observed, RoleDefinition, Settings},
};

/// Where something was said: the number of the file as given, and the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Origin {
    pub(super) file: usize,
    pub(super) line: u32,
}

/// What a line says about one resource.
#[derive(Debug)]
pub(super) struct Fact {
    pub(super) origin: Origin,
    pub(super) time: Option<Time>,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    Service(Box<ServiceFact>),
    Revision(Box<RevisionFact>),
    Container { name: Container, policy: Option<Policy> },
    Role(RoleName, Observed<RoleDefinition>),
    Account(Box<AccountFact>),
    Function(Box<FunctionFact>),
    Gen1(FunctionName),
    EventSource(Box<EventSource>),
    Group(Principal, Vec<Principal>),
    DenyPolicy(DenyPolicyName, DenyPolicy),
    Unread { layer: GapLayer, name: Arc<str>, gap: Gap },
    Header(Header),
    Told(Told),
}

#[derive(Debug)]
pub(super) struct ServiceFact {
    pub(super) name: ServiceName,
    pub(super) settings: Option<Box<Observed<Settings>>>,
    pub(super) policy: Option<Policy>,
    pub(super) has_ancestors: bool,
}

/// Whom a revision runs as.
#[derive(Debug)]
pub(super) struct RevisionFact {
    pub(super) service: ServiceName,
    /// Its short name.
    pub(super) name: Arc<str>,
    pub(super) account: Account,
}

#[derive(Debug)]
pub(super) struct AccountFact {
    /// The last part of its name: its address, or its unique id.
    pub(super) word: Arc<str>,
    /// Its address in lower case, where the line tells it.
    pub(super) email: Option<Arc<str>>,
    /// `None` where the name leaves it open.
    pub(super) project: Option<ProjectName>,
    pub(super) policy: Option<Policy>,
}

#[derive(Debug)]
pub(super) struct FunctionFact {
    pub(super) name: FunctionName,
    pub(super) function: Option<CloudFunction>,
    pub(super) policy: Option<Policy>,
}

/// What stands above something, as lines of one file say it.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) containers: Arc<[Container]>,
    pub(super) line: u32,
    /// Whether a service stands below it.
    pub(super) is_of_service: bool,
}

/// What is kept of one file beside its facts.
#[derive(Debug, Default)]
pub(super) struct FileNotes {
    pub(super) assets: usize,
    pub(super) skipped: HashMap<Arc<str>, usize>,
    pub(super) newest: Option<Time>,
    /// Two names of one project, and where that was first said.
    pub(super) joins: HashMap<(ProjectName, ProjectName), u32>,
    /// Projects of which any line was seen.
    pub(super) seen: HashSet<ProjectName>,
    /// By their text.
    pub(super) chains: HashMap<Box<str>, Chain>,
    /// Whether it holds a policy line of a service at all.
    pub(super) has_service_policy: bool,
    /// Projects that have a policy line in it, of their own or of a service.
    pub(super) policy_projects: HashSet<ProjectName>,
}

/// Everything kept.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) facts: Vec<Fact>,
    pub(super) files: Vec<FileNotes>,
}

impl Batch {
    /// The notes of one file.
    pub(super) fn notes(&mut self, file: usize) -> &mut FileNotes {
        if self.files.len() <= file {
            self.files.resize_with(file + 1, FileNotes::default);
        }
        &mut self.files[file]
    }

    /// The work of all threads, in the order of files and lines.
    pub(super) fn joined(batches: Vec<Self>) -> Self {
        let mut all = Self::default();
        for Self { facts, files } in batches {
            if all.facts.is_empty() {
                all.facts = facts;
            } else {
                all.facts.extend(facts);
            }
            for (number, notes) in files.into_iter().enumerate() {
                all.notes(number).add(notes);
            }
        }
        all.facts.sort_by_key(|fact| fact.origin);
        all
    }
}

impl FileNotes {
    fn add(&mut self, other: Self) {
        let Self { assets, skipped, newest, joins, seen, chains, has_service_policy, policy_projects } =
            other;
        self.assets += assets;
        for (kind, count) in skipped {
            *self.skipped.entry(kind).or_default() += count;
        }
        self.newest = self.newest.max(newest);
        for (pair, line) in joins {
            let first = self.joins.entry(pair).or_insert(line);
            *first = line.min(*first);
        }
        self.seen.extend(seen);
        for (text, chain) in chains {
            let line = chain.line;
            let is_of_service = chain.is_of_service;
            let known = self.chains.entry(text).or_insert(chain);
            known.line = line.min(known.line);
            known.is_of_service |= is_of_service;
        }
        self.has_service_policy |= has_service_policy;
        self.policy_projects.extend(policy_projects);
    }

    /// Notes the age of a line.
    pub(super) fn aged(&mut self, time: Option<Time>) {
        self.newest = self.newest.max(time);
    }
}
