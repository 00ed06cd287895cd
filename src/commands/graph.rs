//! `callmap graph`: the map and the world as a picture.

use super::{Console, Error, Exit, GraphOptions, PictureFormat, input, live, world};
use crate::{
    access::Access,
    callers::{self, CallerMap, MapError},
    plan::graph::{self, Choice, Hidden, Picture},
    report::{dot, mermaid, summary::counted},
    rules::{self, Scope, context::Context},
    world::{Names, World},
};

/// Draws the map and the world, or the world alone where there is no map.
///
/// # Errors
/// Where the map or the world cannot be read, a name means nothing, or the picture cannot be written.
pub fn graph(options: &GraphOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let GraphOptions { map, world, wider, format, files, .. } = options;
    let texts = input::map_if_any(map, world.is_demo)?;
    let load = |texts| callers::load(texts, map.env.as_deref(), world.at(console.now));
    let loaded = texts.clone().map(load).transpose()?;
    let asked = input::asked(loaded.as_ref(), wider);
    let world::Reading { world, at, stale, live: _ } = world::read(world, &asked, console)?;
    let has_map = loaded.is_some();
    let map = loaded.unwrap_or_else(CallerMap::nothing);
    let scope = if has_map || !wider.is_empty() {
        Scope::new(&map, &world, wider)
    } else {
        Scope::everything(&world)
    };
    let access = Access::new(&world, at);
    let context = Context::new(&map, &world, &access, at, scope)
        .map_err(|mistakes| MapError { texts: texts.unwrap_or_default(), mistakes })?;
    let audit = rules::run::judge(&context);
    let choice = choice(options, &map, &world)?;
    let draw = |choice: &Choice| {
        let picture = graph::picture(&context, &audit, has_map, choice);
        Picture { is_complete: picture.is_complete && stale.is_empty(), ..picture }
    };
    let picture = fitting(choice, draw)?;
    publish(&picture, *format, files, console)?;
    tell(&picture, console)?;
    if !console.is_quiet && has_mermaid(*format, files) {
        tell_size(&picture, console)?;
    }
    Ok(if audit.has_open_gaps() || !stale.is_empty() { Exit::Incomplete } else { Exit::Done })
}

/// What is to be drawn, with every name found.
fn choice(options: &GraphOptions, map: &CallerMap, world: &World) -> Result<Choice, Error> {
    let project = input::project(&options.wider);
    let names = Names { world, map: Some(map), project: project.as_deref(), region: None, me: None };
    let functions = options.functions.iter().map(|text| names.function(text));
    let callers = options.callers.iter().map(|text| names.caller(text));
    Ok(Choice {
        only: options.only.clone(),
        functions: functions.collect::<Result<_, _>>()?,
        callers: callers.collect::<Result<_, _>>()?,
        most: (!options.is_all).then_some(graph::MOST),
    })
}

/// A picture that Mermaid draws: long names leave room for less. All of it is drawn however long it is.
fn fitting(mut choice: Choice, draw: impl Fn(&Choice) -> Picture) -> Result<Picture, Error> {
    loop {
        let picture = draw(&choice);
        let Some(most) = choice.most.filter(|most| *most > 1) else { return Ok(picture) };
        let text = render(&picture, PictureFormat::Mermaid)?;
        if mermaid::is_drawn(mermaid::size(&picture, &text)) {
            return Ok(picture);
        }
        choice.most = Some(most / 2);
    }
}

/// Whether a picture is written as Mermaid.
fn has_mermaid(format: Option<PictureFormat>, files: &[super::ReportFile<PictureFormat>]) -> bool {
    let is_usual = format.is_none() && files.is_empty();
    let mut formats = files.iter().map(super::ReportFile::format).chain(format);
    is_usual || formats.any(|format| format == PictureFormat::Mermaid)
}

/// Says where Mermaid would not draw it.
fn tell_size(picture: &Picture, console: &mut Console<'_>) -> Result<(), Error> {
    let size = mermaid::size(picture, &render(picture, PictureFormat::Mermaid)?);
    if mermaid::is_drawn(size) {
        return Ok(());
    }
    let characters = |count| counted(count, "character", "characters");
    let edges = |count| counted(count, "edge", "edges");
    let text = format!(
        "GitHub draws no Mermaid of more than {} or {}, and this has {} and {}: draw less, or with `--format dot`",
        characters(mermaid::MOST_CHARACTERS),
        edges(mermaid::MOST_EDGES),
        characters(size.0),
        edges(size.1)
    );
    live::say("warning", &text, console)
}

fn publish(
    picture: &Picture,
    format: Option<PictureFormat>,
    files: &[super::ReportFile<PictureFormat>],
    console: &mut Console<'_>,
) -> Result<(), Error> {
    let format = format.or(files.is_empty().then_some(PictureFormat::Mermaid));
    if let Some(format) = format {
        console.print(&render(picture, format)?)?;
    }
    let mut written = Ok(());
    for file in files {
        written = written.and(file.write(&render(picture, file.format())?));
    }
    written
}

fn render(picture: &Picture, format: PictureFormat) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    match format {
        PictureFormat::Mermaid => mermaid::render(picture, &mut text),
        PictureFormat::Dot => dot::render(picture, &mut text),
    }
    .map_err(Error::Print)?;
    Ok(text)
}

/// Says what is not in the picture.
fn tell(picture: &Picture, console: &mut Console<'_>) -> Result<(), Error> {
    if console.is_quiet {
        return Ok(());
    }
    if !picture.is_complete {
        live::say(
            "warning",
            "not everything that decides was read: `callmap audit` says what is missing",
            console,
        )?;
    }
    if picture.nodes.is_empty() {
        live::say("note", "there is nothing of the kind to draw", console)?;
    }
    let Hidden { functions, others, edges } = picture.hidden;
    if picture.hidden.is_none() {
        return Ok(());
    }
    let hidden = format!(
        "{}, {} and {} are left out, those with nothing wrong first: draw less with `--only`, `--function`, `--caller` or \
         `--project`, or everything with `--all`",
        counted(functions, "function", "functions"),
        counted(others, "other node", "other nodes"),
        counted(edges, "edge", "edges"),
    );
    live::say("note", &hidden, console)
}
