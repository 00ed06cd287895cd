//! Reading the world that a command line asks for.

use std::{
    io::{self, IsTerminal as _, Read},
    path::Path,
    sync::Arc,
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Console, Error, WorldOptions, live::Live};
use crate::{
    emulator::estate,
    model::Time,
    sources::{
        self, Input,
        assets::ReadOptions,
        google::{self, Asked, OnAnswer},
        groups::{self, Groups},
    },
    world::{Layer, LayerState, Observed, SourceFile, SourceKind, World},
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
    /// What it was read through, to go on with; `None` where it was read from files.
    pub(super) live: Option<Live>,
}

/// Reads the world: from files where any are named, else from Google Cloud, of which `asked` is read.
///
/// # Errors
/// Where there is nothing to read it from, or it cannot be read.
pub(super) fn read(
    options: &WorldOptions,
    asked: &Asked,
    console: &mut Console<'_>,
) -> Result<Reading, Error> {
    let WorldOptions { is_demo, served: _, from, groups, at: _, max_data_age, live: _ } = options;
    let groups = groups.as_deref().map(members).transpose()?;
    let at = options.at(console.now);
    if *is_demo || from.is_empty() {
        let (world, live) = connected(options, asked, groups, console)?;
        return Ok(Reading { world, at, stale: Vec::new(), live: Some(live) });
    }
    let progress = progress();
    let is_watched = is_watched(console);
    let open = |path| sources::open(path).map(|input| watched(input, is_watched, &progress));
    let files = from.iter().map(|path| open(path)).collect::<Result<Vec<_>, _>>()?;
    let read = sources::assets::read(files, ReadOptions { kind: SourceKind::Assets, groups });
    progress.finish_and_clear();
    let world = read?;
    let is_stale = |file: &&SourceFile| {
        max_data_age.is_some_and(|most| file.newest.is_none_or(|newest| console.now - newest > most))
    };
    let stale = world.source.files.iter().filter(is_stale).map(|file| file.name.clone()).collect();
    Ok(Reading { world, at, stale, live: None })
}

/// Reads over the network. Members of groups are not read there: they come from a file, or from the sample.
fn connected(
    options: &WorldOptions,
    asked: &Asked,
    groups: Option<Groups>,
    console: &mut Console<'_>,
) -> Result<(World, Live), Error> {
    let mut asked = asked.clone();
    let mut known: Option<Groups> = None;
    if options.is_demo {
        known = Some(sample_groups()?);
        if asked.is_empty() {
            asked.projects.extend(estate::PROJECTS.map(Into::into));
        }
    }
    if let Some(groups) = groups {
        known.get_or_insert_default().extend(groups);
    }
    if asked.is_empty() {
        return Err(Error::NoScope);
    }
    let live = Live::connect(options, console)?;
    let answers = answers(is_watched(console) && !options.is_demo);
    let counted = answers.clone();
    let on_answer: OnAnswer = Arc::new(move || counted.inc(1));
    let read = live.wait(google::read(live.google(), live.kind(), &asked, on_answer));
    answers.finish_and_clear();
    let mut world = read?;
    if let Some(known) = known {
        let known = known.into_iter().map(|(group, members)| (group, Observed::Known(members)));
        world.groups = known.collect();
        world.layers.insert(Layer::Groups, LayerState::Read);
    }
    Ok((world, live))
}

/// Members of the groups of the sample estate.
fn sample_groups() -> Result<Groups, Error> {
    let sample = Input::from_bytes("the sample estate", estate::ASSETS);
    let world = sources::assets::read(vec![sample], ReadOptions::default())?;
    let known = world.groups.into_iter().filter_map(|(group, members)| match members {
        Observed::Known(members) => Some((group, members)),
        Observed::Unreadable(_) => None,
    });
    Ok(known.collect())
}

fn is_watched(console: &Console<'_>) -> bool {
    !console.is_quiet && io::stderr().is_terminal()
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

/// How many answers came; nothing is shown of it but on a terminal.
fn answers(is_watched: bool) -> ProgressBar {
    if !is_watched {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    // As above.
    if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} answers, {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(TICK);
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
