//! What makes a change, of which class, and where it stands.

use callmap::{
    model::{Binding, Policy, Principal, RoleName},
    plan::Include,
    rules,
    world::{Observed, Projects, RoleDefinition, Token},
};

use super::{
    estate::{Estate, plan, with_context},
    shop::{INVOKER, account, lines, shop, written},
};

const ALICE: &str = "user:alice@example.com";

#[track_caller]
fn check(estate: &Estate, expected: &[&str]) {
    assert_eq!(lines(&plan(estate)), expected);
}

#[test]
fn a_declared_caller_without_a_grant_gets_one() {
    check(
        &shop("callers:\n  user:alice@example.com: [pay]\n"),
        &["s1 pay: add missing-caller user:alice@example.com"],
    );
    let temporary = "callers:\n  user:alice@example.com: [{ function: pay, until: 2026-12-01 }]\n";
    check(
        &shop(temporary),
        &[
            "s1 pay: add missing-caller user:alice@example.com if request.time < timestamp(\"2026-12-02T00:00:00Z\")",
        ],
    );
    check(
        &shop(&format!("expiry: map\n{temporary}")),
        &["s1 pay: add missing-caller user:alice@example.com"],
    );
    check(
        &shop("role: roles/run.servicesInvoker\ncallers:\n  function:web: [pay]\n"),
        &[
            "s1 pay: add missing-caller serviceAccount:web@shop-prod.iam.gserviceaccount.com roles/run.servicesInvoker",
        ],
    );
}

#[test]
fn the_last_end_of_all_edges_of_a_caller_is_the_one_that_counts() {
    let web = account("web");
    let map = format!("callers:\n  function:web: [{{ function: pay, until: 2026-12-01 }}]\n  {web}: [pay]\n");
    check(&shop(&map), &[&format!("s1 pay: add missing-caller {web}")]);
}

#[test]
fn a_caller_that_lived_on_what_goes_keeps_its_access_in_one_write() {
    let estate = shop("callers:\n  user:alice@example.com: [pay]\n").bound("pay", INVOKER, "allUsers");
    check(
        &estate,
        &["s1 pay: add borrowed-caller user:alice@example.com", "s1 pay: remove public-function allUsers"],
    );
    let step = &plan(&estate).steps[0];
    let protected: Vec<_> = step.protects.iter().map(|edge| edge.principal.as_str()).collect();
    assert_eq!(protected, [ALICE]);
    assert_eq!(step.footing.service.as_ref().unwrap().uid.as_deref(), Some("pay-1"));
}

#[test]
fn grants_of_the_wrong_time_are_changed_for_the_right_one() {
    let temporary = "callers:\n  user:alice@example.com: [{ function: pay, until: 2026-12-01 }]\n";
    let right = "request.time < timestamp(\"2026-12-02T00:00:00Z\")";
    let with_a_late_one = shop(temporary).bound("pay", INVOKER, ALICE);
    check(
        &with_a_late_one,
        &[
            &format!("s1 pay: add mistimed-caller {ALICE} if {right}"),
            &format!("s1 pay: remove add mistimed-caller {ALICE}"),
        ],
    );
    // The right one is there already: only the wrong one goes, which is a removal like others.
    let with_both = with_a_late_one.bound_if("pay", ALICE, "callmap: until", right);
    check(&with_both, &[&format!("s1 pay: remove mistimed-caller {ALICE}")]);
    // What ends early does no harm.
    let early = "request.time < timestamp(\"2026-12-01T00:00:00Z\")";
    let extended = shop(temporary).bound_if("pay", ALICE, "callmap: until", early);
    check(&extended, &[&format!("s1 pay: add mistimed-caller {ALICE} if {right}")]);
    let mut only_adds = with_both;
    only_adds.options.is_only_adds = true;
    check(&only_adds, &[]);
}

#[test]
fn what_nobody_declared_goes_and_what_is_not_for_calling_alone_stays() {
    let past = "callers:\n  user:alice@example.com: [{ function: pay, until: 2026-11-01 }]\n";
    let estate = shop(past)
        .bound("pay", INVOKER, ALICE)
        .bound("pay", INVOKER, "user:bob@example.com")
        .bound("pay", INVOKER, "allAuthenticatedUsers")
        .bound("pay", "roles/run.admin", "user:carol@example.com")
        .bound("pay", "roles/run.admin", "allUsers")
        .bound("resize", INVOKER, "user:bob@example.com")
        .bound("extra", INVOKER, "allUsers")
        .bound("projects/shop-prod", INVOKER, "allUsers");
    check(
        &estate,
        &[
            "s1 pay: remove public-function allAuthenticatedUsers",
            "s1 pay: remove expired-caller user:alice@example.com",
            "s1 pay: remove undeclared-caller user:bob@example.com",
            "s2 resize: remove event-function-caller user:bob@example.com",
        ],
    );
}

#[test]
fn a_grant_that_callmap_made_for_a_time_goes_when_the_time_is_up() {
    let over = "request.time < timestamp(\"2026-11-01T00:00:00Z\")";
    let map = "callers: {}\n";
    check(
        &shop(map).bound_if("pay", ALICE, "callmap: until", over),
        &[&format!("s1 pay: remove dead-grant {ALICE} if {over}")],
    );
    let similar = "request.time < timestamp('2026-11-01T00:00:00Z')";
    check(&shop(map).bound_if("pay", ALICE, "callmap: until", similar), &[]);
    check(&shop(map).bound_if("pay", ALICE, "for a while", over), &[]);
    check(
        &shop(map).bound_if("pay", ALICE, "for a while", over).asked(&[Include::Dead]),
        &[&format!("s1 pay: remove dead dead-grant {ALICE} if {over}")],
    );
}

#[test]
fn roles_that_are_off_and_the_first_generations_role_go_where_that_is_asked_for() {
    let (off, bob) = ("projects/shop-prod/roles/off", "user:bob@example.com");
    let estate = |place: &str, role: &str| {
        shop("callers: {}\n").bound(place, role, bob).with(|world| {
            let definition =
                RoleDefinition::new(["run.routes.invoke".into(), "run.services.get".into()], true);
            world.roles.insert(RoleName::new(off), Observed::Known(definition));
        })
    };
    let first = "roles/cloudfunctions.invoker";
    for (place, role) in [("pay", off), ("projects/shop-prod", off), ("folders/77", off), ("pay", first)] {
        check(&estate(place, role), &[]);
        check(
            &estate(place, role).asked(&[Include::Dead]),
            &[&format!("s1 {place}: remove dead dead-grant {bob} {role}")],
        );
    }
    // On the project, the role is for functions of the first generation, and may be in use.
    check(&estate("projects/shop-prod", first).asked(&[Include::Dead]), &[]);
    // Nobody's function.
    check(&estate("extra", off).asked(&[Include::Dead]), &[]);
    // A federated principal cannot call by a wide role, which may be there for something else.
    let pool = "principalSet://iam.googleapis.com/locations/global/workforcePools/staff/*";
    let held = format!(
        "held pay: remove dead dead-grant {pool} roles/run.admin; it lets nobody call, but `roles/run.admin` may \
         give other things"
    );
    check(&shop("callers: {}\n").bound("pay", "roles/run.admin", pool).asked(&[Include::Dead]), &[&held]);
}

#[test]
fn who_may_let_itself_in_is_left_alone() {
    let estate = shop("callers: {}\n")
        .bound("projects/shop-prod", "roles/iam.securityAdmin", "user:bob@example.com")
        .bound("pay", "roles/iam.securityAdmin", "user:bob@example.com");
    check(&estate, &[]);
    check(&estate.asked(&[Include::Dead, Include::Inherited, Include::Public]), &[]);
}

#[test]
fn public_members_are_granted_only_where_that_is_asked_for() {
    let map = "callers:\n  allUsers: [pay]\n";
    check(
        &shop(map),
        &["held pay: add public missing-caller allUsers; it would be public: needs `--include-public`"],
    );
    check(&shop(map).asked(&[Include::Public]), &["s1 pay: add public missing-caller allUsers"]);
    let unchecked = shop("callers:\n  allAuthenticatedUsers: [pay]\n")
        .set("pay", |pay| pay.is_check_disabled = true)
        .asked(&[Include::Public]);
    check(
        &unchecked,
        &[
            "held pay: add public borrowed-caller allAuthenticatedUsers; the invoker check is off: everybody can call already",
        ],
    );
}

#[test]
fn an_event_source_gets_its_grant_and_keeps_its_access() {
    let without = shop("callers: {}\n").with(|world| {
        let policy = callmap::world::Observed::Known(callmap::model::Policy::empty());
        world.services.get_mut(&crate::partition::estate::service("resize")).unwrap().policy = policy;
    });
    let events = account("events");
    check(&without, &[&format!("s1 resize: add trigger-blocked {events}")]);
    let through_the_public = without.bound("resize", INVOKER, "allUsers");
    check(
        &through_the_public,
        &[&format!("s1 resize: add trigger-blocked {events}"), "s1 resize: remove public-function allUsers"],
    );
    // A job that calls what is no event function is for people to declare.
    check(&shop("callers: {}\n").job("pay", &account("cron")), &[]);
}

#[test]
fn only_a_source_that_sends_an_id_token_gets_a_grant() {
    let job = |token| {
        shop("callers: {}\n").job("resize", &account("cron")).with(|world| {
            world.event_sources[0].token = token;
        })
    };
    check(
        &job(Token::Id),
        &["s1 resize: add trigger-blocked serviceAccount:cron@shop-prod.iam.gserviceaccount.com"],
    );
    check(&job(Token::Access), &[]);
}

#[test]
fn the_proxy_before_a_function_gets_its_grant() {
    let agent = "serviceAccount:service-1041@gcp-sa-iap.iam.gserviceaccount.com";
    let behind = |estate: Estate| estate.set("pay", |pay| pay.is_iap_enabled = true);
    check(&behind(shop("callers: {}\n")), &[&format!("s1 pay: add trigger-blocked {agent}")]);
    check(&behind(shop("callers: {}\n").bound("pay", INVOKER, agent)), &[]);
    check(&behind(shop("rules: { trigger-blocked: ignore }\ncallers: {}\n")), &[]);
    // What lets it in for now goes once it has a grant of its own.
    check(
        &behind(shop("callers: {}\n").bound("pay", INVOKER, "allUsers")),
        &[&format!("s1 pay: add trigger-blocked {agent}"), "s1 pay: remove public-function allUsers"],
    );
    // On a function of no map nothing is changed.
    let extra = shop("callers: {}\n").set("extra", |extra| extra.is_iap_enabled = true);
    check(&extra, &[]);
    let numberless = behind(shop("callers: {}\n")).with(|world| world.projects = Projects::default());
    check(&numberless, &[]);
}

#[test]
fn what_hangs_above_goes_last_and_only_where_that_is_asked_for() {
    let estate = shop("callers:\n  user:alice@example.com: [pay, cart]\n")
        .bound("projects/shop-prod", "roles/run.servicesInvoker", "group:ops@example.com")
        .bound("folders/77", INVOKER, "domain:example.com");
    let adds = [
        "s1 cart: add borrowed-caller user:alice@example.com",
        "s2 pay: add borrowed-caller user:alice@example.com",
    ];
    check(&estate, &adds);
    let estate = estate.asked(&[Include::Inherited]);
    check(
        &estate,
        &[
            adds[0],
            adds[1],
            "s3 projects/shop-prod: remove inherited inherited-caller group:ops@example.com roles/run.servicesInvoker",
            "s4 folders/77: remove inherited inherited-caller domain:example.com",
        ],
    );
    let plan = plan(&estate);
    for above in &plan.steps[2..] {
        assert_eq!(above.needs, [plan.steps[0].id, plan.steps[1].id]);
        let also: Vec<_> = above.also_opens.iter().map(|name| &*name.service).collect();
        assert_eq!(also, ["extra"]);
        assert_eq!(above.protects.len(), 2);
    }
}

#[test]
fn who_can_act_as_a_caller_is_left_alone() {
    let email = "mobile@shop-prod.iam.gserviceaccount.com";
    let caller = account("mobile");
    let creator = "roles/iam.serviceAccountTokenCreator";
    let binding =
        Binding { role: RoleName::new(creator), members: vec![Principal::new(ALICE)], condition: None };
    let policy = Policy { bindings: vec![binding], ..Policy::empty() };
    let estate = shop(&format!("callers:\n  {caller}: [pay]\n"))
        .bound("pay", INVOKER, &caller)
        .bound("projects/shop-prod", creator, "user:bob@example.com")
        .with(|world| drop(world.account_policies.insert(email.into(), Observed::Known(policy))))
        .asked(&[
            Include::Inherited,
            Include::InheritedJobs,
            Include::Dead,
            Include::Public,
            Include::Agents,
        ]);
    let found = with_context(&estate, |context| rules::run::judge(context).findings);
    let rules: Vec<_> = found.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(rules.iter().filter(|rule| **rule == "impersonable-caller").count(), 2, "{rules:?}");
    check(&estate, &[]);
}

#[test]
fn callers_of_what_is_not_live_wait() {
    let map = "callmap: 1\nproject: shop-prod\nregion: europe-west1\nfunctions:\n  pay:\n  soon:\ncallers:\n  function:pay: [soon]\n";
    check(&written(map), &["waiting function:pay for soon"]);
}

#[test]
fn where_everything_is_as_declared_nothing_is_planned() {
    let estate =
        shop("callers:\n  user:alice@example.com: [pay]\n").bound("pay", INVOKER, "user:Alice@Example.com");
    check(&estate, &[]);
    assert!(plan(&estate).is_complete);
}
