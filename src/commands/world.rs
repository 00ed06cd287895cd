//! Reading the world that a command line asks for.

use std::{
    io::{self, IsTerminal as _, Read},
    path::Path,
    sync::Arc,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Console, Error, WorldOptions};
use crate::{
    emulator::estate,
    model::Time,
    sources::{
        self, Input,
        assets::ReadOptions,
        groups::{self, Groups},
    },
    world::{SourceFile, SourceKind, World},
};

/// So much is read before anything is shown of it.
const MUCH: u64 = 16 * 1024 * 1024;
/// How often what is shown of it changes.
const TICK: Duration = Duration::from_millis(120);

/// A world that was read.
pub(super) struct Reading {
    pub(super) world: World,
    /// The time to judge at.
    pub(super) at: Time,
    /// Files whose data is older than was asked for, or of no known age.
    pub(super) stale: Vec<Arc<str>>,
}

/// Reads the world.
///
/// # Errors
/// Where there is nothing to read it from, or it cannot be read.
pub(super) fn read(options: &WorldOptions, console: &mut Console<'_>) -> Result<Reading, Error> {
    let WorldOptions { is_demo, from, groups, at: _, max_data_age } = options;
    let progress = progress();
    let (kind, files) = match (is_demo, from.as_slice()) {
        (true, _) => (SourceKind::Demo, vec![Input::from_bytes("the sample estate", estate::ASSETS)]),
        (false, []) => return Err(Error::NoWorld),
        (false, from) => {
            let is_watched = !console.is_quiet && io::stderr().is_terminal();
            let open = |path| sources::open(path).map(|input| watched(input, is_watched, &progress));
            let files = from.iter().map(|path| open(path)).collect::<Result<Vec<_>, _>>()?;
            (SourceKind::Assets, files)
        }
    };
    let groups = groups.as_deref().map(members).transpose()?;
    let read = sources::assets::read(files, ReadOptions { kind, groups });
    progress.finish_and_clear();
    let world = read?;
    let at = options.at(console.now);
    // Of data the age counts from now, whatever time is asked about; the sample estate has a now of its own.
    let now = if *is_demo { at } else { console.now };
    let is_stale = |file: &&SourceFile| {
        max_data_age.is_some_and(|most| file.newest.is_none_or(|newest| now - newest > most))
    };
    let stale = world.source.files.iter().filter(is_stale).map(|file| file.name.clone()).collect();
    Ok(Reading { world, at, stale })
}

fn members(path: &Path) -> Result<Groups, Error> {
    let bytes = groups::bytes(sources::open(path)?)?;
    Ok(groups::read(&path.to_string_lossy(), &bytes)?)
}

fn watched(input: Input, is_watched: bool, progress: &ProgressBar) -> Input {
    let Input { name, reader } = input;
    let reader = if is_watched { Box::new(Watched { reader, progress: progress.clone() }) } else { reader };
    Input { name, reader }
}

/// How much was read. Nothing is shown of it until it is much, and nothing but on a terminal.
fn progress() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    // The template is a constant; where it were wrong the default would do.
    if let Ok(style) = ProgressStyle::with_template("{spinner} read {bytes} ({bytes_per_sec})") {
        bar.set_style(style);
    }
    bar
}

struct Watched {
    reader: Box<dyn Read + Send>,
    progress: ProgressBar,
}

impl Read for Watched {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(into)?;
        let before = self.progress.position();
        self.progress.inc(count as u64);
        if before < MUCH && self.progress.position() >= MUCH {
            self.progress.set_draw_target(ProgressDrawTarget::stderr());
            self.progress.enable_steady_tick(TICK);
        }
        Ok(count)
    }
}
