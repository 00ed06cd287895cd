//! What a plan is carried out on: the world as it was just read, and what of the plan it no longer fits.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::{Error, Planned};
use crate::{
    access::Access,
    apply::footing,
    callers::MapError,
    model::{Container, Time, time::rfc3339},
    plan::{self, CallerIdentity, Footing, Include, Plan, PlanOptions, StepId, check},
    rules::{self, Scope, context::Context},
    world::SourceKind,
};

/// A plan with the world that it is carried out on.
pub(super) struct Ready {
    pub(super) planned: Planned,
    /// Steps that rest on something that is no longer so.
    pub(super) stale: BTreeMap<StepId, String>,
}

/// A clock may be this much ahead of another.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

impl Ready {
    /// A plan that was just made.
    pub(super) fn made(planned: Planned) -> Self {
        Self { planned, stale: BTreeMap::new() }
    }
}

/// A plan from outside, held against a world that was just read. What is given in its place is why it is too old
/// to be carried out.
///
/// # Errors
/// Where it is no plan for here, or somebody edited it.
pub(super) fn held_against(
    plan: Plan,
    mut planned: Planned,
    wider: &[Container],
    max_age: TimeDelta,
) -> Result<Result<Ready, String>, Error> {
    let (made, now) = (&plan.made, &planned.plan.made);
    let refused = |what: String| Err(Error::Refused(what));
    if made.judged_at.is_some() {
        return refused("the plan is of another time (`--at`)".to_owned());
    }
    if made.source != now.source || made.source == SourceKind::Assets {
        let (was, is) = (made.source.as_str(), now.source.as_str());
        return refused(format!("the plan was made from `{was}`, and would be carried out on `{is}`"));
    }
    if made.env != now.env {
        return refused("the plan was made for another environment: name the same with `--env`".to_owned());
    }
    if made.scope != now.scope {
        let what = "the plan was made for another scope: name the same projects, folders and organizations";
        return refused(what.to_owned());
    }
    if let Some(why) = outdated(made.at, now.at, max_age)? {
        return Ok(Err(why));
    }
    if !made.map.is_same(&now.map) {
        return Ok(Err("the map is not the one that the plan was made from".to_owned()));
    }
    let stale = {
        let Planned { map, world, at, texts, .. } = &planned;
        let access = Access::new(world, *at);
        let context = Context::new(map, world, &access, *at, Scope::new(map, world, wider));
        let context = context.map_err(|mistakes| Error::Map(MapError { texts: texts.clone(), mistakes }))?;
        let stale = moved(&context, &plan);
        checked(&context, &plan, &now.options, &stale)?;
        stale
    };
    planned.plan = plan;
    Ok(Ok(Ready { planned, stale }))
}

/// Why something that was made then is too old now.
///
/// # Errors
/// Where it is from the future.
pub(super) fn outdated(made: Time, now: Time, max_age: TimeDelta) -> Result<Option<String>, Error> {
    if made - now > AHEAD {
        return Err(Error::Refused(format!("it was made at {}, which is yet to come", rfc3339(made))));
    }
    let age = now - made;
    Ok((age > max_age).then(|| {
        let hours = age.num_hours();
        format!("it was made {hours} hours ago, and `--max-plan-age` allows {}", max_age.num_hours())
    }))
}

/// The steps that rest on something that is no longer so. What a step says of itself is held against the world, and
/// not against what it should say: that is checked with everything else in it.
fn moved(context: &Context<'_>, plan: &Plan) -> BTreeMap<StepId, String> {
    let moved = plan.steps.iter().filter_map(|step| {
        let callers = step.footing.callers.iter().filter_map(|caller| {
            let service = caller.service.clone();
            context.world.identity(&service).map(|identity| CallerIdentity { service, identity })
        });
        let now = Footing { callers: callers.collect(), ..plan::footing(context, step) };
        let why = footing::moved(&step.resource, &step.footing, &now).or_else(|| plan::unsaid(context, step));
        why.map(|why| (step.id, why))
    });
    moved.collect()
}

/// Whether every change of a step that would be carried out is one that callmap would plan.
///
/// # Errors
/// With all that are not, at once.
fn checked(
    context: &Context<'_>,
    plan: &Plan,
    today: &PlanOptions,
    stale: &BTreeMap<StepId, String>,
) -> Result<(), Error> {
    let findings = rules::run::judge(context).findings;
    let wrong: Vec<String> = check::violations(context, &findings, plan, &asked(plan, today))
        .into_iter()
        .filter(|violation| !stale.contains_key(&violation.step))
        .map(|violation| violation.to_string())
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(Error::Refused(wrong.join("\n"))) }
}

/// What a plan from outside may ask for. It was looked at with its kinds of changes in it; but Google's agents, and
/// accounts that event sources call as, are given up by whoever carries it out, whatever a file says.
fn asked(plan: &Plan, today: &PlanOptions) -> PlanOptions {
    let mut asked = today.clone();
    asked.include.extend(plan.made.options.include.iter().filter(|what| **what != Include::Agents));
    asked
}
