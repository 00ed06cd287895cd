//! What is wrong in a map, where, and what to do about it.

use super::{MapText, Place};

/// One mistake of the person who wrote the map. All of them are reported at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where it stands; `None` where no file is to blame.
    pub place: Option<Place>,
    /// What is wrong: a lowercase fragment with the input in backticks.
    pub message: String,
    /// What to do next.
    pub repair: Option<String>,
    /// A second place that the message speaks of, with a label for it.
    pub other: Option<(Place, String)>,
}

/// Every mistake of a map, with the texts that their places point into.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the caller map has {} mistake(s)", mistakes.len())]
pub struct MapError {
    /// The files, in the order that places count them in.
    pub texts: Vec<MapText>,
    /// The mistakes, in order of place.
    pub mistakes: Vec<Mistake>,
}

impl MapError {
    /// The mistakes of this map, and then those of another one.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let before = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let moved = |place: Place| Place { file: place.file.saturating_add(before), ..place };
        for mut mistake in other.mistakes {
            mistake.place = mistake.place.map(moved);
            mistake.other = mistake.other.map(|(place, label)| (moved(place), label));
            if !self.mistakes.contains(&mistake) {
                self.mistakes.push(mistake);
            }
        }
        self.texts.extend(other.texts);
        self
    }
}
