//! `callmap discover`: a map of what is live.

use std::{fs::File, io::Write as _, path::Path};

use super::{Console, DiscoverOptions, Error, Exit, input, world};
use crate::{
    callers::{self, CallerMap, MapError, MapText},
    model::{Container, Time},
    plan::discover,
    report::map_text,
    rules::{self, Audit, Finding, Scope},
    world::World,
};

/// Writes the map that what is live would match, with the decisions it leaves to take.
///
/// # Errors
/// Where the world cannot be read, nothing is live, or the map cannot be written.
pub fn discover(options: &DiscoverOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let DiscoverOptions { world, wider, output } = options;
    if let Some(path) = output.as_deref().filter(|path| path.exists()) {
        return Err(Error::Exists(path.to_owned()));
    }
    let asked = input::asked(None, wider);
    let world::Reading { world, at, stale, live: _ } = world::read(world, &asked, console)?;
    let found = discover::discover(&world, &scope(&CallerMap::nothing(), &world, wider), at);
    if found.functions.is_empty() {
        return Err(Error::NothingLive);
    }
    let render = |decisions: &[Finding]| {
        let mut text = Vec::new();
        map_text::render(&found, decisions, &mut text).map(|()| text).map_err(Error::Print)
    };
    let audit = audit(&render(&[])?, &world, wider, at)?;
    let text = render(&audit.findings)?;
    match output {
        Some(path) => create(path, &text).map_err(|source| Error::write(path, source))?,
        None => console.print(&text)?,
    }
    Ok(if audit.is_complete && stale.is_empty() { Exit::Done } else { Exit::Incomplete })
}

/// What an audit with this map finds.
fn audit(text: &[u8], world: &World, wider: &[Container], at: Time) -> Result<Audit, Error> {
    let texts = vec![MapText { path: "the discovered map".into(), bytes: text.to_vec() }];
    let map = callers::load(texts.clone(), None, at)?;
    let audit = rules::run(&map, world, at, scope(&map, world, wider));
    Ok(audit.map_err(|mistakes| MapError { texts, mistakes })?)
}

/// What is named, or everything that was read.
fn scope(map: &CallerMap, world: &World, wider: &[Container]) -> Scope {
    if wider.is_empty() { Scope::everything(world) } else { Scope::new(map, world, wider) }
}

/// Writes a file that is not there yet.
fn create(path: &Path, text: &[u8]) -> std::io::Result<()> {
    File::create_new(path)?.write_all(text)
}
