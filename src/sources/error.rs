//! Why a file was not read: each message is complete, with the place and the repair.

use std::{fmt, io, sync::Arc};

/// A line of a file. Shown as `FILE:LINE`, the file alone where the line says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as it was given; `-` is standard input.
    pub file: Arc<str>,
    /// Its line, from 1.
    pub line: Option<u32>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if &*self.file == "-" { "standard input" } else { &self.file })?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

/// Why a file was not read. All of these are exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It could not be opened.
    #[error("{place}: could not be opened: {source}")]
    Open {
        /// The file.
        place: Place,
        /// What the system said.
        source: io::Error,
    },
    /// The system, or the stream, failed while it was read.
    #[error("{place}: could not be read: {source}")]
    Stream {
        /// The file.
        place: Place,
        /// What the system said.
        source: io::Error,
    },
    /// What stands there is not what it should be.
    #[error("{place}: {what}")]
    Wrong {
        /// Where.
        place: Place,
        /// What is wrong and what to do.
        what: String,
    },
    /// Two places contradict each other.
    #[error("{first}: {what}, and {second} says otherwise; {repair}")]
    Contradiction {
        /// The first of them in the order of the files.
        first: Place,
        /// The second.
        second: Place,
        /// What they disagree about.
        what: String,
        /// What to do.
        repair: &'static str,
    },
}
