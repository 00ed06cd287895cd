//! `callmap plan`: the changes that would make the world match the map.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use super::{Console, Error, Exit, MakeOptions, PlanOptions, ReportFormat, files, input, live::Live, world};
use crate::{
    access::{Access, RoleData},
    callers::{self, Caller, CallerMap, MapError, MapText},
    model::{Container, Time},
    plan::{self, Include, MapDigest, Plan},
    report::{heading::Heading, json, markdown, plan::View, table},
    rules::{self, Scope, context::Context},
    world::World,
};

/// Makes a plan, saves it where that is asked for, and prints every report that is.
///
/// # Errors
/// Where the map or the world cannot be read, the file is there already, or a report cannot be written.
pub fn plan(options: &PlanOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let PlanOptions { make: making, save, is_exit_code, format, files: reports } = options;
    // Said before anything is read; what comes in between is not overwritten either.
    if let Some(path) = save.as_deref().filter(|path| path.symlink_metadata().is_ok()) {
        return Err(Error::Exists(path.to_owned()));
    }
    let planned = make(making, Offers::Counted, console)?;
    let saved = save.as_deref().map(|path| self::save(&planned, path)).transpose()?;
    let view = planned.view(saved.as_deref());
    if *format != ReportFormat::Table || !console.is_quiet {
        let text = render(&view, *format, console.width)?;
        console.print(&text)?;
    }
    let mut failed = Ok(());
    for file in reports {
        let text = render(&view, file.format(), console.width)?;
        failed = failed.and(file.write(&text));
    }
    failed?;
    let has_steps = !planned.plan.steps.is_empty();
    Ok(if *is_exit_code && has_steps {
        Exit::Findings
    } else if planned.has_open_gaps {
        Exit::Incomplete
    } else {
        Exit::Done
    })
}

/// Whether it is counted what each flag would add, which takes a plan more for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Offers {
    Counted,
    /// Nobody is shown them.
    Left,
}

/// A plan, and everything that it was made from.
pub(super) struct Planned {
    pub(super) map: CallerMap,
    /// Its text, to show what is wrong with it.
    pub(super) texts: Vec<MapText>,
    pub(super) world: World,
    /// The time it was judged at.
    pub(super) at: Time,
    pub(super) plan: Plan,
    /// How many more changes each flag would make, where that was counted.
    pub(super) more: BTreeMap<Include, usize>,
    /// Whether something that decides was not read, and nobody accepted that.
    pub(super) has_open_gaps: bool,
    /// Files whose data is older than was asked for.
    pub(super) stale: Vec<Arc<str>>,
    /// What the world was read through, to go on with; `None` where it was read from files.
    pub(super) live: Option<Live>,
    /// The caller and the function that the plan is of, where it is of one alone, and what would settle the findings
    /// about them.
    pub(super) about: Option<(plan::About, Vec<String>)>,
}

impl Planned {
    /// What reports show of it.
    pub(super) fn view<'a>(&'a self, saved: Option<&'a str>) -> View<'a> {
        let heading = Heading {
            source: &self.world.source,
            layers: &self.world.layers,
            env: self.map.env.as_deref(),
            at: self.at,
            stale: &self.stale,
            old_roles: RoleData::get().stale_days(&self.world, self.at),
        };
        View { plan: &self.plan, heading, more: &self.more, saved, is_under_way: false }
    }
}

/// Reads the map and the world, and makes the plan of them. For `apply`, too, which goes on with what was read.
///
/// # Errors
/// Where the map or the world cannot be read.
pub(super) fn make(
    options: &MakeOptions,
    offers: Offers,
    console: &mut Console<'_>,
) -> Result<Planned, Error> {
    make_for(options, None, offers, console)
}

/// The same, of one caller on the functions of one short name alone where that is asked for.
///
/// # Errors
/// Where the map or the world cannot be read.
pub(super) fn make_for(
    options: &MakeOptions,
    about: Option<(&Caller, &str)>,
    offers: Offers,
    console: &mut Console<'_>,
) -> Result<Planned, Error> {
    let MakeOptions { map, world, wider, changes } = options;
    // What is wrong with a map is said without waiting for the world.
    let texts = input::map(map, world.is_demo)?;
    let map = callers::load(texts.clone(), map.env.as_deref(), world.at(console.now))?;
    let now = world.now(console.now);
    let judged_at = world.at.filter(|at| *at != now);
    let mut asked = input::asked(Some(&map), wider);
    asked.is_for_changes = true;
    let world::Reading { world, at, stale, live } = world::read(world, &asked, console)?;
    let made = plan::Made {
        at: now,
        judged_at,
        source: world.source.kind,
        env: map.env.clone(),
        scope: scope(wider),
        tool: env!("CARGO_PKG_VERSION").into(),
        map: MapDigest::of(&texts, map.env.as_deref()),
        options: changes.clone(),
    };
    let access = Access::new(&world, at);
    let context = match Context::new(&map, &world, &access, at, Scope::new(&map, &world, wider)) {
        Ok(context) => context,
        Err(mistakes) => return Err(MapError { texts, mistakes }.into()),
    };
    let audit = rules::run::judge(&context);
    let about = about.map(|(caller, function)| plan::About::new(&context, caller, function));
    let mut plan = match &about {
        Some(about) => plan::make_for(&context, &audit.findings, made, about),
        None => plan::make(&context, &audit.findings, made),
    };
    let about = about.map(|about| {
        let fixes = about.fixes(&audit.findings);
        (about, fixes)
    });
    let more = match offers {
        Offers::Counted => plan::offered(&context, &audit.findings, &plan),
        Offers::Left => BTreeMap::new(),
    };
    plan.is_complete &= stale.is_empty();
    let has_open_gaps = audit.has_open_gaps() || !stale.is_empty();
    drop(context);
    drop(access);
    Ok(Planned { map, texts, world, at, plan, more, has_open_gaps, stale, live, about })
}

/// What is looked at besides the map's projects, in one order, each once.
fn scope(wider: &[Container]) -> Vec<Container> {
    let mut scope = wider.to_vec();
    scope.sort();
    scope.dedup();
    scope
}

/// Writes the plan into a file that is not there yet, and gives its path.
fn save(planned: &Planned, path: &Path) -> Result<String, Error> {
    let text = render(&planned.view(None), ReportFormat::Json, 0)?;
    files::new(path, &text)?;
    Ok(path.to_string_lossy().into_owned())
}

fn render(view: &View<'_>, format: ReportFormat, width: usize) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    match format {
        ReportFormat::Table => table::plan(view, width, &mut text),
        ReportFormat::Json => json::plan(view.plan, &view.heading, &mut text),
        ReportFormat::Markdown => markdown::plan(view, &mut text),
    }
    .map_err(Error::Print)?;
    Ok(text)
}
