//! A change that is proposed really turns the verdict round: it is made, and judged again.

use callmap::{
    access::{Access, DenyChange, Flip, Verdict},
    model::{Binding, Container, DenyPolicyName, Policy, Principal, Resource, RoleName},
    world::{Observed, RoleDefinition, Settings, World},
};
use proptest::{collection::vec, prelude::*, sample::select};

use super::estate::{
    INVOKER, bind, bind_above, binding, container, deny, deny_by, deny_rule, gap, group, now, pay, principal,
    service, world,
};

fn flip(world: &World, who: &str) -> (Verdict, Flip) {
    let (access, who) = (Access::new(world, now()), principal(who));
    let caller = access.caller(&who);
    (caller.allows(&pay()), caller.flip(&pay(), &RoleName::new(INVOKER)))
}

fn policy<'w>(world: &'w mut World, on: &Resource) -> &'w mut Observed<Policy> {
    match on {
        Resource::Service(_) => &mut service(world).policy,
        Resource::Container(container) => world.policies.get_mut(container).unwrap(),
        Resource::Other(name) => panic!("{name} has no policy"),
    }
}

/// The worlds that this change may lead to: one where it changes something, two where it makes something known.
fn made(world: &World, flip: &Flip, who: &str) -> Vec<World> {
    let mut changed = world.clone();
    match flip {
        Flip::Grant { role, function, principal: to, instead_of: _ } => {
            let granted = binding(role.as_str(), &[to.as_str()], None);
            match policy(&mut changed, &function.clone().into()) {
                Observed::Known(policy) => policy.bindings.push(granted),
                unread @ Observed::Unreadable(_) => {
                    *unread = Observed::Known(Policy { bindings: vec![granted], ..Policy::empty() });
                }
            }
        }
        Flip::Remove { resource, role, member, condition, leaves: _ } => {
            let Observed::Known(policy) = policy(&mut changed, resource) else { panic!("not read") };
            for binding in &mut policy.bindings {
                if binding.role == *role && binding.condition == *condition {
                    binding.members.retain(|other| other != member);
                }
            }
        }
        Flip::Check { .. } => {
            let Observed::Known(settings) = &mut service(&mut changed).settings else { panic!("not read") };
            settings.is_check_disabled = false;
        }
        Flip::Deny { change, policy, rule, principal } => {
            let Some(Observed::Known(policy)) = changed.deny_policies.get_mut(policy) else {
                panic!("not read")
            };
            let rule = policy.rules[*rule].as_mut().unwrap();
            match change {
                DenyChange::Except => rule.exception_principals.push(principal.clone()),
                DenyChange::Release => rule.denied_principals.retain(|text| text != principal),
                DenyChange::Include => rule.exception_principals.retain(|text| text != principal),
            }
        }
        Flip::Read { resource, permission: _ } => return known(world, resource, who),
        Flip::Members(group) => return listed(world, group, who),
        Flip::Nothing(_) => return Vec::new(),
    }
    vec![changed]
}

/// Both things that what was not read may turn out to be.
fn known(world: &World, resource: &Resource, who: &str) -> Vec<World> {
    let mut worlds = [world.clone(), world.clone()];
    for (is_yes, world) in [false, true].into_iter().zip(&mut worlds) {
        let members = if is_yes { vec![who] } else { Vec::new() };
        match resource {
            Resource::Service(_) => {
                let service = service(world);
                if service.policy.gap().is_some() {
                    let bindings = vec![binding(INVOKER, &members, None)];
                    service.policy = Observed::Known(Policy { bindings, ..Policy::empty() });
                } else if service.settings.gap().is_some() {
                    service.settings =
                        Observed::Known(Settings { is_check_disabled: is_yes, ..Settings::plain() });
                } else {
                    // What stands above it may bring anything, and more that is not known.
                    return Vec::new();
                }
            }
            Resource::Container(name) => {
                let bindings = vec![binding(INVOKER, &members, None)];
                world.policies.insert(name.clone(), Observed::Known(Policy { bindings, ..Policy::empty() }));
            }
            Resource::Other(name) if name.starts_with("group:") => {
                let members = members.iter().map(|who| principal(who)).collect();
                world.groups.insert(Principal::new(name.clone()), Observed::Known(members));
            }
            Resource::Other(name) if name.contains("/denypolicies") => {
                let name: DenyPolicyName = name.parse().unwrap();
                world.deny_policies.remove(&name);
                if is_yes {
                    let Container::Folder(folder) = name.attachment else { panic!("not on the folder") };
                    deny(world, &format!("folders/{folder}"), &["principalSet://goog/public:all"]);
                }
            }
            Resource::Other(name) => {
                let permissions = if is_yes { vec!["run.routes.invoke".into()] } else { Vec::new() };
                let definition = RoleDefinition::new(permissions, false);
                world.roles.insert(RoleName::new(name.clone()), Observed::Known(definition));
            }
        }
    }
    worlds.into()
}

fn listed(world: &World, of: &Principal, who: &str) -> Vec<World> {
    [&[][..], &[who]]
        .map(|members| {
            let mut world = world.clone();
            group(&mut world, of.as_str(), members);
            world
        })
        .into()
}

/// What is proposed for this caller, after it was made and judged again.
fn check(world: &World, who: &str) -> Flip {
    let (before, proposed) = flip(world, who);
    for world in made(world, &proposed, who) {
        let after = Access::new(&world, now()).allows(&principal(who), &pay());
        let says = format!("{who}: {proposed}: {before:?} then {after:?}");
        match &proposed {
            Flip::Read { .. } | Flip::Members(_) => {
                assert_eq!(before, Verdict::Unknown, "{says}");
                assert_ne!(after, Verdict::Unknown, "{says}");
            }
            Flip::Remove { leaves, .. } | Flip::Check { leaves, .. } => {
                assert_eq!((before, after), (Verdict::Yes, *leaves), "{says}");
                assert_ne!(after, Verdict::Yes, "{says}");
            }
            Flip::Deny { change: DenyChange::Include, .. } => {
                assert_eq!((before, after), (Verdict::Yes, Verdict::No), "{says}");
            }
            Flip::Grant { .. } | Flip::Deny { .. } => {
                assert_ne!(before, Verdict::Yes, "{says}");
                assert_eq!(after, Verdict::Yes, "{says}");
            }
            Flip::Nothing(_) => {}
        }
    }
    proposed
}

const ALICE: &str = "user:alice@example.com";

#[test]
fn each_kind_of_change_is_proposed_where_it_is_the_one() {
    let says = |world: &World, expected: &str| assert_eq!(check(world, ALICE).to_string(), expected);
    let granted = || {
        let mut world = world();
        bind(&mut world, INVOKER, &[ALICE], None);
        world
    };
    let rule = "rule 1 of the deny policy `no-calls` on `folders/77`";
    let mut named = granted();
    deny(&mut named, "folders/77", &["principal://goog/subject/alice@example.com"]);
    says(&named, &format!("take `principal://goog/subject/alice@example.com` out of {rule}"));
    let mut all = granted();
    deny(&mut all, "folders/77", &["principalSet://goog/public:all"]);
    says(&all, &format!("add the exception `principal://goog/subject/alice@example.com` to {rule}"));
    let mut nobody = world();
    deny(&mut nobody, "folders/77", &["principalSet://goog/public:all"]);
    says(
        &nobody,
        "no one change does: nothing is sure to let it through, and a deny policy stops it: both would have to change",
    );
    let mut twice = granted();
    let rules = vec![Some(deny_rule(&["principalSet://goog/public:all"])); 2];
    deny_by(&mut twice, "folders/77", rules);
    says(
        &twice,
        "no one change does: 2 rules of deny policies stop it or may, and each would have to spare it",
    );
    let mut spared = granted();
    bind_above(&mut spared, "projects/shop-prod", "roles/owner", &[ALICE]);
    let except = "!principal://goog/subject/alice@example.com";
    deny(&mut spared, "folders/77", &["principalSet://goog/public:all", except]);
    says(&spared, &format!("take the exception `{}` out of {rule}", &except[1..]));
    let mut maybe = granted();
    deny(&mut maybe, "folders/77", &["principalSet://goog/group/night@example.com"]);
    says(&maybe, "name the members of `group:night@example.com` with `--groups FILE`");
    maybe.groups.insert(principal("group:night@example.com"), Observed::Unreadable(gap()));
    says(&maybe, "read `group:night@example.com`: this takes the permission `some.permission`");
    let mut unread = granted();
    deny(&mut unread, "folders/77", &[]);
    let name = "//cloudresourcemanager.googleapis.com/folders/77/denypolicies";
    unread.deny_policies = [(name.parse().unwrap(), Observed::Unreadable(gap()))].into();
    says(&unread, &format!("read `{name}`: this takes the permission `some.permission`"));
    let mut shut = world();
    bind(&mut shut, INVOKER, &[ALICE], Some("request.time < timestamp(\"2026-01-01T00:00:00Z\")"));
    let function = pay();
    says(&shut, &format!("grant `{INVOKER}` on `{function}` to `{ALICE}` without the condition `when`"));
    // With everybody denied, only who comes without a token is not to be excepted.
    let mut public = world();
    bind(&mut public, INVOKER, &["allUsers"], None);
    deny(&mut public, "folders/77", &["principalSet://goog/public:all"]);
    assert_eq!(
        check(&public, "allUsers").to_string(),
        format!("take `principalSet://goog/public:all` out of {rule}")
    );
}

const PEOPLE: [&str; 12] = [
    "allUsers",
    "allAuthenticatedUsers",
    ALICE,
    "user:bob@example.org",
    "serviceAccount:web@shop-prod.iam.gserviceaccount.com",
    "group:a@example.com",
    "group:unread@example.com",
    "domain:example.com",
    "principalSet://cloudresourcemanager.googleapis.com/folders/77/type/ServiceAccount",
    "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/alice",
    "deleted:user:alice@example.com?uid=7",
    "projectEditor:shop-prod",
];
const ROLES: [&str; 4] = [INVOKER, INVOKER, "roles/editor", "projects/p/roles/unread"];
const CONDITIONS: [Option<&str>; 4] =
    [None, None, Some("request.time < timestamp(\"2026-01-01T00:00:00Z\")"), Some("request.path == \"/\"")];
const NAMED: [&str; 11] = [
    "principalSet://goog/public:all",
    "principal://goog/subject/alice@example.com",
    "principal://goog/subject/bob@example.org",
    "principal://iam.googleapis.com/projects/-/serviceAccounts/web@shop-prod.iam.gserviceaccount.com",
    "principalSet://goog/group/a@example.com",
    "principalSet://goog/group/unread@example.com",
    "!principal://goog/subject/alice@example.com",
    "!principalSet://goog/group/a@example.com",
    "!principalSet://goog/group/unread@example.com",
    "!principal://iam.googleapis.com/projects/-/serviceAccounts/web@shop-prod.iam.gserviceaccount.com",
    "principalSet://goog/cloudIdentityCustomerId/C01Abc35",
];

fn some_bindings() -> impl Strategy<Value = Vec<Binding>> {
    let one = (select(&ROLES[..]), vec(select(&PEOPLE[..]), 0..3), select(&CONDITIONS[..]));
    vec(one.prop_map(|(role, members, expression)| binding(role, &members, expression)), 0..3)
}

fn some_world() -> impl Strategy<Value = World> {
    let rules = vec(vec(select(&NAMED[..]), 0..4), 0..3);
    let members = vec(select(&PEOPLE[2..6]), 0..3);
    (some_bindings(), some_bindings(), rules, members, 0..12_usize).prop_map(
        |(own, above, rules, members, hole)| {
            let mut world = world();
            group(&mut world, "group:a@example.com", &members);
            let policy = |bindings| Observed::Known(Policy { bindings, ..Policy::empty() });
            service(&mut world).policy = policy(own);
            world.policies.insert(container("folders/77"), policy(above));
            let rules = rules.iter().map(|named| Some(deny_rule(named))).collect();
            deny_by(&mut world, "folders/77", rules);
            let unread = || Observed::Unreadable(gap());
            match hole {
                0 => service(&mut world).settings = Observed::Unreadable(gap()),
                1 => service(&mut world).policy = unread(),
                2 => service(&mut world).ancestors = Observed::Unreadable(gap()),
                3 => drop(world.policies.insert(container("organizations/9000"), unread())),
                4 => {
                    let name = "//cloudresourcemanager.googleapis.com/folders/77/denypolicies/more";
                    world.deny_policies.insert(name.parse().unwrap(), Observed::Unreadable(gap()));
                }
                5 => {
                    let Observed::Known(settings) = &mut service(&mut world).settings else {
                        panic!("not read")
                    };
                    settings.is_check_disabled = true;
                }
                6 => deny_by(&mut world, "projects/shop-prod", vec![None]),
                _ => {}
            }
            world
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_change_that_is_proposed_turns_the_verdict_round(world in some_world()) {
        for who in PEOPLE {
            let says = check(&world, who).to_string();
            prop_assert!(!says.is_empty());
            // The verdict taken apart is the verdict.
            let access = Access::new(&world, now());
            let (who, verdict) = (principal(who), access.allows(&principal(who), &pay()));
            prop_assert_eq!(access.verdict(&who, &pay()).verdict, verdict);
        }
    }
}
