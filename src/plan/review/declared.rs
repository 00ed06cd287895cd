//! What the map declares of temporary and human callers, by itself or laid against a world.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Function, Members, Review, Row, Standing, is_human};
use crate::{
    access::Reason,
    callers::{Caller, CallerMap, Edge},
    model::{Principal, ServiceName, Time},
};

/// What is alike of declared calls that are shown together: all but the function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Alike {
    /// The edge's place in the map: a pattern, or a function with several regions, has one.
    place: crate::callers::Place,
    caller_place: crate::callers::Place,
    principal: Option<Principal>,
    standing: Standing,
    through: Option<(Reason, usize)>,
}

/// Declared calls, gathered into rows.
pub(super) struct Gathered<'m> {
    map: &'m CallerMap,
    at: Time,
    rows: BTreeMap<Alike, Together<'m>>,
}

/// One of the edges that are shown together, whom to ask about their functions, and these.
type Together<'m> = (&'m Edge, BTreeSet<Arc<str>>, Vec<Function>);

/// Every temporary and human caller that a map declares, by the map alone.
pub fn declared(map: &CallerMap, at: Time) -> Review<'static> {
    let mut gathered = Gathered::new(map, at);
    for edge in wanted(map) {
        let principal = match &edge.caller {
            Caller::Principal(principal) => Some(principal.clone()),
            Caller::Function(_) => None,
        };
        let service = map.functions[edge.function].target.clone();
        gathered.add(edge, principal, service, Standing::NotAsked, None);
    }
    Review { rows: gathered.rows(|_| None), ..Review::default() }.sorted()
}

/// The edges that a review is about: those that end, and those of people.
pub(super) fn wanted(map: &CallerMap) -> impl Iterator<Item = &Edge> {
    map.edges.iter().filter(|edge| match &edge.caller {
        Caller::Principal(principal) => edge.until.is_some() || is_human(principal),
        Caller::Function(_) => edge.until.is_some(),
    })
}

impl<'m> Gathered<'m> {
    pub(super) fn new(map: &'m CallerMap, at: Time) -> Self {
        Self { map, at, rows: BTreeMap::new() }
    }

    /// Adds a declared call of one function, for one of those whom its caller means.
    pub(super) fn add(
        &mut self,
        edge: &'m Edge,
        principal: Option<Principal>,
        service: ServiceName,
        standing: Standing,
        through: Option<(Reason, usize)>,
    ) {
        let declared = &self.map.functions[edge.function];
        let name = if declared.has_regions {
            format!("{} in {}", declared.name, declared.target.location).into()
        } else {
            declared.name.clone()
        };
        let Edge { place, caller_place, .. } = edge;
        let alike = Alike { place: *place, caller_place: *caller_place, principal, standing, through };
        let (_, owners, functions) =
            self.rows.entry(alike).or_insert_with(|| (edge, BTreeSet::new(), Vec::new()));
        owners.extend(declared.owner.clone());
        functions.push(Function { name, service });
    }

    /// The rows, with who is in groups.
    pub(super) fn rows(self, members: impl Fn(&Principal) -> Option<Members>) -> Vec<Row> {
        let row = |(alike, (edge, owners, functions)): (Alike, Together<'_>)| {
            let Alike { place, caller_place: _, principal, standing, through } = alike;
            let caller = match &edge.caller {
                Caller::Principal(principal) => principal.as_str().into(),
                Caller::Function(name) => format!("function:{name}").into(),
            };
            Row {
                until: edge.until,
                is_expired: !edge.is_in_force(self.at),
                caller,
                is_human: principal.as_ref().is_some_and(is_human),
                functions: functions.into(),
                reason: edge.reason.clone(),
                owners,
                declared_at: Some(self.map.locate(place)),
                standing,
                through,
                members: principal.as_ref().and_then(&members),
                principal,
            }
        };
        self.rows.into_iter().map(row).collect()
    }
}
