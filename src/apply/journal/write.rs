//! Writing a journal: each line whole, and synced before the next thing happens.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{
    Attempt, Disk, Ending, Header, JournalError, Log,
    line::{FORMAT, Line, Work},
    read::Recorded,
};
use crate::{
    model::{Time, time::rfc3339},
    plan::StepId,
};

/// A journal that is being written.
pub struct Journal {
    path: PathBuf,
    id: String,
    log: Box<dyn Log>,
}

impl Header {
    /// A header with a new name of its own.
    ///
    /// # Errors
    /// Where this machine has no randomness to give.
    pub fn new(
        work: Work,
        source: &str,
        env: Option<&str>,
        map_digest: &str,
        at: Time,
    ) -> Result<Self, std::io::Error> {
        let mut random = [0; 8];
        ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut random)
            .map_err(|_| std::io::Error::other("this machine has no randomness to give"))?;
        Ok(Self {
            format: FORMAT.to_owned(),
            id: format!("{:016x}", u64::from_be_bytes(random)),
            tool: env!("CARGO_PKG_VERSION").into(),
            made_at: at,
            source: source.to_owned(),
            env: env.map(Into::into),
            map_digest: map_digest.to_owned(),
            work,
        })
    }

    /// The name of a file for it: when, what, and which.
    pub fn file_name(&self) -> String {
        let when: String = rfc3339(self.made_at).chars().filter(char::is_ascii_alphanumeric).collect();
        let what = match self.work {
            Work::Apply { .. } => "apply",
            Work::Undo { .. } => "undo",
        };
        format!("{when}-{what}-{}.ndjson", self.id)
    }
}

impl Journal {
    /// Begins a journal in a file of its own.
    ///
    /// # Errors
    /// Where something is there already, or it cannot be written.
    pub fn begin(disk: &dyn Disk, path: &Path, header: &Header) -> Result<Self, JournalError> {
        let failed = |source| JournalError::Create { path: path.into(), source };
        let log = disk.create(path).map_err(failed)?;
        let mut journal = Self { path: path.into(), id: header.id.clone(), log };
        journal.put(header).map_err(failed)?;
        // Without this, the file could be gone though its content is safe.
        disk.sync_dir(super::directory::of(path)).map_err(failed)?;
        Ok(journal)
    }

    /// Goes on with a journal that was read.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn resume(disk: &dyn Disk, path: &Path, recorded: &Recorded) -> Result<Self, JournalError> {
        let failed = |source| JournalError::Write { path: path.into(), source };
        let log = disk.reopen(path, recorded.length).map_err(failed)?;
        Ok(Self { path: path.into(), id: recorded.header.id.clone(), log })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What tells it from every other journal.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A write is about to be tried. It may be only once this was written.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn attempt(&mut self, attempt: Attempt) -> Result<(), JournalError> {
        self.line(&Line::Attempt(attempt))
    }

    /// What came of the write that was tried last.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn ending(&mut self, step: StepId, ending: Ending) -> Result<(), JournalError> {
        self.line(&Line::Ending { step: step.to_string(), ending })
    }

    /// What came of a step.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn outcome(&mut self, step: StepId, outcome: &str, why: Option<&str>) -> Result<(), JournalError> {
        let (outcome, why) = (outcome.to_owned(), why.map(str::to_owned));
        self.line(&Line::Outcome { step: step.to_string(), outcome, why })
    }

    /// The run is over.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn finished(&mut self, at: Time, is_whole: bool) -> Result<(), JournalError> {
        self.line(&Line::Finished { at, is_whole })
    }

    /// What it tells of was taken back by another run.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn undone(&mut self, by: &str) -> Result<(), JournalError> {
        self.line(&Line::Undone { by: by.to_owned() })
    }

    fn line(&mut self, line: &Line) -> Result<(), JournalError> {
        self.put(line).map_err(|source| JournalError::Write { path: self.path.clone(), source })
    }

    fn put(&mut self, line: &impl Serialize) -> std::io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        bytes.push(b'\n');
        self.log.append(&bytes)?;
        self.log.sync()
    }
}
