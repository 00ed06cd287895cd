//! What a grant or a revocation starts from: the map, who and what is meant, and whether anything may be written.

use std::path::{Path, PathBuf};

use super::super::{apply::home::Home, me};
use crate::{
    callers::{
        self, Caller, CallerMap, Expiry, MapText,
        change::{self, Changed, Named, Subject},
    },
    commands::{CallerOptions, Console, Error, files, input, live, world},
    model::Time,
    report::grant::{self as page, Keeper, View},
};

/// A map, and a caller and a function on it.
pub(super) struct Ground {
    pub(super) texts: Vec<MapText>,
    pub(super) map: CallerMap,
    pub(super) caller: Caller,
    pub(super) function: Named,
    pub(super) now: Time,
    pub(super) width: usize,
    /// Where journals are, where something is to be written.
    pub(super) home: Option<Home>,
}

impl Ground {
    /// Reads the map, and makes sure that whatever is asked for can be done.
    ///
    /// # Errors
    /// Where the map cannot be read or is the sample map, a name means nothing, or nothing may be written.
    pub(super) fn read(options: &CallerOptions, console: &mut Console<'_>) -> Result<Self, Error> {
        let CallerOptions { caller, function, map: chosen, world, is_applied, carry } = options;
        if world.is_demo && chosen.paths.is_empty() {
            return Err(Error::SampleMap);
        }
        let is_stream = |path: &PathBuf| path.as_os_str() == "-";
        if *is_applied && (world.from.iter().any(is_stream) || !world::files(world)?.assets.is_empty()) {
            return Err(Error::NotCarriedOut(
                "nothing can be written to files: leave `--from` away, but for files that Terraform printed",
            ));
        }
        let now = world.now(console.now);
        let texts = input::map(chosen, world.is_demo)?;
        let map = callers::load(texts.clone(), chosen.env.as_deref(), now)?;
        let caller = match caller.as_str() {
            "me" => Caller::Principal(me::principal(world, console)?),
            named => change::caller(&map, named)?,
        };
        let function = change::function(&map, function)?;
        let home = if *is_applied {
            carry.answerable()?;
            let home = Home::enter(carry.journal.as_deref(), world.is_demo, console)?;
            home.recorded(None)?;
            Some(home)
        } else {
            None
        };
        Ok(Self { texts, map, caller, function, now, width: console.width, home })
    }

    pub(super) fn subject(&self) -> Subject<'_> {
        let Self { texts, map, caller, function, now, .. } = self;
        Subject { texts, map, caller, function, at: *now }
    }

    pub(super) fn view(&self) -> View<'_> {
        View {
            caller: &self.caller,
            function: &self.function.name,
            regions: self.function.functions.len(),
            has_environments: self.map.env.is_some(),
            width: self.width,
        }
    }

    /// Who keeps an end, as far as the map says.
    pub(super) fn keeper(&self) -> Keeper {
        let mut functions = self.function.functions.iter().map(|index| &self.map.functions[*index]);
        match functions.find_map(|function| function.written_by) {
            Some(writer) => Keeper::Writer(writer.as_str()),
            None if self.map.settings.expiry == Expiry::Map => Keeper::Map,
            None => Keeper::Condition,
        }
    }

    /// Whom to ask about the function.
    pub(super) fn owner(&self) -> Option<&str> {
        let mut functions = self.function.functions.iter().map(|index| &self.map.functions[*index]);
        functions.find_map(|function| function.owner.as_deref())
    }

    /// Shows what changes in a file of the map, and writes the file.
    ///
    /// # Errors
    /// Where it cannot be written; it is then as it was.
    pub(super) fn write(&self, changed: &Changed, console: &mut Console<'_>) -> Result<(), Error> {
        let Changed { file, before, after } = changed;
        let path = Path::new(&*self.map.files[*file].path);
        if !console.is_quiet {
            let mut text = Vec::new();
            page::diff(&path.to_string_lossy(), before, after, &mut text).map_err(Error::Print)?;
            console.print(&text)?;
        }
        files::whole(path, after.as_bytes()).map_err(|source| Error::write(path, source))
    }
}

/// Says on standard error that the map is changed, whatever becomes of the rest.
///
/// # Errors
/// Where it cannot be said.
pub(super) fn stays(console: &mut Console<'_>) -> Result<(), Error> {
    live::say("note", "the map is changed all the same: `callmap apply` goes on from it", console)
}
