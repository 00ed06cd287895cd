//! What stands in the way of a change, each reason by itself.

use callmap::{
    model::{Binding, DenyPolicy, DenyPolicyName, DenyRule, Principal, RoleName},
    plan::{Include, Plan},
    world::{Extent, Layer, LayerState, Observed, RoleDefinition, Traffic, World, Written},
};

use super::{
    estate::{Estate, plan},
    shop::{INVOKER, account, lines, shop, written},
};
use crate::partition::estate::{container, gap, service};

const MAP: &str = "callers:\n  user:alice@example.com: [pay]\n";
const OLD: &str = "serviceAccount:old@shop-prod.iam.gserviceaccount.com";
const AGENT: &str = "serviceAccount:service-1041@gcp-sa-pubsub.iam.gserviceaccount.com";

#[track_caller]
fn check(estate: &Estate, expected: &[&str]) {
    assert_eq!(lines(&plan(estate)), expected);
}

fn old() -> Estate {
    shop("callers: {}\n").bound("pay", INVOKER, OLD)
}

#[test]
fn a_removal_stays_where_its_caller_would_be_left_without_a_grant() {
    let shared = "callers:\n  function:cart: [pay]\n";
    let estate = shop(shared).bound("pay", INVOKER, "allUsers").set("extra", |extra| {
        extra.identity = Some(Principal::new(account("cart")));
    });
    check(
        &estate,
        &[
            "held pay: add borrowed-caller serviceAccount:cart@shop-prod.iam.gserviceaccount.com; `cart` shares this account with `shop-prod/europe-west1/extra`: give it an account of its own, or pin this one with `runs_as`",
            "held pay: remove public-function allUsers; `serviceAccount:cart@shop-prod.iam.gserviceaccount.com` may call `pay` through it and would be left without a grant of its own",
        ],
    );
    // A grant that depends on the path is no own grant that gives yes.
    let sometimes = shop(MAP).bound("pay", INVOKER, "group:ops@example.com").bound_if(
        "pay",
        "user:alice@example.com",
        "by path",
        "request.path == \"/\"",
    );
    check(
        &sometimes,
        &[
            "held pay: remove undeclared-caller group:ops@example.com; `user:alice@example.com` may call `pay` through it and would be left without a grant of its own",
        ],
    );
}

#[test]
fn accounts_that_are_not_one_functions_alone_are_held_unless_pinned() {
    let map = "callers:\n  function:cart: [pay]\n";
    check(
        &shop(map).set("cart", |cart| cart.identity = None),
        &[
            "held pay: add missing-caller serviceAccount:1041-compute@developer.gserviceaccount.com; `cart` runs as the default compute account, as much else may: give it an account of its own, or pin this one with `runs_as`",
        ],
    );
    let pinned = "callers:\n  function:web: [pay]\n";
    let shared =
        |map: &str| shop(map).set("cart", |cart| cart.identity = Some(Principal::new(account("web"))));
    check(
        &shared(pinned),
        &["s1 pay: add missing-caller serviceAccount:web@shop-prod.iam.gserviceaccount.com"],
    );
    // The other function that runs as it may call, too.
    let both = "callers:\n  function:cart: [pay]\n  function:web: [pay]\n";
    check(
        &shared(both),
        &["s1 pay: add missing-caller serviceAccount:web@shop-prod.iam.gserviceaccount.com"],
    );
}

#[test]
fn nothing_is_changed_for_a_function_that_runs_as_another_account_than_pinned() {
    let swapped = account("swapped");
    let estate = shop("callers:\n  function:web: [pay]\n")
        .bound("cart", INVOKER, &swapped)
        .set("web", |web| web.identity = Some(Principal::new(swapped)));
    check(
        &estate,
        &[
            "held cart: remove undeclared-caller serviceAccount:swapped@shop-prod.iam.gserviceaccount.com; `web` does not run as the account that the map pins: find out who changed it",
            "held pay: add missing-caller serviceAccount:web@shop-prod.iam.gserviceaccount.com; `web` does not run as the account that the map pins: find out who changed it",
        ],
    );
    let gone = shop("callers:\n  function:web: [pay]\n").with(|world| {
        world.services.remove(&service("web"));
    });
    check(
        &gone,
        &[
            "held pay: add missing-caller serviceAccount:web@shop-prod.iam.gserviceaccount.com; whether `web` runs as this account is not known: it is not live, or not read",
        ],
    );
}

#[test]
fn an_account_may_be_that_of_a_revision_while_traffic_is_split() {
    let estate = shop("callers:\n  function:web: [pay]\n")
        .bound("pay", INVOKER, &account("web"))
        .bound("pay", INVOKER, OLD)
        .set("web", |web| web.traffic = Traffic::Split { revisions: [].into() });
    check(
        &estate,
        &[
            "held pay: remove undeclared-caller serviceAccount:old@shop-prod.iam.gserviceaccount.com; the traffic of `web` is split: it may be the account of one of its revisions",
        ],
    );
}

/// `web`, or another function, whose traffic goes to a revision that runs as an account.
pub(super) fn split(estate: Estate, name: &str, account: Option<&str>) -> Estate {
    let revision = "r-1";
    let read = account.map(|account| Observed::Known(Some(Principal::new(account))));
    let function = service(name);
    estate
        .set(name, |settings| settings.traffic = Traffic::Split { revisions: [revision.into()].into() })
        .with(|world| {
            let revisions = world.revisions.entry(function).or_default();
            revisions.extend(read.map(|read| (revision.into(), read)));
        })
}

#[test]
fn the_account_of_another_revision_stays_and_what_lets_it_in_does() {
    let map = "callers:\n  function:web: [pay]\n";
    let web = || shop(map).bound("pay", INVOKER, &account("web"));
    // Beside the pinned account it is expected, and nothing else is held for it.
    let stray = "user:bob@example.com";
    let estate = split(web().bound("pay", INVOKER, OLD).bound("pay", INVOKER, stray), "web", Some(OLD));
    check(&estate, &["s1 pay: remove undeclared-caller user:bob@example.com"]);
    let other = "serviceAccount:other@shop-prod.iam.gserviceaccount.com";
    let estate = split(web().bound("pay", INVOKER, other), "web", Some(OLD));
    check(
        &estate,
        &["s1 pay: remove undeclared-caller serviceAccount:other@shop-prod.iam.gserviceaccount.com"],
    );
    let estate = split(web().bound("pay", INVOKER, "allUsers"), "web", Some(OLD));
    check(
        &estate,
        &[
            "held pay: remove public-function allUsers; the traffic of `web` is split, and a revision still calls through it as `serviceAccount:old@shop-prod.iam.gserviceaccount.com`",
        ],
    );
    // Its own grant above functions stays as well, and a grant of its own on the function lets another go.
    let above = web().bound("projects/shop-prod", INVOKER, OLD).asked(&[Include::Inherited]);
    check(
        &split(above, "web", Some(OLD)),
        &[
            "held projects/shop-prod: remove inherited inherited-caller serviceAccount:old@shop-prod.iam.gserviceaccount.com; the traffic of `web` is split, and a revision still calls as it",
        ],
    );
    let both = web().bound("pay", INVOKER, OLD).bound("pay", INVOKER, "allUsers");
    check(&split(both, "web", Some(OLD)), &["s1 pay: remove public-function allUsers"]);
}

#[test]
fn every_account_that_an_unpinned_function_answers_as_is_granted() {
    let map = "callers:\n  function:cart: [pay]\n";
    check(
        &split(shop(map).bound("pay", INVOKER, "allUsers"), "cart", Some(OLD)),
        &[
            "s1 pay: add borrowed-caller serviceAccount:cart@shop-prod.iam.gserviceaccount.com",
            "s1 pay: add borrowed-caller serviceAccount:old@shop-prod.iam.gserviceaccount.com",
            "s1 pay: remove public-function allUsers",
        ],
    );
    // What is not known is granted nothing, and keeps what may let it in.
    check(
        &split(shop(map).bound("pay", INVOKER, "allUsers"), "cart", None),
        &[
            "s1 pay: add borrowed-caller serviceAccount:cart@shop-prod.iam.gserviceaccount.com",
            "held pay: remove public-function allUsers; the traffic of `cart` is split: it may let in the account of one of its revisions",
        ],
    );
    // Another function runs as the account of the revision: a grant would be for both.
    let shared = split(shop(map), "cart", Some(&account("extra")));
    check(
        &shared,
        &[
            "s1 pay: add missing-caller serviceAccount:cart@shop-prod.iam.gserviceaccount.com",
            "held pay: add missing-caller serviceAccount:extra@shop-prod.iam.gserviceaccount.com; `cart` shares this account with `shop-prod/europe-west1/extra`: give it an account of its own, or pin this one with `runs_as`",
        ],
    );
}

#[test]
fn an_account_stays_while_an_event_source_calls_as_it_or_may() {
    let removed = "s1 pay: remove undeclared-caller serviceAccount:old@shop-prod.iam.gserviceaccount.com";
    check(&old(), &[removed]);
    let in_use = || old().job("pay", OLD);
    let held = "held pay: remove undeclared-caller serviceAccount:old@shop-prod.iam.gserviceaccount.com; ";
    check(
        &in_use(),
        &[&format!(
            "{held}Scheduler job `tick` calls `pay` as it: declare it, or name it with `--ignore-event-sources`"
        )],
    );
    let mut ignored = in_use();
    ignored.options.ignored_in_sources.insert(Principal::new(OLD));
    check(&ignored, &[removed]);
    check(&old().job("cart", OLD), &[removed]);
    let unread = "whether an event source calls as it is not known: those of `shop-prod` were not all read";
    for state in [None, Some(Observed::Unreadable(gap()))] {
        let estate = old().with(|world| {
            world.event_source_lists.clear();
            world.event_source_lists.extend(state.map(|state| ("shop-prod".into(), state)));
        });
        check(&estate, &[&format!("{held}{unread}")]);
    }
    // People and groups are no event sources.
    let person = shop("callers: {}\n").bound("pay", INVOKER, "user:bob@example.com").with(|world| {
        world.event_source_lists.clear();
    });
    check(&person, &["s1 pay: remove undeclared-caller user:bob@example.com"]);
    // The project of the account counts where it is ours.
    let elsewhere = "serviceAccount:old@shop-edge.iam.gserviceaccount.com";
    let foreign = shop("callers: {}\n").bound("pay", INVOKER, elsewhere);
    check(&foreign, &[&format!("s1 pay: remove undeclared-caller {elsewhere}")]);
    let ours = shop("projects: [shop-edge]\ncallers: {}\n").bound("pay", INVOKER, elsewhere);
    check(
        &ours,
        &[&format!(
            "held pay: remove undeclared-caller {elsewhere}; whether an event source calls as it is not known: those of `shop-edge` were not all read"
        )],
    );
}

#[test]
fn service_agents_of_google_stay_unless_asked_for() {
    let agent = shop("callers: {}\n").bound("pay", INVOKER, AGENT);
    check(
        &agent,
        &[&format!(
            "held pay: remove undeclared-caller {AGENT}; it is a service agent of google's: needs `--include-agents`"
        )],
    );
    check(&agent.asked(&[Include::Agents]), &[&format!("s1 pay: remove undeclared-caller {AGENT}")]);
    for look_alike in [
        "serviceAccount:service-7@gcp-sa-pubsub.iam.gserviceaccount.com",
        "serviceAccount:service-1041@gcp-sa-pubsubs.iam.gserviceaccount.com",
    ] {
        let estate = shop("callers: {}\n").bound("pay", INVOKER, look_alike);
        check(&estate, &[&format!("s1 pay: remove undeclared-caller {look_alike}")]);
    }
}

#[test]
fn a_policy_that_is_not_known_whole_is_not_changed() {
    let add = "held pay: add missing-caller user:alice@example.com; ";
    check(
        &shop(MAP).bound("pay", "roles/run.viewer_withcond_0123456789abcdef", "user:bob@example.com"),
        &[&format!("{add}its policy was read without its conditions: read it at policy version 3")],
    );
    let unread_role = |state: Option<Observed<RoleDefinition>>| {
        shop(MAP).bound("pay", "projects/shop-prod/roles/mine", "user:bob@example.com").with(|world| {
            world.roles.extend(state.map(|state| (RoleName::new("projects/shop-prod/roles/mine"), state)));
        })
    };
    check(
        &unread_role(None),
        &[&format!(
            "{add}what `projects/shop-prod/roles/mine` carries is not known: its content was not read"
        )],
    );
    let reader = RoleDefinition::new(["run.services.get".into()], false);
    check(
        &unread_role(Some(Observed::Known(reader))),
        &["s1 pay: add missing-caller user:alice@example.com"],
    );
    let estate = shop(MAP).with(|world| {
        world.services.get_mut(&service("pay")).unwrap().policy = Observed::Unreadable(gap());
    });
    check(&estate, &["held pay: nothing known; its policy could not be read: permission denied"]);
    assert!(!plan(&estate).is_complete);
}

#[test]
fn what_is_accepted_stays_and_what_others_write_is_left_to_them() {
    let accepted = "accepted:\n  - { rule: undeclared-caller, caller: \"serviceAccount:old@shop-prod.iam.gserviceaccount.com\", reason: known, until: 2027-01-31 }\ncallers: {}\n";
    check(
        &shop(accepted).bound("pay", INVOKER, OLD).bound("pay", INVOKER, "user:bob@example.com"),
        &[
            "s1 pay: remove undeclared-caller user:bob@example.com",
            "held pay: remove undeclared-caller serviceAccount:old@shop-prod.iam.gserviceaccount.com; the map accepts it",
        ],
    );
    let terraform = "callmap: 1\nproject: shop-prod\nregion: europe-west1\nwritten_by: terraform\nfunctions:\n  pay:\ncallers:\n  user:alice@example.com: [{ function: pay, until: 2026-12-01 }]\n";
    check(
        &written(terraform).bound("pay", INVOKER, "user:bob@example.com"),
        &[
            "held pay: add missing-caller user:alice@example.com; terraform writes this policy: change it there",
            "held pay: remove undeclared-caller user:bob@example.com; terraform writes this policy: change it there",
        ],
    );
}

/// What Terraform writes of the policy of `pay`.
fn writes(name: &str, extent: Extent) -> impl FnOnce(&mut World) {
    let (address, file) = (name.into(), "state.json".into());
    let written = Written { resource: service("pay").into(), extent, address, file };
    |world| world.writers.add(written)
}

fn bound_to(member: &str) -> Binding {
    let members = vec![Principal::new(member)];
    Binding { role: RoleName::new(INVOKER), members, condition: None }
}

#[test]
fn what_terraform_would_undo_is_left_to_it_and_what_it_leaves_alone_is_done() {
    let estate = || shop(MAP).bound("pay", INVOKER, OLD).bound("pay", INVOKER, "user:bob@example.com");
    let member = |member: &str| {
        let (role, principal) = (RoleName::new(INVOKER), Principal::new(member));
        Extent::Member { role, principal, condition: None }
    };
    let (add, bob) = (
        "pay: add missing-caller user:alice@example.com",
        "pay: remove undeclared-caller user:bob@example.com",
    );
    let old = format!("pay: remove undeclared-caller {OLD}");
    check(
        &estate().with(writes("m.b", member("user:bob@example.com"))),
        &[
            &format!("s1 {add}"),
            &format!("s1 {old}"),
            &format!("held {bob}; Terraform's `m.b` puts it back at its next apply: take it out there"),
        ],
    );
    let whole = Extent::Binding { binding: bound_to("user:bob@example.com"), is_whole: true };
    check(
        &estate().with(writes("b", whole)),
        &[
            &format!("s1 {old}"),
            &format!("held {add}; Terraform's `b` takes it away at its next apply: add it there"),
            &format!("held {bob}; Terraform's `b` puts it back at its next apply: take it out there"),
        ],
    );
    // What it does not name goes at its next apply too, and what it names comes.
    let agreed = Extent::Policy(Some(vec![bound_to("user:alice@example.com")]));
    check(
        &estate().with(writes("p", agreed)),
        &[&format!("s1 {add}"), &format!("s1 {old}"), &format!("s1 {bob}")],
    );
    // Terraform reads a policy without its conditions.
    let until = "callers:\n  user:alice@example.com: [{ function: pay, until: 2026-12-01 }]\n";
    check(
        &shop(until).with(writes("m.c", member("user:carol@example.com"))),
        &["held pay: add missing-caller user:alice@example.com if request.time < \
           timestamp(\"2026-12-02T00:00:00Z\"); Terraform's `m.c` reads this policy without its \
           conditions: say `written_by: terraform`, and the map keeps the end"],
    );
}

#[test]
fn a_change_that_a_label_casts_doubt_on_is_made_and_says_so() {
    let labelled = |key: &str, value: &str| {
        let (key, value) = (key.into(), value.into());
        let estate = shop("callers: {}\n").bound("pay", INVOKER, "allUsers");
        plan(&estate.set("pay", |pay| drop(pay.labels.insert(key, value))))
    };
    let because = |plan: &Plan| plan.steps[0].changes[0].because.clone();
    let public = "everybody can call, and the map does not say so";
    assert_eq!(because(&labelled("team", "shop")), public);
    assert_eq!(
        because(&labelled("deployment-tool", "cli-firebase")),
        format!("{public}; Firebase deploys this function and may undo it")
    );
    assert_eq!(
        because(&labelled("goog-managed-by", "cloudfunctions")),
        format!("{public}; `gcloud functions deploy --allow-unauthenticated` would undo it")
    );
}

#[test]
fn what_hangs_above_stays_until_all_below_it_is_known() {
    let estate = |role| {
        shop("callers: {}\n").bound("folders/77", role, "user:bob@example.com").asked(&[Include::Inherited])
    };
    let narrow = || estate("roles/run.servicesInvoker");
    let removal = "remove inherited inherited-caller user:bob@example.com";
    check(&narrow(), &[&format!("s1 folders/77: {removal} roles/run.servicesInvoker")]);
    let held = format!("held folders/77: {removal} roles/run.servicesInvoker; ");
    check(
        &narrow().with(|world| drop(world.projects_below.remove(&container("folders/77")))),
        &[&format!("{held}which projects are below it was not read")],
    );
    let other = narrow().with(|world| {
        let projects = ["shop-prod".into(), "shop-lost".into()].into();
        world.projects_below.insert(container("folders/77"), Observed::Known(projects));
    });
    check(
        &other,
        &[&format!("{held}not everything below it was read: `--project shop-lost` looks at more of it")],
    );
    let region = narrow().with(|world| {
        world.unread_lists.insert("projects/shop-prod/locations/us-east1/services".into(), gap());
    });
    check(
        &region,
        &[&format!("{held}not everything below it was read: the functions of `shop-prod` are not all known")],
    );
}

#[test]
fn a_role_that_runs_jobs_stays_while_there_are_any_unless_asked_for() {
    let estate = |jobs: Option<Observed<Vec<std::sync::Arc<str>>>>, include: &[Include]| {
        let estate = shop("callers: {}\n").bound("projects/shop-prod", INVOKER, "user:bob@example.com");
        estate.asked(include).with(|world| {
            world.workloads.clear();
            world.workloads.extend(jobs.map(|jobs| ("shop-prod".into(), jobs)));
        })
    };
    let removal = "projects/shop-prod: remove inherited inherited-caller user:bob@example.com";
    let nightly = || Observed::Known(vec!["projects/shop-prod/locations/europe-west1/jobs/nightly".into()]);
    check(&estate(Some(Observed::Known(Vec::new())), &[Include::Inherited]), &[&format!("s1 {removal}")]);
    check(&estate(Some(nightly()), &[Include::InheritedJobs]), &[&format!("s1 {removal}")]);
    let held =
        |why: &str| format!("held {removal}; `roles/run.invoker` runs jobs and instances, too, and {why}");
    let there =
        "there is `projects/shop-prod/locations/europe-west1/jobs/nightly`: needs `--include-inherited=jobs`";
    check(&estate(Some(nightly()), &[Include::Inherited]), &[&held(there)]);
    // What nobody listed cannot be named, whatever is asked for.
    for (jobs, why) in [
        (None, "those of `shop-prod` were not read"),
        (Some(Observed::Unreadable(gap())), "those of `shop-prod` could not be read: permission denied"),
    ] {
        check(&estate(jobs.clone(), &[Include::Inherited]), &[&held(why)]);
        check(&estate(jobs, &[Include::InheritedJobs]), &[&held(why)]);
    }
}

#[test]
fn a_grant_is_not_put_in_where_a_deny_policy_stops_its_holder() {
    let estate = shop(MAP);
    let denied = |who: &'static str| {
        estate.clone().with(move |world| {
            world.layers.insert(Layer::DenyPolicies, LayerState::Read);
            let rule = DenyRule {
                denied_principals: vec![who.into()],
                denied_permissions: vec!["run.googleapis.com/routes.invoke".into()],
                ..DenyRule::default()
            };
            let name = DenyPolicyName { attachment: container("folders/77"), id: Some("no-calls".into()) };
            let policy = DenyPolicy { rules: vec![Some(rule)], text: "{}".into() };
            world.deny_policies.insert(name, Observed::Known(policy));
        })
    };
    check(
        &denied("principal://goog/subject/alice@example.com"),
        &[
            "held pay: add missing-caller user:alice@example.com; a deny policy stops it whatever is granted: `callmap explain` says which",
        ],
    );
    // What is not known to be denied is granted.
    let granted = ["s1 pay: add missing-caller user:alice@example.com"];
    check(&denied("principalSet://goog/group/unread@example.com"), &granted);
    check(&denied("principal://goog/subject/bob@example.com"), &granted);
}
