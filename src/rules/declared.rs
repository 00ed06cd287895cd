//! The map laid against the world: which live service each declared function is, and which principals each
//! edge means.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use foldhash::{HashMap, HashMapExt as _};

use super::accounts::Accounts;
use crate::{
    callers::{Caller, CallerMap, DeclaredFunction, Edge, Mistake},
    model::{FunctionName, Principal, ServiceName, Time},
    world::World,
};

/// What a declared function is in the world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Live {
    /// This service.
    Service(ServiceName),
    /// Not there, in a project of which something was seen.
    Missing,
    /// Not known: nothing of its project or region was seen.
    Unread,
}

/// A map laid against a world.
#[derive(Debug)]
pub struct Declared {
    /// What each of the map's functions is, by their index.
    pub live: Vec<Live>,
    /// The map's function that each governed service is.
    pub governed: BTreeMap<ServiceName, usize>,
    /// The edges of each of the map's functions, by index.
    pub edges: Vec<Vec<usize>>,
    /// The accounts that functions run as which edges or acceptances name as callers.
    accounts: BTreeMap<Arc<str>, Accounts>,
    /// The map's functions of each name that an edge or an acceptance names as a caller, by index.
    named: BTreeMap<Arc<str>, Vec<usize>>,
    at: Time,
    /// Per function, who is declared for it, and until when by the edge that ends last.
    callers: Vec<HashMap<Principal, Option<Time>>>,
}

/// Whether a declared caller still is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum InForce {
    /// Its `until` has passed.
    Past,
    /// It may call now.
    Now,
}

impl Declared {
    /// Lays a map against a world.
    ///
    /// # Errors
    /// Where only the world shows that two names of the map are one service, or that one name is a service and
    /// another function's id.
    pub fn new(map: &CallerMap, world: &World, at: Time) -> Result<Self, Vec<Mistake>> {
        let mut mistakes = Vec::new();
        let mut governed = BTreeMap::new();
        let mut live = Vec::with_capacity(map.functions.len());
        for (index, function) in map.functions.iter().enumerate() {
            let found = find(function, world, &mut mistakes);
            if let Live::Service(service) = &found
                && let Some(first) = governed.insert(service.clone(), index)
            {
                mistakes.push(twice(function, &map.functions[first], service));
            }
            live.push(found);
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let mut declared = Self {
            live,
            governed,
            edges: vec![Vec::new(); map.functions.len()],
            accounts: BTreeMap::new(),
            named: named_as_callers(map),
            at,
            callers: vec![HashMap::new(); map.functions.len()],
        };
        declared.accounts = declared
            .named
            .iter()
            .map(|(name, of_name)| (name.clone(), declared.accounts_of(of_name, map, world)))
            .collect();
        for (index, edge) in map.edges.iter().enumerate() {
            declared.edges[edge.function].push(index);
            for principal in declared.principals(edge).to_vec() {
                let known = declared.callers[edge.function].entry(principal).or_insert(edge.until);
                // No end is the last of all.
                *known = known.and_then(|known| edge.until.map(|until| until.max(known)));
            }
        }
        Ok(declared)
    }

    /// Whom an edge means: one principal, or the accounts that a function runs as (none where that is not known).
    pub fn principals<'a>(&'a self, edge: &'a Edge) -> &'a [Principal] {
        self.meant_by(&edge.caller)
    }

    /// Whom a caller means: see [`Declared::principals`].
    pub fn meant_by<'a>(&'a self, caller: &'a Caller) -> &'a [Principal] {
        match caller {
            Caller::Principal(principal) => std::slice::from_ref(principal),
            Caller::Function(name) => self.accounts(name).map_or(&[], |accounts| &accounts.meant),
        }
    }

    /// Whether a principal is declared for one of the map's functions, by index.
    pub fn caller(&self, function: usize, principal: &Principal) -> Option<InForce> {
        let end = self.callers[function].get(principal)?;
        Some(if end.is_none_or(|end| self.at < end) { InForce::Now } else { InForce::Past })
    }

    /// Until when a principal is declared for one of the map's functions, by all of its edges together: `None`
    /// where none is in force, and within it `None` for good.
    pub fn end(&self, function: usize, principal: &Principal) -> Option<Option<Time>> {
        let end = self.callers[function].get(principal)?;
        end.is_none_or(|end| self.at < end).then_some(*end)
    }

    /// The same of a service: see [`Declared::end`].
    pub fn end_of(&self, service: &ServiceName, principal: &Principal) -> Option<Option<Time>> {
        self.governed.get(service).and_then(|function| self.end(*function, principal))
    }

    /// Everybody who is declared for one of the map's functions now, with the end; in no order.
    pub fn callers_now(&self, function: usize) -> impl Iterator<Item = (&Principal, Option<Time>)> {
        let callers = self.callers[function].iter().map(|(principal, end)| (principal, *end));
        callers.filter(|(_, end)| end.is_none_or(|end| self.at < end))
    }

    /// Everybody who is or was declared for one of the map's functions; in no order.
    pub fn callers_of(&self, function: usize) -> impl Iterator<Item = &Principal> {
        self.callers[function].keys()
    }

    /// Whether a principal may call a service now, as declared.
    pub fn is_declared(&self, service: &ServiceName, principal: &Principal) -> bool {
        self.governed.get(service).is_some_and(|index| self.caller(*index, principal) == Some(InForce::Now))
    }

    /// The live service of one of the map's functions, by index.
    pub fn service(&self, function: usize) -> Option<&ServiceName> {
        match &self.live[function] {
            Live::Service(service) => Some(service),
            Live::Missing | Live::Unread => None,
        }
    }

    /// The map's functions of a name that an edge or an acceptance names as a caller, by index, in the map's order.
    /// Of a name that none names there is none.
    pub fn named(&self, name: &str) -> &[usize] {
        self.named.get(name).map_or(&[], Vec::as_slice)
    }

    /// The accounts that the functions of a name run as which an edge or an acceptance names as a caller.
    pub fn accounts(&self, name: &str) -> Option<&Accounts> {
        self.accounts.get(name)
    }

    fn accounts_of(&self, functions: &[usize], map: &CallerMap, world: &World) -> Accounts {
        let function = |index: &usize| (&map.functions[*index], self.service(*index));
        Accounts::of(functions.iter().map(function), world)
    }
}

/// The map's functions that edges or acceptances name as callers, by index.
fn named_as_callers(map: &CallerMap) -> BTreeMap<Arc<str>, Vec<usize>> {
    let accepted = map.settings.accepted.iter().filter_map(|acceptance| acceptance.caller.as_ref());
    let callers = map.edges.iter().map(|edge| &edge.caller).chain(accepted);
    let of_callers: BTreeSet<_> = callers.filter_map(Caller::function).collect();
    let mut named: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (index, function) in map.functions.iter().enumerate().filter(|(_, f)| of_callers.contains(&f.name)) {
        named.entry(function.name.clone()).or_default().push(index);
    }
    named
}

fn find(function: &DeclaredFunction, world: &World, mistakes: &mut Vec<Mistake>) -> Live {
    let target = world.projects.canonical_service(&function.target);
    let id = FunctionName {
        project: target.project.clone(),
        location: target.location.clone(),
        function: target.service.clone(),
    };
    let served_by = world.functions.get(&id).map(|function| function.service.as_ref());
    let is_service = world.services.contains_key(&target);
    match served_by {
        Some(Some(service)) if is_service && *service != target => {
            mistakes.push(ambiguous(function, service));
            Live::Unread
        }
        _ if is_service => Live::Service(target),
        Some(Some(service)) if world.services.contains_key(service) => Live::Service(service.clone()),
        None if is_listed(world, &target) => Live::Missing,
        Some(_) | None => Live::Unread,
    }
}

/// Whether a service of this name, or a function of this id, would have been seen if it were there.
fn is_listed(world: &World, target: &ServiceName) -> bool {
    let ServiceName { project, location, service: _ } = target;
    let lists = [
        format!("projects/{project}/services"),
        format!("projects/{project}/locations/{location}/services"),
        format!("projects/{project}/locations/-/functions"),
        format!("projects/{project}/locations/{location}/functions"),
    ];
    world.has_seen(project) && !lists.iter().any(|list| world.unread_lists.contains_key(list.as_str()))
}

fn ambiguous(function: &DeclaredFunction, other: &ServiceName) -> Mistake {
    Mistake {
        place: Some(function.place),
        message: format!(
            "`{}` is a service and the id of another function, which is served by `{other}`",
            function.name
        ),
        repair: Some("give the one that is meant by its `resource`".to_owned()),
        other: None,
    }
}

fn twice(second: &DeclaredFunction, first: &DeclaredFunction, service: &ServiceName) -> Mistake {
    Mistake {
        place: Some(second.place),
        message: format!("`{}` and `{}` are one service, `{service}`", second.name, first.name),
        repair: Some("declare a service once, in the file of those who own it".to_owned()),
        other: Some((first.place, format!("`{}` is declared here", first.name))),
    }
}
