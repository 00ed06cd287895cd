//! `callmap review`: every temporary and human caller.

use super::{Console, Error, Exit, ReviewFormat, ReviewOptions, input, world};
use crate::{
    access::Access,
    callers::{self, CallerMap, MapError},
    plan::review::{self, Review},
    report::{csv, heading::Heading, json, markdown, review::View, table},
    rules::{self, Scope, context::Context},
};

/// Lists every temporary and human caller, declared or not, with what they reach.
///
/// # Errors
/// Where the map or the world cannot be read, or a report cannot be written.
pub fn review(options: &ReviewOptions, console: &mut Console<'_>) -> Result<Exit, Error> {
    let ReviewOptions { map, world, wider, is_declared, only, format: _, files: _ } = options;
    let texts = input::map(map, world.is_demo)?;
    let at = world.at(console.now);
    let map = callers::load(texts.clone(), map.env.as_deref(), at)?;
    if *is_declared {
        publish(options, &map, &review::declared(&map, at).only(*only), (None, at), console)?;
        return Ok(Exit::Done);
    }
    let asked = input::asked(Some(&map), wider);
    let world::Reading { world, at, stale, live: _ } = world::read(world, &asked, console)?;
    let scope = Scope::new(&map, &world, wider);
    let access = Access::new(&world, at);
    let context =
        Context::new(&map, &world, &access, at, scope).map_err(|mistakes| MapError { texts, mistakes })?;
    let audit = rules::run::gaps(&context);
    let review = review::live(&context, &audit).only(*only);
    let heading = Heading { stale: &stale, ..Heading::of(&audit) };
    publish(options, &map, &review, (Some(heading), at), console)?;
    Ok(if review.is_sure() && stale.is_empty() { Exit::Done } else { Exit::Incomplete })
}

fn publish(
    options: &ReviewOptions,
    map: &CallerMap,
    review: &Review<'_>,
    (heading, at): (Option<Heading<'_>>, crate::model::Time),
    console: &mut Console<'_>,
) -> Result<(), Error> {
    let files: Vec<_> = map.files.iter().map(|file| file.path.clone()).collect();
    let view = View { review, heading, env: map.env.as_deref(), at, files: &files };
    if options.format != ReviewFormat::Table || !console.is_quiet {
        console.print(&render(&view, options.format, console.width)?)?;
    }
    let mut written = Ok(());
    for file in &options.files {
        written = written.and(file.write(&render(&view, file.format(), console.width)?));
    }
    written
}

fn render(view: &View<'_>, format: ReviewFormat, width: usize) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    match format {
        ReviewFormat::Table => table::review(view, width, &mut text),
        ReviewFormat::Csv => csv::review(view, &mut text),
        ReviewFormat::Markdown => markdown::review(view, &mut text),
        ReviewFormat::Json => json::review(view, &mut text),
    }
    .map_err(Error::Print)?;
    Ok(text)
}
