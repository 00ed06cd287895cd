//! The map as a whole, and where in its files each thing stands.

use std::sync::{Arc, OnceLock};

use super::{DeclaredFunction, Edge, Settings};
use crate::model::ProjectName;

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
    /// The project that short names in it stand for, with `$word` replaced.
    pub project: Option<ProjectName>,
    lines: OnceLock<Vec<usize>>,
}

impl MapFile {
    /// A file of this text.
    pub fn new(path: Arc<str>, text: Arc<str>, project: Option<ProjectName>) -> Self {
        Self { path, text, project, lines: OnceLock::new() }
    }

    /// Line and column of a byte, both from one, the column in characters.
    fn line_and_column(&self, byte: usize) -> (usize, usize) {
        let starts = self.lines.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect()
        });
        let line = starts.partition_point(|start| *start <= byte);
        let start = starts[line - 1];
        (line, self.text[start..byte].chars().count() + 1)
    }
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
    /// Every pattern in a caller's list, with what it covers.
    pub globs: Vec<Glob>,
    /// What holds for the whole map.
    pub settings: Settings,
}

/// A pattern over the functions of its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glob {
    /// The pattern.
    pub pattern: Arc<str>,
    /// Where it stands.
    pub place: Place,
    /// The short names it covers, in the file's order, whatever the environment.
    pub covers: Vec<Arc<str>>,
}

impl CallerMap {
    /// A map of nothing: what a world is looked at with that nobody declared anything for.
    pub fn nothing() -> Self {
        Self {
            files: Vec::new(),
            env: None,
            functions: Vec::new(),
            edges: Vec::new(),
            globs: Vec::new(),
            settings: Settings::default(),
        }
    }

    /// The location of a place: file, line and column of its first character.
    pub fn locate(&self, place: Place) -> Location {
        let file = &self.files[place.file as usize];
        let (line, column) = file.line_and_column(place.start as usize);
        Location { file: file.path.clone(), line, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_and_in_characters() {
        let file = MapFile::new("a.yaml".into(), "é: 1\nb: ü x\n".into(), None);
        assert_eq!(file.line_and_column(0), (1, 1));
        assert_eq!(file.line_and_column("é".len()), (1, 2));
        assert_eq!(file.line_and_column("é: 1\n".len()), (2, 1));
        assert_eq!(file.line_and_column("é: 1\nb: ü ".len()), (2, 6));
        assert_eq!(file.line_and_column(file.text.len()), (3, 1));
    }
}
