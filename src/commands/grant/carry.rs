//! Carrying out what was just written into the map: the changes of this caller on this function, and no others.

use std::collections::BTreeSet;

use super::{
    super::{
        apply,
        plan::{self, Offers, Planned},
    },
    ground::{self, Ground},
    words,
};
use crate::{
    access::{Access, Verdict},
    commands::{CallerOptions, Console, Error, Exit, GrantOptions, MakeOptions},
    model::{Principal, Resource, ServiceName},
    plan::{About, Include, PlanOptions, edit},
    report::grant as page,
    world::{Observed, SourceKind, World},
};

/// Grants, and says how to call.
pub(super) fn granted(
    ground: &Ground,
    options: &GrantOptions,
    is_changed: bool,
    console: &mut Console<'_>,
) -> Result<Exit, Error> {
    let GrantOptions { caller: of, is_public, .. } = options;
    let include = is_public.then_some(Include::Public).into_iter().collect();
    let (planned, exit) = carry(ground, of, (include, is_changed), console)?;
    if exit != Exit::Done || console.is_quiet {
        return Ok(exit);
    }
    let mut text = Vec::new();
    if planned.plan.held.is_empty() && planned.plan.waiting.is_empty() {
        let url = planned
            .about
            .iter()
            .flat_map(|(about, _)| &about.services)
            .find_map(|name| url(&planned.world, name));
        let commands = words::calls(ground, of, url.as_deref());
        let is_at_once = planned.plan.steps.is_empty() || planned.world.source.kind != SourceKind::Live;
        page::calling(&commands, is_at_once, console.width, &mut text).map_err(Error::Print)?;
    } else if let Some((_, fixes)) = planned.about.as_ref().filter(|_| planned.plan.waiting.is_empty()) {
        page::elsewhere(fixes, console.width, &mut text).map_err(Error::Print)?;
    }
    console.print(&text)?;
    Ok(exit)
}

/// Takes the grant out, and says what still lets the caller through.
pub(super) fn revoked(
    ground: &Ground,
    of: &CallerOptions,
    is_changed: bool,
    console: &mut Console<'_>,
) -> Result<Exit, Error> {
    let (planned, exit) = carry(ground, of, (BTreeSet::new(), is_changed), console)?;
    if exit != Exit::Done || console.is_quiet {
        return Ok(exit);
    }
    let mut text = Vec::new();
    let Some((about, fixes)) = &planned.about else { return Ok(exit) };
    if !planned.plan.held.is_empty() {
        page::elsewhere(fixes, console.width, &mut text).map_err(Error::Print)?;
    }
    if left(&planned, about, console.width, &mut text)? {
        page::next(&words::explain(ground, of), console.width, &mut text).map_err(Error::Print)?;
    }
    console.print(&text)?;
    Ok(exit)
}

/// Makes the plan of this caller on this function, and carries it out once somebody agrees.
fn carry(
    ground: &Ground,
    of: &CallerOptions,
    (include, is_changed): (BTreeSet<Include>, bool),
    console: &mut Console<'_>,
) -> Result<(Planned, Exit), Error> {
    let home = ground.home.as_ref().ok_or(Error::NotCarriedOut("there is nothing to write to"))?;
    let making = MakeOptions {
        map: of.map.clone(),
        world: of.world.clone(),
        wider: Vec::new(),
        changes: PlanOptions { include, ..PlanOptions::default() },
    };
    let about = (&ground.caller, &*ground.function.name);
    let carried = plan::make_for(&making, Some(about), Offers::Left, console)
        .and_then(|planned| apply::carry_made(planned, home, &of.carry, console));
    let is_done = matches!(&carried, Ok((_, Exit::Done)));
    if is_changed && !is_done {
        ground::stays(console)?;
    }
    carried
}

/// Says of everybody whom the caller means, on each of the functions, what lets them through once the plan is carried
/// out. Whether anything does.
fn left(planned: &Planned, about: &About, width: usize, text: &mut Vec<u8>) -> Result<bool, Error> {
    let world = after(planned);
    let access = Access::new(&world, planned.at);
    let mut is_left = false;
    for (principal, service) in pairs(about) {
        let answer = access.caller(principal).verdict(service);
        is_left |= answer.verdict != Verdict::No;
        page::left(service, principal, &answer, width, text).map_err(Error::Print)?;
    }
    Ok(is_left)
}

fn pairs(about: &About) -> impl Iterator<Item = (&Principal, &ServiceName)> {
    let of_service = |service| about.principals.iter().map(move |principal| (principal, service));
    about.services.iter().flat_map(of_service)
}

/// The world once the plan is carried out.
fn after(planned: &Planned) -> World {
    let mut world = planned.world.clone();
    for step in &planned.plan.steps {
        let Resource::Service(name) = &step.resource else { continue };
        if let Some(Observed::Known(policy)) = world.services.get_mut(name).map(|service| &mut service.policy)
        {
            *policy = edit::changed(policy, &step.changes);
        }
    }
    world
}

/// The address of a function, where it has one that answers.
fn url(world: &World, name: &ServiceName) -> Option<String> {
    let settings = world.services.get(name)?.settings.known()?;
    settings.urls.first().map(ToString::to_string)
}
