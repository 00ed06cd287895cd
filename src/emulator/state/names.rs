//! What projects are called, and what stands above them.

use std::collections::{BTreeMap, BTreeSet};

use crate::emulator::hash::digits;

/// Numbers of projects have twelve digits.
const FIRST_NUMBER: u64 = 100_000_000_000;

/// Project ids and their numbers, and the parent of every project and folder.
#[derive(Debug, Clone, Default)]
pub(in crate::emulator) struct Names {
    ids: BTreeMap<String, String>,
    numbers: BTreeMap<String, String>,
    parents: BTreeMap<String, String>,
    children: BTreeMap<String, BTreeSet<String>>,
}

impl Names {
    /// Notes that these two are one project, where one is its number.
    pub(super) fn join(&mut self, one: &str, other: &str) {
        let (number, id) = match (is_number(one), is_number(other)) {
            (true, false) => (one, other),
            (false, true) => (other, one),
            (true, true) | (false, false) => return,
        };
        self.ids.insert(number.to_owned(), id.to_owned());
        self.numbers.insert(id.to_owned(), number.to_owned());
    }

    /// Gives a project of which only one name is known the other one as well, the same at every start: whoever
    /// asks Google is told both.
    pub(super) fn complete(&mut self, project: &str) {
        if is_number(project) {
            if !self.ids.contains_key(project) {
                self.join(project, &format!("project-{project}"));
            }
        } else if !self.numbers.contains_key(project) {
            let digits = u64::from_str_radix(&digits(project, 7), 16).unwrap_or_default();
            let number = FIRST_NUMBER + digits % (9 * FIRST_NUMBER);
            self.join(project, &number.to_string());
        }
    }

    /// Notes what stands above what, nearest first.
    pub(super) fn chain(&mut self, containers: &[String]) {
        for pair in containers.windows(2) {
            if let [below, above] = pair {
                let below = self.canonical(below);
                if let Some(before) = self.parents.insert(below.clone(), above.clone())
                    && let Some(siblings) = self.children.get_mut(&before)
                {
                    siblings.remove(&below);
                }
                self.children.entry(above.clone()).or_default().insert(below);
            }
        }
    }

    /// The id of a project by its id or its number.
    pub(in crate::emulator) fn id<'n>(&'n self, project: &'n str) -> &'n str {
        self.ids.get(project).map_or(project, String::as_str)
    }

    /// The number of a project by its id.
    pub(in crate::emulator) fn number(&self, id: &str) -> Option<&str> {
        self.numbers.get(id).map(String::as_str)
    }

    /// The relative name with the project's id in the place of its number.
    pub(in crate::emulator) fn canonical(&self, name: &str) -> String {
        let Some(rest) = name.strip_prefix("projects/") else { return name.to_owned() };
        let (project, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        format!("projects/{}{rest}", self.id(project))
    }

    /// What stands above a project or folder, nearest first.
    pub(in crate::emulator) fn above(&self, container: &str) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        let mut at = container;
        // A ring would be a mistake of the state; nobody should wait for its end.
        while let Some(parent) = self.parents.get(at).filter(|parent| !found.contains(&parent.as_str())) {
            found.push(parent);
            at = parent;
        }
        found
    }

    /// What stands directly below a container, by name.
    pub(in crate::emulator) fn below(&self, container: &str) -> impl Iterator<Item = &str> {
        self.children.get(container).into_iter().flatten().map(String::as_str)
    }
}

fn is_number(project: &str) -> bool {
    !project.is_empty() && project.bytes().all(|byte| byte.is_ascii_digit())
}

/// The name without `//SERVICE/`.
pub(super) fn relative(full: &str) -> &str {
    full.strip_prefix("//").and_then(|rest| rest.split_once('/')).map_or(full, |(_, relative)| relative)
}

/// The project that a relative name stands in.
pub(in crate::emulator) fn project(name: &str) -> Option<&str> {
    name.strip_prefix("projects/")?.split('/').next().filter(|project| !matches!(*project, "" | "-"))
}

/// The location that a relative name stands in.
pub(in crate::emulator) fn location(name: &str) -> Option<&str> {
    name.split_once("/locations/")?.1.split('/').next().filter(|location| !matches!(*location, "" | "-"))
}
