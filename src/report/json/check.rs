//! `callmap-check/1`.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::wire::{Head, LocationWire};
use crate::{
    callers::{CallerMap, Glob, Location, MapError, MapText, Mistake, Place},
    model::Time,
    report::mistakes::Positions,
};

#[derive(Serialize, JsonSchema)]
pub(super) struct Wire<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    /// The files of the map.
    files: Vec<&'a str>,
    /// What each pattern in a caller's list covers; none where there are mistakes.
    patterns: Vec<PatternWire<'a>>,
    /// Everything that is wrong in them.
    mistakes: Vec<MistakeWire<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Pattern")]
struct PatternWire<'a> {
    /// The pattern.
    pattern: &'a str,
    /// Where it stands.
    at: LocationWire<'a>,
    /// The short names it covers.
    covers: Vec<&'a str>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Mistake")]
struct MistakeWire<'a> {
    /// What is wrong.
    message: &'a str,
    /// Where it stands.
    at: Option<LocationWire<'a>>,
    /// What to do about it.
    repair: Option<&'a str>,
    /// A second place that the message speaks of.
    other: Option<OtherWire<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Other")]
struct OtherWire<'a> {
    /// What it has to do with it.
    label: &'a str,
    /// Where it stands.
    at: Option<LocationWire<'a>>,
}

/// Writes the mistakes of a map, or that it has none, as `callmap-check/1`.
///
/// # Errors
/// Where it cannot be written to.
pub fn check(
    texts: &[MapText],
    maps: &[CallerMap],
    error: Option<&MapError>,
    at: Time,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mistakes = error.map_or(&[][..], |error| &error.mistakes);
    let positions = Positions::of(texts, mistakes);
    let wire = Wire {
        head: Head::offline("callmap-check/1", at),
        files: texts.iter().map(|text| &*text.path).collect(),
        patterns: maps.first().map(PatternWire::all).unwrap_or_default(),
        mistakes: mistakes.iter().map(|mistake| MistakeWire::of(mistake, texts, &positions)).collect(),
    };
    super::write(&wire, out)
}

impl<'a> PatternWire<'a> {
    /// Patterns cover the same functions in every environment.
    fn all(map: &'a CallerMap) -> Vec<Self> {
        let one = |glob: &'a Glob| {
            let Glob { pattern, place, covers } = glob;
            let path = &map.files[place.file as usize].path;
            let Location { file: _, line, column } = map.locate(*place);
            let covers = covers.iter().map(|name| &**name).collect();
            Self { pattern, at: LocationWire::new(path, line, column), covers }
        };
        map.globs.iter().map(one).collect()
    }
}

impl<'a> MistakeWire<'a> {
    fn of(mistake: &'a Mistake, texts: &'a [MapText], positions: &Positions) -> Self {
        let Mistake { place, message, repair, other } = mistake;
        let at = |place: Place| {
            let (line, column) = positions.of_place(place);
            texts.get(place.file as usize).map(|text| LocationWire::new(&text.path, line, column))
        };
        Self {
            message,
            at: place.and_then(at),
            repair: repair.as_deref(),
            other: other.as_ref().map(|(place, label)| OtherWire { label, at: at(*place) }),
        }
    }
}
