//! Steps of a plan, one by one and after one another.

use std::time::Duration;

use callmap::{
    apply::{End, journal},
    model::{Principal, ServiceName},
    plan::{CallerIdentity, Deed, StepId},
};
use serde_json::json;

use super::{
    cloud::{Cloud, Fate, resource},
    story::{
        DESK, INVOKER, OPS, PAY, PROJECT, Stage, WEB, before, change, is_all_done, plan, protected, step,
        until, usual, why, words,
    },
};

#[test]
fn everything_else_in_a_policy_stays_as_it_was_to_the_byte() {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    let ran = stage.apply(&usual(), &cloud);
    assert_eq!((words(&ran), ran.end()), (vec!["done"; 3], End::Done));
    assert_eq!(
        cloud.content(PAY),
        concat!(
            r#"{"bindings":[{"bindingId":"z","role":"roles/run.invoker","#,
            r#""members":["user:Old@example.com","serviceAccount:web@shop-prod.iam.gserviceaccount.com"]}],"#,
            r#""auditConfigs":[{"service":"allServices","auditLogConfigs":[{"logType":"DATA_READ"}]}],"new":{"b":1,"a":2}}"#,
        )
    );
    assert_eq!(
        cloud.content(DESK),
        concat!(
            r#"{"zero":0,"bindings":[{"role":"roles/viewer","members":["group:ops@example.com"]},"#,
            r#"{"members":["user:ann@example.com"],"role":"roles/run.invoker"}]}"#,
        )
    );
    assert_eq!(cloud.writes(), 3);
    let journal = journal::read(&journal::LocalDisk, &stage.journal("apply")).unwrap().unwrap();
    assert!(journal.is_whole && journal.is_finished);
}

#[test]
fn a_second_run_of_the_same_plan_writes_nothing() {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    stage.apply(&usual(), &cloud);
    let ran = stage.apply(&usual(), &cloud);
    assert_eq!((words(&ran), ran.end(), cloud.writes()), (vec!["done already"; 3], End::Done, 3));
}

#[test]
fn what_a_second_writer_did_survives_and_the_step_goes_on() {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    cloud.between(|cloud, resource, writes| {
        if writes == 0 && !cloud.content(PAY).contains("user:eve") {
            cloud.edit(resource, |policy| {
                let members = policy["bindings"][0]["members"].as_array_mut().unwrap();
                members.retain(|member| member != "allUsers");
                members.push(json!("user:eve@example.com"));
            });
        }
    });
    let ran = stage.apply(&usual(), &cloud);
    assert_eq!(words(&ran), ["done", "done", "done"]);
    assert_eq!(cloud.log.borrow().iter().filter(|line| line.starts_with("abort")).count(), 1);
    assert!(
        cloud.content(PAY).contains(&format!(r#"["user:Old@example.com","user:eve@example.com","{WEB}"]"#))
    );
}

#[test]
fn somebody_who_always_gets_in_between_ends_the_step_and_holds_what_needs_it() {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    cloud.between(|cloud, name, _| {
        if *name == resource(PAY) {
            cloud.edit(name, |policy| policy["n"] = json!(policy["n"].as_i64().unwrap_or(0) + 1));
        }
    });
    let ran = stage.apply(&usual(), &cloud);
    assert_eq!((words(&ran), ran.end()), (vec!["failed", "done", "held"], End::Partly));
    assert_eq!(why(&ran, 0), "given up after many tries: somebody else changed the policy in between");
    assert_eq!(why(&ran, 2), "it needs `s1`, which was not done");
    assert!(cloud.content(PROJECT).contains(OPS));
}

#[test]
fn after_a_lost_answer_what_is_read_decides() {
    for (fate, writes) in [(Fate::Written, 3), (Fate::Swallowed, 3)] {
        let (cloud, stage) = (Cloud::with(&before()), Stage::new());
        cloud.fates.borrow_mut().push_back(fate);
        let ran = stage.apply(&usual(), &cloud);
        assert_eq!((words(&ran), cloud.writes()), (vec!["done"; 3], writes), "{fate:?}");
    }
}

#[test]
fn what_google_refuses_fails_in_its_words_and_the_rest_goes_on() {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    cloud.fates.borrow_mut().push_back(Fate::Refused);
    let ran = stage.apply(&usual(), &cloud);
    assert_eq!((words(&ran), ran.end()), (vec!["failed", "done", "held"], End::Partly));
    assert_eq!(why(&ran, 0), "Google will not have it");
}

#[test]
fn answers_from_before_the_write_are_not_taken_for_what_is_stored() {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    cloud.lag.set(4);
    assert_eq!(words(&stage.apply(&usual(), &cloud)), ["done"; 3]);
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    cloud.lag.set(1000);
    let ran = stage.apply(&usual(), &cloud);
    assert_eq!(why(&ran, 0), "it was written, and what is read is still from before");
    assert_eq!(ran.end(), End::Partly);
}

/// Changes something about the first of two functions, or the second.
type Spoil = fn(&Cloud<'_>, &ServiceName, &ServiceName);

#[test]
fn what_a_step_rests_on_must_be_as_planned() {
    let caller: ServiceName = DESK.parse().unwrap();
    let account = Principal::new(WEB);
    let mut one = usual().steps.remove(0);
    one.footing.callers = vec![CallerIdentity { service: caller.clone(), identity: account.clone() }];
    let plan = plan(vec![one]);
    let pay: ServiceName = PAY.parse().unwrap();
    let cases: [(Spoil, &str); 6] = [
        (
            |cloud, pay, _| cloud.services.borrow_mut().get_mut(pay).unwrap().uid = Some("u2".into()),
            "was deleted and made again",
        ),
        (
            |cloud, pay, _| cloud.services.borrow_mut().get_mut(pay).unwrap().is_check_disabled = true,
            "was turned off",
        ),
        (
            |cloud, pay, _| cloud.services.borrow_mut().get_mut(pay).unwrap().is_iap_enabled = true,
            "was turned on",
        ),
        (|cloud, pay, _| drop(cloud.services.borrow_mut().remove(pay)), "is not there any more"),
        (
            |cloud, _, desk| {
                drop(
                    cloud.identities.borrow_mut().insert(desk.clone(), Principal::new("user:x@example.com")),
                );
            },
            "runs as `user:x@example.com` now",
        ),
        (
            |cloud, _, desk| drop(cloud.identities.borrow_mut().remove(desk)),
            "which calls, is not there any more",
        ),
    ];
    for (spoil, said) in cases {
        let (cloud, stage) = (Cloud::with(&before()), Stage::new());
        cloud.identities.borrow_mut().insert(caller.clone(), account.clone());
        let was = cloud.content(PAY);
        spoil(&cloud, &pay, &caller);
        let ran = stage.apply(&plan, &cloud);
        assert_eq!((words(&ran), ran.end()), (vec!["stale"], End::Stale), "{said}");
        assert!(why(&ran, 0).contains(said), "{}", why(&ran, 0));
        assert_eq!((cloud.content(PAY), cloud.writes()), (was, 0));
    }
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    cloud.identities.borrow_mut().insert(caller, account);
    assert_eq!(words(&stage.apply(&plan, &cloud)), ["done"]);
}

#[test]
fn event_sources_that_changed_are_told_before_and_make_a_step_stale() {
    let (cloud, mut stage) = (Cloud::with(&before()), Stage::new());
    stage.stale.insert(StepId(1), "its event sources changed".to_owned());
    let ran = stage.apply(&usual(), &cloud);
    assert_eq!((words(&ran), ran.end()), (vec!["stale", "done", "held"], End::Partly));
}

#[test]
fn nobody_who_is_protected_loses_the_grant_they_live_on() {
    // The plan's own add is missing, as if its file had been cut.
    let mut cut = step(1, PAY, vec![change(Deed::Remove, "allUsers")]);
    cut.protects = vec![protected(PAY, WEB)];
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    let ran = stage.apply(&plan(vec![cut]), &cloud);
    assert_eq!((words(&ran), ran.end(), cloud.writes()), (vec!["stale"], End::Stale, 0));
    assert!(why(&ran, 0).contains("would have no grant of its own"), "{}", why(&ran, 0));
    // Its own grant has ended.
    let ended = until(change(Deed::Add, WEB), "2026-01-01T00:00:00Z");
    let mut late = step(1, PAY, vec![ended, change(Deed::Remove, "allUsers")]);
    late.protects = vec![protected(PAY, WEB)];
    let ran = stage.apply(&plan(vec![late]), &cloud);
    assert_eq!((words(&ran), cloud.writes()), (vec!["stale"], 0));
}

#[test]
fn a_step_above_looks_at_the_functions_again_and_waits_until_their_grants_are_everywhere() {
    let (cloud, mut stage) = (Cloud::with(&before()), Stage::new());
    stage.settle = Duration::from_mins(10);
    let ran = stage.apply(&usual(), &cloud);
    assert!(is_all_done(&ran));
    assert!(stage.clock.since_start() >= stage.settle, "it waited");
    // Somebody takes an own grant away while it waits.
    let (cloud, mut stage) = (Cloud::with(&before()), Stage::new());
    stage.settle = Duration::from_mins(10);
    cloud.after(|cloud| {
        if cloud.writes() == 2 {
            cloud.edit(&resource(PAY), |policy| policy["bindings"] = json!([]));
        }
    });
    let ran = stage.apply(&usual(), &cloud);
    assert_eq!((words(&ran), ran.end()), (vec!["done", "done", "stale"], End::Partly));
    assert!(cloud.content(PROJECT).contains(OPS));
}

#[test]
fn nobody_waits_for_what_is_done_already() {
    let (cloud, mut stage) = (Cloud::with(&before()), Stage::new());
    assert!(is_all_done(&stage.apply(&usual(), &cloud)));
    let passed = stage.clock.since_start();
    stage.settle = Duration::from_mins(10);
    assert!(is_all_done(&stage.apply(&usual(), &cloud)));
    assert_eq!(stage.clock.since_start(), passed);
}

#[test]
fn whoever_stops_a_run_gets_the_write_under_way_finished_and_no_other() {
    let stage = Stage::new();
    let cloud = Cloud::with(&before());
    cloud.after(|_| stage.stop.ask());
    let ran = stage.apply(&usual(), &cloud);
    assert_eq!((words(&ran), ran.end(), cloud.writes()), (vec!["done"], End::Stopped, 1));
    let stopped = journal::read(&journal::LocalDisk, &stage.journal("apply")).unwrap().unwrap();
    assert!(stopped.is_finished && !stopped.is_whole);
}

#[test]
fn a_policy_that_was_read_without_its_conditions_is_never_written_back() {
    let (cloud, stage) = (Cloud::with(&before()), Stage::new());
    cloud.edit(&resource(PAY), |policy| {
        let withheld =
            json!({"role": "roles/viewer_withcond_0123456789abcdef", "members": ["user:a@example.com"]});
        policy["bindings"].as_array_mut().unwrap().push(withheld);
    });
    let ran = stage.apply(&plan(usual().steps[..1].to_vec()), &cloud);
    assert_eq!((words(&ran), cloud.writes()), (vec!["failed"], 0));
    assert!(why(&ran, 0).contains("without its conditions"));
}

#[test]
fn what_google_would_not_take_is_said_before_it_is_sent() {
    let members: Vec<_> = (0..1500).map(|index| format!("user:u{index}@example.com")).collect();
    let full = json!({"bindings": [{"role": INVOKER, "members": members}]});
    let (cloud, stage) = (Cloud::with(&[(PAY, full)]), Stage::new());
    let ran = stage.apply(&plan(vec![step(1, PAY, vec![change(Deed::Add, WEB)])]), &cloud);
    assert_eq!((words(&ran), ran.end(), cloud.writes()), (vec!["failed"], End::Partly, 0));
    assert!(why(&ran, 0).contains("1501 principals"));
}
