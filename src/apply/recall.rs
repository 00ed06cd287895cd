//! What a journal means: the plan in it, and what takes it back. It may have been edited by anybody.

use std::collections::BTreeMap;

use super::{
    Undoing,
    atom::Atom,
    journal::{Header, Recorded, Work},
    undo,
};
use crate::{
    model::Resource,
    plan::{Deed, Plan, StepId},
    sources::{Input, plan_file},
};

/// The plan that a journal carries out; `None` where it takes back another.
///
/// # Errors
/// Where it is not a plan: in words.
pub fn plan(header: &Header) -> Result<Option<Plan>, String> {
    match &header.work {
        Work::Undo { .. } => Ok(None),
        Work::Apply { plan } => {
            let input = Input::from_bytes("the plan in the journal", plan.to_string().into_bytes());
            plan_file::read(input).map(Some).map_err(|error| error.to_string())
        }
    }
}

/// What takes back all that a journal tells of, in order.
///
/// # Errors
/// Where the journal contradicts itself: what was written is not what was to be.
pub fn undoings(recorded: &Recorded) -> Result<Vec<Undoing>, String> {
    let meant = meant(&recorded.header)?;
    let needs = meant.iter().map(|(name, meant)| (name.clone(), meant.needs.clone())).collect();
    let undoings = read(undo::tasks(recorded, &needs)?)?;
    for undoing in &undoings {
        let wrong = |what: &str| format!("`{}` {what} than was to be", undoing.id);
        let Some(meant) = meant.get(&undoing.id.to_string()) else {
            return Err(format!("`{}` was not to be", undoing.id));
        };
        if meant.resource != undoing.resource {
            return Err(wrong("writes another policy"));
        }
        let is_meant = |atom: &Atom| meant.atoms.contains(&inverse(atom));
        if !undoing.atoms.iter().chain(&undoing.lost).all(is_meant) {
            return Err(wrong("changes other grants"));
        }
    }
    Ok(undoings)
}

/// What the journal of an undo is to take back.
///
/// # Errors
/// Where it is not what callmap writes: in words.
pub fn read(tasks: Vec<undo::Task>) -> Result<Vec<Undoing>, String> {
    tasks.into_iter().map(Undoing::read).collect()
}

/// What was to be done in a step.
struct Meant {
    resource: Resource,
    needs: Vec<String>,
    atoms: Vec<Atom>,
}

fn meant(header: &Header) -> Result<BTreeMap<String, Meant>, String> {
    let names = |needs: &[StepId]| needs.iter().map(ToString::to_string).collect();
    if let Some(plan) = plan(header)? {
        let meant = plan.steps.into_iter().map(|step| {
            let atoms = step.changes.iter().map(Atom::from).collect();
            (step.id.to_string(), Meant { resource: step.resource, needs: names(&step.needs), atoms })
        });
        return Ok(meant.collect());
    }
    let Work::Undo { tasks, .. } = &header.work else { return Ok(BTreeMap::new()) };
    let mut meant = BTreeMap::new();
    for undoing in read(tasks.clone())? {
        let needs = undoing.task().needs.clone();
        let Undoing { id, resource, atoms, .. } = undoing;
        meant.insert(id.to_string(), Meant { resource, needs, atoms });
    }
    Ok(meant)
}

fn inverse(atom: &Atom) -> Atom {
    let deed = match atom.deed {
        Deed::Add => Deed::Remove,
        Deed::Remove => Deed::Add,
    };
    Atom { deed, ..atom.clone() }
}
