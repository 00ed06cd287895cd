//! `callmap explain`, `who` and `can`: one question to the world.

use std::io;

use super::{Console, Error, Exit, QuestionOptions, ReportFormat, input, me, world};
use crate::{
    access::{Access, RoleData, Verdict},
    callers::{self, CallerMap, Settings},
    model::{Principal, RoleName, ServiceName},
    report::{
        beside::Beside,
        heading::Heading,
        json, markdown,
        onward::{self, ME},
        table,
    },
    world::find::Names,
};

/// Says why a caller can, or cannot, call a function.
///
/// # Errors
/// Where the map or the world cannot be read, a name means nothing, or the answer cannot be written.
pub fn explain(
    caller: &str,
    function: &str,
    options: &QuestionOptions,
    console: &mut Console<'_>,
) -> Result<Exit, Error> {
    let typed = (caller, function);
    let asked = Asked::read(options, (Some(caller), Some(function)), console)?;
    let (caller, function) = (asked.names().caller(caller)?, asked.names().function(function)?);
    let access = asked.access();
    let judged = access.caller(&caller);
    let (answer, flip) = (judged.verdict(&function), judged.flip(&function, &asked.role()));
    let (heading, width) = (asked.heading(), console.width);
    let (named, answered) = ((&caller, &function), (&answer, &flip));
    let beside = Beside::of(&asked.reading.world, &function);
    publish(options, console, |format, out| match format {
        ReportFormat::Json => json::explain(&heading, named, answered, &beside, out),
        ReportFormat::Markdown => markdown::explain(&heading, named, answered, &beside, out),
        ReportFormat::Table => {
            table::explain(&heading, named, answered, &beside, width, out)?;
            table::next(&asked.typed(typed).explained(answer.verdict), width, out)
        }
    })?;
    Ok(asked.exit(answer.verdict != Verdict::Unknown))
}

/// Lists everybody who can call a function.
///
/// # Errors
/// Where the map or the world cannot be read, a name means nothing, or the answer cannot be written.
pub fn who(function: &str, options: &QuestionOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let asked = Asked::read(options, (None, Some(function)), console)?;
    let typed = ("", function);
    let function = asked.names().function(function)?;
    let mut who = asked.access().who(&function);
    who.is_complete &= asked.reading.stale.is_empty();
    let beside = Beside::of(&asked.reading.world, &function);
    let (heading, width) = (asked.heading(), console.width);
    publish(options, console, |format, out| match format {
        ReportFormat::Json => json::who(&heading, &who, &beside, out),
        ReportFormat::Markdown => markdown::who(&heading, &who, &beside, out),
        ReportFormat::Table => {
            table::who(&heading, &who, &beside, width, out)?;
            table::next(&asked.typed(typed).named(), width, out)
        }
    })?;
    Ok(asked.exit(who.is_complete && who.callers.iter().all(|caller| caller.verdict == Verdict::Yes)))
}

/// Lists everything that a caller can call.
///
/// # Errors
/// Where the map or the world cannot be read, a name means nothing, or the answer cannot be written.
pub fn can(caller: &str, options: &QuestionOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let asked = Asked::read(options, (Some(caller), None), console)?;
    let typed = (caller, "");
    let caller = asked.names().caller(caller)?;
    let declared = asked.map.as_ref().map(|map| onward::declared(map, &caller));
    let at = asked.reading.at;
    let mut can = asked.access().can(&caller);
    can.is_complete &= asked.reading.stale.is_empty();
    let (heading, width) = (asked.heading(), console.width);
    publish(options, console, |format, out| match format {
        ReportFormat::Json => json::can(&heading, &can, out),
        ReportFormat::Markdown => markdown::can(&heading, &can, out),
        ReportFormat::Table => {
            table::can(&heading, &can, width, out)?;
            if let Some(declared) = declared.as_ref().filter(|_| !can.is_complete || typed.0 == ME) {
                table::declared(declared, at, width, out)?;
            }
            let declared = declared.as_deref().unwrap_or_default();
            table::next(&asked.typed(typed).listed(&can, declared, at), width, out)
        }
    })?;
    Ok(asked.exit(can.is_complete && can.functions.iter().all(|function| function.verdict == Verdict::Yes)))
}

/// The world that a question is put to, and what gives names their meaning.
struct Asked {
    map: Option<CallerMap>,
    reading: world::Reading,
    project: Option<String>,
    region: Option<String>,
    me: Option<Principal>,
}

impl Asked {
    fn read(
        options: &QuestionOptions,
        (caller, function): (Option<&str>, Option<&str>),
        console: &mut Console<'_>,
    ) -> Result<Self, Error> {
        let QuestionOptions { map, world, wider, region, format: _, files: _ } = options;
        let at = world.at(console.now);
        let texts = input::map_if_any(map, world.is_demo)?;
        let map = texts.map(|texts| callers::load(texts, map.env.as_deref(), at)).transpose()?;
        let me = (caller == Some(ME)).then(|| me::principal(world, console)).transpose()?;
        let mut wanted = input::asked(map.as_ref(), wider);
        // A function that is named whole is read wherever it is.
        wanted
            .projects
            .extend(function.and_then(|name| name.parse().ok()).map(|name: ServiceName| name.project));
        let reading = world::read(world, &wanted, console)?;
        Ok(Self { map, reading, project: input::project(wider), region: region.clone(), me })
    }

    fn names(&self) -> Names<'_> {
        Names {
            world: &self.reading.world,
            map: self.map.as_ref(),
            project: self.project.as_deref(),
            region: self.region.as_deref(),
            me: self.me.as_ref(),
        }
    }

    /// The question in the words that were typed.
    fn typed<'a>(&'a self, (caller, function): (&'a str, &'a str)) -> onward::Asked<'a> {
        onward::Asked { caller, function, map: self.map.as_ref() }
    }

    fn access(&self) -> Access<'_> {
        Access::new(&self.reading.world, self.reading.at)
    }

    /// The role that callmap grants.
    fn role(&self) -> RoleName {
        self.map.as_ref().map_or_else(|| Settings::default().role, |map| map.settings.role.clone())
    }

    fn heading(&self) -> Heading<'_> {
        let world = &self.reading.world;
        let env = self.map.as_ref().and_then(|map| map.env.as_deref());
        Heading {
            source: &world.source,
            layers: &world.layers,
            env,
            at: self.reading.at,
            stale: &self.reading.stale,
            old_roles: RoleData::get().stale_days(world, self.reading.at),
        }
    }

    fn exit(&self, is_sure: bool) -> Exit {
        if is_sure && self.reading.stale.is_empty() { Exit::Done } else { Exit::Incomplete }
    }
}

/// Prints the answer, and writes it to every file that is asked for.
fn publish(
    options: &QuestionOptions,
    console: &mut Console<'_>,
    render: impl Fn(ReportFormat, &mut Vec<u8>) -> io::Result<()>,
) -> Result<(), Error> {
    let rendered = |format| {
        let mut text = Vec::new();
        render(format, &mut text).map(|()| text).map_err(Error::Print)
    };
    if options.format != ReportFormat::Table || !console.is_quiet {
        console.print(&rendered(options.format)?)?;
    }
    let mut written = Ok(());
    for file in &options.files {
        written = written.and(file.write(&rendered(file.format())?));
    }
    written
}
