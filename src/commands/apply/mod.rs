//! `callmap apply`: a plan is made, or read, shown, and carried out.

pub(super) mod carry;
mod ground;
pub(super) mod home;

use std::path::{Path, PathBuf};

use carry::{Carried, Crew};
use ground::Ready;
use home::Home;

use super::{
    ApplyOptions, CarryOptions, Console, Error, Exit, ReportFormat, input,
    live::Live,
    plan::{self, Offers, Planned},
    undo, world,
};
use crate::{
    access::RoleBook,
    apply::{
        Ground,
        journal::{Header, Journal, LocalDisk, Recorded, Work},
        recall,
    },
    plan::{Deed, MapDigest, Plan},
    report::{plan::View, table},
    sources::{self, plan_file},
};

/// Carries out a saved plan, one that is made now, or what is left of one that broke off.
///
/// # Errors
/// Where the map, the world, the plan or a journal cannot be read, or are refused.
pub fn apply(options: &ApplyOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let ApplyOptions { make: making, file, resume, carry: how, max_removals: _, max_plan_age: _ } = options;
    if making.world.at.is_some() {
        return Err(Error::NotCarriedOut(
            "what holds at another time cannot be carried out: leave `--at` away",
        ));
    }
    let is_stream = |path: &PathBuf| path.as_os_str() == "-";
    if making.world.from.iter().any(is_stream) || !world::files(&making.world)?.assets.is_empty() {
        return Err(Error::NotCarriedOut(
            "nothing can be written to files: leave `--from` away, but for files that Terraform printed",
        ));
    }
    how.answerable()?;
    let home = Home::enter(resume.as_deref().or(how.journal.as_deref()), making.world.is_demo, console)?;
    let recorded = home.recorded(resume.as_deref())?;
    if let Some((path, Recorded { header: Header { work: Work::Undo { .. }, .. }, .. })) = &recorded {
        return resumed_undo(options, &home, path, console);
    }
    let prepared = match (&recorded, file) {
        (Some((_, recorded)), _) => {
            let plan = recall::plan(&recorded.header).map_err(Error::Refused)?;
            let plan = plan.ok_or_else(|| Error::Refused("the journal holds no plan".to_owned()))?;
            from_outside(plan, options, console)?
        }
        (None, Some(file)) => {
            let plan = plan_file::read(sources::open(file)?)?;
            from_outside(plan, options, console)?
        }
        (None, None) => Ok(Ready::made(plan::make(making, Offers::Left, console)?)),
    };
    match prepared {
        Ok(ready) => go((&options.carry, options.max_removals), &home, recorded, &ready, console),
        Err(why) => {
            carry::stale(&why, console)?;
            Ok(Exit::Stale)
        }
    }
}

/// A plan that somebody may have edited: the world is read anew, and everything is held against it.
fn from_outside(
    plan: Plan,
    options: &ApplyOptions,
    console: &mut Console<'_>,
) -> Result<Result<Ready, String>, Error> {
    let ApplyOptions { make: making, max_plan_age, .. } = options;
    let planned = plan::make(making, Offers::Left, console)?;
    ground::held_against(plan, planned, &making.wider, *max_plan_age)
}

/// Carries out a plan that was just made, once somebody agrees. The plan comes back with how that ended.
///
/// # Errors
/// Where nothing can be written.
pub(super) fn carry_made(
    planned: Planned,
    home: &Home,
    how: &CarryOptions,
    console: &mut Console<'_>,
) -> Result<(Planned, Exit), Error> {
    let ready = Ready::made(planned);
    let exit = go((how, usize::MAX), home, None, &ready, console)?;
    Ok((ready.planned, exit))
}

fn go(
    (how, max_removals): (&CarryOptions, usize),
    home: &Home,
    recorded: Option<(PathBuf, Recorded)>,
    ready: &Ready,
    console: &mut Console<'_>,
) -> Result<Exit, Error> {
    let Ready { planned, stale } = ready;
    let plan = &planned.plan;
    show(planned, how.format, console)?;
    let crew = Crew::new(
        planned.live.as_ref().ok_or(Error::NotCarriedOut("there is nothing to write to"))?,
        planned.at,
    );
    let done = recorded.as_ref().map(|(_, recorded)| recorded.written()).unwrap_or_default();
    let report = |carried: &Carried, console: &mut Console<'_>| {
        carried.report(planned.view(None).heading, false, home, how.format, console)
    };
    if plan.steps.is_empty() && recorded.is_none() {
        let nothing = Carried::nothing();
        return report(&nothing, console);
    }
    let removals = plan.changes().filter(|(_, change)| change.deed == Deed::Remove).count();
    if removals > max_removals {
        let what =
            format!("{removals} grants would be taken out, and `--max-removals` allows {max_removals}");
        carry::declined(&what, console)?;
        return Ok(Exit::Declined);
    }
    if !how.is_agreed("carry out this plan?", console)? {
        return Ok(Exit::Declined);
    }
    let disk = LocalDisk;
    let mut journal = match &recorded {
        Some((path, recorded)) => Journal::resume(&disk, path, recorded)?,
        None => home.begin(&header(planned)?, how.journal.as_deref())?,
    };
    let reader = crew.reader();
    let ground = Ground { reader: &reader, roles: RoleBook::new(&planned.world), clock: crew.clock(), stale };
    let jobs: Vec<_> = plan.steps.iter().map(|step| ground.job(step)).collect();
    let has_written = recorded.is_some_and(|(_, recorded)| recorded.has_written());
    let carried = crew.carry_out(
        &jobs,
        carry::changes(plan),
        carry::Before { done, has_written, taken_back: None },
        &mut journal,
        how,
        console,
    )?;
    report(&carried, console)
}

/// Shows the plan, on standard error where standard output is for machines.
fn show(planned: &Planned, format: ReportFormat, console: &mut Console<'_>) -> Result<(), Error> {
    if console.is_quiet {
        return Ok(());
    }
    let mut text = Vec::new();
    let view = View { is_under_way: true, ..planned.view(None) };
    table::plan(&view, console.width, &mut text).map_err(Error::Print)?;
    match format {
        ReportFormat::Table | ReportFormat::Markdown => console.print(&text),
        ReportFormat::Json => console.err.write_all(&text).map_err(Error::Print),
    }
}

fn header(planned: &Planned) -> Result<Header, Error> {
    let Planned { plan, world, .. } = planned;
    let is_old = planned.view(None).heading.old_roles.is_some();
    let document = plan_file::Document::new(plan, &world.source, &world.layers, is_old);
    let plan_value = serde_json::to_value(&document).map_err(|error| Error::Refused(error.to_string()))?;
    let work = Work::Apply { plan: plan_value };
    let made = &plan.made;
    Header::new(work, made.source.as_str(), made.env.as_deref(), &made.map.sha256, made.at)
        .map_err(Error::Runtime)
}

/// Goes on with taking back another run. It obeys what plan files obey.
fn resumed_undo(
    options: &ApplyOptions,
    home: &Home,
    path: &Path,
    console: &mut Console<'_>,
) -> Result<Exit, Error> {
    let ApplyOptions { make: making, carry: how, max_plan_age, .. } = options;
    let Some((_, recorded)) = home.recorded(Some(path))? else { return Ok(Exit::Done) };
    let texts = input::map(&making.map, making.world.is_demo)?;
    let digest = MapDigest::of(&texts, making.map.env.as_deref());
    let header = &recorded.header;
    if header.env.as_deref() != making.map.env.as_deref() {
        return Err(Error::Refused(
            "it was begun in another environment: name the same with `--env`".to_owned(),
        ));
    }
    if let Some(why) = ground::outdated(header.made_at, console.now, *max_plan_age)? {
        carry::stale(&why, console)?;
        return Ok(Exit::Stale);
    }
    if header.map_digest != digest.sha256 {
        carry::stale("the map is not the one it was begun with", console)?;
        return Ok(Exit::Stale);
    }
    let live = Live::connect(&making.world, console)?;
    undo::go_on(&live, home, path, &recorded, (&making.changes.include, how), console)
}
