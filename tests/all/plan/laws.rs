//! What must hold of every plan.

use std::collections::BTreeSet;

use callmap::{
    access::{Access, RoleBook, Verdict},
    model::{Principal, Resource, RoleName, RuleId, ServiceName},
    plan::{Class, Deed, Held, Plan, Step, law},
    world::World,
};
use proptest::prelude::*;

use super::estate::{Estate, carry_out, declared, plan, some_plan_estate, violations};
use crate::partition::estate::{container, now, places, policy_of, service, shuffled};

fn after(estate: &Estate, steps: &[Step]) -> Estate {
    let mut after = estate.clone();
    for step in steps {
        carry_out(&mut after.world, step);
    }
    after
}

/// The plan without one of its changes.
fn without(plan: &Plan, step: usize, change: usize) -> Vec<Step> {
    let mut steps = plan.steps.clone();
    steps[step].changes.remove(change);
    steps
}

/// Whether findings of a rule are ignored, or some of them accepted.
fn is_relaxed(estate: &Estate, rule: RuleId) -> bool {
    let settings = &estate.map.settings;
    settings.levels.contains_key(&rule) || settings.accepted.iter().any(|accepted| accepted.rule == rule)
}

/// Whether everybody whom a plan protects has a grant of their own.
fn is_lawful(plan: &Plan, world: &World) -> bool {
    let protected = plan.steps.iter().flat_map(|step| &step.protects);
    let policy = |name: &ServiceName| world.services.get(name)?.policy.known();
    law::unguarded(protected, policy, RoleBook::new(world), now()).is_empty()
}

fn allowed(world: &World, callers: &[(Principal, ServiceName)]) -> Vec<bool> {
    let access = Access::new(world, now());
    // What allow policies give is kept; what a deny policy takes away is nobody's to keep.
    callers.iter().map(|(who, name)| access.caller(who).is_allowed(name) == Verdict::Yes).collect()
}

/// Whether a grant that a step takes out may let this caller call this function.
fn may_carry(estate: &Estate, step: &Step, name: &ServiceName, who: &Principal) -> bool {
    let opens = match &step.resource {
        Resource::Service(service) => service == name,
        Resource::Container(container) => {
            let ancestors = estate.world.services[name].ancestors.known();
            ancestors.is_none_or(|ancestors| ancestors.contains(container))
        }
        Resource::Other(_) => false,
    };
    let access = Access::new(&estate.world, now());
    let removals = step.changes.iter().filter(|change| change.deed == Deed::Remove);
    opens
        && removals
            .filter(|change| change.rule != RuleId::DeadGrant)
            .any(|change| access.matches(&change.principal, who) > Verdict::No)
}

/// The plan with one thing in a step changed by somebody.
fn changed(plan: &Plan, step: usize) -> Vec<(&'static str, Plan)> {
    let mut all = Vec::new();
    let mut change = |what, act: &dyn Fn(&mut Step)| {
        let mut copy = plan.clone();
        act(&mut copy.steps[step]);
        all.push((what, copy));
    };
    change("another function", &|step| step.resource = service("extra").into());
    change("another project", &|step| {
        step.resource = container("projects/shop-edge").into();
    });
    change("no such resource", &|step| step.resource = Resource::Other("projects/p/secrets/s".into()));
    // A grant that gives nothing gives nothing in any role.
    if plan.steps[step].changes[0].class != Class::Dead {
        change("another role", &|step| step.changes[0].role = RoleName::new("roles/run.admin"));
        change("the owner", &|step| step.changes[0].role = RoleName::new("roles/owner"));
        change("everybody above", &|step| {
            step.resource = container("organizations/9000").into();
            step.changes[0].principal = Principal::new("allUsers");
        });
    }
    change("a stranger in", &|step| {
        let mut change = step.changes[0].clone();
        (change.deed, change.class) = (Deed::Add, Class::Add);
        change.principal = Principal::new("user:mallory@example.net");
        step.changes.insert(0, change);
    });
    change("another number", &|step| step.id.0 += 1);
    change("nothing", &|step| step.changes.clear());
    all
}

fn well_formed(plan: &Plan) -> Result<(), TestCaseError> {
    let mut seen = BTreeSet::new();
    for (number, step) in (1..).zip(&plan.steps) {
        prop_assert_eq!(step.id.0, number);
        prop_assert!(seen.insert(step.resource.clone()), "{} has two steps", step.resource);
        prop_assert!(!step.changes.is_empty());
        prop_assert!(step.changes.is_sorted_by_key(|change| change.deed), "adds come first");
        prop_assert!(step.needs.iter().all(|need| *need < step.id));
        let functions = plan.steps.iter().filter(|other| matches!(other.resource, Resource::Service(_)));
        let needed: Vec<_> = match &step.resource {
            Resource::Service(_) => Vec::new(),
            Resource::Container(_) => functions.map(|function| function.id).collect(),
            Resource::Other(name) => return Err(TestCaseError::fail(format!("{name} is not written"))),
        };
        prop_assert_eq!(&step.needs, &needed);
    }
    for Held { change, reason, .. } in &plan.held {
        prop_assert!(!reason.is_empty() && !reason.ends_with('.'), "{}", reason);
        if let Some(change) = change {
            prop_assert!(!change.because.is_empty());
        }
    }
    Ok(())
}

/// As many cases as usual; `PROPTEST_CASES` asks for another number.
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(usual), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn a_plan_that_was_carried_out_leaves_nothing_to_plan(estate in some_plan_estate()) {
        // Who lives with a caller's 403 need not live with what it may borrow once others are granted.
        prop_assume!(!is_relaxed(&estate, RuleId::MissingCaller));
        let first = plan(&estate);
        well_formed(&first)?;
        let second = plan(&after(&estate, &first.steps));
        prop_assert!(second.steps.is_empty(), "{:#?}\n{:#?}", first.steps, second.steps);
    }

    #[test]
    fn no_change_of_a_plan_can_be_left_out(estate in some_plan_estate()) {
        // Who lives with borrowed access does not miss the grant that would make it an own one.
        prop_assume!(!is_relaxed(&estate, RuleId::BorrowedCaller));
        let whole = plan(&estate);
        for (step, of_step) in whole.steps.iter().enumerate() {
            for change in 0..of_step.changes.len() {
                // Alone, the wrong grant of a pair is a removal, which is then not asked for.
                if estate.options.is_only_adds && of_step.changes[change].deed == Deed::Remove {
                    continue;
                }
                let left = after(&estate, &without(&whole, step, change));
                let is_needed = !plan(&left).steps.is_empty() || !is_lawful(&whole, &left.world);
                prop_assert!(is_needed, "{:#?} is not needed", of_step.changes[change]);
            }
        }
    }

    #[test]
    fn what_may_carry_a_caller_stays_while_its_own_grant_is_held(estate in some_plan_estate()) {
        let plan = plan(&estate);
        let after = after(&estate, &plan.steps);
        let roles = RoleBook::new(&after.world);
        for held in &plan.held {
            let is_add = held.change.as_ref().is_none_or(|change| change.deed == Deed::Add);
            let (Resource::Service(name), Some(who), true) = (&held.resource, &held.principal, is_add) else {
                continue;
            };
            if !declared(&estate).contains(&(who.clone(), name.clone())) {
                continue;
            }
            let policy = after.world.services[name].policy.known();
            if policy.is_some_and(|policy| law::has_own_grant(policy, who, roles, now())) {
                continue;
            }
            for step in &plan.steps {
                prop_assert!(!may_carry(&estate, step, name, who), "{:#?} against {:#?}", step, held);
            }
        }
    }

    #[test]
    fn a_plan_is_taken_before_and_after_any_of_its_steps(estate in some_plan_estate()) {
        let plan = plan(&estate);
        for done in 0..=plan.steps.len() {
            let wrong = violations(&after(&estate, &plan.steps[..done]), &plan);
            prop_assert!(wrong.is_empty(), "{:#?} after {} of {:#?}", wrong, done, plan.steps);
        }
    }

    #[test]
    fn a_plan_that_somebody_changed_is_refused(estate in some_plan_estate(), seed in any::<prop::sample::Index>()) {
        let plan = plan(&estate);
        prop_assume!(!plan.steps.is_empty());
        let step = seed.index(plan.steps.len());
        for (what, changed) in changed(&plan, step) {
            prop_assert!(!violations(&estate, &changed).is_empty(), "{}: {:#?}", what, changed.steps[step]);
        }
    }

    #[test]
    fn the_order_of_bindings_and_members_says_nothing(estate in some_plan_estate(), by in 0..4_usize) {
        let mut other = estate.clone();
        for place in places() {
            let policy = policy_of(&mut other.world, &place);
            *policy = shuffled(policy, by);
        }
        other.world.event_sources.reverse();
        prop_assert_eq!(format!("{:#?}", plan(&estate)), format!("{:#?}", plan(&other)));
    }
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn nobody_declared_loses_access_after_any_step(estate in some_plan_estate()) {
        let plan = plan(&estate);
        let callers = declared(&estate);
        let before = allowed(&estate.world, &callers);
        let mut world = estate.world.clone();
        for step in &plan.steps {
            carry_out(&mut world, step);
            for ((had, has), (who, name)) in before.iter().zip(allowed(&world, &callers)).zip(&callers) {
                prop_assert!(!had || has, "{} lost {} by {:#?}", who, name, step);
            }
        }
    }
}
