//! What must hold whatever the world looks like.

use callmap::{
    access::{Access, Verdict},
    model::{Binding, Policy, Principal, RoleName},
    world::{Observed, RoleDefinition, World},
};
use proptest::{collection::vec, prelude::*, sample::select};

use super::estate::{binding, chain, gap, group, now, pay, principal, service, world};

const PEOPLE: [&str; 17] = [
    "allUsers",
    "allAuthenticatedUsers",
    "user:alice@example.com",
    "user:bob@example.org",
    "serviceAccount:web@shop-prod.iam.gserviceaccount.com",
    "serviceAccount:1041-compute@developer.gserviceaccount.com",
    "serviceAccount:x@elsewhere.iam.gserviceaccount.com",
    "group:a@example.com",
    "group:b@example.com",
    "group:unexpanded@example.com",
    "domain:example.com",
    "principalSet://cloudresourcemanager.googleapis.com/folders/77/type/ServiceAccount",
    "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/alice",
    "principalSet://agents.global.org-9000.system.id.goog/*",
    "deleted:user:alice@example.com?uid=7",
    "projectEditor:shop-prod",
    "iamThing:x",
];
const ROLES: [&str; 6] = [
    "roles/run.invoker",
    "roles/editor",
    "roles/viewer",
    "projects/p/roles/known",
    "projects/p/roles/off",
    "projects/p/roles/unread",
];
const CONDITIONS: [Option<&str>; 5] = [
    None,
    None,
    Some("request.time < timestamp(\"2027-01-01T00:00:00Z\")"),
    Some("request.time < timestamp(\"2026-01-01T00:00:00Z\")"),
    Some("request.path == \"/\""),
];

fn some_binding() -> impl Strategy<Value = Binding> {
    (select(&ROLES[..]), vec(select(&PEOPLE[..]), 0..4), select(&CONDITIONS[..]))
        .prop_map(|(role, members, expression)| binding(role, &members, expression))
}

/// Bindings for the function and each level above it.
fn some_policies() -> impl Strategy<Value = Vec<Vec<Binding>>> {
    vec(vec(some_binding(), 0..4), 4)
}

fn estate(policies: &[Vec<Binding>], a: &[&str], b: &[&str]) -> World {
    let mut world = world();
    group(&mut world, "group:a@example.com", a);
    group(&mut world, "group:b@example.com", b);
    for (role, is_off) in [("projects/p/roles/known", false), ("projects/p/roles/off", true)] {
        let definition = RoleDefinition::new(["run.routes.invoke".into()], is_off);
        world.roles.insert(RoleName::new(role), Observed::Known(definition));
    }
    let policy =
        |bindings: &Vec<Binding>| Observed::Known(Policy { bindings: bindings.clone(), ..Policy::empty() });
    service(&mut world).policy = policy(&policies[0]);
    for (level, bindings) in chain().into_iter().zip(&policies[1..]) {
        world.policies.insert(level, policy(bindings));
    }
    world
}

fn some_world() -> impl Strategy<Value = (Vec<Vec<Binding>>, World)> {
    let members = || vec(select(&PEOPLE[2..]), 0..4);
    (some_policies(), members(), members(), any::<bool>()).prop_map(|(policies, a, b, is_off)| {
        let mut world = estate(&policies, &a, &b);
        if let Observed::Known(settings) = &mut service(&mut world).settings {
            settings.is_check_disabled = is_off && policies[0].is_empty();
        }
        (policies, world)
    })
}

fn everybody() -> Vec<Principal> {
    PEOPLE.iter().map(|name| principal(name)).collect()
}

fn verdicts(world: &World) -> Vec<Verdict> {
    let access = Access::new(world, now());
    let ask = |who: &Principal| {
        let answer = access.verdict(who, &pay());
        assert_eq!(answer.verdict, access.allows(who, &pay()), "{who}");
        answer.verdict
    };
    everybody().iter().map(ask).collect()
}

/// Every single way of not having read something in this world.
fn with_one_hole(world: &World) -> Vec<World> {
    let mut holed = Vec::new();
    let mut hole = |make: &dyn Fn(&mut World)| {
        let mut copy = world.clone();
        make(&mut copy);
        holed.push(copy);
    };
    hole(&|world| service(world).settings = Observed::Unreadable(gap()));
    hole(&|world| service(world).policy = Observed::Unreadable(gap()));
    hole(&|world| service(world).ancestors = Observed::Unreadable(gap()));
    for level in chain() {
        hole(&|world| {
            world.policies.insert(level.clone(), Observed::Unreadable(gap()));
        });
        hole(&|world| {
            world.policies.remove(&level);
        });
    }
    for group in world.groups.keys() {
        hole(&|world| {
            world.groups.insert(group.clone(), Observed::Unreadable(gap()));
        });
        hole(&|world| {
            world.groups.remove(group);
        });
    }
    for role in world.roles.keys() {
        hole(&|world| {
            world.roles.insert(role.clone(), Observed::Unreadable(gap()));
        });
    }
    for project in world.chains.keys() {
        hole(&|world| {
            world.chains.remove(project);
        });
    }
    holed
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_bindings_and_members_says_nothing(
        (policies, world) in some_world(),
        turn in 0..4_usize,
    ) {
        let mut turned = world.clone();
        let turn_round = |bindings: &Vec<Binding>| {
            let mut bindings = bindings.clone();
            for binding in &mut bindings {
                binding.members.reverse();
            }
            let by = turn.min(bindings.len());
            bindings.rotate_left(by);
            Observed::Known(Policy { bindings, ..Policy::empty() })
        };
        service(&mut turned).policy = turn_round(&policies[0]);
        for (level, bindings) in chain().into_iter().zip(&policies[1..]) {
            turned.policies.insert(level, turn_round(bindings));
        }
        prop_assert_eq!(verdicts(&world), verdicts(&turned));
        // Nor in the reasons.
        let (one, other) = (Access::new(&world, now()), Access::new(&turned, now()));
        for who in everybody() {
            prop_assert_eq!(one.verdict(&who, &pay()), other.verdict(&who, &pay()));
        }
    }

    #[test]
    fn one_binding_more_never_takes_anything_away(
        (policies, world) in some_world(),
        extra in some_binding(),
        at in 0..4_usize,
    ) {
        let mut more = world.clone();
        let mut bindings = policies[at].clone();
        bindings.push(extra);
        let policy = Observed::Known(Policy { bindings, ..Policy::empty() });
        match at {
            0 => service(&mut more).policy = policy,
            _ => {
                more.policies.insert(chain()[at - 1].clone(), policy);
            }
        }
        for (before, after) in verdicts(&world).into_iter().zip(verdicts(&more)) {
            prop_assert!(before <= after);
        }
    }

    #[test]
    fn not_having_read_something_leads_to_unknown_alone((_, world) in some_world()) {
        let before = verdicts(&world);
        for holed in with_one_hole(&world) {
            for ((before, after), who) in before.iter().zip(verdicts(&holed)).zip(PEOPLE) {
                prop_assert!(after == *before || after == Verdict::Unknown, "{} {:?} {:?}", who, before, after);
            }
        }
    }

    #[test]
    fn who_and_can_tell_the_same_story_as_the_verdict((policies, world) in some_world()) {
        let access = Access::new(&world, now());
        let who = access.who(&pay());
        let listed = |name: &Principal| {
            who.callers.iter().find(|caller| caller.principal == *name).map(|caller| caller.verdict)
        };
        for caller in &who.callers {
            prop_assert_eq!(caller.verdict, access.allows(&caller.principal, &pay()));
            prop_assert!(!caller.via.is_empty());
        }
        let may_call = ["roles/run.invoker", "roles/editor", "projects/p/roles/known", "projects/p/roles/unread"];
        let is_over = |binding: &Binding| {
            binding.condition.as_ref().is_some_and(|condition| condition.expression.contains("2026-01-01"))
        };
        let carrying = policies.iter().flatten().filter(|binding| {
            may_call.contains(&binding.role.as_str()) && !is_over(binding)
        });
        for member in carrying.flat_map(|binding| &binding.members) {
            let verdict = access.allows(member, &pay());
            prop_assert_eq!(listed(member).unwrap_or(Verdict::No), verdict, "{}", member);
        }
        for name in everybody() {
            let verdict = access.allows(&name, &pay());
            let can = access.can(&name);
            prop_assert_eq!(can.functions.first().map_or(Verdict::No, |function| function.verdict), verdict);
        }
    }

    #[test]
    fn a_verdict_that_is_not_no_has_a_reason_that_says_so((_, world) in some_world()) {
        let access = Access::new(&world, now());
        for who in everybody() {
            let answer = access.verdict(&who, &pay());
            let effects = answer.reasons.iter().map(|reason| reason.effect.as_str()).collect::<Vec<_>>();
            let decides = match answer.verdict {
                Verdict::Yes => effects.contains(&"allow") || effects.contains(&"open"),
                Verdict::Unknown => effects.first() == Some(&"unknown"),
                Verdict::No => effects.iter().all(|effect| *effect == "void"),
            };
            prop_assert!(decides, "{} {:?} {:?}", who, answer.verdict, effects);
        }
    }
}
