//! What a step of a plan makes of the policy as it is, and what it rests on.

use std::collections::BTreeMap;

use super::{
    Document, Outcome, PolicyReader,
    atom::{self, Atom},
    footing,
    hands::Decision,
    limits,
    pace::Clock,
    run::Job,
};
use crate::{
    access::RoleBook,
    model::{Policy, Resource, ServiceName},
    plan::{CallerIdentity, Deed, Footing, Protected, ServiceState, Step, StepId, law},
};

/// What the steps of a plan are judged by when they are carried out.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    /// Reads the world as it is.
    pub reader: &'a dyn PolicyReader,
    /// What roles give.
    pub roles: RoleBook<'a>,
    /// The time at which a grant must let somebody in.
    pub clock: &'a dyn Clock,
    /// Steps that were seen to be stale before anything was begun, with the reason.
    pub stale: &'a BTreeMap<StepId, String>,
}

impl<'a> Ground<'a> {
    /// What is to be done for a step of a plan.
    pub fn job(self, step: &'a Step) -> Job<'a> {
        Job {
            id: step.id,
            resource: &step.resource,
            uid: step.footing.service.as_ref().and_then(|service| service.uid.clone()),
            needs: step.needs.clone(),
            look: Box::new(move || self.look(step)),
            decide: Box::new(move |now| self.decide(step, now)),
        }
    }

    /// Whether what the step rests on is as it was when the plan was made.
    fn look(self, step: &Step) -> Result<(), Outcome> {
        if let Some(why) = self.stale.get(&step.id) {
            return Err(Outcome::Stale(why.clone()));
        }
        let now = Footing { service: self.service(step)?, callers: self.callers(step)? };
        match footing::moved(&step.resource, &step.footing, &now) {
            None => Ok(()),
            Some(why) => Err(Outcome::Stale(why)),
        }
    }

    /// The service as it is now. Its event sources are looked at with the whole world, before anything is begun.
    fn service(self, step: &Step) -> Result<Option<ServiceState>, Outcome> {
        let (Some(planned), Resource::Service(name)) = (&step.footing.service, &step.resource) else {
            return Ok(None);
        };
        let now = self.reader.service(name).map_err(|failure| unread(name, &failure.why))?;
        Ok(now.map(|now| ServiceState {
            uid: now.uid,
            is_check_disabled: now.is_check_disabled,
            is_iap_enabled: now.is_iap_enabled,
            sources: planned.sources.clone(),
        }))
    }

    fn callers(self, step: &Step) -> Result<Vec<CallerIdentity>, Outcome> {
        let mut callers = Vec::new();
        for CallerIdentity { service, .. } in &step.footing.callers {
            let now = self.reader.identity(service).map_err(|failure| unread(service, &failure.why))?;
            callers.extend(now.map(|identity| CallerIdentity { service: service.clone(), identity }));
        }
        Ok(callers)
    }

    fn decide(self, step: &Step, now: &Document) -> Decision {
        if now.policy.has_withheld_conditions() {
            let why = "the policy was read without its conditions, so it cannot be written back";
            return Decision::Refuse(why.to_owned());
        }
        let atoms: Vec<Atom> = step.changes.iter().map(Into::into).collect();
        if atoms.iter().all(|atom| atom.is_done(&now.policy)) {
            return Decision::Nothing;
        }
        let written = atom::with(now, &atoms).and_then(Document::read);
        let written = match written {
            Ok(written) => written,
            Err(why) => return Decision::Refuse(why),
        };
        if atoms.iter().any(|atom| atom.deed == Deed::Remove)
            && let Err(decision) = self.law(step, &written.policy)
        {
            return decision;
        }
        match limits::over(now, &written) {
            Some(why) => Decision::Refuse(why),
            None => Decision::Write(written.raw),
        }
    }

    /// Whether every declared caller that may live on what is taken out has its own grant, in the policies as they
    /// are and as this one will be.
    fn law(self, step: &Step, written: &Policy) -> Result<(), Decision> {
        let policies = self.policies(step, written)?;
        let lacking =
            law::unguarded(&step.protects, |service| policies.get(service), self.roles, self.clock.now());
        match lacking.first() {
            None => Ok(()),
            Some(Protected { service, principal, until: _ }) => Err(Decision::Stale(format!(
                "`{principal}`, which is declared, would have no grant of its own on `{service}`"
            ))),
        }
    }

    fn policies(self, step: &Step, written: &Policy) -> Result<BTreeMap<ServiceName, Policy>, Decision> {
        let mut policies = BTreeMap::new();
        for Protected { service, .. } in &step.protects {
            if policies.contains_key(service) {
                continue;
            }
            let policy = if step.resource == Resource::Service(service.clone()) {
                written.clone()
            } else {
                let read = self.reader.policy(&service.clone().into());
                read.map_err(|failure| {
                    let why = &failure.why;
                    Decision::Refuse(format!(
                        "the policy of `{service}`, which it opens, could not be read: {why}"
                    ))
                })?
                .policy
            };
            policies.insert(service.clone(), policy);
        }
        Ok(policies)
    }
}

fn unread(service: &ServiceName, why: &str) -> Outcome {
    Outcome::Failed(format!("`{service}` could not be read: {why}"))
}
