//! The file of Google's roles, read: what each is called, and what it carries.

use std::collections::BTreeMap;

use foldhash::HashMap;
use serde::Deserialize;

/// Google's roles, with permissions by their numbers.
#[derive(Debug, Default)]
pub(super) struct Roles {
    /// Every permission, by name: its place is its number.
    permissions: Vec<String>,
    roles: HashMap<&'static str, Role>,
}

/// A role of Google's.
#[derive(Debug)]
pub(super) struct Role {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) stage: String,
    /// In order.
    permissions: Vec<usize>,
}

/// The file as it stands. A role is its title, its description, its stage and its permissions.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    /// Where they were read.
    #[serde(rename = "source")]
    _source: String,
    /// The day.
    #[serde(rename = "date")]
    _date: String,
    /// The verbs of every kind of resource, with a gap between.
    permissions: BTreeMap<String, String>,
    #[serde(borrow)]
    roles: BTreeMap<&'static str, (String, String, String, String)>,
}

impl Role {
    /// Whether it carries the permission of this number. One that is off carries none.
    pub(super) fn carries(&self, number: usize) -> bool {
        self.stage != "DISABLED" && self.permissions.binary_search(&number).is_ok()
    }
}

impl Roles {
    /// The roles of this text.
    pub(super) fn read(text: &'static str) -> Self {
        // INVARIANT: the file is part of the program; a test reads it. Without it no role carries anything.
        serde_json::from_str(text).map_or_else(|_| Self::default(), Self::of_wire)
    }

    fn of_wire(wire: Wire) -> Self {
        let Wire { _source, _date, permissions: kinds, roles } = wire;
        let mut permissions: Vec<String> = kinds
            .iter()
            .flat_map(|(kind, verbs)| verbs.split(' ').map(move |verb| format!("{kind}.{verb}")))
            .collect();
        permissions.sort();
        let mut all = Self { permissions, roles: HashMap::default() };
        for (name, (title, description, stage, carried)) in roles {
            let permissions = all.numbers(&carried, &kinds);
            all.roles.insert(name, Role { title, description, stage, permissions });
        }
        all
    }

    /// The numbers in a text such as `run.jobs:get,run run.services:*`.
    fn numbers(&self, text: &str, kinds: &BTreeMap<String, String>) -> Vec<usize> {
        let mut numbers = Vec::new();
        for (kind, verbs) in text.split(' ').filter_map(|part| part.split_once(':')) {
            let all = kinds.get(kind).map_or("", String::as_str);
            let (verbs, gap) = if verbs == "*" { (all, ' ') } else { (verbs, ',') };
            numbers.extend(verbs.split(gap).filter_map(|verb| self.number(&format!("{kind}.{verb}"))));
        }
        numbers.sort_unstable();
        numbers
    }

    /// The number of a permission.
    pub(super) fn number(&self, permission: &str) -> Option<usize> {
        self.permissions.binary_search_by(|each| each.as_str().cmp(permission)).ok()
    }

    /// A role by its name.
    pub(super) fn role(&self, name: &str) -> Option<&Role> {
        self.roles.get(name)
    }

    /// A role with its name.
    pub(super) fn entry(&self, name: &str) -> Option<(&'static str, &Role)> {
        self.roles.get_key_value(name).map(|(name, role)| (*name, role))
    }

    /// The names of all roles, in order.
    pub(super) fn all(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.roles.keys().copied().collect();
        names.sort_unstable();
        names
    }

    /// The permissions of a role, by name.
    pub(super) fn names<'r>(&'r self, role: &'r Role) -> impl Iterator<Item = &'r str> {
        role.permissions.iter().filter_map(|number| self.permissions.get(*number)).map(String::as_str)
    }
}
