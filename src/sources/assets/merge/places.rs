//! From numbers of files back to their names, for messages.

use std::sync::Arc;

use super::latest::Clash;
use crate::sources::{
    assets::batch::Origin,
    error::{Place, ReadError},
};

/// The files in the order they were given.
pub(super) struct Places(pub(super) Vec<Arc<str>>);

/// What to do about two lines that say different things of one resource.
pub(super) const KEEP_ONE: &str =
    "neither has the newer `update_time`: give one export of it, or exports that carry the time";
/// What to do about a gap beside what it says is missing.
pub(super) const KEEP_EITHER: &str = "take one of the two lines out";

impl Places {
    /// The place as messages show it.
    pub(super) fn place(&self, origin: Origin) -> Place {
        Place { file: self.0[origin.file].clone(), line: Some(origin.line) }
    }

    /// An error at one place.
    pub(super) fn wrong(&self, origin: Origin, what: String) -> ReadError {
        ReadError::Wrong { place: self.place(origin), what }
    }

    /// An error between two.
    pub(super) fn clash(&self, (one, other): Clash, what: String, repair: &'static str) -> ReadError {
        let (first, second) = (one.min(other), one.max(other));
        ReadError::Contradiction { first: self.place(first), second: self.place(second), what, repair }
    }
}
