//! The verdict over a whole path, with its reasons.

use callmap::{
    access::Verdict::{No, Unknown, Yes},
    access::{Access, Answer, Effect},
    model::{RoleName, ServiceName},
    world::{Gap, Observed, RoleDefinition, World},
};

use super::estate::{
    INVOKER, ask, bind, bind_above, container, gap, group, now, pay, principal, service, verdict, world,
};

const ALICE: &str = "user:alice@example.com";

type Hole = fn(&mut World);

fn told(answer: &Answer) -> Vec<String> {
    let line = |reason: &callmap::access::Reason| {
        let resource = reason.resource.as_ref().map(ToString::to_string).unwrap_or_default();
        let last = resource.rsplit('/').next().unwrap_or_default().to_owned();
        let role = reason.role.as_ref().map_or("", |role| role.as_str());
        let member = reason.member.as_ref().map_or("", |member| member.as_str());
        [reason.effect.as_str(), &last, role, member, &reason.detail].join("|")
    };
    answer.reasons.iter().map(line).collect()
}

#[test]
fn nobody_can_call_what_nobody_was_granted() {
    assert_eq!(ask(&world(), ALICE), Answer { verdict: No, reasons: Vec::new() });
}

#[test]
fn a_grant_counts_wherever_it_hangs_on_the_path() {
    for level in ["projects/shop-prod", "folders/77", "organizations/9000"] {
        let mut world = world();
        bind_above(&mut world, level, "roles/editor", &[ALICE]);
        assert_eq!(verdict(&world, ALICE), Yes, "{level}");
        assert_eq!(verdict(&world, "user:bob@example.com"), No, "{level}");
    }
}

#[test]
fn a_role_without_the_permission_gives_nothing() {
    let mut world = world();
    bind(&mut world, "roles/viewer", &[ALICE, "allUsers"], None);
    assert_eq!(ask(&world, ALICE), Answer { verdict: No, reasons: Vec::new() });
    bind(&mut world, "roles/cloudfunctions.invoker", &[ALICE], None);
    assert_eq!(
        told(&ask(&world, ALICE)),
        [
            "void|pay|roles/cloudfunctions.invoker|user:alice@example.com|this role opens functions of the first generation only"
        ]
    );
}

#[test]
fn the_check_being_off_lets_everybody_in_whatever_else_is_unread() {
    let mut world = world();
    let Observed::Known(settings) = &mut service(&mut world).settings else { panic!() };
    settings.is_check_disabled = true;
    service(&mut world).policy = Observed::Unreadable(gap());
    for who in ["allUsers", ALICE, "deleted:user:x@example.com?uid=1", "projectOwner:p"] {
        assert_eq!(verdict(&world, who), Yes, "{who}");
    }
    assert_eq!(
        told(&ask(&world, ALICE)),
        [
            "open|pay|||its invoker check is off: everybody is let through",
            "unknown|pay|||its allow policy could not be read: permission denied (this takes `some.permission`)",
        ]
    );
}

#[test]
fn whatever_was_not_read_keeps_a_no_unknown_and_leaves_a_yes() {
    let holes: [(&str, Hole); 6] = [
        ("settings", |world| service(world).settings = Observed::Unreadable(gap())),
        ("policy", |world| service(world).policy = Observed::Unreadable(gap())),
        ("ancestors", |world| service(world).ancestors = Observed::Unreadable(gap())),
        ("project", |world| {
            world.policies.insert(container("projects/shop-prod"), Observed::Unreadable(gap()));
        }),
        ("folder never seen", |world| {
            world.policies.remove(&container("folders/77"));
        }),
        ("role", |world| bind_above(world, "folders/77", "projects/p/roles/new", &[ALICE])),
    ];
    for (name, hole) in holes {
        let mut unread = world();
        hole(&mut unread);
        assert_eq!(verdict(&unread, ALICE), Unknown, "{name}");
        assert!(ask(&unread, ALICE).reasons.iter().all(|reason| reason.gap.is_some()), "{name}");
        let level = if name == "project" { "organizations/9000" } else { "projects/shop-prod" };
        let mut granted = world();
        bind_above(&mut granted, level, INVOKER, &[ALICE]);
        hole(&mut granted);
        assert_eq!(verdict(&granted, ALICE), Yes, "{name}");
    }
}

#[test]
fn a_custom_role_is_what_was_read_of_it() {
    let role = "projects/shop-prod/roles/caller";
    let mut world = world();
    bind(&mut world, role, &[ALICE], None);
    let mut define = |permission: &str, is_off| {
        let definition = RoleDefinition::new([permission.into()], is_off);
        world.roles.insert(RoleName::new(role), Observed::Known(definition));
        verdict(&world, ALICE)
    };
    assert_eq!(define("run.routes.invoke", false), Yes);
    assert_eq!(define("run.services.get", false), No);
    assert_eq!(define("run.routes.invoke", true), No);
    let reasons = told(&ask(&world, ALICE));
    assert_eq!(
        reasons,
        [format!("void|pay|{role}|{ALICE}|this role was deleted or disabled, and gives nothing")]
    );
}

#[test]
fn a_role_read_without_its_condition_is_unknown() {
    let mut world = world();
    bind(&mut world, "roles/run.invoker_withcond_0123456789abcdef0123", &[ALICE], None);
    assert_eq!(verdict(&world, ALICE), Unknown);
    assert_eq!(verdict(&world, "user:bob@example.com"), No);
}

#[test]
fn a_condition_holds_does_not_or_cannot_be_known() {
    for (expression, expected, detail) in [
        (
            "request.time < timestamp(\"2027-01-01T00:00:00Z\")",
            Yes,
            "its condition holds at 2026-11-23T00:00:00Z",
        ),
        (
            "request.time < timestamp(\"2026-01-01T00:00:00Z\")",
            No,
            "its condition ended 2026-01-01T00:00:00Z",
        ),
        ("request.path.startsWith(\"/a\")", Unknown, "whether its condition holds depends on `request.path`"),
    ] {
        let mut world = world();
        bind(&mut world, INVOKER, &[ALICE], Some(expression));
        let answer = ask(&world, ALICE);
        assert_eq!(answer.verdict, expected, "{expression}");
        assert_eq!(answer.reasons[0].detail, detail);
        assert_eq!(answer.reasons[0].condition.as_ref().map(|it| &*it.expression), Some(expression));
    }
}

#[test]
fn reasons_say_what_decides_first_and_what_is_in_vain_last() {
    let mut world = world();
    group(&mut world, "group:team@example.com", &["group:leads@example.com"]);
    group(&mut world, "group:leads@example.com", &[ALICE]);
    bind(&mut world, INVOKER, &["deleted:user:alice@example.com?uid=7", "group:new@example.com"], None);
    bind(&mut world, INVOKER, &[ALICE], Some("request.time < timestamp(\"2026-01-01T00:00:00Z\")"));
    bind_above(
        &mut world,
        "projects/shop-prod",
        "roles/run.admin",
        &["group:team@example.com", "user:bob@x.org"],
    );
    bind_above(&mut world, "organizations/9000", "roles/editor", &["domain:example.com"]);
    assert_eq!(
        told(&ask(&world, ALICE)),
        [
            "allow|shop-prod|roles/run.admin|group:team@example.com|the function inherits it from its project; `user:alice@example.com` is a member of `group:leads@example.com`, which is in `group:team@example.com`",
            "allow|9000|roles/editor|domain:example.com|the function inherits it from its organization; `user:alice@example.com` is of the domain `example.com`",
            "unknown|pay|roles/run.invoker|group:new@example.com|the members of this group are not known",
            "void|pay|roles/run.invoker|deleted:user:alice@example.com?uid=7|it was deleted: an account of the same name made since does not inherit",
            "void|pay|roles/run.invoker|user:alice@example.com|its condition ended 2026-01-01T00:00:00Z",
        ]
    );
}

#[test]
fn a_group_that_is_not_known_says_which_and_why() {
    let mut world = world();
    group(&mut world, "group:team@example.com", &["group:leads@example.com"]);
    bind(&mut world, INVOKER, &["group:team@example.com"], None);
    let detail = |world: &World| ask(world, ALICE).reasons[0].detail.clone();
    assert_eq!(detail(&world), "the members of `group:leads@example.com`, which is in it, are not known");
    world.groups.insert(principal("group:team@example.com"), Observed::Unreadable(gap()));
    assert_eq!(
        detail(&world),
        "the members of this group could not be read: permission denied (this takes `some.permission`)"
    );
}

#[test]
fn a_federated_caller_gets_in_with_everybody_and_never_by_its_name() {
    let who = "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/alice";
    let mut world = world();
    bind(&mut world, INVOKER, &[who, "allAuthenticatedUsers"], None);
    let answer = ask(&world, who);
    assert_eq!(answer.verdict, No);
    assert_eq!(answer.reasons.len(), 1);
    assert_eq!(answer.reasons[0].effect, Effect::Void);
    bind(&mut world, INVOKER, &["allUsers"], None);
    assert_eq!(verdict(&world, who), Yes);
}

#[test]
fn a_request_without_a_token_needs_all_users() {
    let mut world = world();
    bind(&mut world, INVOKER, &["allAuthenticatedUsers", ALICE], None);
    assert_eq!(verdict(&world, "allUsers"), No);
    assert_eq!(verdict(&world, "allAuthenticatedUsers"), Yes);
    bind(&mut world, INVOKER, &["allUsers"], None);
    assert_eq!(verdict(&world, "allUsers"), Yes);
    // Whoever was deleted can still come without a token.
    assert_eq!(verdict(&world, "deleted:user:alice@example.com?uid=7"), Yes);
}

#[test]
fn a_function_that_was_not_seen_is_unknown_and_says_which_list_is_missing() {
    let mut world = world();
    let missing: ServiceName = "projects/shop-prod/locations/us-east1/services/x".parse().unwrap();
    let ask = |world: &World| Access::new(world, now()).verdict(&principal(ALICE), &missing);
    assert_eq!(ask(&world).verdict, Unknown);
    assert_eq!(ask(&world).reasons[0].gap, None);
    let list = "projects/shop-prod/locations/us-east1/services";
    world.unread_lists.insert(list.into(), Gap::new("denied", "run.services.list"));
    assert_eq!(ask(&world).reasons[0].gap, Some(Gap::new("denied", "run.services.list")));
}

fn flip(world: &World, who: &str) -> String {
    let access = Access::new(world, now());
    access.caller(&principal(who)).flip(&pay(), &RoleName::new(INVOKER)).to_string()
}

#[test]
fn the_change_that_turns_a_verdict_round_is_named_where_it_is_one() {
    let function = pay();
    let mut world = world();
    assert_eq!(flip(&world, ALICE), format!("grant `roles/run.invoker` on `{function}` to `{ALICE}`"));
    assert_eq!(
        flip(&world, "projectOwner:p"),
        "no one change does: who is meant by it is decided elsewhere: grant those who are meant"
    );
    bind_above(&mut world, "folders/77", "roles/editor", &["domain:example.com"]);
    let remove = "remove `domain:example.com` from `roles/editor` on `folders/77`";
    assert_eq!(flip(&world, ALICE), remove);
    world.policies.insert(container("organizations/9000"), Observed::Unreadable(gap()));
    assert_eq!(flip(&world, ALICE), format!("{remove} (the verdict is then unknown)"));
    assert_eq!(
        flip(&world, "user:bob@example.org"),
        "read `organizations/9000`: this takes the permission `some.permission`"
    );
    bind(&mut world, INVOKER, &[ALICE], None);
    assert_eq!(
        flip(&world, ALICE),
        "no one change does: 2 grants let it through, and each of them would have to go"
    );
}

#[test]
fn a_check_that_is_off_is_turned_on() {
    let mut world = world();
    let Observed::Known(settings) = &mut service(&mut world).settings else { panic!() };
    settings.is_check_disabled = true;
    assert_eq!(flip(&world, ALICE), format!("turn the invoker check of `{}` on", pay()));
}
