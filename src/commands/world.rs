//! Reading the world that a command line asks for.

use std::{
    io::{self, IsTerminal as _, Read},
    sync::Arc,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Console, Error, WorldOptions};
use crate::{
    model::Time,
    sources::{self, Input, assets::ReadOptions},
    world::{SourceFile, SourceKind, World},
};

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
    let progress = progress(console.is_quiet);
    let open = |path| sources::open(path).map(|input| watched(input, &progress));
    let files = from.iter().map(|path| open(path)).collect::<Result<Vec<_>, _>>()?;
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

/// How much was read, on a terminal and only where it takes a while.
fn progress(is_quiet: bool) -> ProgressBar {
    let is_shown = !is_quiet && io::stderr().is_terminal();
    let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(None, target);
    // The template is a constant; where it were wrong the default would do.
    if let Ok(style) = ProgressStyle::with_template("{spinner} read {bytes} ({bytes_per_sec})") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

fn watched(input: Input, progress: &ProgressBar) -> Input {
    let Input { name, reader } = input;
    Input { name, reader: Box::new(Watched { reader, progress: progress.clone() }) }
}

struct Watched {
    reader: Box<dyn Read + Send>,
    progress: ProgressBar,
}

impl Read for Watched {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(into)?;
        self.progress.inc(count as u64);
        Ok(count)
    }
}
