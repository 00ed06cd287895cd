//! One caller that is put on a map, or taken off it: what the map says of it, and its text afterwards.
//!
//! Nothing that comes of it is left to chance: the changed text is read again, in every environment, and nothing may
//! differ but the one edge.

mod grant;
mod named;
mod revoke;
#[cfg(test)]
mod tests;
mod verify;

use std::sync::Arc;

pub use grant::{Granted, Term, USUAL, grant};
pub use named::{Named, caller, function};
pub use revoke::{Revoked, revoke};

use super::{
    Caller, CallerMap, Edge, Location, MapText, Place,
    edit::{EditError, Spot},
    yaml::Span,
};
use crate::model::Time;

/// Why a caller is not put on a map, or taken off it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}: {repair}", at.as_ref().map(place).unwrap_or_default())]
pub struct Refused {
    /// What is the matter.
    pub message: String,
    /// What to do about it.
    pub repair: String,
    /// Where it stands in the map.
    pub at: Option<Location>,
}

fn place(at: &Location) -> String {
    let Location { file, line, column } = at;
    format!("{file}:{line}:{column}: ")
}

impl Refused {
    fn new(message: impl Into<String>, repair: impl Into<String>) -> Self {
        Self { message: message.into(), repair: repair.into(), at: None }
    }

    fn at(self, map: &CallerMap, place: Place) -> Self {
        Self { at: Some(map.locate(place)), ..self }
    }

    fn edit(map: &CallerMap, file: u32, error: &EditError) -> Self {
        let repair = "change it by hand: nothing was written";
        let place = |span: Span| Place { file, start: span.start, end: span.end };
        match error {
            EditError::Alias(span) => {
                Self::new("an alias stands here, and others share what it stands for", {
                    "write it out here, so that it can be changed for this caller alone"
                })
                .at(map, place(*span))
            }
            EditError::Form(span) => {
                Self::new("this is written in a form that is not changed in place", repair)
                    .at(map, place(*span))
            }
            EditError::NotAMap | EditError::NotAList => Self::new(error.to_string(), repair),
        }
    }
}

/// A map as it is, and the edge that is spoken of.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The files.
    pub texts: &'a [MapText],
    /// The map that was read from them.
    pub map: &'a CallerMap,
    /// Who calls.
    pub caller: &'a Caller,
    /// What is called.
    pub function: &'a Named,
    /// The time that it is.
    pub at: Time,
}

/// A file of a map with its new text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Which of the map's files.
    pub file: usize,
    /// What it held.
    pub before: String,
    /// What it holds now.
    pub after: String,
}

impl Subject<'_> {
    /// The edge that is there already.
    fn edge(&self) -> Option<&Edge> {
        let is_it = |edge: &&Edge| {
            edge.caller == *self.caller && self.map.functions[edge.function].name == self.function.name
        };
        self.map.edges.iter().find(is_it)
    }

    /// The pattern that an edge comes from, where it does.
    fn pattern(&self, edge: &Edge) -> Option<&Arc<str>> {
        self.map.globs.iter().find(|glob| glob.place == edge.place).map(|glob| &glob.pattern)
    }

    /// The file that declares the function.
    fn file(&self) -> u32 {
        self.function.place.file
    }

    fn text(&self, file: u32) -> &str {
        &self.map.files[file as usize].text
    }

    /// The text of a file of which one was made, once everything is as it should be.
    fn changed(&self, file: u32, after: String, meant: &verify::Meant<'_>) -> Result<Changed, Refused> {
        verify::verify(self, file, &after, meant)?;
        Ok(Changed { file: file as usize, before: self.text(file).to_owned(), after })
    }
}

fn spot(edge: &Edge) -> Spot {
    let span = |place: Place| Span { start: place.start, end: place.end };
    Spot { caller: span(edge.caller_place), function: span(edge.place) }
}
