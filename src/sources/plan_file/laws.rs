//! What must hold of every plan, whatever map and world it was made from.

use std::collections::BTreeSet;

use crate::{
    model::Resource,
    plan::{Change, Class, Deed, Plan, Step, StepId},
};

/// What is wrong with the steps of a plan, and where.
pub(super) fn check(plan: &Plan) -> Result<(), String> {
    let mut before: BTreeSet<StepId> = BTreeSet::new();
    let mut resources: BTreeSet<&Resource> = BTreeSet::new();
    for (at, step) in plan.steps.iter().enumerate() {
        let path = format!("steps[{at}]");
        if before.contains(&step.id) {
            return Err(format!("`{path}.id`: `{}` stands there twice", step.id));
        }
        // Two writes of one policy would not be one step: the second rests on what the first left.
        if !resources.insert(&step.resource) {
            return Err(format!("`{path}.resource`: `{}` has two steps, and one is all", step.resource));
        }
        needs(step, &before, &path)?;
        footing(step, &path)?;
        changes(step, &path)?;
        before.insert(step.id);
    }
    let held = plan.held.iter().enumerate().filter_map(|(at, held)| Some((at, held.change.as_ref()?)));
    for (at, change) in held {
        fits(change, &format!("held[{at}].change"))?;
    }
    Ok(())
}

fn needs(step: &Step, before: &BTreeSet<StepId>, path: &str) -> Result<(), String> {
    let mut known = BTreeSet::new();
    for (at, id) in step.needs.iter().enumerate() {
        if !before.contains(id) {
            return Err(format!("`{path}.needs[{at}]`: no step `{id}` stands before `{}`", step.id));
        }
        if !known.insert(id) {
            return Err(format!("`{path}.needs[{at}]`: `{id}` stands there twice"));
        }
    }
    Ok(())
}

fn footing(step: &Step, path: &str) -> Result<(), String> {
    let has_service = step.footing.service.is_some();
    match step.resource {
        Resource::Service(_) if !has_service => {
            Err(format!("`{path}.footing.service`: a step on a service rests on how that is set"))
        }
        Resource::Container(_) | Resource::Other(_) if has_service => {
            Err(format!("`{path}.footing.service`: `{}` is no service", step.resource))
        }
        Resource::Service(_) | Resource::Container(_) | Resource::Other(_) => Ok(()),
    }
}

fn changes(step: &Step, path: &str) -> Result<(), String> {
    if step.changes.is_empty() {
        return Err(format!("`{path}.changes`: a step changes something"));
    }
    let mut grants = BTreeSet::new();
    for (at, change) in step.changes.iter().enumerate() {
        let path = format!("{path}.changes[{at}]");
        fits(change, &path)?;
        let Change { deed: _, class: _, role, principal, condition, rule: _, because: _ } = change;
        if !grants.insert((role, principal, condition)) {
            return Err(format!("`{path}`: this grant is changed twice"));
        }
    }
    Ok(())
}

/// Which ways each class goes. A wrong grant that goes out with the right one coming in is of class `add` too.
fn fits(change: &Change, path: &str) -> Result<(), String> {
    let is_right = match (change.class, change.deed) {
        (Class::Add, Deed::Add | Deed::Remove)
        | (Class::Public, Deed::Add)
        | (Class::Remove | Class::Inherited | Class::Dead, Deed::Remove) => true,
        (Class::Public, Deed::Remove) | (Class::Remove | Class::Inherited | Class::Dead, Deed::Add) => false,
    };
    let (class, deed) = (change.class.as_str(), change.deed.as_str());
    if is_right { Ok(()) } else { Err(format!("`{path}.class`: class `{class}` has no `{deed}`")) }
}
