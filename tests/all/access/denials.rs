//! What deny policies take away: section 4 of the design, word for word.

use callmap::{
    access::{
        Access, Effect,
        Verdict::{self, No, Unknown, Yes},
    },
    model::{DenyPolicyName, DenyRule, Principal},
    world::{Gap, Layer, LayerState, Observed, World},
};

use super::estate::{
    CALLS, INVOKER, ask, bind, bind_above, condition, container, deny, deny_by, deny_rule, gap, group, now,
    pay, principal, service, verdict, world,
};

const ALICE: &str = "user:alice@example.com";
const WEB: &str = "serviceAccount:web@shop-prod.iam.gserviceaccount.com";
const AGENT: &str = "serviceAccount:service-1041@gcp-sa-pubsub.iam.gserviceaccount.com";
const TEAM: &str = "group:team@example.com";
const UNREAD: &str = "group:unread@example.com";
const DOMAIN: &str = "domain:example.com";
const SET: &str = "principalSet://cloudresourcemanager.googleapis.com/folders/77/type/ServiceAccount";
const ANY_ACCOUNT: &str = "allAuthenticatedUsers";
const PUBLIC: &str = "allUsers";
const OWNERS: &str = "projectOwner:shop-prod";
const FEDERATED: &str = "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/alice";

const EVERYBODY: &str = "principalSet://goog/public:all";
const SUBJECT: &str = "principal://goog/subject/Alice@Example.com";
const ACCOUNT: &str =
    "principal://iam.googleapis.com/projects/-/serviceAccounts/web@shop-prod.iam.gserviceaccount.com";

/// Everybody is granted, and this deny rule stands on the project.
fn denied(principals: &[&str], who: &str) -> Verdict {
    let mut world = world();
    group(&mut world, TEAM, &[ALICE, "group:leads@example.com"]);
    group(&mut world, "group:leads@example.com", &["user:lea@example.com"]);
    group(&mut world, "group:all@example.com", &[TEAM, DOMAIN, SET]);
    group(&mut world, "group:empty@example.com", &[]);
    bind(&mut world, INVOKER, &[who], None);
    deny(&mut world, "projects/shop-prod", principals);
    match verdict(&world, who) {
        Yes => No,
        Unknown => Unknown,
        No => Yes,
    }
}

#[test]
fn every_kind_of_denied_principal_meets_every_kind_of_caller() {
    let u = Unknown;
    let callers = [ALICE, WEB, AGENT, TEAM, DOMAIN, SET, ANY_ACCOUNT, PUBLIC];
    let below = |what: &str| format!("principalSet://cloudresourcemanager.googleapis.com/{what}");
    for (named, expected) in [
        // alice, web, agent, team, domain, set, any account, public
        (EVERYBODY, [Yes; 8]),
        (SUBJECT, [Yes, No, No, u, u, No, u, No]),
        ("principal://goog/subject/eve@example.org", [No, No, No, No, No, No, u, No]),
        (ACCOUNT, [No, Yes, No, No, No, u, u, No]),
        ("principalSet://goog/group/team@example.com", [Yes, No, No, Yes, u, No, u, No]),
        ("principalSet://goog/group/leads@example.com", [No, No, No, u, u, No, u, No]),
        ("principalSet://goog/group/all@example.com", [Yes, Yes, No, Yes, Yes, Yes, u, No]),
        ("principalSet://goog/group/empty@example.com", [No, No, No, No, No, No, u, No]),
        ("principalSet://goog/group/unread@example.com", [u, u, u, u, u, u, u, No]),
        ("principalSet://goog/cloudIdentityCustomerId/C01Abc35", [u, u, u, u, u, u, u, No]),
        (&below("folders/77/type/ServiceAccount"), [No, Yes, No, No, No, Yes, u, No]),
        (&below("projects/1041/type/ServiceAccount"), [No, Yes, No, No, No, u, u, No]),
        (&below("organizations/9000/type/ServiceAccount"), [No, Yes, No, No, No, Yes, u, No]),
        (&below("folders/88/type/ServiceAccount"), [No, No, No, No, No, No, u, No]),
        (&below("projects/1041/type/ServiceAgent"), [No, No, Yes, No, No, No, u, No]),
        (&below("folders/77/type/ServiceAgent"), [No, No, Yes, No, No, No, u, No]),
        (&below("folders/88/type/ServiceAgent"), [No, No, No, No, No, No, u, No]),
        (FEDERATED, [No; 8]),
        ("deleted:principal://goog/subject/alice@example.com?uid=7", [No; 8]),
        ("principal://goog/new/alice", [u; 8]),
        (ALICE, [u; 8]),
    ] {
        for (who, expected) in callers.into_iter().zip(expected) {
            assert_eq!(denied(&[named], who), expected, "{named} denied, {who} calls");
        }
    }
}

#[test]
fn an_exception_spares_who_is_wholly_in_it() {
    let u = Unknown;
    let callers = [ALICE, WEB, TEAM, DOMAIN, SET, ANY_ACCOUNT, PUBLIC];
    for (excepted, expected) in [
        // alice, web, team, domain, set, any account, public: whether each is denied, with everybody denied
        ("!principal://goog/subject/alice@example.com", [No, Yes, u, u, Yes, u, Yes]),
        ("!principalSet://goog/group/team@example.com", [No, Yes, No, u, Yes, u, Yes]),
        ("!principalSet://goog/group/unread@example.com", [u, u, u, u, u, u, Yes]),
        (
            "!principal://iam.googleapis.com/projects/-/serviceAccounts/web@shop-prod.iam.gserviceaccount.com",
            [Yes, No, Yes, Yes, u, u, Yes],
        ),
        ("!principalSet://goog/cloudIdentityCustomerId/C01Abc35", [u, u, u, u, u, u, Yes]),
        ("!principalSet://goog/public:all", [u; 7]),
        ("!principal://goog/new/alice", [u; 7]),
        ("!deleted:principal://goog/subject/alice@example.com?uid=7", [Yes; 7]),
    ] {
        for (who, expected) in callers.into_iter().zip(expected) {
            assert_eq!(denied(&[EVERYBODY, excepted], who), expected, "{excepted} excepted, {who} calls");
        }
    }
}

fn granted() -> World {
    let mut world = world();
    bind(&mut world, INVOKER, &[ALICE], None);
    world
}

#[test]
fn a_denial_counts_wherever_it_stands_on_the_way_and_nowhere_else() {
    for (attachment, expected) in [
        ("projects/shop-prod", No),
        ("folders/77", No),
        ("organizations/9000", No),
        ("projects/shop-edge", Yes),
        ("folders/88", Yes),
    ] {
        let mut world = granted();
        deny(&mut world, attachment, &[SUBJECT]);
        assert_eq!(verdict(&world, ALICE), expected, "{attachment}");
        // Several rules and policies: the worst counts.
        deny_by(&mut world, attachment, vec![Some(deny_rule(&[ACCOUNT])), Some(deny_rule(&[SUBJECT]))]);
        assert_eq!(verdict(&world, ALICE), expected, "{attachment}");
    }
}

#[test]
fn a_rule_counts_by_its_permissions_and_its_condition() {
    let with = |change: &dyn Fn(&mut DenyRule)| {
        let mut world = granted();
        let mut rule = deny_rule(&[SUBJECT]);
        change(&mut rule);
        deny_by(&mut world, "folders/77", vec![Some(rule)]);
        verdict(&world, ALICE)
    };
    let permits = |denied: &'static str| with(&|rule| rule.denied_permissions = vec![denied.into()]);
    assert_eq!(permits("run.googleapis.com/routes.*"), No);
    assert_eq!(permits("run.googleapis.com/jobs.run"), Yes);
    assert_eq!(permits("run.googleapis.com/*.*"), Unknown);
    let excepts = |excepted: &'static str| with(&|rule| rule.exception_permissions = vec![excepted.into()]);
    assert_eq!(excepts(CALLS), Yes);
    assert_eq!(excepts("run.googleapis.com/*.*"), Unknown);
    assert_eq!(excepts("run.googleapis.com/jobs.run"), No);
    assert_eq!(
        with(&|rule| rule.condition = Some(condition("resource.matchTag('9000/env', 'prod')"))),
        Unknown
    );
    assert_eq!(with(&|rule| rule.denied_principals.clear()), Yes);
}

#[test]
fn what_was_not_read_may_deny() {
    let unread = || Observed::Unreadable(gap());
    let named =
        |id: Option<&str>| DenyPolicyName { attachment: container("folders/77"), id: id.map(Into::into) };
    let mut unknown_rule = granted();
    deny_by(&mut unknown_rule, "folders/77", vec![None]);
    assert_eq!(verdict(&unknown_rule, ALICE), Unknown);
    for id in [None, Some("night")] {
        let mut world = granted();
        world.layers.insert(Layer::DenyPolicies, LayerState::Refused);
        world.deny_policies.insert(named(id), unread());
        assert_eq!(verdict(&world, ALICE), Unknown);
        let first = &ask(&world, ALICE).reasons[0];
        assert_eq!((first.effect, first.gap.clone()), (Effect::Unknown, Some(gap())));
        assert!(!Access::new(&world, now()).who(&pay()).is_complete);
        // A denial that was read is one all the same.
        deny(&mut world, "projects/shop-prod", &[SUBJECT]);
        assert_eq!(verdict(&world, ALICE), No);
        // Nobody asked: verdicts are by allow policies alone.
        world.layers.insert(Layer::DenyPolicies, LayerState::NotAsked);
        assert_eq!(verdict(&world, ALICE), Yes);
    }
    let mut cut_off = granted();
    service(&mut cut_off).ancestors = Observed::Unreadable(gap());
    assert_eq!(verdict(&cut_off, ALICE), Yes);
    cut_off.layers.insert(Layer::DenyPolicies, LayerState::Read);
    assert_eq!(verdict(&cut_off, ALICE), Unknown);
    // Even where alice is denied, all users may be let through by what was not read.
    deny(&mut cut_off, "projects/shop-prod", &[SUBJECT]);
    assert_eq!(verdict(&cut_off, ALICE), Unknown);
    deny(&mut cut_off, "projects/shop-prod", &["principalSet://goog/public:all"]);
    assert_eq!(verdict(&cut_off, ALICE), No);
}

#[test]
fn a_token_is_not_needed_where_everybody_may_call() {
    let mut open = granted();
    bind(&mut open, INVOKER, &[PUBLIC], None);
    deny(&mut open, "folders/77", &[SUBJECT]);
    let answer = ask(&open, ALICE);
    assert_eq!(answer.verdict, Yes);
    assert!(answer.reasons.iter().all(|reason| reason.effect != Effect::Deny));
    // Everybody denied but alice: she alone calls.
    deny(&mut open, "folders/77", &[EVERYBODY, "!principal://goog/subject/alice@example.com"]);
    assert_eq!(verdict(&open, ALICE), Yes);
    assert_eq!(verdict(&open, PUBLIC), No);
    assert_eq!(verdict(&open, "user:bob@example.com"), No);
    assert_eq!(verdict(&open, FEDERATED), No);
    let Observed::Known(settings) = &mut service(&mut open).settings else { panic!("not read") };
    settings.is_check_disabled = true;
    for who in [ALICE, PUBLIC, "user:bob@example.com"] {
        assert_eq!(verdict(&open, who), Yes, "with the check off nothing is denied");
    }
}

#[test]
fn reasons_say_what_a_deny_policy_does_and_to_whom() {
    let mut world = granted();
    group(&mut world, TEAM, &["group:leads@example.com"]);
    group(&mut world, "group:leads@example.com", &[ALICE]);
    let told = |world: &World| -> Vec<String> {
        let reasons = ask(world, ALICE).reasons;
        reasons.iter().map(|reason| format!("{}: {}", reason.effect.as_str(), reason.detail)).collect()
    };
    deny(&mut world, "folders/77", &["principalSet://goog/group/team@example.com"]);
    assert_eq!(
        told(&world),
        [
            "deny: the deny policy `no-calls` refuses its calls: it names `principalSet://goog/group/team@example.com` (`user:alice@example.com` is a member of `group:leads@example.com`, which is in `group:team@example.com`)",
            "void: a deny policy takes it away",
        ]
    );
    deny(&mut world, "folders/77", &[EVERYBODY, "!principal://goog/subject/alice@example.com"]);
    assert_eq!(
        told(&world),
        [
            "allow: ",
            "void: the deny policy `no-calls` would refuse its calls: it names `principalSet://goog/public:all`, which is everybody, but it excepts this caller with `principal://goog/subject/alice@example.com`",
        ]
    );
    deny(&mut world, "folders/77", &["principalSet://goog/group/unread@example.com"]);
    assert_eq!(
        told(&world),
        [
            "unknown: the deny policy `no-calls` may refuse its calls: it names `principalSet://goog/group/unread@example.com` (the members of this group are not known)",
            "unknown: a deny policy may take it away",
        ]
    );
}

fn listed(callers: &[callmap::access::Invoker]) -> Vec<(&str, Verdict)> {
    callers.iter().map(|caller| (caller.principal.as_str(), caller.verdict)).collect()
}

#[test]
fn who_tells_callers_from_those_whom_a_deny_policy_stops() {
    let mut world = world();
    group(&mut world, TEAM, &[ALICE, "user:bela@example.com"]);
    bind(&mut world, INVOKER, &[TEAM], None);
    bind_above(&mut world, "projects/shop-prod", "roles/editor", &[DOMAIN]);
    deny(
        &mut world,
        "folders/77",
        &["principal://goog/subject/alice@example.com", "principal://goog/subject/eve@example.com"],
    );
    let who = Access::new(&world, now()).who(&pay());
    assert_eq!(listed(&who.callers), [(DOMAIN, Unknown), (TEAM, Unknown), ("user:bela@example.com", Yes)]);
    assert_eq!(listed(&who.denied), [(ALICE, No), ("user:eve@example.com", No)]);
    assert!(who.denied.iter().all(|denied| denied.via.iter().all(|reason| reason.effect == Effect::Deny)));
    let can = |who: &str| Access::new(&world, now()).can(&principal(who));
    assert_eq!((can(ALICE).functions.len(), can(ALICE).denied.len()), (0, 1));
    assert_eq!(
        (can("user:bela@example.com").functions.len(), can("user:bela@example.com").denied.len()),
        (1, 0)
    );
    // Who is spared is a caller, whoever else is denied.
    let mut spared = granted();
    bind(&mut spared, INVOKER, &[PUBLIC], None);
    deny(&mut spared, "folders/77", &[EVERYBODY, "!principal://goog/subject/zoe@example.com"]);
    let who = Access::new(&spared, now()).who(&pay());
    assert_eq!(listed(&who.callers), [("user:zoe@example.com", Yes)]);
    assert_eq!(listed(&who.denied), [(PUBLIC, No), (ALICE, No)]);
}

#[test]
fn one_caller_asked_about_many_functions_gets_the_same_answers() {
    let mut world = granted();
    for (name, attachment) in [("a", "projects/shop-prod"), ("b", "projects/shop-edge")] {
        let project = attachment.strip_prefix("projects/").unwrap();
        let mut copy = world.services[&pay()].clone();
        copy.ancestors = Observed::Known(world.chains[project].clone());
        let name = format!("projects/{project}/locations/europe-west1/services/{name}").parse().unwrap();
        world.services.insert(name, copy);
        world
            .policies
            .entry(container(attachment))
            .or_insert_with(|| Observed::Unreadable(Gap::new("x", "y")));
    }
    group(&mut world, TEAM, &[ALICE]);
    bind_above(&mut world, "folders/77", INVOKER, &[UNREAD, TEAM]);
    deny(&mut world, "projects/shop-edge", &["principalSet://goog/group/team@example.com"]);
    let access = Access::new(&world, now());
    for who in [ALICE, WEB, TEAM, PUBLIC, OWNERS, DOMAIN].map(Principal::new) {
        let caller = access.caller(&who);
        for _ in 0..2 {
            for function in world.services.keys() {
                assert_eq!(caller.allows(function), access.allows(&who, function), "{who} {function}");
            }
        }
    }
}
