//! The methods: which one a request means, and what is answered.

mod account;
mod asset;
mod call;
mod credentials;
mod deny;
mod filter;
mod function;
mod groups;
mod list;
mod page;
mod policy;
mod projects;
mod role;
mod routes;
mod run;

use std::collections::BTreeSet;

use serde_json::Value;

pub(super) use call::{Call, Shape};
pub(super) use policy::place;
pub use routes::apis;
pub use routes::{Route, all as methods};
pub(super) use routes::{Routed, route};

use asset::AssetCall;
use credentials::CredentialsCall;
use deny::DenyCall;
use function::FunctionCall;
use groups::GroupCall;
use run::{OperationCall, RunCall};

use super::{
    fault::Fault,
    may::{self, Asked},
    request::Request,
    state::{Kind, State, location, project},
    tokens::{Actor, Mint},
};
use crate::model::Time;

/// What a method works on.
pub(super) struct Context<'c> {
    pub(super) state: &'c mut State,
    pub(super) request: &'c Request,
    pub(super) now: Time,
    /// Who asks.
    pub(super) caller: &'c Actor,
    /// Gives tokens out.
    pub(super) mint: Mint<'c>,
}

impl Context<'_> {
    /// Refuses where the permission is refused on any of these names, and where the caller does not have it on the
    /// first of them.
    fn permit(&self, permission: &str, names: &[&str]) -> Result<(), Fault> {
        self.permit_changing(permission, names, None)
    }

    /// The same of a write that changes the grants of these roles.
    fn permit_changing(
        &self,
        permission: &str,
        names: &[&str],
        modified: Option<&BTreeSet<&str>>,
    ) -> Result<(), Fault> {
        let may = |name| self.allows(&Asked { permission, name, modified, now: self.now });
        let refused = names.iter().find(|name| self.state.is_refused(permission, name));
        let denied = refused.or_else(|| names.first().filter(|name| !may(name)));
        denied.map_or(Ok(()), |name| Err(Fault::no_access(permission, name)))
    }

    /// Whether the policies let the caller; the owner of the estate may do everything.
    fn allows(&self, asked: &Asked<'_>) -> bool {
        match self.caller {
            Actor::Owner => true,
            Actor::As(principal) => may::decides(self.state, principal, asked),
        }
    }

    fn may(&self, permission: &str, name: &str) -> bool {
        match self.caller {
            Actor::Owner => true,
            Actor::As(principal) => may::may(self.state, principal, permission, name, self.now),
        }
    }

    /// Refuses where the API of a kind is off.
    fn need_api(&self, kind: Kind, name: &str) -> Result<(), Fault> {
        self.need_service(kind.host(), name)
    }

    /// Refuses where the API of a host is off.
    fn need_service(&self, host: &str, name: &str) -> Result<(), Fault> {
        if !self.state.is_off(host) {
            return Ok(());
        }
        let id = project(name).map_or("", |project| self.state.names.id(project));
        Err(Fault::api_off(host, self.state.names.number(id).unwrap_or(id)))
    }
}

/// Does what is asked for.
pub(super) fn answer(call: &Call, context: &mut Context<'_>) -> Result<Value, Fault> {
    match call {
        Call::Locations(kind, project) => list::locations(*kind, project, context),
        Call::List(kind, parent) => list::list(*kind, parent, context),
        Call::Get(kind, name) => get(*kind, name, context),
        Call::Run(call) => run::answer(call, context),
        Call::Function(call) => function::answer(call, context),
        Call::Operation(call) => run::remembered(call, context),
        Call::GetPolicy(place) => policy::get(place, context),
        Call::SetPolicy(place) => policy::set(place, context),
        Call::TestPermissions(place) => policy::test(place, context),
        Call::Ancestry(project) => projects::ancestry(project, context),
        Call::Container(name, shape) => projects::get(name, *shape, context),
        Call::Children(kind, shape) => projects::children(*kind, *shape, context),
        Call::Search(kind, shape) => projects::search(*kind, *shape, context),
        Call::Role(name) => role::get(name, context),
        Call::Roles(parent) => role::all(parent, context),
        Call::GrantableRoles => role::grantable(context),
        Call::Account(name) => account::get(name, context),
        Call::Accounts(parent) => account::all(parent, context),
        Call::Asset(call) => asset::answer(call, context),
        Call::Group(call) => groups::answer(call, context),
        Call::Deny(call) => deny::answer(call, context),
        Call::Credentials(call, name) => credentials::answer(*call, name, context),
    }
}

fn get(kind: Kind, name: &str, context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(kind, name)?;
    context.permit(&format!("{}.get", kind.permissions()), &[name])?;
    context.state.resource(kind, name).ok_or_else(|| missing(kind, name))
}

/// There is no such resource.
fn missing(kind: Kind, name: &str) -> Fault {
    let last = name.rsplit('/').next().unwrap_or_default();
    let word = match kind {
        Kind::Service => "SERVICE",
        Kind::RunJob => "JOB",
        Kind::Instance => "INSTANCE",
        Kind::Topic | Kind::Subscription => {
            return Fault::not_found(format!("Resource not found (resource={last})."));
        }
        Kind::Organization | Kind::Folder | Kind::Project => return Fault::no_permission(),
        Kind::Role => return Fault::not_found(format!("The role named {name} was not found.")),
        Kind::ServiceAccount => {
            let what = format!("Unknown service account; Gaia id not found for email {last}");
            return Fault::not_found(what);
        }
        Kind::Function | Kind::Gen1Function | Kind::Trigger | Kind::SchedulerJob | Kind::Queue => {
            return Fault::not_found(format!("Resource '{name}' was not found"));
        }
    };
    let (project, location) = (project(name).unwrap_or_default(), location(name).unwrap_or_default());
    Fault::not_found(format!(
        "Resource '{last}' of kind '{word}' in region '{location}' in project '{project}' does not exist."
    ))
}
