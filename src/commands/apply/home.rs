//! Where the journals of a run are, and whether it may begin.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Console, Error};
use crate::{
    apply::journal::{self, Directory, Header, Journal, JournalError, LocalDisk, Recorded, directory},
    report::escape,
};

/// The directory of journals, locked for as long as this is here.
pub(in crate::commands) struct Home {
    directory: Directory,
    /// Nothing of the sample estate is left behind.
    temporary: Option<PathBuf>,
}

impl Home {
    /// The directory of this journal, else the user's. Where another run is under way in it, that is said and
    /// waited for.
    ///
    /// # Errors
    /// Where it cannot be used.
    pub(in crate::commands) fn enter(
        journal: Option<&Path>,
        is_demo: bool,
        console: &mut Console<'_>,
    ) -> Result<Self, Error> {
        let temporary = (is_demo && journal.is_none())
            .then(|| std::env::temp_dir().join(format!("callmap-demo-{}", std::process::id())));
        let path = match (journal, &temporary) {
            (Some(journal), _) => named(journal)?.to_owned(),
            (None, Some(temporary)) => temporary.clone(),
            (None, None) => {
                directory::usual().map_err(|source| JournalError::Directory { path: "~".into(), source })?
            }
        };
        let shown = escape::terminal(&path.to_string_lossy()).into_owned();
        let mut is_waiting = || {
            // Whoever waits goes on once the other run is over, whether they were told or not.
            let _ = writeln!(console.err, "another run is under way in `{shown}`: waiting until it is over");
        };
        let directory = Directory::enter(&LocalDisk, &path, &mut is_waiting)?;
        Ok(Self { directory, temporary })
    }

    /// The journal that is gone on with, or none: whether nothing else is under way.
    ///
    /// # Errors
    /// Where something is, or a journal cannot be read, or there is nothing to go on with.
    pub(in crate::commands) fn recorded(
        &self,
        resume: Option<&Path>,
    ) -> Result<Option<(PathBuf, Recorded)>, Error> {
        let Some(path) = resume else {
            self.is_free(None)?;
            return Ok(None);
        };
        let recorded = journal::read(&LocalDisk, path)?;
        let recorded =
            recorded.ok_or_else(|| Error::Refused("nothing was begun in this journal".to_owned()))?;
        self.is_free(Some(&recorded.header.id))?;
        if recorded.undone_by.is_some() {
            return Err(Error::Refused("what this journal tells of was taken back already".to_owned()));
        }
        Ok(Some((path.to_owned(), recorded)))
    }

    fn is_free(&self, id: Option<&str>) -> Result<(), Error> {
        let unfinished = self.directory.unfinished(&LocalDisk)?;
        match unfinished.into_iter().find(|other| Some(other.recorded.header.id.as_str()) != id) {
            Some(other) => Err(JournalError::Unfinished { path: other.path }.into()),
            None => Ok(()),
        }
    }

    /// Begins a journal: where it was named, else under a name of its own.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(in crate::commands) fn begin(&self, header: &Header, named: Option<&Path>) -> Result<Journal, Error> {
        Ok(match named {
            Some(path) => Journal::begin(&LocalDisk, path, header)?,
            None => self.directory.begin(&LocalDisk, header)?,
        })
    }

    /// Whether journals are still there after the run.
    pub(in crate::commands) fn is_kept(&self) -> bool {
        self.temporary.is_none()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // What is left of the sample estate is in nobody's way.
            let _ = fs::remove_dir_all(temporary);
        }
    }
}

/// The directory of a journal whose name can be found again.
fn named(journal: &Path) -> Result<&Path, Error> {
    if journal.extension().is_none_or(|ending| ending != directory::ENDING) {
        return Err(Error::JournalName(journal.to_owned()));
    }
    Ok(directory::of(journal))
}
