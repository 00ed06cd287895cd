//! Deny policies, from lines of `callmap/DenyPolicy`
//! (<https://cloud.google.com/iam/docs/reference/rest/v2/policies>).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Names, line::Line};
use crate::emulator::hash::digits;

/// What the full name of a project, folder or organization begins with.
const FULL: &str = "//cloudresourcemanager.googleapis.com/";
/// What stands between the name of a container and the id of its policy.
const WORD: &str = "/denypolicies";

/// Deny policies as they were given, by container and id.
#[derive(Debug, Clone, Default)]
pub(in crate::emulator) struct DenyPolicies(BTreeMap<(String, String), Value>);

impl DenyPolicies {
    /// Takes a line; `false` where it is not of a deny policy.
    pub(super) fn take(&mut self, line: &Line, names: &Names) -> bool {
        let name = names.canonical(line.relative());
        let Some((container, id)) = name.split_once(WORD) else { return false };
        let (Some(id), Some(data)) = (id.strip_prefix('/'), line.data().filter(|data| data.is_object()))
        else {
            return false;
        };
        self.put(container, id, data.clone());
        true
    }

    /// A policy as it was given or written.
    pub(in crate::emulator) fn get(&self, container: &str, id: &str) -> Option<&Value> {
        self.0.get(&(container.to_owned(), id.to_owned()))
    }

    /// Puts a policy there, or another in its place.
    pub(in crate::emulator) fn put(&mut self, container: &str, id: &str, policy: Value) {
        self.0.insert((container.to_owned(), id.to_owned()), policy);
    }

    /// Takes a policy away.
    pub(in crate::emulator) fn remove(&mut self, container: &str, id: &str) -> Option<Value> {
        self.0.remove(&(container.to_owned(), id.to_owned()))
    }

    /// The ids of the policies of a container.
    pub(in crate::emulator) fn ids(&self, container: &str) -> BTreeSet<&str> {
        self.entries(container).map(|(id, _)| id).collect()
    }

    /// The policies of a container.
    pub(in crate::emulator) fn of(&self, container: &str) -> impl Iterator<Item = &Value> {
        self.entries(container).map(|(_, policy)| policy)
    }

    /// Whether there are none at all.
    pub(in crate::emulator) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn entries(&self, container: &str) -> impl Iterator<Item = (&str, &Value)> {
        let container = container.to_owned();
        let all = self.0.range((container.clone(), String::new())..);
        let own = all.take_while(move |((each, _), _)| *each == container);
        own.map(|((_, id), policy)| (id.as_str(), policy))
    }

    /// The lines that say all of it.
    pub(super) fn lines(&self) -> impl Iterator<Item = Value> {
        self.0.iter().map(|((container, id), policy)| {
            json!({
                "name": format!("{FULL}{container}{WORD}/{id}"),
                "asset_type": "callmap/DenyPolicy",
                "resource": { "data": policy },
            })
        })
    }

    /// Whether anything is known of the policies of a container.
    pub(super) fn has(&self, container: &str) -> bool {
        self.0.keys().any(|(each, _)| each == container)
    }
}

/// A policy as it is answered: what nobody gave is made up from the rest, the same at every start.
pub(in crate::emulator) fn shown(container: &str, id: &str, policy: &Value, names: &Names) -> Value {
    let number = container.strip_prefix("projects/").and_then(|project| names.number(project));
    let attachment = number.map_or_else(|| container.to_owned(), |number| format!("projects/{number}"));
    let name = format!("policies/cloudresourcemanager.googleapis.com%2F{}", attachment.replace('/', "%2F"));
    let mut fields = policy.as_object().cloned().unwrap_or_default();
    fields.insert("name".to_owned(), format!("{name}{WORD}/{id}").into());
    fields.insert("kind".to_owned(), "DenyPolicy".into());
    fields.entry("uid").or_insert_with(|| digits(&format!("{container} {id}"), 16).into());
    fields.entry("etag").or_insert_with(|| digits(&policy.to_string(), 9).into());
    Value::Object(fields)
}

/// How a refusal is told in a line: of deny policies by their full name, of all others as it is.
pub(super) fn refused_name(permission: &str, name: &str) -> String {
    match (permission.starts_with("iam.denypolicies."), name.contains(WORD)) {
        (false, _) => name.to_owned(),
        (true, true) => format!("{FULL}{name}"),
        (true, false) => format!("{FULL}{name}{WORD}"),
    }
}
