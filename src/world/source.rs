//! Where a world came from, and how old its data is.

use std::{collections::BTreeMap, sync::Arc};

use chrono::TimeDelta;

use crate::model::Time;

/// Where a world came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What kind of source.
    pub kind: SourceKind,
    /// The files it was read from, in the order they were given.
    pub files: Vec<SourceFile>,
}

/// The kinds of [`Source`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// Cloud Asset Inventory exports and snapshots.
    Assets,
    /// The embedded sample estate, served by the embedded emulator.
    Demo,
    /// An emulator that the environment names.
    Emulator,
    /// Google Cloud.
    Live,
}

/// One file of asset lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path as given; `-` is standard input.
    pub name: Arc<str>,
    /// Assets read from it.
    pub assets: usize,
    /// Assets of types that callmap has no use for, counted by type.
    pub skipped: BTreeMap<Arc<str>, usize>,
    /// The newest `update_time` in it: the age of its data.
    pub newest: Option<Time>,
}

impl Source {
    /// The age of all files together: of each its newest data, of these the oldest. `None` where there are no
    /// files, or one does not tell its age.
    pub fn as_of(&self) -> Option<Time> {
        let ages: Option<Vec<Time>> = self.files.iter().map(|file| file.newest).collect();
        ages?.into_iter().min()
    }

    /// The files whose newest data is older than `most`, as seen at `at`; a file that does not tell its age may
    /// be of any.
    pub fn older_than(&self, most: TimeDelta, at: Time) -> Vec<&SourceFile> {
        let is_older = |file: &&SourceFile| file.newest.is_none_or(|newest| at - newest > most);
        self.files.iter().filter(is_older).collect()
    }
}

impl SourceKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Assets, Self::Demo, Self::Emulator, Self::Live];

    /// The word for it, in reports for people and machines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Assets => "assets",
            Self::Demo => "demo",
            Self::Emulator => "emulator",
            Self::Live => "live",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::moment;

    fn file(newest: Option<&str>) -> SourceFile {
        let newest = newest.map(|text| moment(text).unwrap());
        SourceFile { name: "a".into(), assets: 1, skipped: BTreeMap::new(), newest }
    }

    #[test]
    fn a_file_is_too_old_by_its_newest_data_or_where_it_does_not_tell() {
        let files = vec![file(Some("2026-05-01T00:00:00Z")), file(Some("2026-05-02T00:00:00Z")), file(None)];
        let mut source = Source { kind: SourceKind::Assets, files };
        let at = moment("2026-05-03T00:00:00Z").unwrap();
        assert_eq!(source.older_than(TimeDelta::days(1), at), [&source.files[0], &source.files[2]]);
        assert_eq!(source.as_of(), None);
        source.files.pop();
        assert_eq!(source.as_of(), source.files[0].newest);
    }
}
