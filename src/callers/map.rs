//! The map as a whole, and where in its files each thing stands.

use std::sync::Arc;

use super::{DeclaredFunction, Edge, Settings};

/// One file of a map, before it is read.
#[derive(Debug, Clone)]
pub struct MapText {
    /// The path as it is shown to people.
    pub path: Arc<str>,
    /// What the file holds.
    pub bytes: Vec<u8>,
}

/// One file of a map that was read.
#[derive(Debug, Clone)]
pub struct MapFile {
    /// The path as it is shown to people.
    pub path: Arc<str>,
    /// Its text, which every [`Place`] points into.
    pub text: Arc<str>,
}

/// A range of bytes in one of the map's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which of [`CallerMap::files`].
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// First byte behind it.
    pub end: u32,
}

/// A place as people and machines name it: lines and columns count from one, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The path of the file.
    pub file: Arc<str>,
    /// The line, from one.
    pub line: usize,
    /// The column, from one, in characters.
    pub column: usize,
}

/// What was declared, of one environment, with every name resolved that the map alone can resolve.
#[derive(Debug, Clone)]
pub struct CallerMap {
    /// The files it was read from.
    pub files: Vec<MapFile>,
    /// The chosen environment, where the map has any.
    pub env: Option<Arc<str>>,
    /// What the map governs, in order of place. A short name with several regions stands here once a region.
    pub functions: Vec<DeclaredFunction>,
    /// Who may call what, in order of place. Globs and regions are expanded.
    pub edges: Vec<Edge>,
    /// What holds for the whole map.
    pub settings: Settings,
}

impl CallerMap {
    /// The location of a place: file, line and column of its first character.
    pub fn locate(&self, place: Place) -> Location {
        let file = &self.files[place.file as usize];
        let before = &file.text[..place.start as usize];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Location {
            file: file.path.clone(),
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}
