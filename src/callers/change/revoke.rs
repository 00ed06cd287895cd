//! A caller is taken off a map.

use super::{Changed, Refused, Subject, spot, verify::Meant};
use crate::{
    callers::{Location, edit},
    model::Time,
};

/// What comes of taking a caller off a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revoked {
    /// It is not there.
    NotThere,
    /// It goes.
    Gone {
        /// The file.
        changed: Changed,
        /// Until when it was.
        was: Option<Time>,
        /// Where it stood.
        declared_at: Location,
    },
}

/// Takes a caller of a function off a map.
///
/// # Errors
/// Where the map names it by a pattern, or its text cannot be changed without changing something else.
pub fn revoke(subject: &Subject<'_>) -> Result<Revoked, Refused> {
    let Some(edge) = subject.edge() else { return Ok(Revoked::NotThere) };
    let map = subject.map;
    if let Some(pattern) = subject.pattern(edge) {
        let covers =
            map.globs.iter().find(|glob| glob.place == edge.place).map_or(0, |glob| glob.covers.len());
        let message = format!("the pattern `{pattern}` covers `{}`", subject.function.name);
        let repair = match covers {
            0 | 1 => "take the pattern out by hand".to_owned(),
            _ => format!("write out by hand which of its {covers} functions are meant"),
        };
        return Err(Refused::new(message, repair).at(map, edge.place));
    }
    let file = edge.caller_place.file;
    let after =
        edit::remove(subject.text(file), spot(edge)).map_err(|error| Refused::edit(map, file, &error))?;
    let changed = subject.changed(file, after, &Meant::Removed { edge })?;
    Ok(Revoked::Gone { changed, was: edge.until, declared_at: map.locate(edge.place) })
}
