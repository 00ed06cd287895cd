//! `callmap diff`: two maps, or two worlds.

use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Console, DiffOptions, Error, Exit, LiveOptions, ReportFormat, WorldOptions, input, world};
use crate::{
    callers::{self, CallerMap, MapText},
    plan::difference,
    report::{
        difference::{Half, View},
        json, markdown, table,
    },
    sources::google::Asked,
};

/// Compares two maps, or two worlds.
///
/// # Errors
/// Where they are not two of a kind, one of them cannot be read, or a report cannot be written.
pub fn diff(options: &DiffOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let DiffOptions { old, new, .. } = options;
    match (kind(old)?, kind(new)?) {
        (Kind::Map, Kind::Map) => maps(options, console),
        (Kind::World(old), Kind::World(new)) => worlds(options, old, new, console),
        (Kind::Map, Kind::World(_)) => Err(Error::Mixed { map: old.clone(), world: new.clone() }),
        (Kind::World(_), Kind::Map) => Err(Error::Mixed { map: new.clone(), world: old.clone() }),
    }
}

/// What a file or a directory holds.
enum Kind {
    Map,
    /// A world, with the files it is in.
    World(Vec<PathBuf>),
}

/// A directory holds maps or worlds by the endings of its files; of a file its ending says, else its first byte.
fn kind(path: &Path) -> Result<Kind, Error> {
    let wrong = |why| Err(Error::NotCompared { path: path.to_owned(), why });
    if path.as_os_str() == "-" {
        return Ok(Kind::World(vec![path.to_owned()]));
    }
    let unread = |error| Error::Files(vec![format!("`{}` could not be read: {error}", path.display())]);
    if !fs::metadata(path).map_err(unread)?.is_dir() {
        let is_map = match by_ending(path) {
            Some(is_map) => is_map,
            None => !starts_as_world(path).map_err(unread)?,
        };
        return Ok(if is_map { Kind::Map } else { Kind::World(vec![path.to_owned()]) });
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(unread)?;
    let mut files: Vec<PathBuf> =
        entries.into_iter().map(|entry| entry.path()).filter(|path| !path.is_dir()).collect();
    files.sort();
    let has_maps = files.iter().any(|path| by_ending(path) == Some(true));
    // The schema of maps lies beside many of them.
    files.retain(|path| by_ending(path) == Some(false) && !path.to_string_lossy().ends_with(".schema.json"));
    match (has_maps, files.is_empty()) {
        (true, true) => Ok(Kind::Map),
        (false, false) => Ok(Kind::World(files)),
        (true, false) => wrong("holds maps and worlds: name the files that are meant"),
        (false, true) => {
            wrong("holds no map (`.yaml`, `.yml`) and no world (`.ndjson`, `.json`, `.jsonl`, `.gz`)")
        }
    }
}

/// Whether a file is a map, as far as its name tells.
fn by_ending(path: &Path) -> Option<bool> {
    match path.extension()?.to_str()? {
        "yaml" | "yml" => Some(true),
        "ndjson" | "json" | "jsonl" | "gz" => Some(false),
        _ => None,
    }
}

/// Whether a file begins as exports do: with JSON, or compressed.
fn starts_as_world(path: &Path) -> std::io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(4096).read_to_end(&mut start)?;
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    Ok(matches!(first, Some(b'{' | b'[' | 0x1f)))
}

fn maps(options: &DiffOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let at = options.at.unwrap_or(console.now);
    if !options.map.is_empty() {
        let path = options.map[0].clone();
        return Err(Error::NotCompared {
            path,
            why: "is named by `--map`, which is for two worlds: leave it out",
        });
    }
    let [old, new] = [&options.old, &options.new].map(|path| input::texts(std::slice::from_ref(path)));
    let (old, new) = (old?, new?);
    let has_environments =
        options.env.is_some() && (callers::has_environments(&old) || callers::has_environments(&new));
    let load = |texts: Vec<MapText>| {
        // One that got or lost its environments is compared as it is.
        let env = options.env.as_deref().filter(|_| !has_environments || callers::has_environments(&texts));
        callers::load(texts, env, at)
    };
    let (old, new) = match (load(old), load(new)) {
        (Ok(old), Ok(new)) => (old, new),
        (Err(old), Err(new)) => return Err(old.and(new).into()),
        (Err(mistakes), _) | (_, Err(mistakes)) => return Err(mistakes.into()),
    };
    let difference = difference::maps(&old, &new, at);
    let view = View {
        difference: &difference,
        old: Half::Map(&old),
        new: Half::Map(&new),
        env: options.env.as_deref(),
        at,
        stale: Vec::new(),
    };
    publish(&view, options, console)?;
    Ok(exit(&view, options))
}

fn worlds(
    options: &DiffOptions,
    old: Vec<PathBuf>,
    new: Vec<PathBuf>,
    console: &mut Console<'_>,
) -> Result<Exit, Error> {
    let at = options.at.unwrap_or(console.now);
    let is_named = !options.map.is_empty();
    let texts = is_named.then(|| input::texts(&options.map)).transpose()?;
    let env = options.env.as_deref().filter(|_| is_named);
    let map: Option<CallerMap> = texts.map(|texts| callers::load(texts, env, at)).transpose()?;
    let (old, new) = (read(options, old, console)?, read(options, new, console)?);
    let difference = difference::worlds(&old.world, &new.world, map.as_ref(), at);
    let mut stale: Vec<Arc<str>> = [old.stale, new.stale].concat();
    stale.sort();
    stale.dedup();
    let (old, new) = (Half::World(&old.world), Half::World(&new.world));
    let view = View { difference: &difference, old, new, env, at, stale };
    publish(&view, options, console)?;
    Ok(exit(&view, options))
}

fn read(
    options: &DiffOptions,
    from: Vec<PathBuf>,
    console: &mut Console<'_>,
) -> Result<world::Reading, Error> {
    let options = WorldOptions {
        is_demo: false,
        served: None,
        from,
        groups: None,
        at: options.at,
        max_data_age: options.max_data_age,
        live: LiveOptions::usual(),
    };
    world::read(&options, &Asked::default(), console)
}

fn exit(view: &View<'_>, options: &DiffOptions) -> Exit {
    if options.is_exit_code && !view.difference.is_none() {
        Exit::Findings
    } else if view.is_complete() {
        Exit::Done
    } else {
        Exit::Incomplete
    }
}

fn publish(view: &View<'_>, options: &DiffOptions, console: &mut Console<'_>) -> Result<(), Error> {
    let width = console.width;
    let render = |format| {
        let mut text = Vec::new();
        match format {
            ReportFormat::Table => table::diff(view, width, &mut text),
            ReportFormat::Json => json::diff(view, &mut text),
            ReportFormat::Markdown => markdown::diff(view, &mut text),
        }
        .map(|()| text)
        .map_err(Error::Print)
    };
    if options.format != ReportFormat::Table || !console.is_quiet {
        console.print(&render(options.format)?)?;
    }
    let mut written = Ok(());
    for file in &options.files {
        written = written.and(file.write(&render(file.format())?));
    }
    written
}
