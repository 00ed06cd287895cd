//! `callmap undo`: what an apply did is taken back, out of the policies as they are now.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use super::{
    CarryOptions, Console, Error, Exit, ReportFormat, UndoOptions,
    apply::{
        carry::{Before, Carried, Crew},
        home::Home,
    },
    live::Live,
};
use crate::{
    access::RoleBook,
    apply::{
        Undoing,
        journal::{self, Header, Journal, LocalDisk, Recorded, Work},
        recall,
    },
    plan::Include,
    report::{
        carried::{self, Line},
        heading::Heading,
    },
    world::{Source, World},
};

/// Takes back what a journal tells of.
///
/// # Errors
/// Where the journal cannot be read or is refused, or something else is under way beside it.
pub fn undo(options: &UndoOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let UndoOptions { journal: path, world, include, carry: how } = options;
    how.answerable()?;
    let home = Home::enter(Some(path), false, console)?;
    let Some((path, recorded)) = home.recorded(Some(path))? else { return Ok(Exit::Done) };
    let live = Live::connect(world, console)?;
    let undoings = recall::undoings(&recorded).map_err(Error::Refused)?;
    allowed(&live, &recorded, &undoings, include, console)?;
    show(&undoings, how.format, console)?;
    if undoings.is_empty() {
        // Nothing more is under way, then.
        Journal::resume(&LocalDisk, &path, &recorded)?.undone("nothing to take back")?;
    } else if !how.is_agreed("take this back?", console)? {
        return Ok(Exit::Declined);
    }
    let crew = Crew::new(&live, console.now);
    let carried = if undoings.is_empty() {
        Carried::nothing()
    } else {
        let own = own(&live, &recorded, &path, &undoings, (how, console.now))?;
        let mut journal = home.begin(&own, how.journal.as_deref())?;
        let before =
            Before { taken_back: Some(Journal::resume(&LocalDisk, &path, &recorded)?), ..Before::default() };
        take_back(&crew, &undoings, before, &mut journal, how, console)?
    };
    report(&live, &home, &recorded, &carried, how.format, console)
}

/// Goes on with an undo that broke off.
///
/// # Errors
/// As [`undo`].
pub(super) fn go_on(
    live: &Live,
    home: &Home,
    path: &Path,
    recorded: &Recorded,
    (include, how): (&BTreeSet<Include>, &CarryOptions),
    console: &mut Console<'_>,
) -> Result<Exit, Error> {
    let Work::Undo { tasks, id, .. } = &recorded.header.work else {
        return Err(Error::Refused("the journal takes nothing back".to_owned()));
    };
    let undoings = recall::read(tasks.clone()).map_err(Error::Refused)?;
    allowed(live, recorded, &undoings, include, console)?;
    let of = recorded.header.work.taken_back(path);
    let of = of.ok_or_else(|| Error::Refused("the journal takes nothing back".to_owned()))?;
    let other = journal::read(&LocalDisk, &of)?.filter(|other| other.header.id == *id);
    let other = other.ok_or_else(|| {
        Error::Refused(format!("`{}` is not the journal that this one takes back", of.display()))
    })?;
    show(&undoings, how.format, console)?;
    if !how.is_agreed("go on with taking this back?", console)? {
        return Ok(Exit::Declined);
    }
    let crew = Crew::new(live, console.now);
    let before = Before {
        done: recorded.written(),
        has_written: recorded.has_written(),
        taken_back: Some(Journal::resume(&LocalDisk, &of, &other)?),
    };
    let mut journal = Journal::resume(&LocalDisk, path, recorded)?;
    let carried = take_back(&crew, &undoings, before, &mut journal, how, console)?;
    report(live, home, recorded, &carried, how.format, console)
}

/// Whether this may be taken back here, and all of it.
fn allowed(
    live: &Live,
    recorded: &Recorded,
    undoings: &[Undoing],
    include: &BTreeSet<Include>,
    console: &Console<'_>,
) -> Result<(), Error> {
    let (was, is) = (recorded.header.source.as_str(), live.kind().as_str());
    if was != is {
        return Err(Error::Refused(format!("the journal is of `{was}`, and this is `{is}`")));
    }
    let nothing = World::nothing(Source { kind: live.kind(), files: Vec::new() });
    let roles = RoleBook::new(&nothing);
    if let Some(why) = undoings.iter().find_map(|undoing| undoing.suspicion(roles, console.now)) {
        return Err(Error::Refused(why));
    }
    let is_given = |what: &Include| match what {
        // Whoever takes jobs in takes functions in.
        Include::Inherited => include.contains(what) || include.contains(&Include::InheritedJobs),
        Include::Public | Include::InheritedJobs | Include::Dead | Include::Agents => include.contains(what),
    };
    let missing: BTreeSet<Include> =
        undoings.iter().flat_map(Undoing::includes).filter(|what| !is_given(what)).collect();
    match missing.first() {
        None => Ok(()),
        Some(Include::Public) => Err(Error::GivesBack("grants to the public", "--include-public")),
        Some(_) => Err(Error::GivesBack("grants above functions", "--include-inherited")),
    }
}

/// Shows what is taken back, on standard error where standard output is for machines.
fn show(undoings: &[Undoing], format: ReportFormat, console: &mut Console<'_>) -> Result<(), Error> {
    if console.is_quiet {
        return Ok(());
    }
    let line = |undoing: &Undoing| {
        let Undoing { id, resource, atoms, lost, .. } = undoing;
        let line = Line { id: *id, resource: resource.clone(), changes: atoms.clone(), outcome: None };
        (line, lost.clone())
    };
    let mut text = Vec::new();
    let lines: Vec<_> = undoings.iter().map(line).collect();
    carried::undoing(&lines, &mut text).map_err(Error::Print)?;
    match format {
        ReportFormat::Table | ReportFormat::Markdown => console.print(&text),
        ReportFormat::Json => console.err.write_all(&text).map_err(Error::Print),
    }
}

/// The header of the journal of taking this back.
fn own(
    live: &Live,
    recorded: &Recorded,
    path: &Path,
    undoings: &[Undoing],
    (how, now): (&CarryOptions, crate::model::Time),
) -> Result<Header, Error> {
    let Header { id, env, map_digest, .. } = &recorded.header;
    let tasks = undoings.iter().map(|undoing| undoing.task().clone()).collect();
    // Without a name of its own it stands beside the other.
    let own = how.journal.as_deref().unwrap_or(path);
    let work = Work::undo(id, path, own, tasks);
    Header::new(work, live.kind().as_str(), env.as_deref(), map_digest, now).map_err(Error::Runtime)
}

fn take_back(
    crew: &Crew<'_>,
    undoings: &[Undoing],
    before: Before,
    journal: &mut Journal,
    how: &CarryOptions,
    console: &mut Console<'_>,
) -> Result<Carried, Error> {
    let reader = crew.reader();
    let jobs: Vec<_> = undoings.iter().map(|undoing| undoing.job(&reader)).collect();
    let changes = undoings.iter().map(|undoing| (undoing.id, undoing.atoms.clone())).collect();
    crew.carry_out(&jobs, changes, before, journal, how, console)
}

fn report(
    live: &Live,
    home: &Home,
    recorded: &Recorded,
    carried: &Carried,
    format: ReportFormat,
    console: &mut Console<'_>,
) -> Result<Exit, Error> {
    let source = Source { kind: live.kind(), files: Vec::new() };
    let layers = BTreeMap::new();
    let env = recorded.header.env.as_deref();
    let heading =
        Heading { source: &source, layers: &layers, env, at: console.now, stale: &[], old_roles: None };
    carried.report(heading, true, home, format, console)
}
