//! Reading the world that a command line asks for.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal as _, Read, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use etcetera::BaseStrategy as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{
    Beside, Console, Error, WorldOptions,
    live::{self, Live},
};
use crate::{
    emulator::estate,
    model::Time,
    sources::{
        self, Input,
        assets::ReadOptions,
        google::{self, Asked, DenyAsked, News, OnNews},
        groups::{self, Groups},
        terraform::{self, Recognised, Told},
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

/// The files that a world is read from, told apart by what they hold.
pub(super) struct Files {
    /// Of a world.
    pub(super) assets: Vec<Input>,
    /// What Terraform says, to be laid over it.
    pub(super) terraform: Vec<Told>,
}

/// Opens the files that are named, and reads those of Terraform's.
///
/// # Errors
/// Where one cannot be opened, or is a state or a plan that cannot be read.
pub(super) fn files(options: &WorldOptions) -> Result<Files, Error> {
    let mut files = Files { assets: Vec::new(), terraform: Vec::new() };
    for path in &options.from {
        match terraform::recognise(sources::open(path)?)? {
            Recognised::Terraform(input) => files.terraform.push(terraform::read(input)?),
            Recognised::Other(input) => files.assets.push(input),
        }
    }
    Ok(files)
}

/// Reads the world: from files where any that hold one are named, else from Google Cloud, of which `asked` is read.
///
/// # Errors
/// Where there is nothing to read it from, or it cannot be read.
pub(super) fn read(
    options: &WorldOptions,
    asked: &Asked,
    console: &mut Console<'_>,
) -> Result<Reading, Error> {
    of_files(files(options)?, options, asked, console)
}

/// The same of files that are open.
///
/// # Errors
/// Where there is nothing to read it from, or it cannot be read.
pub(super) fn of_files(
    files: Files,
    options: &WorldOptions,
    asked: &Asked,
    console: &mut Console<'_>,
) -> Result<Reading, Error> {
    let Files { assets, terraform } = files;
    let mut reading = if options.is_demo || assets.is_empty() {
        let groups = options.groups.as_deref().map(members).transpose()?;
        let (world, live) = connected(options, asked, groups, console)?;
        Reading { world, at: options.at(console.now), stale: Vec::new(), live: Some(live) }
    } else {
        offline(assets, options, console)?
    };
    tell_of_terraform(&terraform, console)?;
    terraform::lay_over(&mut reading.world, terraform);
    Ok(reading)
}

/// Reads from files of assets.
fn offline(assets: Vec<Input>, options: &WorldOptions, console: &mut Console<'_>) -> Result<Reading, Error> {
    let WorldOptions { is_demo: _, served: _, from: _, groups, at: _, max_data_age, live: _ } = options;
    let groups = groups.as_deref().map(members).transpose()?;
    let at = options.at(console.now);
    let progress = progress();
    let is_watched = is_watched(console);
    let files = assets.into_iter().map(|input| watched(input, is_watched, &progress)).collect();
    let read = sources::assets::read(files, ReadOptions { kind: SourceKind::Assets, groups });
    progress.finish_and_clear();
    let world = read?;
    let has_deny_policies =
        world.layers.get(&Layer::DenyPolicies).is_some_and(|of| *of != LayerState::NotAsked);
    if options.live.beside.has_deny_policies && !has_deny_policies {
        return Err(Error::NoDenyPolicies);
    }
    let is_stale = |file: &&SourceFile| {
        max_data_age.is_some_and(|most| file.newest.is_none_or(|newest| console.now - newest > most))
    };
    let stale = world.source.files.iter().filter(is_stale).map(|file| file.name.clone()).collect();
    Ok(Reading { world, at, stale, live: None })
}

/// Reads over the network.
fn connected(
    options: &WorldOptions,
    asked: &Asked,
    groups: Option<Groups>,
    console: &mut Console<'_>,
) -> Result<(World, Live), Error> {
    let mut asked = asked.clone();
    if options.is_demo && asked.is_empty() {
        asked.projects.extend(estate::PROJECTS.map(Into::into));
    }
    if asked.is_empty() {
        return Err(Error::NoScope);
    }
    let Beside { has_groups, has_deny_policies, is_cached } = options.live.beside;
    asked.is_expanding = has_groups;
    asked.groups = groups.unwrap_or_default();
    // The sample estate is gone with the run, and so would be the use of what was kept of it.
    let is_cached = is_cached && !options.is_demo;
    asked.deny = has_deny_policies.then(|| DenyAsked { cache: is_cached.then(cache).flatten() });
    let live = Live::connect(options, console)?;
    let answers = answers(is_watched(console) && !options.is_demo);
    let read = google::read(live.google(), live.kind(), &asked, news(&answers, console.is_quiet));
    let read = live.wait(read);
    answers.finish_and_clear();
    let world = read?;
    tell_hidden(&world, console)?;
    Ok((world, live))
}

/// Where deny policies are kept that were read before; nowhere where nobody knows where such things go.
pub(super) fn cache() -> Option<PathBuf> {
    let places = etcetera::choose_base_strategy().ok()?;
    Some(places.cache_dir().join("callmap").join("deny-policies.json"))
}

/// Shows what happens: how many answers came, and what is waited for, which is said once where no terminal is.
fn news(answers: &ProgressBar, is_quiet: bool) -> OnNews {
    let (answers, is_told) = (answers.clone(), AtomicBool::new(false));
    Arc::new(move |news| match news {
        News::Answer => {
            answers.inc(1);
            answers.set_message("");
        }
        News::Wait(wait) => {
            let seconds = wait.as_secs() + 1;
            let what = format!("waiting {seconds} s: IAM allows 5 reads of deny policies a minute");
            if !answers.is_hidden() {
                answers.set_message(format!(", {what}"));
            } else if !is_quiet && !is_told.swap(true, Ordering::Relaxed) {
                // Whoever cannot be told waits all the same.
                let _ = writeln!(io::stderr(), "{what}");
            }
        }
    })
}

/// Says of groups that could not be expanded why, each reason once.
fn tell_hidden(world: &World, console: &mut Console<'_>) -> Result<(), Error> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for gap in world.groups.values().filter_map(Observed::gap) {
        *reasons.entry(&gap.why).or_default() += 1;
    }
    if console.is_quiet {
        return Ok(());
    }
    for (why, count) in reasons {
        let groups = if count == 1 { "1 group".to_owned() } else { format!("{count} groups") };
        live::say("note", &format!("who is in {groups} is not known: {why}"), console)?;
    }
    Ok(())
}

/// Says of files of Terraform's that they have nothing to say, or do not know all of it yet.
fn tell_of_terraform(files: &[Told], console: &mut Console<'_>) -> Result<(), Error> {
    if console.is_quiet {
        return Ok(());
    }
    for Told { file, written, unknown } in files {
        let what = match unknown {
            0 if written.is_empty() => "nothing in it writes a policy that decides who can call".to_owned(),
            0 => continue,
            1 => "1 resource writes a policy that is known only once it is applied".to_owned(),
            count => format!("{count} resources write policies that are known only once they are applied"),
        };
        live::say("note", &format!("{file}: {what}"), console)?;
    }
    Ok(())
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
    if let Ok(style) = ProgressStyle::with_template("{spinner} {human_pos} answers, {elapsed}{msg}") {
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
