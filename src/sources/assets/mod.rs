//! Cloud Asset Inventory exports and snapshots: files of assets → one world.
//!
//! Files are streamed: one thread reads and cuts, others take lines apart and keep what decides who can call.
//! Memory grows with grants, not with files. The world is the same whatever the order of files, lines and
//! threads; only error messages name files in the order they were given.

mod batch;
mod crew;
mod document;
mod envelope;
mod line;
mod merge;
mod own;
mod own_writer;
mod split;

use std::collections::BTreeMap;

use super::{ReadError, input::Input};
use crate::{
    model::Principal,
    world::{SourceKind, World},
};

/// The type of the line in which an emulator keeps its settings. It says nothing of who can call what.
pub const EMULATOR_SETTINGS: &str = "callmap/Settings";

/// What the files alone do not say.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// What the world is called in reports.
    pub kind: SourceKind,
    /// Members of groups, where a groups file was given.
    pub groups: Option<BTreeMap<Principal, Vec<Principal>>>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { kind: SourceKind::Assets, groups: None }
    }
}

/// Reads files of assets as one world.
///
/// # Errors
/// Where a file cannot be read, holds something else, has a broken line, or two places contradict each other.
pub fn read(files: Vec<Input>, options: ReadOptions) -> Result<World, ReadError> {
    let names = files.iter().map(|input| input.name.clone()).collect();
    let batches = crew::read(files)?;
    merge::world(batch::Batch::joined(batches), names, options)
}
