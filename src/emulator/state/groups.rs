//! Groups and their direct members, from lines of `callmap/Group`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::line::Line;
use crate::emulator::hash::digits;

/// Groups by their e-mail address in lower case.
#[derive(Debug, Clone, Default)]
pub(in crate::emulator) struct Groups {
    known: BTreeMap<String, Group>,
    /// Their addresses by what their resources are called.
    ids: BTreeMap<String, String>,
    /// Groups that are shown to nobody, by name.
    hidden: BTreeSet<String>,
    /// Whether the edition of the account searches through nested groups.
    pub(in crate::emulator) is_basic: bool,
}

/// One group.
#[derive(Debug, Clone)]
pub(in crate::emulator) struct Group {
    /// As it was spelled, with its kind.
    name: String,
    /// With their kinds, as they were spelled.
    pub(in crate::emulator) members: Vec<String>,
}

impl Group {
    /// Its e-mail address.
    pub(in crate::emulator) fn email(&self) -> &str {
        self.name.split_once(':').map_or(&*self.name, |(_, email)| email)
    }

    /// What its resource is called, the same at every start.
    pub(in crate::emulator) fn id(&self) -> String {
        id(self.email())
    }
}

/// What a resource of this address is called.
pub(in crate::emulator) fn id(email: &str) -> String {
    format!("0{}", digits(&email.to_lowercase(), 7))
}

impl Groups {
    /// Takes a line; `false` where it is not of a group.
    pub(super) fn take(&mut self, line: &Line) -> bool {
        let members = line.data().and_then(|data| data.get("members")).and_then(Value::as_array);
        let (Some(members), true) = (members, line.name.starts_with("group:")) else { return false };
        let members: Vec<String> = members.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        self.put(&line.name, members);
        true
    }

    /// Puts a group there, or other members into it.
    pub(super) fn put(&mut self, name: &str, members: Vec<String>) {
        let group = Group { name: name.to_owned(), members };
        self.ids.insert(group.id(), group.email().to_lowercase());
        self.known.insert(group.email().to_lowercase(), group);
    }

    /// Shows this group to nobody.
    pub(super) fn hide(&mut self, name: &str) {
        self.hidden.insert(name.to_lowercase());
    }

    /// Groups that are shown to nobody.
    pub(super) fn hidden(&self) -> &BTreeSet<String> {
        &self.hidden
    }

    /// Shows these groups to nobody, and all others to everybody.
    pub(super) fn hide_these(&mut self, names: BTreeSet<String>) {
        self.hidden = names.into_iter().map(|name| name.to_lowercase()).collect();
    }

    /// The direct members of the group of this e-mail address in lower case, whoever may see it; none where there is
    /// no such group.
    pub(in crate::emulator) fn members(&self, email: &str) -> impl Iterator<Item = &str> {
        self.known.get(email).into_iter().flat_map(|group| &group.members).map(String::as_str)
    }

    /// The group of this e-mail address, where it may be seen.
    pub(in crate::emulator) fn of_email(&self, email: &str) -> Option<&Group> {
        let group = self.known.get(&email.to_lowercase())?;
        (!self.hidden.contains(&group.name.to_lowercase())).then_some(group)
    }

    /// The group whose resource is called so, where it may be seen.
    pub(in crate::emulator) fn of_id(&self, wanted: &str) -> Option<&Group> {
        self.of_email(self.ids.get(wanted)?)
    }

    /// The lines that say who is in which group, whoever is shown it.
    pub(super) fn all(&self) -> impl Iterator<Item = Value> {
        self.known.values().map(|Group { name, members }| {
            json!({ "name": name, "asset_type": "callmap/Group", "resource": { "data": { "members": members } } })
        })
    }

    /// The lines that say all of it.
    pub(super) fn lines(&self) -> impl Iterator<Item = Value> {
        let shown = self.known.values().filter(|group| !self.hidden.contains(&group.name.to_lowercase()));
        let shown = shown.map(|Group { name, members }| {
            json!({ "name": name, "asset_type": "callmap/Group", "resource": { "data": { "members": members } } })
        });
        let hidden = self.hidden.iter().map(|name| {
            json!({ "name": name, "asset_type": "callmap/Unreadable", "why": "nobody is shown its members" })
        });
        shown.chain(hidden)
    }
}
