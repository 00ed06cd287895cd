//! Declared edges, one by one: globs are expanded, and a function is the same by any name.

use std::{collections::BTreeMap, sync::Arc};

use super::{AccessChange, Reach, Target, Through, Turn, paired};
use crate::{
    callers::{Caller, CallerMap, DeclaredFunction, Edge},
    model::{Principal, ServiceName, Time, time},
    rules::ours::Ours,
};

/// Who may call, by what does not turn on names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    /// A principal.
    Principal(Principal),
    /// Whatever the function runs as.
    Function(ServiceName),
}

/// One edge of a map.
#[derive(Debug, Clone)]
struct Declared<'m> {
    map: &'m CallerMap,
    edge: &'m Edge,
    caller: Arc<str>,
    /// Whom it means, where the map alone says so.
    account: Option<&'m Principal>,
}

type Edges<'m> = BTreeMap<(Who, ServiceName), Declared<'m>>;
/// Edges by the account that each of them means, where the map alone says so.
type ByAccount<'e> = BTreeMap<(&'e Principal, &'e ServiceName), &'e (Who, ServiceName)>;

fn by_account<'e>(edges: &'e Edges<'e>) -> ByAccount<'e> {
    let known = edges.iter().filter_map(|(key, edge)| Some(((edge.account?, &key.1), key)));
    known.collect()
}

/// The access that differs.
pub(super) fn access(old: &CallerMap, new: &CallerMap, at: Time, ours: &Ours<'_>) -> Vec<AccessChange> {
    let (old, new) = (edges(old, at), edges(new, at));
    let mut found = Vec::new();
    // A function and the account that the map says it runs as are one caller.
    let (by_old, by_new) = (by_account(&old), by_account(&new));
    for ((_, function), now) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        match alike(&by_old, now, function) {
            Some(was) => found.extend(changed(function, &old[was], now, ours)),
            None => found.push(one(Turn::Came, function, now, ours)),
        }
    }
    for ((_, function), was) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
        match alike(&by_new, was, function) {
            // Of what is new in its place was spoken already.
            Some(now) if !old.contains_key(now) => {}
            Some(now) => found.extend(changed(function, was, &new[now], ours)),
            None => found.push(one(Turn::Went, function, was, ours)),
        }
    }
    for ((_, function), was, now) in paired(&old, &new) {
        if let (Some(was), Some(now)) = (was, now) {
            found.extend(changed(function, was, now, ours));
        }
    }
    found
}

/// The edge of the other map that means the same account, where the maps say which that is.
fn alike<'e>(
    by: &ByAccount<'e>,
    edge: &Declared<'e>,
    function: &'e ServiceName,
) -> Option<&'e (Who, ServiceName)> {
    by.get(&(edge.account?, function)).copied()
}

fn edges(map: &CallerMap, at: Time) -> Edges<'_> {
    let mut named: BTreeMap<&str, Vec<&DeclaredFunction>> = BTreeMap::new();
    for function in &map.functions {
        named.entry(&function.name).or_default().push(function);
    }
    let mut edges = Edges::new();
    for edge in map.edges.iter().filter(|edge| edge.is_in_force(at)) {
        let target = &map.functions[edge.function].target;
        match &edge.caller {
            Caller::Principal(principal) => {
                let who = Who::Principal(principal.clone());
                let caller = principal.as_str().into();
                edges.insert((who, target.clone()), Declared { map, edge, caller, account: Some(principal) });
            }
            Caller::Function(name) => {
                for function in named.get(&**name).into_iter().flatten() {
                    let who = Who::Function(function.target.clone());
                    let region = function.has_regions.then(|| format!(" in {}", function.target.location));
                    let caller = format!("function:{name}{}", region.unwrap_or_default()).into();
                    let account = function.runs_as.as_ref();
                    edges.insert((who, target.clone()), Declared { map, edge, caller, account });
                }
            }
        }
    }
    edges
}

/// An edge that is in one map alone.
fn one(turn: Turn, function: &ServiceName, edge: &Declared<'_>, ours: &Ours<'_>) -> AccessChange {
    let Declared { map, edge: declared, caller, account } = edge;
    let reason = declared.reason.as_ref().map(|reason| format!("reason: {reason}"));
    AccessChange {
        turn,
        reach: account.map_or(Reach::Other, |account| reach(account, ours)),
        caller: caller.clone(),
        target: target(map, declared, function),
        through: vec![Through::Declared(declared.until)],
        was: Vec::new(),
        notes: reason.into_iter().collect(),
        at: Some(map.locate(declared.place)),
    }
}

/// An edge that is in both maps, where it is not the same.
fn changed(
    function: &ServiceName,
    was: &Declared<'_>,
    now: &Declared<'_>,
    ours: &Ours<'_>,
) -> Option<AccessChange> {
    let (before, after) = (was.edge, now.edge);
    let mut notes = Vec::new();
    if before.until != after.until {
        let until = |until: Option<Time>| until.map_or("for good".to_owned(), time::rfc3339);
        let how = match (before.until, after.until) {
            (Some(before), Some(after)) if after < before => "cut",
            (None, _) => "cut",
            _ => "prolonged",
        };
        notes.push(format!("{how}: was {}", until(before.until)));
    }
    if before.reason != after.reason {
        let reason =
            |edge: &Edge| edge.reason.as_deref().map_or("none".to_owned(), |reason| format!("`{reason}`"));
        notes.push(format!("reason: {}, was {}", reason(after), reason(before)));
    }
    if notes.is_empty() {
        return None;
    }
    let was = if before.until == after.until { Vec::new() } else { vec![Through::Declared(before.until)] };
    Some(AccessChange { was, notes, ..one(Turn::Changed, function, now, ours) })
}

fn target(map: &CallerMap, edge: &Edge, function: &ServiceName) -> Target {
    let declared = &map.functions[edge.function];
    let name = (declared.name != function.service).then(|| declared.name.clone());
    Target::Function(function.clone(), name)
}

/// How far access of a principal reaches.
pub(super) fn reach(principal: &Principal, ours: &Ours<'_>) -> Reach {
    if principal.is_public() {
        Reach::Public
    } else if ours.is_external(principal) {
        Reach::External
    } else {
        Reach::Other
    }
}
