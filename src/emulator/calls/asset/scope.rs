//! What is within a project, a folder or an organization.

use std::collections::BTreeMap;

use crate::emulator::state::{State, project};

/// A scope, and which projects are within it as far as that was asked.
pub(super) struct Scope<'s> {
    name: String,
    state: &'s State,
    known: BTreeMap<String, bool>,
}

impl<'s> Scope<'s> {
    pub(super) fn new(name: &str, state: &'s State) -> Self {
        Self { name: state.names.canonical(name), state, known: BTreeMap::new() }
    }

    /// Whether a resource is within it, by its canonical relative name.
    pub(super) fn holds(&mut self, name: &str) -> bool {
        let Some(project) = project(name) else { return self.holds_container(name) };
        if let Some(known) = self.known.get(project) {
            return *known;
        }
        let holds = self.holds_container(&format!("projects/{}", self.state.names.id(project)));
        self.known.insert(project.to_owned(), holds);
        holds
    }

    fn holds_container(&self, name: &str) -> bool {
        // A role of an organization is within it.
        let own: Vec<&str> = name.split('/').take(2).collect();
        let own = own.join("/");
        own == self.name || self.state.names.above(&own).contains(&self.name.as_str())
    }
}
