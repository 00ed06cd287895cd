//! Whether a changed text means what was meant, and nothing else.

use std::sync::Arc;

use super::{Refused, Subject};
use crate::{
    callers::{
        Caller, CallerMap, DeclaredFunction, Edge, MapError, MapText, Place, Settings, check, edit::EditError,
    },
    model::{ServiceName, Time},
};

/// What is to differ.
#[derive(Debug, Clone, Copy)]
pub(super) enum Meant<'a> {
    /// One more edge.
    Added { until: Option<Time>, reason: Option<&'a str> },
    /// Another end of this edge, and another reason where there is one.
    Renewed { edge: &'a Edge, until: Option<Time>, reason: Option<&'a str> },
    /// This edge less.
    Removed { edge: &'a Edge },
}

/// What an edge says, wherever it stands.
type Said = (Caller, Arc<str>, ServiceName, Option<Time>, Option<Arc<str>>);

/// Holds a changed text against the map it was made from, in every environment.
///
/// # Errors
/// Where it cannot be read, or anything differs that is not meant to.
pub(super) fn verify(
    subject: &Subject<'_>,
    file: u32,
    after: &str,
    meant: &Meant<'_>,
) -> Result<(), Refused> {
    let before = check(subject.texts.to_vec(), subject.at).map_err(|error| unreadable("has", &error))?;
    let mut texts: Vec<MapText> = subject.texts.to_vec();
    if let Some(text) = texts.get_mut(file as usize) {
        text.bytes = after.as_bytes().to_vec();
    }
    let after = check(texts, subject.at).map_err(|error| unreadable("would have", &error))?;
    let is_meant = before.len() == after.len()
        && before.iter().zip(&after).all(|(before, after)| is_as_meant(subject, before, after, meant));
    if is_meant { Ok(()) } else { Err(shared(subject, file, meant)) }
}

fn unreadable(has: &str, error: &MapError) -> Refused {
    let first = error.mistakes.first();
    let message = first.map_or_else(String::new, |mistake| mistake.message.clone());
    let repair = first.and_then(|mistake| mistake.repair.clone());
    Refused::new(
        format!("the map {has} a mistake in one of its environments: {message}"),
        repair.unwrap_or_else(|| "change it by hand: nothing was written".to_owned()),
    )
}

/// That more would change than is meant: others share what stands there.
fn shared(subject: &Subject<'_>, file: u32, meant: &Meant<'_>) -> Refused {
    let place = match meant {
        Meant::Added { .. } => return Refused::edit(subject.map, file, &EditError::NotAMap).more(),
        Meant::Renewed { edge, .. } | Meant::Removed { edge } => edge.place,
    };
    Refused::new(String::new(), String::new()).at(subject.map, place).more()
}

impl Refused {
    fn more(self) -> Self {
        Self {
            message: "more than this edge would change: an anchor, or a long text, reaches into it"
                .to_owned(),
            repair: "write it out for this caller alone, or change it by hand; nothing was written"
                .to_owned(),
            ..self
        }
    }
}

fn is_as_meant(subject: &Subject<'_>, before: &CallerMap, after: &CallerMap, meant: &Meant<'_>) -> bool {
    let mut wanted = Vec::with_capacity(before.edges.len() + 1);
    for edge in &before.edges {
        let said = said(before, edge);
        match *meant {
            Meant::Removed { edge: gone } if is_at(edge, gone) => {}
            Meant::Renewed { edge: renewed, until, reason } if is_at(edge, renewed) => {
                let (caller, name, target, _, old) = said;
                wanted.push((caller, name, target, until, reason.map(Into::into).or(old)));
            }
            _ => wanted.push(said),
        }
    }
    if let Meant::Added { until, reason } = *meant {
        let is_called = |caller: &Caller| match caller {
            // A function that is not there in this environment calls nothing in it.
            Caller::Function(name) => before.functions.iter().any(|function| function.name == *name),
            Caller::Principal(_) => true,
        };
        let functions = before.functions.iter().filter(|function| function.name == subject.function.name);
        wanted.extend(functions.filter(|_| is_called(subject.caller)).map(|function| {
            let DeclaredFunction { name, target, .. } = function;
            (subject.caller.clone(), name.clone(), target.clone(), until, reason.map(Into::into))
        }));
    }
    let mut found: Vec<Said> = after.edges.iter().map(|edge| said(after, edge)).collect();
    wanted.sort();
    found.sort();
    wanted == found && rest(before) == rest(after)
}

fn is_at(edge: &Edge, other: &Edge) -> bool {
    edge.place == other.place && edge.caller_place == other.caller_place
}

fn said(map: &CallerMap, edge: &Edge) -> Said {
    let Edge { caller, function, until, reason, place: _, caller_place: _ } = edge;
    let DeclaredFunction { name, target, .. } = &map.functions[*function];
    (caller.clone(), name.clone(), target.clone(), *until, reason.clone())
}

/// A pattern, and what it covers.
type Pattern = (Arc<str>, Vec<Arc<str>>);

/// Everything but the edges, wherever it stands.
fn rest(map: &CallerMap) -> (Vec<DeclaredFunction>, Vec<Pattern>, Settings) {
    let nowhere = Place { file: 0, start: 0, end: 0 };
    let functions = map.functions.iter().map(|function| DeclaredFunction {
        place: nowhere,
        runs_as_place: None,
        ..function.clone()
    });
    let globs = map.globs.iter().map(|glob| (glob.pattern.clone(), glob.covers.clone()));
    let mut settings = map.settings.clone();
    for accepted in &mut settings.accepted {
        accepted.place = nowhere;
    }
    (functions.collect(), globs.collect(), settings)
}
