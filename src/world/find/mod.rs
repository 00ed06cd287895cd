//! What a name on the command line means: a function by short name, region, id, resource or address; a caller.

mod caller;
mod error;
mod url;

use std::collections::BTreeSet;

pub use error::FindError;

use super::{Address, World};
use crate::{
    callers::CallerMap,
    model::{FunctionName, Principal, ServiceName},
};

/// What gives names their meaning.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The world, in which functions are found by name, id and address.
    pub world: &'a World,
    /// The caller map, whose short names come first.
    pub map: Option<&'a CallerMap>,
    /// The project of names that do not say theirs.
    pub project: Option<&'a str>,
    /// The region of names that do not say theirs.
    pub region: Option<&'a str>,
    /// Who is asking; `None` without credentials.
    pub me: Option<&'a Principal>,
}

impl Names<'_> {
    /// The function that a text names: the map's short name, `REGION/NAME`, a function id, a full resource or
    /// an address. It need not be live where the services of its project were not all read.
    ///
    /// # Errors
    /// Where it names none or several.
    pub fn function(&self, text: &str) -> Result<ServiceName, FindError> {
        if let Some(address) = Address::parse(text) {
            return self.at_address(text, &address);
        }
        let path = text.strip_prefix("//run.googleapis.com/").unwrap_or(text);
        if path.starts_with("projects/") {
            return self.of_resource(path);
        }
        match path.split_once('/') {
            None => self.of_name(text, None, path),
            Some((region, name)) if !name.contains('/') => self.of_name(text, Some(region), name),
            Some(_) => Err(FindError::NotAName(text.to_owned())),
        }
    }

    /// The live service that a declared one means: itself, or the one that serves the function of that id.
    pub fn live(&self, target: &ServiceName) -> ServiceName {
        let name = self.world.projects.canonical_service(target);
        if self.world.services.contains_key(&name) {
            return name;
        }
        let ServiceName { project, location, service } = name.clone();
        self.served(&FunctionName { project, location, function: service }).unwrap_or(name)
    }

    /// The service that serves a function of the Cloud Functions API.
    fn served(&self, function: &FunctionName) -> Option<ServiceName> {
        let FunctionName { project, location, function } = function.clone();
        let name = FunctionName { project: self.world.projects.canonical(&project), location, function };
        let service = self.world.functions.get(&name)?.service.as_ref()?;
        Some(self.world.projects.canonical_service(service))
    }

    fn of_resource(&self, path: &str) -> Result<ServiceName, FindError> {
        if let Ok(function) = path.parse::<FunctionName>() {
            return self.served(&function).ok_or_else(|| self.no_function(path, &function.function));
        }
        let service: ServiceName = path.parse().map_err(|_| FindError::NotAName(path.to_owned()))?;
        self.unless_absent(path, self.world.projects.canonical_service(&service))
    }

    fn of_name(&self, text: &str, region: Option<&str>, name: &str) -> Result<ServiceName, FindError> {
        let declared = self.declared(region, name);
        if !declared.is_empty() {
            return self.one(text, declared).map_err(|error| match error {
                FindError::NoFunction { text, near: _ } => FindError::NotLive(text),
                other => other,
            });
        }
        let region = region.or(self.region);
        let found = self.seen(region, name);
        if !found.is_empty() {
            return self.one(text, found);
        }
        match (self.project, region) {
            (Some(project), Some(region)) => {
                let location = region.into();
                let name = ServiceName { project: project.into(), location, service: name.into() };
                self.unless_absent(text, self.live(&name))
            }
            _ => Err(self.no_function(text, name)),
        }
    }

    /// What the map means by a short name.
    fn declared(&self, region: Option<&str>, name: &str) -> BTreeSet<ServiceName> {
        let functions = self.map.iter().flat_map(|map| &map.functions).filter(|function| {
            *function.name == *name && region.is_none_or(|region| *function.target.location == *region)
        });
        functions.map(|function| self.live(&function.target)).collect()
    }

    /// Live services of this name, and those that serve a function of this id.
    fn seen(&self, region: Option<&str>, name: &str) -> BTreeSet<ServiceName> {
        let project = self.project.map(|project| self.world.projects.canonical(project));
        let fits = |of: &str, location: &str| {
            project.as_deref().is_none_or(|project| project == of)
                && region.is_none_or(|region| region == location)
        };
        let services = self.world.services.keys();
        let services =
            services.filter(|found| *found.service == *name && fits(&found.project, &found.location));
        let functions = self.world.functions.keys();
        let functions =
            functions.filter(|found| *found.function == *name && fits(&found.project, &found.location));
        services.cloned().chain(functions.filter_map(|function| self.served(function))).collect()
    }

    fn one(&self, text: &str, mut found: BTreeSet<ServiceName>) -> Result<ServiceName, FindError> {
        match (found.pop_first(), found.is_empty()) {
            (Some(only), true) => self.unless_absent(text, only),
            (first, _) => {
                let candidates = first.into_iter().chain(found).map(|name| name.to_string()).collect();
                Err(FindError::Ambiguous { text: text.to_owned(), candidates })
            }
        }
    }

    /// The service, unless the services of its project were read and it is not among them.
    fn unless_absent(&self, text: &str, name: ServiceName) -> Result<ServiceName, FindError> {
        let ServiceName { project, location, service } = &name;
        let lists = [
            format!("projects/{project}/services"),
            format!("projects/{project}/locations/{location}/services"),
            format!("projects/{project}/locations/-/functions"),
            format!("projects/{project}/locations/{location}/functions"),
        ];
        let may_be_unread = lists.iter().any(|list| self.world.unread_lists.contains_key(&**list));
        if self.world.services.contains_key(&name) || may_be_unread || !self.world.has_seen(project) {
            return Ok(name);
        }
        Err(self.no_function(text, service))
    }

    fn no_function(&self, text: &str, name: &str) -> FindError {
        FindError::NoFunction { text: text.to_owned(), near: self.near(name) }
    }

    /// The name that was most likely meant. Of a live function it is the whole resource, so that one in another
    /// region or project can be told.
    fn near(&self, name: &str) -> Option<String> {
        let declared = self.map.iter().flat_map(|map| &map.functions);
        let declared = declared
            .filter(|function| self.world.services.contains_key(&self.live(&function.target)))
            .map(|function| (function.name.to_string(), function.name.to_string()));
        let live = self.world.services.keys().map(|live| (live.service.to_string(), live.to_string()));
        let ids = self.world.functions.keys();
        let ids = ids.filter_map(|id| Some((id.function.to_string(), self.served(id)?.to_string())));
        error::nearest(name, declared.chain(live).chain(ids))
    }
}
