//! Writes a made-up estate of 20,000 services into a folder: `assets.ndjson`, an export of it, and `map.yaml`,
//! the caller map that declares it. For measuring.

use std::{
    env,
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::PathBuf,
};

#[path = "../all/estate.rs"]
mod estate;

use estate::Estate;

fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::args_os().nth(1).unwrap_or_else(|| "estate".into()));
    fs::create_dir_all(&folder)?;
    let mut assets = BufWriter::new(File::create(folder.join("assets.ndjson"))?);
    Estate::LARGE.write_assets(&mut assets)?;
    assets.flush()?;
    let mut map = BufWriter::new(File::create(folder.join("map.yaml"))?);
    Estate::LARGE.write_map(&mut map)?;
    map.flush()
}
