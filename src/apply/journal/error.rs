//! Why there is no journal to write to or to read from.

use std::{io, path::PathBuf};

/// What is wrong with a journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be made.
    #[error(
        "the journal `{}` cannot be made, and nothing is written without one: {source}; name another with `--journal`",
        path.display()
    )]
    Create {
        /// The journal.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It cannot be written to.
    #[error("the journal `{}` cannot be written to, and nothing more is changed without one: {source}", path.display())]
    Write {
        /// The journal.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It cannot be read.
    #[error("the journal `{}` cannot be read: {source}", path.display())]
    Read {
        /// The journal.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Its directory cannot be read or locked.
    #[error("the directory of journals `{}` cannot be used: {source}; name a journal elsewhere with `--journal`", path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not what it should be.
    #[error("`{}`:{line}: {what}", path.display())]
    Wrong {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// A run broke off.
    #[error(
        "a run broke off before it was over: finish it with `callmap apply --resume {path}`, or take back what it did with `callmap undo {path}`",
        path = path.display()
    )]
    Unfinished {
        /// Its journal.
        path: PathBuf,
    },
}
