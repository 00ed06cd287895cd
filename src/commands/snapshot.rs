//! `callmap snapshot`: the world as a file, to be read again with `--from`.

use std::{
    io::{self, Write as _},
    path::Path,
};

use flate2::{Compression, write::GzEncoder};

use super::{Console, Error, Exit, WorldOptions, files, world};
use crate::{report::snapshot as page, sources::snapshot, world::World};

/// Reads the world and writes it to a file, compressed where the name ends in `.gz`.
///
/// # Errors
/// Where the world cannot be read, or the file cannot be written.
pub fn snapshot(path: &Path, options: &WorldOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let world::Reading { world, .. } = world::read(options, console)?;
    let is_compressed = path.extension().is_some_and(|ending| ending == "gz");
    let bytes = written(&world, is_compressed).map_err(|source| Error::write(path, source))?;
    files::whole(path, &bytes).map_err(|source| Error::write(path, source))?;
    if !console.is_quiet {
        let mut text = Vec::new();
        page::render(&world, &path.to_string_lossy(), &mut text).map_err(Error::Print)?;
        console.print(&text)?;
    }
    Ok(Exit::Done)
}

fn written(world: &World, is_compressed: bool) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    snapshot::write(world, world.source.as_of(), &mut bytes)?;
    if !is_compressed {
        return Ok(bytes);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&bytes)?;
    encoder.finish()
}
