//! The map that what is live would match: the other way round from a plan.
//!
//! Only what a map can say becomes part of it: own grants of invoker roles, and the accounts that functions run
//! as. Whatever else lets somebody call is left for a person to decide.

mod edges;
mod functions;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    callers::Writer,
    model::{Principal, ProjectName, RoleName, ServiceName, Time},
    rules::Scope,
    world::World,
};

/// A map as it would be written for what is live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovered {
    /// The project that most of the functions are in; the others carry their full resource.
    pub project: Option<ProjectName>,
    /// The region that most of those functions are in.
    pub region: Option<std::sync::Arc<str>>,
    /// The functions by short name.
    pub functions: BTreeMap<String, Function>,
    /// Who may call what, by short names.
    pub callers: BTreeMap<Caller, BTreeMap<String, Edge>>,
}

/// A call as it would be declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The end, where every grant of it has one.
    pub until: Option<Time>,
    /// Where it was seen.
    pub seen: BTreeSet<Seen>,
}

/// Where a call was seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Seen {
    /// A grant of this role on the function.
    Grant(RoleName),
    /// Something that calls the function as the caller: its name for people.
    Source(String),
}

/// A function as it would be declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The services it is: one, or one a region.
    pub services: Vec<ServiceName>,
    /// The account it runs as, where that is known.
    pub runs_as: Option<Principal>,
    /// Whether only its event source should call it.
    pub is_event_driven: bool,
    /// Who else writes its policy, where that is known.
    pub written_by: Option<Writer>,
    /// Where an event function's events come from, and as whom, for people.
    pub sources: BTreeSet<String>,
}

/// A caller as it would be declared, in the order they are written in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    /// The public.
    Public(Principal),
    /// A function by its short name.
    Function(String),
    /// Anybody else.
    Principal(Principal),
}

/// The map of what is live in a scope, as of a time.
pub fn discover(world: &World, scope: &Scope, at: Time) -> Discovered {
    let grants = edges::own_grants(world, scope, at);
    let project = functions::usual_project(&grants);
    let region = functions::usual_region(&grants, project.as_ref());
    let sources = world.sources_by_service();
    let functions = functions::named(world, &grants, &sources, project.as_ref());
    let callers = edges::callers(&functions, &grants, &sources);
    Discovered { project, region, functions, callers }
}
