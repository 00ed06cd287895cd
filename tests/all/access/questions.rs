//! The questions the other way round: who can call this, what can that call?

use callmap::{
    access::{
        Access,
        Verdict::{self, Unknown, Yes},
    },
    world::{Gap, Observed, World},
};

use super::estate::{INVOKER, bind, bind_above, container, gap, group, now, pay, principal, service, world};

fn who(world: &World) -> Vec<(String, Verdict)> {
    let who = Access::new(world, now()).who(&pay());
    who.callers.into_iter().map(|caller| (caller.principal.to_string(), caller.verdict)).collect()
}

fn listed(entries: &[(&str, Verdict)]) -> Vec<(String, Verdict)> {
    entries.iter().map(|(name, verdict)| ((*name).to_owned(), *verdict)).collect()
}

#[test]
fn who_lists_everybody_the_path_names_and_the_members_of_groups() {
    let mut world = world();
    group(&mut world, "group:team@example.com", &["user:alice@example.com", "group:leads@example.com"]);
    group(&mut world, "group:leads@example.com", &["user:lea@example.com"]);
    bind(&mut world, INVOKER, &["group:team@example.com", "deleted:user:x@example.com?uid=1"], None);
    bind(&mut world, "roles/viewer", &["user:viewer@example.com"], None);
    bind(&mut world, INVOKER, &["user:path@example.com"], Some("request.path == \"/\""));
    bind_above(&mut world, "projects/shop-prod", "roles/owner", &["user:owner@example.com"]);
    assert_eq!(
        who(&world),
        listed(&[
            ("group:leads@example.com", Yes),
            ("group:team@example.com", Yes),
            ("user:alice@example.com", Yes),
            ("user:lea@example.com", Yes),
            ("user:owner@example.com", Yes),
            ("user:path@example.com", Unknown),
        ])
    );
    let who = Access::new(&world, now()).who(&pay());
    assert!(who.is_complete && who.unexpanded.is_empty());
    let lea = who.callers.iter().find(|caller| caller.principal.as_str().contains("lea@")).unwrap();
    assert_eq!(lea.via.len(), 1);
    assert_eq!(lea.via[0].member.as_ref().unwrap().as_str(), "group:team@example.com");
    assert!(lea.via[0].detail.contains("a member of `group:leads@example.com`"), "{}", lea.via[0].detail);
}

#[test]
fn who_lists_all_users_where_the_check_is_off_or_may_be() {
    let mut world = world();
    let Observed::Known(settings) = &mut service(&mut world).settings else { panic!() };
    settings.is_check_disabled = true;
    assert_eq!(who(&world), listed(&[("allUsers", Yes)]));
    service(&mut world).settings = Observed::Unreadable(gap());
    assert_eq!(who(&world), listed(&[("allUsers", Unknown)]));
}

#[test]
fn who_is_complete_only_if_everything_on_the_path_was_read() {
    let complete = |world: &World| Access::new(world, now()).who(&pay()).is_complete;
    assert!(complete(&world()));
    let mut role = world();
    bind(&mut role, "projects/p/roles/unread", &[], None);
    assert!(!complete(&role));
    let mut above = world();
    above.policies.remove(&container("organizations/9000"));
    assert!(!complete(&above));
    // A group nobody expanded is said, and is no gap.
    let mut unexpanded = world();
    bind(&mut unexpanded, INVOKER, &["group:team@example.com"], None);
    let who = Access::new(&unexpanded, now()).who(&pay());
    assert!(who.is_complete);
    assert_eq!(who.unexpanded, [principal("group:team@example.com")]);
}

#[test]
fn can_lists_what_a_caller_reaches_and_through_what() {
    let mut world = world();
    let other = "projects/shop-prod/locations/europe-west1/services/ledger".parse().unwrap();
    let ledger = world.services[&pay()].clone();
    world.services.insert(other, ledger);
    bind(&mut world, INVOKER, &["user:alice@example.com"], None);
    let can = |world: &World, who: &str| Access::new(world, now()).can(&principal(who));
    let alice = can(&world, "user:alice@example.com");
    assert!(alice.is_complete);
    assert_eq!(alice.functions.len(), 1);
    assert_eq!(alice.functions[0].function, pay());
    assert_eq!(alice.functions[0].via.len(), 1);
    assert!(can(&world, "user:bob@example.com").functions.is_empty());
    bind_above(&mut world, "folders/77", "roles/editor", &["user:bob@example.com"]);
    assert_eq!(can(&world, "user:bob@example.com").functions.len(), 2);
}

#[test]
fn can_is_complete_unless_something_unread_decides() {
    let mut world = world();
    bind(&mut world, INVOKER, &["user:alice@example.com"], None);
    bind(&mut world, "projects/p/roles/unread", &["user:carol@example.com"], None);
    let can = |world: &World, who: &str| Access::new(world, now()).can(&principal(who));
    assert!(can(&world, "user:alice@example.com").is_complete);
    assert!(can(&world, "user:bob@example.com").is_complete);
    let carol = can(&world, "user:carol@example.com");
    assert!(!carol.is_complete);
    assert_eq!(carol.functions[0].verdict, Unknown);
    world.unread_lists.insert("projects/shop-edge/services".into(), Gap::new("denied", "run.services.list"));
    assert!(!can(&world, "user:alice@example.com").is_complete);
}
