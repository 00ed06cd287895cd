//! A thousand estates with holes, holds, writes that fail and people who write in between: no declared caller that
//! the policies let in is locked out by a write of callmap's.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use callmap::{
    access::{Access, RoleBook, Verdict},
    apply::{
        Ground, Hands, PolicyReader as _, Stop,
        journal::{Disk, Journal, Log},
        run,
    },
    model::{Binding, Condition, Policy, Principal, Resource, RoleName, ServiceName},
    plan::{Plan, Protected},
    world::{Observed, World},
};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

use super::{
    cloud::{Cloud, Fate},
    story::{self, INVOKER, Still},
};
use crate::{
    partition::estate::now,
    plan::estate::{Estate, declared, plan, some_plan_estate},
};

/// A journal that nobody reads.
struct Nowhere;

impl Disk for Nowhere {
    fn create_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
    fn create(&self, _: &Path) -> io::Result<Box<dyn Log>> {
        Ok(Box::new(Self))
    }
    fn reopen(&self, _: &Path, _: u64) -> io::Result<Box<dyn Log>> {
        Ok(Box::new(Self))
    }
    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }
    fn list(&self, _: &Path) -> io::Result<Vec<PathBuf>> {
        Ok(Vec::new())
    }
    fn lock(&self, _: &Path, _: &mut dyn FnMut()) -> io::Result<Box<dyn Send>> {
        Ok(Box::new(()))
    }
    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

impl Log for Nowhere {
    fn append(&mut self, _: &[u8]) -> io::Result<()> {
        Ok(())
    }
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What somebody else does just before a write.
#[derive(Debug, Clone, Copy)]
enum Other {
    Nothing,
    /// Gives somebody the role.
    Gives(&'static str),
    /// Takes the role from somebody.
    Takes(&'static str),
    /// Takes the own grants from somebody whom the plan protects.
    Bares(usize),
}

fn some_other() -> impl Strategy<Value = Other> {
    let who = || select(&crate::partition::estate::MEMBERS[..]);
    prop_oneof![
        4 => Just(Other::Nothing),
        1 => who().prop_map(Other::Gives),
        2 => who().prop_map(Other::Takes),
        4 => (0_usize..8).prop_map(Other::Bares),
    ]
}

fn some_fate() -> impl Strategy<Value = Fate> {
    prop_oneof![4 => Just(Fate::Done), 1 => Just(Fate::Written), 1 => Just(Fate::Swallowed), 1 => Just(Fate::Refused)]
}

fn raw(policy: &Policy) -> Value {
    let condition =
        |condition: &Condition| json!({"title": &*condition.title, "expression": &*condition.expression});
    let bindings = policy.bindings.iter().map(|binding| {
        let members: Vec<_> = binding.members.iter().map(Principal::as_str).collect();
        let mut raw = json!({"role": binding.role.as_str(), "members": members});
        if let Some(held) = &binding.condition {
            raw["condition"] = condition(held);
        }
        raw
    });
    json!({"bindings": bindings.collect::<Vec<_>>(), "unknown": {"b": 1, "a": 2}})
}

/// The policies of an estate that were read.
fn cloud<'a>(world: &World) -> Cloud<'a> {
    let cloud = Cloud::default();
    for (name, service) in &world.services {
        if let Observed::Known(policy) = &service.policy {
            cloud.set(&Resource::Service(name.clone()), raw(policy));
        }
        if let Observed::Known(settings) = &service.settings {
            cloud.services.borrow_mut().insert(name.clone(), settings.clone());
        }
        if let Some(identity) = world.identity(name) {
            cloud.identities.borrow_mut().insert(name.clone(), identity);
        }
    }
    for (container, policy) in &world.policies {
        if let Observed::Known(policy) = policy {
            cloud.set(&Resource::Container(container.clone()), raw(policy));
        }
    }
    cloud
}

/// Which of these the policies let in as they are.
fn allowed(world: &World, cloud: &Cloud<'_>, callers: &[(Principal, ServiceName)]) -> Vec<bool> {
    let mut world = world.clone();
    let is = |resource: Resource| cloud.policy(&resource).ok().map(|document| document.policy);
    for (name, service) in &mut world.services {
        if let (Observed::Known(policy), Some(now)) = (&mut service.policy, is(name.clone().into())) {
            *policy = now;
        }
    }
    for (container, policy) in &mut world.policies {
        if let (Observed::Known(policy), Some(now)) = (policy, is(container.clone().into())) {
            *policy = now;
        }
    }
    let access = Access::new(&world, now());
    // What allow policies give is kept; what a deny policy takes away is nobody's to keep.
    callers.iter().map(|(who, name)| access.caller(who).is_allowed(name) == Verdict::Yes).collect()
}

fn meddle(cloud: &Cloud<'_>, plan: &Plan, resource: &Resource, other: Other, is_between: bool) {
    let edit = |edit: &dyn Fn(&mut Vec<Value>)| {
        cloud.edit(resource, |policy| edit(policy["bindings"].as_array_mut().unwrap()));
    };
    match other {
        Other::Nothing => {}
        Other::Gives(who) => edit(&|bindings| bindings.push(json!({"role": INVOKER, "members": [who]}))),
        Other::Takes(who) => edit(&|bindings| {
            for binding in bindings {
                binding["members"].as_array_mut().unwrap().retain(|member| member != who);
            }
        }),
        Other::Bares(number) => {
            // What happens between the last look at a function and a write above it, nobody can keep from
            // happening: there are two policies, and one etag.
            let is_seen = |edge: &&Protected| *resource == Resource::Service(edge.service.clone());
            let all = plan.steps.iter().flat_map(|step| &step.protects);
            let protected: Vec<_> = all.filter(|edge| is_between || is_seen(edge)).collect();
            if let Some(edge) = protected.get(number % protected.len().max(1)) {
                cloud.edit(&Resource::Service(edge.service.clone()), |policy| {
                    for binding in policy["bindings"].as_array_mut().unwrap() {
                        let is_other =
                            |member: &Value| Principal::new(member.as_str().unwrap()) != edge.principal;
                        binding["members"].as_array_mut().unwrap().retain(is_other);
                    }
                });
            }
        }
    }
}

/// Every declared caller has its own grant, and everybody may call besides: nothing but the law keeps a removal
/// from locking out whoever loses that grant in the meantime.
fn tempt(estate: &mut Estate) {
    let grant =
        |who: Principal| Binding { role: RoleName::new(INVOKER), members: vec![who], condition: None };
    for (who, name) in declared(estate) {
        if let Some(Observed::Known(policy)) =
            estate.world.services.get_mut(&name).map(|service| &mut service.policy)
        {
            policy.bindings.push(grant(who));
            policy.bindings.push(grant(Principal::new("allUsers")));
        }
    }
}

/// Carries it out, and looks at everybody around each write.
fn carry_out(estate: &Estate, plan: &Plan, fates: Vec<Fate>, others: &[Other]) -> usize {
    let callers = declared(estate);
    let before: RefCell<Vec<bool>> = RefCell::default();
    let count = RefCell::new(0);
    let cloud = cloud(&estate.world);
    *cloud.fates.borrow_mut() = fates.into();
    cloud.between(|cloud, resource, _| {
        let number = *count.borrow();
        *count.borrow_mut() += 1;
        meddle(cloud, plan, resource, others.get(number).copied().unwrap_or(Other::Nothing), false);
        *before.borrow_mut() = allowed(&estate.world, cloud, &callers);
    });
    cloud.after(|cloud| {
        let after = allowed(&estate.world, cloud, &callers);
        for ((was, is), caller) in before.borrow().iter().zip(after).zip(&callers) {
            assert!(!was || is, "{caller:?} was locked out by {:#?}", cloud.log.borrow().last());
        }
        // Somebody comes between two steps.
        if let (Some(other @ Other::Bares(_)), Some(step)) = (others.get(cloud.writes()), plan.steps.last()) {
            meddle(cloud, plan, &step.resource, *other, true);
        }
    });
    let clock = Still::at(now());
    let ground = Ground {
        reader: &cloud,
        roles: RoleBook::new(&estate.world),
        clock: &clock,
        stale: &BTreeMap::new(),
    };
    let jobs: Vec<_> = plan.steps.iter().map(|step| ground.job(step)).collect();
    let mut journal = Journal::begin(&Nowhere, Path::new("journal.ndjson"), &story::header(plan)).unwrap();
    let mut hands = Hands {
        reader: &cloud,
        writer: &cloud,
        clock: &clock,
        stop: &Stop::default(),
        journal: &mut journal,
        taken_back: None,
        tell: &mut |_| {},
        has_written: false,
    };
    run(&jobs, &BTreeMap::new(), Duration::ZERO, &mut hands);
    cloud.writes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_declared_caller_is_ever_locked_out(
        mut estate in some_plan_estate(),
        is_tempting in any::<bool>(),
        fates in vec(some_fate(), 0..8),
        others in vec(some_other(), 0..6),
    ) {
        if is_tempting {
            tempt(&mut estate);
        }
        let plan = plan(&estate);
        carry_out(&estate, &plan, fates, &others);
    }
}
