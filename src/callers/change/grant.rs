//! A caller is put on a map, for a time.

use chrono::{SubsecRound as _, TimeDelta};

use super::{Changed, Refused, Subject, spot, verify::Meant};
use crate::{
    callers::{
        Caller, Edge, Location,
        edit::{self, Entry},
        yaml::{self, Node, Span},
    },
    model::{Principal, Time, time::rfc3339},
};

/// How long a caller may call where nobody says.
pub const USUAL: TimeDelta = TimeDelta::hours(8);

/// For how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// Nobody said: see [`USUAL`], or as long as the map allows where that is less.
    Usual,
    /// Until then.
    Until(Time),
    /// For good.
    Permanent,
}

/// What comes of putting a caller on a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Granted {
    /// It is there already, for as long, or longer.
    Already {
        /// Until when.
        until: Option<Time>,
        /// Where it stands.
        declared_at: Location,
        /// The pattern that covers the function.
        pattern: Option<String>,
    },
    /// It goes in, until then.
    New(Changed, Option<Time>),
    /// It is there already, and gets a later end.
    Renewed {
        /// The file.
        changed: Changed,
        /// Until when it was.
        was: Option<Time>,
        /// Until when it is now.
        until: Option<Time>,
    },
}

/// Puts a caller on a map, or gives it a later end there. `is_public` is the word that everybody may be meant.
///
/// # Errors
/// Where the map does not take it, or its text cannot be changed without changing something else.
pub fn grant(
    subject: &Subject<'_>,
    term: Term,
    reason: Option<&str>,
    is_public: bool,
) -> Result<Granted, Refused> {
    allowed(subject, term, is_public)?;
    if reason.is_some_and(|reason| reason.trim().is_empty()) {
        return Err(Refused::new("the reason is empty", "say why, or leave `--reason` out"));
    }
    let until = end(subject, term)?;
    match subject.edge() {
        None => new(subject, until, reason),
        Some(edge) => there(subject, edge, (term, until), reason),
    }
}

/// Whether the map takes this caller for this function at all.
fn allowed(subject: &Subject<'_>, term: Term, is_public: bool) -> Result<(), Refused> {
    let Subject { map, caller, function, .. } = subject;
    let mut declared = function.functions.iter().map(|index| &map.functions[*index]);
    if let Some(event) = declared.find(|function| function.is_event_driven) {
        let message = format!("`{}` is event-driven: only its event source may call it", function.name);
        let repair = "leave it to its source, or take `trigger: event` from the function";
        return Err(Refused::new(message, repair).at(map, event.place));
    }
    let Caller::Principal(principal) = caller else { return Ok(()) };
    if !principal.is_public() {
        return Ok(());
    }
    if !is_public {
        let message = format!("`{principal}` is {}", everybody(principal));
        return Err(Refused::new(message, "say `--public` where that is what you want"));
    }
    if term != Term::Permanent {
        let repair =
            "say `--permanent`, or name people or service accounts; Google takes no condition on the public";
        return Err(Refused::new("a public caller cannot be temporary", repair));
    }
    Ok(())
}

fn everybody(principal: &Principal) -> &'static str {
    if principal.as_str() == "allUsers" {
        "everybody, with a token or without"
    } else {
        "everybody who has a Google account"
    }
}

/// The end that is asked for, which the map must allow.
fn end(subject: &Subject<'_>, term: Term) -> Result<Option<Time>, Refused> {
    let (at, longest) = (subject.at, subject.map.settings.max_until);
    let latest =
        longest.and_then(|longest| at.checked_add_signed(longest)).map(|latest| latest.trunc_subsecs(0));
    match term {
        Term::Permanent => Ok(None),
        Term::Usual => {
            let usual = at.checked_add_signed(USUAL).map(|usual| usual.trunc_subsecs(0));
            Ok(usual.map(|usual| latest.map_or(usual, |latest| latest.min(usual))))
        }
        Term::Until(until) if until <= at => {
            Err(Refused::new(format!("`{}` is past", rfc3339(until)), "name a time to come"))
        }
        Term::Until(until) => match latest {
            Some(latest) if until > latest => {
                let message = format!("`{}` is later than `max_until` of the map allows", rfc3339(until));
                Err(Refused::new(message, format!("end it by {}", rfc3339(latest))))
            }
            Some(_) | None => Ok(Some(until.trunc_subsecs(0))),
        },
    }
}

fn new(subject: &Subject<'_>, until: Option<Time>, reason: Option<&str>) -> Result<Granted, Refused> {
    let Subject { map, caller, function, .. } = subject;
    let file = subject.file();
    let text = subject.text(file);
    let entry = Entry { function: function.name.to_string(), until, reason: reason.map(ToOwned::to_owned) };
    let key = spelled(caller);
    let after = edit::add(text, known(text, caller), &key, &entry)
        .map_err(|error| Refused::edit(map, file, &error))?;
    let changed = subject.changed(file, after, &Meant::Added { until, reason })?;
    Ok(Granted::New(changed, until))
}

/// A caller as a map writes it.
fn spelled(caller: &Caller) -> String {
    match caller {
        Caller::Principal(principal) => principal.as_str().to_owned(),
        Caller::Function(name) => format!("function:{name}"),
    }
}

/// The key of a caller who stands in a file by its own name. One that a word stands for is another caller in another
/// environment.
fn known(text: &str, caller: &Caller) -> Option<Span> {
    let root = yaml::parse(text).ok()?;
    let (_, callers) = root.entries()?.iter().find(|(key, _)| key.text() == Some("callers"))?;
    let is_it = |key: &&Node<'_>| {
        let text = key.text().unwrap_or_default();
        let has_word = text.replace("$$", "").contains('$');
        let name = text.replace("$$", "$");
        !has_word
            && match caller {
                Caller::Principal(principal) => Principal::new(name) == *principal,
                Caller::Function(_) => name == spelled(caller),
            }
    };
    callers.entries()?.iter().map(|(key, _)| key).find(is_it).map(|key| key.span)
}

fn there(
    subject: &Subject<'_>,
    edge: &Edge,
    (term, until): (Term, Option<Time>),
    reason: Option<&str>,
) -> Result<Granted, Refused> {
    let map = subject.map;
    let pattern = subject.pattern(edge).map(ToString::to_string);
    let is_enough = match (edge.until, until) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(there), Some(wanted)) => wanted <= there,
    };
    match (edge.until, term) {
        (None, Term::Until(_)) => {
            let who = spelled(subject.caller);
            let message = format!("`{who}` may call `{}` for good already", subject.function.name);
            let repair = "`callmap revoke` it first: what is permanent is not shortened by the way";
            return Err(Refused::new(message, repair).at(map, edge.place));
        }
        _ if is_enough => {
            let declared_at = map.locate(edge.place);
            return Ok(Granted::Already { until: edge.until, declared_at, pattern });
        }
        _ => {}
    }
    if let Some(pattern) = pattern {
        let message = format!("the pattern `{pattern}` covers it, until {}", when(edge.until));
        let repair = "change the pattern's `until` by hand: it holds for every function that it covers";
        return Err(Refused::new(message, repair).at(map, edge.place));
    }
    let file = edge.caller_place.file;
    let after = edit::renew(subject.text(file), spot(edge), until, reason)
        .map_err(|error| Refused::edit(map, file, &error))?;
    let changed = subject.changed(file, after, &Meant::Renewed { edge, until, reason })?;
    Ok(Granted::Renewed { changed, was: edge.until, until })
}

fn when(until: Option<Time>) -> String {
    until.map_or_else(|| "for good".to_owned(), rfc3339)
}
