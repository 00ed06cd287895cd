//! Reading the world that a command line asks for.

use std::{
    io::{self, IsTerminal as _, Read},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Console, Error, WorldOptions};
use crate::{
    model::Time,
    sources::{self, Input, ReadError, assets::ReadOptions},
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
    let WorldOptions { from, groups, at, max_data_age } = options;
    if from.is_empty() {
        return Err(Error::NoWorld);
    }
    let progress = progress();
    let open = |path: &PathBuf| {
        let Input { name, reader } = sources::open(path)?;
        let is_watched = !console.is_quiet && io::stderr().is_terminal();
        let reader =
            if is_watched { Box::new(Watched { reader, progress: progress.clone() }) } else { reader };
        Ok(Input { name, reader })
    };
    let files = from.iter().map(open).collect::<Result<Vec<_>, ReadError>>()?;
    let _ = groups;
    let groups = None;
    let read = sources::assets::read(files, ReadOptions { kind: SourceKind::Assets, groups });
    progress.finish_and_clear();
    let world = read?;
    let is_stale = |file: &&SourceFile| {
        max_data_age.is_some_and(|most| file.newest.is_none_or(|newest| console.now - newest > most))
    };
    let stale = world.source.files.iter().filter(is_stale).map(|file| file.name.clone()).collect();
    Ok(Reading { world, at: at.unwrap_or(console.now), stale })
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
