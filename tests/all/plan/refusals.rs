//! A plan file is data from outside: what somebody wrote into it, and what is said of it.

use callmap::{
    model::{Condition, Principal, Resource, RoleName, RuleId},
    plan::{self, Change, Class, Deed, Footing, Include, Plan, Step, StepId, law},
};

use super::{
    estate::{self, Estate, violations, with_context},
    shop::{INVOKER, account, shop},
};
use crate::partition::estate::{container, service};

const ALICE: &str = "user:alice@example.com";

fn estate() -> Estate {
    let map = "callers:\n  user:alice@example.com: [pay]\n  user:carol@example.com: [{ function: pay, until: 2026-12-01 }]\n";
    shop(map).bound("pay", INVOKER, ALICE).bound("pay", INVOKER, "user:bob@example.com")
}

fn change(deed: Deed, class: Class, role: &str, who: &str) -> Change {
    Change {
        deed,
        class,
        role: RoleName::new(role),
        principal: Principal::new(who),
        condition: None,
        rule: RuleId::MissingCaller,
        because: "somebody says so".to_owned(),
    }
}

fn add(who: &str) -> Change {
    change(Deed::Add, Class::Add, INVOKER, who)
}

fn remove(who: &str) -> Change {
    change(Deed::Remove, Class::Remove, INVOKER, who)
}

fn inherited(role: &str, who: &str) -> Change {
    change(Deed::Remove, Class::Inherited, role, who)
}

/// What is said of a plan of this one step.
fn said(estate: &Estate, resource: impl Into<Resource>, changes: Vec<Change>) -> Vec<String> {
    let mut step = Step {
        id: StepId(1),
        resource: resource.into(),
        needs: Vec::new(),
        changes,
        footing: Footing::default(),
        protects: Vec::new(),
        also_opens: Vec::new(),
        also_runs: Vec::new(),
    };
    // Whatever else is wrong with it, it names all that it must look at.
    with_context(estate, |context| {
        step.protects = law::protected_by(context, &step);
        step.footing = plan::footing(context, &step);
    });
    let plan = Plan { steps: vec![step], ..estate::plan(estate) };
    violations(estate, &plan).iter().map(ToString::to_string).collect()
}

#[track_caller]
fn refused(estate: &Estate, resource: impl Into<Resource>, changes: Vec<Change>, why: &str) {
    let said = said(estate, resource, changes);
    assert!(said.len() == 1 && said[0].ends_with(why), "{said:#?} against {why}");
}

#[test]
fn only_what_the_map_declares_is_granted() {
    let pay = || service("pay");
    assert!(said(&estate(), pay(), vec![add(ALICE)]).is_empty());
    refused(&estate(), pay(), vec![add("user:mallory@example.net")], "the map does not declare it");
    let wrong = "the map declares it with another role or another end";
    refused(&estate(), pay(), vec![change(Deed::Add, Class::Add, "roles/run.admin", ALICE)], wrong);
    refused(&estate(), pay(), vec![add("user:carol@example.com")], wrong);
    let mut temporary = add("user:carol@example.com");
    temporary.condition = Some(Condition {
        title: "callmap: until".into(),
        description: None,
        expression: "request.time < timestamp(\"2026-12-02T00:00:00Z\")".into(),
        location: None,
    });
    assert!(said(&estate(), pay(), vec![temporary.clone()]).is_empty());
    temporary.condition.as_mut().unwrap().title = "for good".into();
    refused(&estate(), pay(), vec![temporary], wrong);
    let said = said(&estate(), service("extra"), vec![add(ALICE)]);
    assert!(said.iter().any(|what| what.ends_with("is not on the map, or not live")), "{said:?}");
}

#[test]
fn the_public_is_let_in_only_as_declared_and_asked_for() {
    let everybody = || vec![change(Deed::Add, Class::Public, INVOKER, "allUsers")];
    refused(&estate(), service("pay"), everybody(), "the map does not declare it");
    refused(&estate(), service("pay"), vec![add("allUsers")], "such an add is of the class `public`");
    let public = || shop("callers:\n  allUsers: [pay]\n");
    refused(&public(), service("pay"), everybody(), "it would be public: needs `--include-public`");
    assert!(said(&public().asked(&[Include::Public]), service("pay"), everybody()).is_empty());
}

#[test]
fn an_event_source_is_granted_on_its_own_target_alone() {
    let events = account("events");
    assert!(said(&estate(), service("resize"), vec![add(&events)]).is_empty());
    refused(&estate(), service("pay"), vec![add(&events)], "the map does not declare it");
    refused(&estate(), service("resize"), vec![remove(&events)], "it is expected to call");
}

#[test]
fn nobody_who_is_declared_is_taken_out() {
    assert!(said(&estate(), service("pay"), vec![remove("user:bob@example.com")]).is_empty());
    let kept = "the map declares it, and it would keep no grant of its own that fits";
    refused(&estate(), service("pay"), vec![remove(ALICE)], kept);
    let twice = estate().bound("pay", "roles/run.servicesInvoker", ALICE);
    assert!(said(&twice, service("pay"), vec![remove(ALICE)]).is_empty());
    let wide = change(Deed::Remove, Class::Remove, "roles/run.admin", "user:bob@example.com");
    refused(&estate(), service("pay"), vec![wide], "only grants of invoker roles are taken out");
    let alive = change(Deed::Remove, Class::Dead, INVOKER, "user:bob@example.com");
    refused(&estate(), service("pay"), vec![alive], "it is not a grant that gives nothing");
}

#[test]
fn agents_accounts_in_use_and_what_is_accepted_stay_whatever_a_file_says() {
    let agent = "serviceAccount:service-1041@gcp-sa-pubsub.iam.gserviceaccount.com";
    refused(&estate(), service("pay"), vec![remove(agent)], "needs `--include-agents`");
    let cron = account("cron");
    let in_use = || estate().job("pay", &cron);
    refused(
        &in_use(),
        service("pay"),
        vec![remove(&cron)],
        "as it: declare it, or name it with `--ignore-event-sources`",
    );
    let disguised = change(Deed::Remove, Class::Add, INVOKER, &cron);
    refused(&in_use(), service("pay"), vec![disguised], "such a removal is of the class `remove`");
    let accepted = "accepted:\n  - { rule: undeclared-caller, caller: \"user:bob@example.com\", reason: known, until: 2027-01-31 }\ncallers: {}\n";
    let estate = shop(accepted).bound("pay", INVOKER, "user:bob@example.com");
    refused(&estate, service("pay"), vec![remove("user:bob@example.com")], "the map accepts it");
}

#[test]
fn above_functions_nothing_but_invoker_roles_is_taken_out_where_asked_for() {
    let project = || container("projects/shop-prod");
    let bob = "user:bob@example.com";
    let asked = || estate().asked(&[Include::Inherited]);
    assert!(said(&asked(), project(), vec![inherited(INVOKER, bob)]).is_empty());
    refused(&estate(), project(), vec![inherited(INVOKER, bob)], "it needs `--include-inherited`");
    refused(
        &asked(),
        project(),
        vec![inherited("roles/owner", bob)],
        "only grants of invoker roles are taken out",
    );
    refused(
        &asked(),
        project(),
        vec![inherited(INVOKER, "allUsers")],
        "public members above functions are left to people",
    );
    refused(&asked(), project(), vec![add(ALICE)], "nothing is granted above functions");
    refused(&asked(), project(), vec![remove(bob)], "no removal above functions is of the class `remove`");
}

#[test]
fn steps_stand_in_order_and_everything_wrong_is_said_at_once() {
    let estate = estate();
    let mut twice = estate::plan(&estate);
    let mut second = twice.steps[0].clone();
    second.needs = vec![StepId(2)];
    second.changes = Vec::new();
    twice.steps.push(second);
    let said: Vec<_> = violations(&estate, &twice).iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "s1: `projects/shop-prod/locations/europe-west1/services/pay` has a step already",
            "s1: it changes nothing",
            "s1: it is called so where `s2` is due",
            "s1: it needs `s2`, which does not come before it",
        ]
    );
    let secret = Resource::Other("projects/shop-prod/secrets/key".into());
    let other = self::said(&estate, secret, vec![remove(ALICE)]);
    assert_eq!(other, ["s1: `projects/shop-prod/secrets/key`: callmap does not write policies of this kind"]);
}
