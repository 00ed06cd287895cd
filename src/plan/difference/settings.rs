//! What two maps say for the whole of them: levels, acceptances, who is one of us, and how things are granted.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Change, Difference, LevelChange, Turn, paired, turned};
use crate::{
    callers::{Acceptance, Caller, CallerMap, Expiry, Settings},
    model::{RuleId, time},
};

/// Adds what differs.
pub(super) fn compare(old: &CallerMap, new: &CallerMap, into: &mut Difference) {
    let (were, are) = (&old.settings, &new.settings);
    let levels = RuleId::ALL.iter().map(|rule| LevelChange {
        rule: *rule,
        was: were.level(*rule),
        now: are.level(*rule),
    });
    into.levels = levels.filter(|level| level.was != level.now).collect();
    single(were, are, &mut into.settings);
    let domains = |settings: &Settings| settings.domains.clone().unwrap_or_default();
    listed("domain", &domains(were), &domains(are), &mut into.settings);
    listed("project", &were.projects, &are.projects, &mut into.settings);
    accepted(old, new, &mut into.settings);
}

fn single(were: &Settings, are: &Settings, changes: &mut Vec<Change>) {
    let mut add = |name: &str, was: String, now: String| {
        if was != now {
            changes.push(Change::new(Turn::Changed, "setting", &name, format!("{now}, was {was}")));
        }
    };
    add("role", were.role.to_string(), are.role.to_string());
    let expiry = |settings: &Settings| match settings.expiry {
        Expiry::Condition => "condition".to_owned(),
        Expiry::Map => "map".to_owned(),
    };
    add("expiry", expiry(were), expiry(are));
    let most = |settings: &Settings| match settings.max_until {
        None => "none".to_owned(),
        Some(most) if most.num_hours() % 24 == 0 => format!("{}d", most.num_days()),
        Some(most) if most.num_minutes() % 60 == 0 => format!("{}h", most.num_hours()),
        Some(most) => format!("{}m", most.num_minutes()),
    };
    add("max_until", most(were), most(are));
    let told = |settings: &Settings| match settings.domains {
        None => "not told".to_owned(),
        Some(_) => "told".to_owned(),
    };
    add("external callers", told(were), told(are));
}

/// Entries of a list in which order means nothing.
fn listed(what: &'static str, were: &[Arc<str>], are: &[Arc<str>], changes: &mut Vec<Change>) {
    let set = |list: &[Arc<str>]| list.iter().cloned().collect::<BTreeSet<_>>();
    for (turn, entry) in turned(&set(were), &set(are)) {
        let detail = if turn == Turn::Came { "counts as ours" } else { "counted as ours" };
        changes.push(Change::new(turn, what, entry, detail));
    }
}

fn accepted(old: &CallerMap, new: &CallerMap, changes: &mut Vec<Change>) {
    for (name, was, now) in paired(&by_what(old), &by_what(new)) {
        match (was, now) {
            (None, Some(now)) => {
                let at = Some(new.locate(now.place));
                changes.push(Change::new(Turn::Came, "accepted", name, terms(now)).at(at));
            }
            (Some(was), None) => {
                let at = Some(old.locate(was.place));
                changes.push(Change::new(Turn::Went, "accepted", name, terms(was)).at(at));
            }
            (Some(was), Some(now)) if terms(was) != terms(now) => {
                let detail = format!("{}; was {}", terms(now), terms(was));
                changes.push(
                    Change::new(Turn::Changed, "accepted", name, detail).at(Some(new.locate(now.place))),
                );
            }
            _ => {}
        }
    }
}

/// Acceptances by what they cover.
fn by_what(map: &CallerMap) -> BTreeMap<String, &Acceptance> {
    map.settings.accepted.iter().map(|acceptance| (covers(acceptance), acceptance)).collect()
}

fn covers(acceptance: &Acceptance) -> String {
    let Acceptance { rule, caller, resource, functions, role, reason: _, until: _, place: _ } = acceptance;
    let mut parts = vec![rule.to_string()];
    parts.extend(caller.as_ref().map(|caller| match caller {
        Caller::Principal(principal) => format!("of {principal}"),
        Caller::Function(name) => format!("of function:{name}"),
    }));
    parts.extend(resource.as_ref().map(|resource| format!("on {resource}")));
    parts.extend(role.as_ref().map(|role| format!("by {role}")));
    let mut functions: Vec<&str> = functions.iter().map(|function| &**function).collect();
    functions.sort_unstable();
    parts.extend((!functions.is_empty()).then(|| format!("for {}", functions.join(", "))));
    parts.join(" ")
}

fn terms(acceptance: &Acceptance) -> String {
    format!("{}, until {}", acceptance.reason, time::rfc3339(acceptance.until))
}
