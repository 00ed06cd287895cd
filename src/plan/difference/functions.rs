//! What two maps say of functions themselves.

use std::collections::BTreeMap;

use super::{Change, Turn, paired};
use crate::{
    callers::{CallerMap, DeclaredFunction, Writer},
    model::{Principal, ServiceName},
};

/// The functions that differ, by the service that each of them is.
pub(super) fn declared(old: &CallerMap, new: &CallerMap) -> Vec<Change> {
    let (were, are) = (by_target(old), by_target(new));
    let moved = moved(&were, &are);
    let mut changes = Vec::new();
    for (target, was, now) in paired(&were, &are) {
        match (was, now) {
            (Some(was), Some(now)) => changed(new, was, now, &mut changes),
            (Some(_), None) if moved.values().any(|from| from == target) => {}
            (Some(was), None) => {
                let detail = format!("{target}: no longer on the map, so that nothing takes its grants away");
                changes.push(
                    Change::new(Turn::Went, "function", &was.name, detail).at(Some(old.locate(was.place))),
                );
            }
            (None, Some(now)) => {
                let (turn, detail) = match moved.get(target) {
                    Some(from) => (Turn::Changed, format!("is {target}, was {from}")),
                    None => (Turn::Came, target.to_string()),
                };
                changes
                    .push(Change::new(turn, "function", &now.name, detail).at(Some(new.locate(now.place))));
            }
            (None, None) => {}
        }
    }
    changes
}

fn by_target(map: &CallerMap) -> BTreeMap<&ServiceName, &DeclaredFunction> {
    map.functions.iter().map(|function| (&function.target, function)).collect()
}

/// Functions that are another service under the same name, by the new one: of a name that one service lost and one got.
fn moved<'m>(
    were: &BTreeMap<&'m ServiceName, &'m DeclaredFunction>,
    are: &BTreeMap<&'m ServiceName, &'m DeclaredFunction>,
) -> BTreeMap<&'m ServiceName, &'m ServiceName> {
    type Alone<'m> = BTreeMap<&'m str, Vec<&'m ServiceName>>;
    let alone = |of: &BTreeMap<&'m ServiceName, &'m DeclaredFunction>,
                 not: &BTreeMap<&'m ServiceName, &'m DeclaredFunction>| {
        let mut alone = Alone::new();
        for (target, function) in of.iter().filter(|(target, _)| !not.contains_key(*target)) {
            alone.entry(&function.name).or_default().push(target);
        }
        alone
    };
    let (lost, got) = (alone(were, are), alone(are, were));
    let pairs = got.iter().filter_map(|(name, to)| match (to.as_slice(), lost.get(name)?.as_slice()) {
        ([to], [from]) => Some((*to, *from)),
        _ => None,
    });
    pairs.collect()
}

fn changed(map: &CallerMap, was: &DeclaredFunction, now: &DeclaredFunction, changes: &mut Vec<Change>) {
    let at = Some(map.locate(now.place));
    let mut add = |what, detail: String| {
        changes.push(Change::new(Turn::Changed, what, &now.name, detail).at(at.clone()));
    };
    if was.name != now.name {
        add("name", format!("was `{}`", was.name));
    }
    if was.runs_as != now.runs_as {
        let account = |account: &Option<Principal>| {
            account.as_ref().map_or("whatever is live".to_owned(), ToString::to_string)
        };
        add("runs as", format!("{}, was {}", account(&now.runs_as), account(&was.runs_as)));
    }
    if was.is_event_driven != now.is_event_driven {
        let kind = |is_event| if is_event { "its event source alone" } else { "callers" };
        add(
            "trigger",
            format!("called by {}, was by {}", kind(now.is_event_driven), kind(was.is_event_driven)),
        );
    }
    if was.written_by != now.written_by {
        let writer = |writer: Option<Writer>| match writer {
            None => "callmap",
            Some(Writer::Terraform) => "terraform",
            Some(Writer::Other) => "other",
        };
        add("written by", format!("{}, was {}", writer(now.written_by), writer(was.written_by)));
    }
    if was.owner != now.owner {
        let owner = |owner: &Option<std::sync::Arc<str>>| owner.as_deref().unwrap_or("nobody").to_owned();
        add("owner", format!("{}, was {}", owner(&now.owner), owner(&was.owner)));
    }
}
