//! The shapes of Google's JSON, each beside the one place that gives it meaning.
//!
//! Fields that decide something are typed: a wrong type is an error with the field's name, never a default.

pub(super) mod deny;
pub(super) mod event_source;
pub(super) mod function;
pub(super) mod policy;
pub(super) mod project;
pub(super) mod revision;
pub(super) mod role;
pub(super) mod service;
pub(super) mod text;

use serde::Deserialize;

use super::intern::Interner;
use text::Text;

/// A part of a line that is not what it should be.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ShapeError(pub(super) String);

/// The `resource` of an asset.
#[derive(Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>, 'de: 'a"), expecting = "an object")]
pub(super) struct Resource<'a, T> {
    pub(super) parent: Option<Text<'a>>,
    pub(super) data: Option<T>,
}

/// Reads JSON that is known to be whole. `at` is where it stands in its line.
pub(super) fn read<'a, T: Deserialize<'a>>(json: &'a str, at: &str) -> Result<T, ShapeError> {
    match serde_json::from_str(json) {
        Ok(value) => Ok(value),
        Err(plain) => Err(named::<T>(json, at, &plain)),
    }
}

/// The error again, with the path to its field: only those who stumble pay for the path.
fn named<'a, T: Deserialize<'a>>(json: &'a str, at: &str, plain: &serde_json::Error) -> ShapeError {
    let mut reader = serde_json::Deserializer::from_str(json);
    let path = match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(error) => error.path().to_string(),
        Ok(_) => String::new(),
    };
    let field = match (at, path.as_str()) {
        (at, "" | "." | "?") => at.to_owned(),
        ("", path) => path.to_owned(),
        (at, path) => format!("{at}.{path}"),
    };
    let what = in_words(plain);
    ShapeError(if field.is_empty() { what } else { format!("`{field}`: {what}") })
}

/// The message of the JSON reader without its place, which is told otherwise, and without its jargon.
pub(super) fn in_words(error: &serde_json::Error) -> String {
    /// More than this of what was found helps nobody.
    const MOST: usize = 200;
    let text = error.to_string();
    let what = text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]);
    let what = what
        .replace("a sequence", "a list")
        .replace("sequence", "list")
        .replace("a map", "an object")
        .replace("invalid type: map", "invalid type: object");
    if what.chars().count() <= MOST {
        return what;
    }
    let tail = what.rfind(", expected ").map_or("", |start| &what[start..]);
    format!("{}…{tail}", what.chars().take(MOST / 2).collect::<String>())
}
