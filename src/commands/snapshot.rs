//! `callmap snapshot`: the world as a file, to be read again with `--from`.

use std::io::{self, Write as _};

use flate2::{Compression, write::GzEncoder};

use super::{Console, Error, Exit, SnapshotOptions, files, input, world};
use crate::{
    callers,
    model::Time,
    report::snapshot as page,
    sources::{google::Asked, snapshot},
    world::World,
};

/// Reads the world and writes it to a file, compressed where the name ends in `.gz`.
///
/// # Errors
/// Where the map or the world cannot be read, or the file cannot be written.
pub fn snapshot(options: &SnapshotOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let SnapshotOptions { map, world, wider, output: path } = options;
    let files = world::files(world)?;
    // Files of a world say themselves what is in them.
    let asked = if files.assets.is_empty() {
        let texts = input::map_if_any(map, world.is_demo)?;
        let at = world.at(console.now);
        let map = texts.map(|texts| callers::load(texts, map.env.as_deref(), at)).transpose()?;
        Asked { is_judging_accounts: true, ..input::asked(map.as_ref(), wider) }
    } else {
        Asked::default()
    };
    let world::Reading { world, at, stale: _, live } = world::of_files(files, world, &asked, console)?;
    let as_of = if live.is_some() { Some(at) } else { world.source.as_of() };
    let is_compressed = path.extension().is_some_and(|ending| ending == "gz");
    let bytes = written(&world, as_of, is_compressed).map_err(|source| Error::write(path, source))?;
    files::whole(path, &bytes).map_err(|source| Error::write(path, source))?;
    if !console.is_quiet {
        let mut text = Vec::new();
        page::render(&world, &path.to_string_lossy(), &mut text).map_err(Error::Print)?;
        console.print(&text)?;
    }
    Ok(Exit::Done)
}

fn written(world: &World, as_of: Option<Time>, is_compressed: bool) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    snapshot::write(world, as_of, &mut bytes)?;
    if !is_compressed {
        return Ok(bytes);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&bytes)?;
    encoder.finish()
}
