//! Paths of methods: how they are written in a description, and what stands in one that was asked for.

use std::collections::BTreeSet;

/// A path as the table of methods has it, taken apart.
#[derive(Debug)]
pub(super) struct Pattern {
    parts: Vec<&'static str>,
    verb: Option<&'static str>,
}

impl Pattern {
    pub(super) fn of(path: &'static str) -> Self {
        let (path, verb) = path.rsplit_once(':').map_or((path, None), |(path, verb)| (path, Some(verb)));
        Self { parts: path.split('/').collect(), verb }
    }

    /// The parts of a path that is of this pattern, without the custom verb.
    pub(super) fn matched(&self, parts: &[String], verbs: &BTreeSet<&str>) -> Option<Vec<String>> {
        let is_alike = |(pattern, part): (&&str, &String)| *pattern == "*" || pattern == part;
        let ((last, before), (asked, start)) = (self.parts.split_last()?, parts.split_last()?);
        if before.len() != start.len() || !before.iter().zip(start).all(is_alike) {
            return None;
        }
        let asked = match self.verb {
            Some(verb) => asked.strip_suffix(verb)?.strip_suffix(':')?,
            // The id of a project may hold a colon, and nothing else may.
            None if self.has_colon(asked, verbs) => return None,
            None => asked,
        };
        let asked = asked.to_owned();
        if !is_alike((last, &asked)) {
            return None;
        }
        let all: Vec<String> = start.iter().cloned().chain([asked]).collect();
        all.iter().all(|part| !part.is_empty()).then_some(all)
    }

    fn has_colon(&self, asked: &str, verbs: &BTreeSet<&str>) -> bool {
        let Some((_, tail)) = asked.rsplit_once(':') else { return false };
        let is_project = self.parts.iter().rev().nth(1) == Some(&"projects");
        !is_project || verbs.contains(tail)
    }
}

/// A path that was asked for.
#[derive(Debug, Clone, Copy)]
pub(in crate::emulator) struct Path<'p> {
    /// Behind the version.
    parts: &'p [String],
    /// The location that the host is of.
    location: Option<&'p str>,
}

impl<'p> Path<'p> {
    pub(super) fn new(parts: &'p [String], location: Option<&'p str>) -> Self {
        Self { parts: parts.get(1..).unwrap_or_default(), location }
    }

    /// The part at this place behind the version.
    pub(super) fn part(&self, at: usize) -> String {
        self.parts.get(at).cloned().unwrap_or_default()
    }

    /// All of it behind the version: the relative name of something.
    pub(super) fn name(&self) -> String {
        self.parts.join("/")
    }

    /// All of it but the last part.
    pub(super) fn parent(&self) -> String {
        self.parts.split_last().map(|(_, before)| before.join("/")).unwrap_or_default()
    }

    /// `projects/P/locations/L`, of the name of something in it.
    pub(super) fn location(&self) -> String {
        self.parts.get(..4).map(|parts| parts.join("/")).unwrap_or_default()
    }

    /// The last part.
    pub(super) fn last(&self) -> String {
        self.parts.last().cloned().unwrap_or_default()
    }

    /// All of it but so many of the last parts.
    pub(super) fn above(&self, parts: usize) -> String {
        let end = self.parts.len().saturating_sub(parts);
        self.parts.get(..end).map(|parts| parts.join("/")).unwrap_or_default()
    }

    /// Of `apis/serving.knative.dev/v1/namespaces/P/services/S`: the name of what is called so there.
    pub(super) fn named(&self, collection: &str) -> String {
        format!("{}/{collection}/{}", self.namespace(), self.last())
    }

    /// Of `apis/serving.knative.dev/v1/namespaces/P/…`, which names no location: the project in the location that the
    /// host is of, or in any.
    pub(super) fn namespace(&self) -> String {
        format!("projects/{}/locations/{}", self.part(3), self.location.unwrap_or("-"))
    }
}
