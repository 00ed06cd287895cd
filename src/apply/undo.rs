//! Taking back what a journal tells of: callmap's own changes, out of the policies as they are now.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub use super::journal::Task;
use super::{
    Document, Outcome, PolicyReader,
    atom::{self, Atom},
    content,
    hands::Decision,
    journal::{Attempt, Ending, Recorded, line::step as step_id},
    limits,
    run::Job,
};
use crate::{
    access::{RoleBook, RoleClass, condition},
    model::{PrincipalKind, Resource, Time},
    plan::{Deed, Include, StepId},
};

/// What is to be taken back of one policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Undoing {
    /// The step that did it.
    pub id: StepId,
    /// Whose policy.
    pub resource: Resource,
    /// What is done to take it back.
    pub atoms: Vec<Atom>,
    /// What was taken out and cannot be given back: Google takes no deleted members.
    pub lost: Vec<Atom>,
    task: Task,
}

/// What a journal tells that was written or may have been, the last first. `needs` is what each step needed.
///
/// # Errors
/// Where the journal contradicts itself: a lowercase fragment.
pub fn tasks(recorded: &Recorded, needs: &BTreeMap<String, Vec<String>>) -> Result<Vec<Task>, String> {
    let mut steps: Vec<(&str, Vec<Landed<'_>>)> = Vec::new();
    for landed in landed(recorded) {
        let step = landed.attempt.step.as_str();
        match steps.iter_mut().find(|(name, _)| *name == step) {
            Some((_, all)) => all.push(landed),
            None => steps.push((step, vec![landed])),
        }
    }
    let is_there: BTreeSet<&str> = steps.iter().map(|(step, _)| *step).collect();
    // What needed this step is taken back before it.
    let before = |step: &str| {
        let needing = needs.iter().filter(|(name, needs)| {
            is_there.contains(name.as_str()) && needs.iter().any(|need| need == step)
        });
        needing.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    steps.iter().rev().map(|(step, all)| task(step, all, before(step))).collect()
}

/// A write that is known to have been done, or not known not to have been.
#[derive(Clone, Copy)]
struct Landed<'a> {
    attempt: &'a Attempt,
    stored: Option<&'a Value>,
}

fn landed(recorded: &Recorded) -> Vec<Landed<'_>> {
    let attempts = &recorded.attempts;
    let is_beaten = |index: usize| {
        // Google took a later write on the same etag, so this one changed nothing.
        let Attempt { step, before, .. } = &attempts[index].0;
        attempts[index + 1..].iter().any(|(later, ending)| {
            matches!(ending, Some(Ending::Written { .. }))
                && later.step == *step
                && later.before.get("etag") == before.get("etag")
        })
    };
    let mut found = Vec::new();
    for (index, (attempt, ending)) in attempts.iter().enumerate() {
        match ending {
            Some(Ending::Written { stored, at: _ }) => found.push(Landed { attempt, stored: Some(stored) }),
            Some(Ending::Lost { .. }) | None if !is_beaten(index) => {
                found.push(Landed { attempt, stored: None });
            }
            Some(Ending::Lost { .. } | Ending::Aborted | Ending::Refused { .. }) | None => {}
        }
    }
    found
}

fn task(step: &str, all: &[Landed<'_>], needs: Vec<String>) -> Result<Task, String> {
    let (Some(first), Some(last)) = (all.first(), all.last()) else {
        return Err(format!("nothing was tried for `{step}`"));
    };
    let (mut added, mut removed) = (Vec::new(), Vec::new());
    for Landed { attempt, stored: _ } in all {
        if attempt.resource != first.attempt.resource {
            return Err(format!("`{step}` writes to two policies"));
        }
        if !content::is_same_but_grants(&attempt.before, &attempt.after) {
            return Err(format!("`{step}` changes more than grants"));
        }
        let (put_in, taken_out) = content::difference(&attempt.before, &attempt.after);
        added.extend(put_in.into_iter().filter(|atom| !added.contains(atom)).collect::<Vec<_>>());
        removed.extend(taken_out.into_iter().filter(|atom| !removed.contains(atom)).collect::<Vec<_>>());
    }
    Ok(Task {
        step: step.to_owned(),
        resource: first.attempt.resource.clone(),
        uid: first.attempt.uid.clone(),
        needs,
        before: first.attempt.before.clone(),
        after: last.stored.unwrap_or(&last.attempt.after).clone(),
        is_exact: all.len() == 1,
        added,
        removed,
    })
}

impl Undoing {
    /// What a task means.
    ///
    /// # Errors
    /// Where it is not what a journal of callmap holds: a lowercase fragment.
    pub fn read(task: Task) -> Result<Self, String> {
        let id = step_id(&task.step).ok_or_else(|| format!("`{}` is not the name of a step", task.step))?;
        let Ok(resource) = task.resource.parse();
        if matches!(resource, Resource::Other(_)) {
            return Err(format!("`{resource}` has no policy that callmap writes"));
        }
        let read = |deed, bindings: &[Value]| {
            bindings.iter().map(|binding| Atom::read(deed, binding)).collect::<Result<Vec<_>, _>>()
        };
        // Adds first: what was taken out is given back before what was put in goes.
        let (lost, mut atoms): (Vec<_>, Vec<_>) = read(Deed::Add, &task.removed)?
            .into_iter()
            .partition(|atom| atom.principal.kind() == PrincipalKind::Deleted);
        atoms.extend(read(Deed::Remove, &task.added)?);
        Ok(Self { id, resource, atoms, lost, task })
    }

    /// As the header of a journal holds it.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// What may be given back only where it is asked for.
    pub fn includes(&self) -> BTreeSet<Include> {
        let given = || self.atoms.iter().filter(|atom| atom.deed == Deed::Add);
        let is_above = matches!(self.resource, Resource::Container(_));
        let public = given().any(|atom| atom.principal.is_public()).then_some(Include::Public);
        let above = (is_above && given().next().is_some()).then_some(Include::Inherited);
        public.into_iter().chain(above).collect()
    }

    /// Why this is not what callmap would ever have taken out, where it is not: whoever can write a journal could
    /// otherwise have anything granted.
    pub fn suspicion(&self, roles: RoleBook<'_>, at: Time) -> Option<String> {
        let is_harmless = |atom: &Atom| {
            atom.deed == Deed::Remove
                || matches!(roles.class(&atom.role), RoleClass::Invoker)
                || (atom.role.is_custom() && roles.class(&atom.role) == RoleClass::Unknown)
                || atom.principal.is_nobody()
                || !condition::can_hold_from(atom.condition.as_ref(), at)
        };
        let Atom { role, principal, .. } = self.atoms.iter().find(|atom| !is_harmless(atom))?;
        Some(format!(
            "it would give `{role}` on `{}` to `{principal}`, which no plan takes away",
            self.resource
        ))
    }

    /// What is to be done.
    pub fn job<'a>(&'a self, reader: &'a dyn PolicyReader) -> Job<'a> {
        Job {
            id: self.id,
            resource: &self.resource,
            uid: self.task.uid.clone(),
            needs: self.task.needs.iter().filter_map(|need| step_id(need)).collect(),
            look: Box::new(move || self.look(reader)),
            decide: Box::new(move |now| self.decide(now)),
        }
    }

    fn look(&self, reader: &dyn PolicyReader) -> Result<(), Outcome> {
        let (Resource::Service(name), Some(uid)) = (&self.resource, &self.task.uid) else { return Ok(()) };
        match reader.service(name) {
            Ok(Some(now)) if now.uid.as_ref() == Some(uid) => Ok(()),
            Ok(Some(_)) => Err(Outcome::Stale(format!("`{name}` was deleted and made again"))),
            Ok(None) => Err(Outcome::Stale(format!("`{name}` is not there any more"))),
            Err(failure) => Err(Outcome::Failed(format!("`{name}` could not be read: {failure}"))),
        }
    }

    fn decide(&self, now: &Document) -> Decision {
        if now.policy.has_withheld_conditions() {
            let why = "the policy was read without its conditions, so it cannot be written back";
            return Decision::Refuse(why.to_owned());
        }
        if self.atoms.iter().all(|atom| atom.is_done(&now.policy)) {
            return Decision::Nothing;
        }
        let written = if self.is_exact() && content::is_same(&now.raw, &self.task.after) {
            restored(&self.task.before, &now.raw)
        } else {
            atom::with(now, &self.atoms)
        };
        match written.and_then(Document::read) {
            Err(why) => Decision::Refuse(why),
            Ok(written) => match limits::over(now, &written) {
                Some(why) => Decision::Refuse(why),
                None => Decision::Write(written.raw),
            },
        }
    }

    /// Whether the policy from before is the one to go back to, as long as nobody else wrote.
    fn is_exact(&self) -> bool {
        self.task.is_exact && self.lost.is_empty()
    }
}

/// The policy from before, to replace the one that is there now.
fn restored(before: &Value, now: &Value) -> Result<Value, String> {
    let mut raw = before.clone();
    let fields = raw.as_object_mut().ok_or("the policy from before is not a JSON object")?;
    match now.get("etag") {
        Some(etag) => fields.insert("etag".to_owned(), etag.clone()),
        None => fields.shift_remove("etag"),
    };
    fields.insert("version".to_owned(), 3.into());
    Ok(raw)
}
