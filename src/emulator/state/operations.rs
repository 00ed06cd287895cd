//! Operations that were begun here: all of them are done, and can be asked for by their names.

use std::collections::VecDeque;

use serde_json::Value;

/// So many are remembered.
const MOST: usize = 1_000;

/// The latest operations, by their relative names.
#[derive(Debug, Clone, Default)]
pub(in crate::emulator) struct Operations(VecDeque<(String, Value)>);

impl Operations {
    /// Remembers one.
    pub(in crate::emulator) fn put(&mut self, name: &str, operation: Value) {
        self.0.push_back((name.to_owned(), operation));
        if self.0.len() > MOST {
            self.0.pop_front();
        }
    }

    /// One by its name.
    pub(in crate::emulator) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().rev().find(|(each, _)| each == name).map(|(_, operation)| operation)
    }

    /// Forgets one.
    pub(in crate::emulator) fn remove(&mut self, name: &str) {
        self.0.retain(|(each, _)| each != name);
    }

    /// Those whose names begin so, the latest first.
    pub(in crate::emulator) fn below<'o>(&'o self, prefix: &'o str) -> impl Iterator<Item = &'o Value> {
        self.0.iter().rev().filter(move |(name, _)| name.starts_with(prefix)).map(|(_, operation)| operation)
    }
}
