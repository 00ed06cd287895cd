//! What the emulator knows: resources as they were given, policies as they are now, and what is refused.

mod accounts;
mod around;
mod container;
mod deny;
mod export;
mod groups;
mod index;
mod job;
mod kind;
mod line;
mod names;
mod operations;
mod past;
mod read;
mod resource;
mod revisions;
mod service;
mod settings;
mod write;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use serde_json::{Map, Value, json};

pub(in crate::emulator) use accounts::Account;
pub(in crate::emulator) use around::View;
pub(in crate::emulator) use container::shown as container_shown;
pub(in crate::emulator) use deny::shown as deny_shown;
pub(in crate::emulator) use export::Content;
pub(in crate::emulator) use groups::{Group, id as group_id};
pub use kind::Kind;
pub use line::StateError;
pub(in crate::emulator) use names::{Names, location, project};
pub(in crate::emulator) use service::{is_knative, knative_version, said_version, service_etag, uid};
pub use settings::Settings;

use super::iam::etag;
use crate::model::Time;
use index::Shape;

/// A resource as it was given.
#[derive(Debug, Clone, Default)]
pub(in crate::emulator) struct Asset {
    /// What its RESOURCE content held; `None` where it is known by its policy or its children alone.
    pub(in crate::emulator) data: Option<Value>,
    /// The names above it, as its lines have them.
    ancestors: Option<Value>,
    /// When it was like this.
    time: Option<Time>,
}

/// An allow policy.
#[derive(Debug, Clone)]
pub(in crate::emulator) struct Held {
    policy: Value,
    time: Option<Time>,
}

/// Everything that the emulator serves.
#[derive(Debug, Clone, Default)]
pub struct State {
    pub(in crate::emulator) names: Names,
    assets: BTreeMap<(Kind, String), Asset>,
    policies: BTreeMap<(Kind, String), Held>,
    past: past::Past,
    revisions: revisions::Revisions,
    pub(in crate::emulator) groups: groups::Groups,
    pub(in crate::emulator) deny: deny::DenyPolicies,
    /// What nobody may do: a permission and a relative name.
    refusals: BTreeSet<(String, String)>,
    /// APIs that are off, by their hosts.
    apis_off: BTreeSet<String>,
    /// The domains that members may come from; empty allows all of them.
    domains: BTreeSet<String>,
    /// Whether Cloud Run's v2 lists take `-` for every location, as they do to some.
    pub(in crate::emulator) takes_wildcard: bool,
    /// Locations that do not answer.
    unreachable: BTreeSet<String>,
    /// Lines that say nothing to the emulator, given back as they came.
    others: Vec<Value>,
    /// What was begun, and is done.
    pub(in crate::emulator) operations: operations::Operations,
    index: index::Index,
    /// The latest moment that an etag was made of, in microseconds.
    tick: i64,
}

impl State {
    /// A resource by its kind and relative name, whichever name of its project that has.
    pub(in crate::emulator) fn asset(&self, kind: Kind, name: &str) -> Option<&Asset> {
        self.assets.get(&(kind, self.names.canonical(name)))
    }

    /// Every resource of a kind whose relative name begins so, by name.
    pub(in crate::emulator) fn assets<'s>(
        &'s self,
        kind: Kind,
        prefix: &'s str,
    ) -> impl Iterator<Item = (&'s str, &'s Asset)> {
        let from = (kind, prefix.to_owned());
        let all = self.assets.range(from..);
        let own = all.take_while(move |((each, name), _)| *each == kind && name.starts_with(prefix));
        own.map(|((_, name), asset)| (name.as_str(), asset))
    }

    /// A service in the shape of the v2 API.
    pub(in crate::emulator) fn service(&self, name: &str) -> Option<Value> {
        let name = self.names.canonical(name);
        let asset = self.asset(Kind::Service, &name)?;
        Some(self.index.shown(Shape::New, &name, || service::v2(&name, asset.data.as_ref())))
    }

    /// A service in the Knative shape.
    pub(in crate::emulator) fn knative(&self, name: &str) -> Option<Value> {
        let name = self.names.canonical(name);
        let number = project(&name).and_then(|project| self.names.number(project));
        let asset = self.asset(Kind::Service, &name)?;
        let show = || service::knative(&name, number, asset.data.as_ref());
        Some(self.index.shown(Shape::Old, &name, show))
    }

    /// Whether anything is known of a project, folder or organization.
    pub(in crate::emulator) fn has_container(&self, name: &str) -> bool {
        let name = self.names.canonical(name);
        self.assets.contains_key(&(container_kind(&name), name))
    }

    /// The locations that anything is in, and those that could not be read.
    pub(in crate::emulator) fn locations(&self) -> BTreeSet<&str> {
        let refused = self.refusals.iter().filter_map(|(_, name)| location(name));
        self.inhabited().iter().map(String::as_str).chain(refused).collect()
    }

    /// Whether a permission is refused on a resource.
    pub(in crate::emulator) fn is_refused(&self, permission: &str, name: &str) -> bool {
        !self.refusals.is_empty()
            && self.refusals.contains(&(permission.to_owned(), self.names.canonical(name)))
    }

    /// Whether an API is off.
    pub(in crate::emulator) fn is_off(&self, api: &str) -> bool {
        self.apis_off.contains(api)
    }

    /// The domains that members may come from; empty allows all of them.
    pub(in crate::emulator) fn domains(&self) -> &BTreeSet<String> {
        &self.domains
    }

    /// Whether there is certainly no service account of this address: its project's are all known.
    pub(in crate::emulator) fn lacks_account(&self, email: &str) -> bool {
        let Some(project) = account_project(email) else { return false };
        self.has_accounts(project) && self.account_name(project, email).is_none()
    }

    /// Whether a role that somebody made can be granted on a resource: it is of its project or its organization. Which
    /// there are is known only where the state holds any of that project or organization.
    pub(in crate::emulator) fn has_role(&self, role: &str, resource: &str) -> bool {
        let (role, resource) = (self.names.canonical(role), self.names.canonical(resource));
        let Some((owner, _)) = role.split_once("/roles/") else { return false };
        let own: Vec<&str> = resource.split('/').take(2).collect();
        let own = own.join("/");
        let above = self.names.above(&own);
        let is_near = own == owner || above.contains(&owner);
        // What stands above may be unknown; what project it is of never is.
        let ends = above.last().map_or(own.as_str(), |last| last).starts_with("organizations/");
        let may_be_near = is_near || (owner.starts_with("organizations/") && !ends);
        let prefix = format!("{owner}/roles/");
        let mut known = self.assets(Kind::Role, &prefix).map(|(name, _)| name).peekable();
        may_be_near && (known.peek().is_none() || known.any(|name| name == role))
    }

    /// The policy as it is stored; `None` where it was never set.
    pub fn policy(&self, kind: Kind, name: &str) -> Option<&Value> {
        self.policies.get(&(kind, self.names.canonical(name))).map(|held| &held.policy)
    }

    /// Every policy, with the kind and the name of what it is the policy of.
    pub(in crate::emulator) fn policies(&self) -> impl Iterator<Item = (Kind, &str, &Value)> {
        self.policies.iter().map(|((kind, name), held)| (*kind, name.as_str(), &held.policy))
    }

    /// Stores a policy under this etag.
    pub(in crate::emulator) fn store(&mut self, kind: Kind, name: &str, policy: Value, now: Time) {
        let name = self.names.canonical(name);
        let key = (kind, name);
        if !self.assets.contains_key(&key) {
            self.assets.insert(key.clone(), Asset::default());
            self.touch();
        }
        self.past.note(&key, self.policies.get(&key), now);
        self.policies.insert(key, Held { policy, time: Some(now) });
    }

    /// The id and the number of the project that stands for all: the one with the most services, and the first of
    /// those by name.
    pub(in crate::emulator) fn first_project(&self) -> (String, Option<String>) {
        let ids = self.assets(Kind::Project, "projects/").filter_map(|(name, _)| project(name));
        let services = |id: &str| self.assets(Kind::Service, &format!("projects/{id}/")).count();
        let id = ids.min_by_key(|id| Reverse(services(id))).unwrap_or("emulated");
        (id.to_owned(), self.names.number(id).map(str::to_owned))
    }

    /// The id of the project that clients work in unless they are told another.
    pub fn usual_project(&self) -> String {
        self.first_project().0
    }

    /// Replaces a policy by hand: no rule is asked, and it gets an etag of its own.
    pub fn set_policy(&mut self, kind: Kind, name: &str, mut policy: Value, now: Time) {
        let etag = self.next_etag(now);
        if let Value::Object(fields) = &mut policy {
            fields.insert("etag".to_owned(), etag.into());
        }
        self.store(kind, name, policy, now);
    }

    /// The etag of a write at this time: later than every one before.
    pub(in crate::emulator) fn next_etag(&mut self, now: Time) -> String {
        self.tick = now.timestamp_micros().max(self.tick.saturating_add(1));
        etag::of_micros(self.tick)
    }

    /// What the RESOURCE content of a resource holds, to be changed.
    pub fn data_mut(&mut self, kind: Kind, name: &str) -> Option<&mut Value> {
        let name = self.names.canonical(name);
        self.touch();
        self.assets.get_mut(&(kind, name)).and_then(|asset| asset.data.as_mut())
    }

    /// Puts a resource there, or another in its place. Its policy stays.
    pub fn put(&mut self, kind: Kind, name: &str, data: Value) {
        let name = self.names.canonical(name);
        self.touch();
        let asset = self.assets.entry((kind, name)).or_default();
        asset.data = Some(data);
        asset.time = None;
    }

    /// Takes a resource and its policy away. Says whether it was there.
    pub fn remove(&mut self, kind: Kind, name: &str) -> bool {
        let key = (kind, self.names.canonical(name));
        self.policies.remove(&key);
        self.past.forget(&key);
        if kind == Kind::Service {
            self.forget_revisions(&key.1);
        }
        self.touch();
        self.assets.remove(&key).is_some()
    }

    /// From now on nobody has this permission on this resource, by its relative name.
    pub fn refuse(&mut self, permission: &str, name: &str) {
        self.refusals.insert((permission.to_owned(), self.names.canonical(name)));
    }

    /// Takes back what [`Self::refuse`] said.
    pub fn allow(&mut self, permission: &str, name: &str) {
        self.refusals.remove(&(permission.to_owned(), self.names.canonical(name)));
    }

    /// What of the names below this one is refused, by their last words.
    pub(in crate::emulator) fn refused_below<'s>(&'s self, prefix: &'s str) -> impl Iterator<Item = &'s str> {
        self.refusals.iter().filter_map(move |(_, name)| name.strip_prefix(prefix))
    }

    /// Puts a group there, `group:EMAIL`, or other members into it.
    pub fn put_group(&mut self, name: &str, members: &[&str]) {
        self.groups.put(name, members.iter().map(|&member| member.to_owned()).collect());
    }

    /// From now on nobody is shown this group.
    pub fn hide_group(&mut self, name: &str) {
        self.groups.hide(name);
    }

    /// From now on nobody may search through nested groups, as in the smaller editions of Workspace.
    pub fn shrink_edition(&mut self) {
        self.groups.is_basic = true;
    }

    /// Puts a deny policy there, `projects/P/denypolicies/ID`, or another in its place. Says whether it was named so.
    pub fn put_deny_policy(&mut self, name: &str, policy: Value) -> bool {
        let name = self.names.canonical(name);
        let Some((container, id)) = name.split_once("/denypolicies/") else { return false };
        self.deny.put(container, id, policy);
        true
    }

    /// Turns an API off, by its host.
    pub fn turn_off(&mut self, api: &str) {
        self.apis_off.insert(api.to_owned());
    }

    /// These locations do not answer from now on.
    pub fn lose(&mut self, locations: &[&str]) {
        self.unreachable = locations.iter().map(|&location| location.to_owned()).collect();
    }

    /// Locations that do not answer.
    pub(in crate::emulator) fn unreachable(&self) -> &BTreeSet<String> {
        &self.unreachable
    }

    /// Restricts whom policies may name to these domains
    /// (<https://cloud.google.com/resource-manager/docs/organization-policy/restricting-domains>).
    pub fn restrict_domains(&mut self, domains: &[&str]) {
        self.domains = domains.iter().map(|domain| domain.to_lowercase()).collect();
    }
}

/// A service in the shape of the v2 API that is not kept, or not yet.
pub(in crate::emulator) fn service_v2(name: &str, data: &Value) -> Value {
    service::v2(name, Some(data))
}

/// The kind of a container by its relative name.
pub(in crate::emulator) fn container_kind(name: &str) -> Kind {
    match name.split('/').next() {
        Some("organizations") => Kind::Organization,
        Some("folders") => Kind::Folder,
        Some(_) | None => Kind::Project,
    }
}

/// The project that says which service accounts there are; `None` for Google's own agents.
fn account_project(email: &str) -> Option<&str> {
    let (local, domain) = email.rsplit_once('@')?;
    match domain {
        "developer.gserviceaccount.com" => local.strip_suffix("-compute"),
        "appspot.gserviceaccount.com" => Some(local),
        _ => {
            domain.strip_suffix(".iam.gserviceaccount.com").filter(|project| !project.starts_with("gcp-sa-"))
        }
    }
}

/// An object without what says nothing.
pub(in crate::emulator) fn object(fields: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Value {
    let told = fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(told.collect::<Map<_, _>>())
}

/// An answer of a policy that was never set.
pub(in crate::emulator) fn never_set() -> Value {
    json!({ "etag": etag::NEVER_SET })
}
