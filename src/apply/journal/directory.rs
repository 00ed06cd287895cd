//! The directory that journals are kept in: one run at a time, and nothing new while something is under way.

use std::{
    io,
    path::{Path, PathBuf},
};

use etcetera::BaseStrategy as _;

use super::{
    Disk, Header, Journal, JournalError,
    read::{self, Recorded},
};

/// Where the right to run is locked.
const LOCK: &str = ".callmap.lock";
/// How the names of journals end.
pub const ENDING: &str = "ndjson";

/// A directory of journals that nobody else runs in meanwhile.
pub struct Directory {
    path: PathBuf,
    /// Given back when this is dropped, or the process ends in any way.
    _lock: Box<dyn Send>,
}

/// A journal of a run that broke off.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfinished {
    /// Where it is.
    pub path: PathBuf,
    /// What it tells.
    pub recorded: Recorded,
}

/// The directory a file stands in.
pub fn of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) | None => Path::new("."),
    }
}

/// Where journals are kept unless somebody says otherwise: in the user's state directory.
///
/// # Errors
/// Where the user has no home.
pub fn usual() -> io::Result<PathBuf> {
    let places = etcetera::choose_base_strategy()
        .map_err(|_| io::Error::other("the home directory is not known; name a journal with `--journal`"))?;
    let state = places.state_dir().unwrap_or_else(|| places.data_dir());
    Ok(state.join("callmap").join("journals"))
}

impl Directory {
    /// Makes the directory where it is not there yet, and lets nobody else run in it. `is_waiting` is called where
    /// somebody does.
    ///
    /// # Errors
    /// Where it cannot be used.
    pub fn enter(disk: &dyn Disk, path: &Path, is_waiting: &mut dyn FnMut()) -> Result<Self, JournalError> {
        let failed = |source| JournalError::Directory { path: path.into(), source };
        disk.create_dir(path).map_err(failed)?;
        let lock = disk.lock(&path.join(LOCK), is_waiting).map_err(failed)?;
        Ok(Self { path: path.into(), _lock: lock })
    }

    /// The directory of this journal.
    ///
    /// # Errors
    /// As [`Directory::enter`].
    pub fn around(
        disk: &dyn Disk,
        journal: &Path,
        is_waiting: &mut dyn FnMut(),
    ) -> Result<Self, JournalError> {
        Self::enter(disk, of(journal), is_waiting)
    }

    /// The runs in it that broke off. One that another of them takes back is left out: it is over once the other
    /// is, and must not go on before.
    ///
    /// # Errors
    /// Where a journal cannot be read: what cannot be read may be under way.
    pub fn unfinished(&self, disk: &dyn Disk) -> Result<Vec<Unfinished>, JournalError> {
        let failed = |source| JournalError::Directory { path: self.path.clone(), source };
        let mut found = Vec::new();
        for path in disk.list(&self.path).map_err(failed)? {
            if path.extension().is_none_or(|ending| ending != ENDING) {
                continue;
            }
            match read::if_journal(disk, &path)? {
                Some(recorded) if recorded.is_under_way() => found.push(Unfinished { path, recorded }),
                Some(_) | None => {}
            }
        }
        let taken_back: Vec<String> =
            found.iter().filter_map(|one| one.recorded.header.takes_back()).collect();
        found.retain(|one| !taken_back.contains(&one.recorded.header.id));
        Ok(found)
    }

    /// Begins a journal in a new file of this directory.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn begin(&self, disk: &dyn Disk, header: &Header) -> Result<Journal, JournalError> {
        Journal::begin(disk, &self.path.join(header.file_name()), header)
    }
}
