//! What is found where several revisions answer, and where sources are refused for several reasons at once.

use std::collections::BTreeSet;

use callmap::{
    model::{Principal, Resource, RuleId},
    rules::{Audit, fingerprint, run::judge},
    world::{EventSource, EventTarget, Token, Traffic},
};

use super::{
    estate::{Estate, with_context},
    holds::split,
    shop::{INVOKER, account, shop},
};
use crate::partition::estate::service;

const OLD: &str = "serviceAccount:old@shop-prod.iam.gserviceaccount.com";

fn audit(estate: &Estate) -> Audit {
    with_context(estate, judge)
}

fn messages(estate: &Estate, rule: RuleId) -> Vec<String> {
    let findings = audit(estate).findings.into_iter().filter(|finding| finding.rule == rule);
    findings.map(|finding| finding.message).collect()
}

#[test]
fn a_revision_that_answers_beside_a_pinned_account_is_expected_and_no_more() {
    let bound = |callers: &str| shop(callers).bound("pay", INVOKER, OLD);
    let map = "callers:\n  function:web: [pay]\n";
    let estate = split(bound(map), "web", Some(OLD));
    assert!(messages(&estate, RuleId::UndeclaredCaller).is_empty());
    let missing: Vec<_> = messages(&estate, RuleId::MissingCaller);
    assert_eq!(missing.len(), 1, "the pinned account alone is declared: {missing:?}");
    let is_undeclared = |estate: &Estate| messages(estate, RuleId::UndeclaredCaller).len() == 1;
    // Not once its traffic is back, not for a function it is not declared for, and not if its time is up.
    assert!(is_undeclared(&bound(map)));
    assert!(is_undeclared(&split(bound("callers:\n  function:web: [cart]\n"), "web", Some(OLD))));
    let over = "callers:\n  function:web: [{ function: pay, until: 2026-11-01 }]\n";
    assert!(is_undeclared(&split(bound(over), "web", Some(OLD))));
}

#[test]
fn an_account_that_changed_is_told_with_those_of_other_revisions() {
    let swapped =
        |estate: Estate| estate.set("web", |web| web.identity = Some(Principal::new(account("swapped"))));
    let told = "`web` runs as `swapped@shop-prod.iam.gserviceaccount.com`, and the map pins \
                `web@shop-prod.iam.gserviceaccount.com`";
    let estate = split(swapped(shop("callers: {}\n")), "web", Some(OLD));
    let still = "revision `r-1` still runs as `old@shop-prod.iam.gserviceaccount.com`";
    assert_eq!(messages(&estate, RuleId::IdentityChanged), [format!("{told}; {still}")]);
    let estate = split(swapped(shop("callers: {}\n")), "web", Some(&account("swapped")));
    assert_eq!(messages(&estate, RuleId::IdentityChanged), [told]);
    let estate = split(swapped(shop("callers: {}\n")), "web", None);
    let unknown = "its traffic is split, and which accounts those revisions run as is not known";
    assert_eq!(messages(&estate, RuleId::IdentityChanged), [format!("{told}; {unknown}")]);
}

#[test]
fn callers_whose_traffic_is_split_are_counted() {
    let counts = |estate: &Estate| {
        let counts = audit(estate).counts;
        (counts.split, counts.split_unknown)
    };
    let map = "callers:\n  function:web: [pay]\n  function:cart: [pay]\n";
    assert_eq!(counts(&shop(map)), (0, 0));
    assert_eq!(counts(&split(shop(map), "web", Some(OLD))), (1, 0));
    assert_eq!(counts(&split(split(shop(map), "web", Some(OLD)), "cart", None)), (1, 1));
    // One account is one account, in however many revisions.
    assert_eq!(counts(&split(shop(map), "cart", Some(&account("cart")))), (0, 0));
    assert_eq!(counts(&split(shop("callers: {}\n"), "web", Some(OLD))), (0, 0));
    let nameless = shop(map).set("web", |web| web.traffic = Traffic::Split { revisions: [].into() });
    assert_eq!(counts(&nameless), (0, 1));
}

#[test]
fn each_cause_of_a_refusal_is_a_finding_of_its_own() {
    let cron = account("cron");
    let source = |estate: &Estate, name: &str, token, audience: Option<&str>| EventSource {
        name: format!("projects/shop-prod/locations/europe-west1/jobs/{name}").into(),
        token,
        audience: audience.map(Into::into),
        target: EventTarget::Url("https://pay-1041.europe-west1.run.app".into()),
        ..estate.world.event_sources[0].clone()
    };
    let estate = shop("callers: {}\n").job("pay", &cron);
    let more = [
        source(&estate, "b", Token::Id, Some("tick")),
        source(&estate, "c", Token::Access, None),
        source(&estate, "d", Token::None, None),
        source(&estate, "e", Token::Id, Some("tock")),
    ];
    let estate = estate.with(|world| world.event_sources.extend(more));
    let findings = audit(&estate).findings;
    let found: Vec<_> = findings.iter().filter(|finding| finding.rule == RuleId::TriggerBlocked).collect();
    let mut told: Vec<&str> = found.iter().map(|finding| &*finding.message).collect();
    told.sort_unstable();
    let all = format!("calls `pay` as `{cron}`");
    assert_eq!(
        told,
        [
            "Scheduler job `b` and 1 source more call `pay` with a token for `tick` and get 401: it takes its own URL",
            &format!("Scheduler job `b` and 2 sources more call `pay` as `{cron}`, which gets 403 there"),
            &format!(
                "Scheduler job `c` {all} with an OAuth access token and gets 401: Cloud Run takes ID tokens alone"
            ),
            &format!("Scheduler job `d` {all} without a token and gets 403: it is not public"),
        ]
    );
    let prints: BTreeSet<&str> = found.iter().map(|finding| &*finding.fingerprint).collect();
    assert_eq!(prints.len(), found.len());
    // That of the first kind is as it was before there were others.
    let resource = Resource::Service(service("pay"));
    let first = fingerprint(RuleId::TriggerBlocked, &resource, Some(&Principal::new(cron)), None);
    assert!(prints.contains(&*first));
}
