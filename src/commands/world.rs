//! Reading the world that a command line asks for.

use std::sync::Arc;

use super::{Console, Error, WorldOptions};
use crate::{model::Time, world::World};

/// A world that was read, and the files whose data is older than was asked for.
pub(super) struct Reading {
    pub(super) world: World,
    /// The time to judge at.
    pub(super) at: Time,
    pub(super) stale: Vec<Arc<str>>,
}

/// Reads the world.
///
/// # Errors
/// Where there is nothing to read it from, or it cannot be read.
pub(super) fn read(options: &WorldOptions, console: &mut Console<'_>) -> Result<Reading, Error> {
    let _ = (options, console);
    Err(Error::NoWorld)
}
