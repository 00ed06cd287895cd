//! Which members match which callers: section 4 of the design as a table.

use callmap::{
    access::{
        Access,
        Verdict::{self, No, Unknown, Yes},
    },
    world::{Observed, World},
};

use super::estate::{INVOKER, bind, gap, group, now, principal, verdict, world};

const ALICE: &str = "user:alice@example.com";
const WEB: &str = "serviceAccount:web@shop-prod.iam.gserviceaccount.com";
const TEAM: &str = "group:team@example.com";
const DOMAIN: &str = "domain:example.com";
const PROJECT_SET: &str =
    "principalSet://cloudresourcemanager.googleapis.com/projects/1041/type/ServiceAccount";
const FOLDER_SET: &str = "principalSet://cloudresourcemanager.googleapis.com/folders/77/type/ServiceAccount";
const ORG_SET: &str =
    "principalSet://cloudresourcemanager.googleapis.com/organizations/9000/type/ServiceAccount";
const FEDERATED: &str =
    "principal://iam.googleapis.com/projects/1041/locations/global/workloadIdentityPools/ci/subject/x";
const AGENT: &str = "principal://agents.global.org-9000.system.id.goog/resources/aiplatform/projects/1041/x";
const AGENTS: &str = "principalSet://agents.global.org-9000.system.id.goog/*";
const DELETED: &str = "deleted:user:alice@example.com?uid=7";
const OWNER: &str = "projectOwner:shop-prod";
const NEW_KIND: &str = "iamThing:x";
const PUBLIC: &str = "allUsers";
const ANY_ACCOUNT: &str = "allAuthenticatedUsers";

fn estate() -> World {
    let mut world = world();
    group(&mut world, TEAM, &["user:bob@example.com"]);
    world
}

fn matches(world: &World, member: &str, who: &str) -> Verdict {
    let matched = Access::new(world, now()).matches(&principal(member), &principal(who));
    let mut bound = world.clone();
    bind(&mut bound, INVOKER, &[member], None);
    // What is unknown by kind stays so, whatever a member says; what was deleted still comes without a token.
    let least = if who == AGENT || who == AGENTS { Unknown } else { No };
    let anonymous = if member == PUBLIC { Yes } else { No };
    assert_eq!(verdict(&bound, who), matched.max(least).max(anonymous), "{member} / {who}");
    matched
}

#[test]
fn every_kind_of_member_meets_every_kind_of_caller() {
    let callers = [
        PUBLIC,
        ANY_ACCOUNT,
        ALICE,
        WEB,
        TEAM,
        DOMAIN,
        PROJECT_SET,
        FEDERATED,
        DELETED,
        OWNER,
        AGENT,
        NEW_KIND,
    ];
    let table = [
        // public, any account, alice, web, team, domain, set, federated, deleted, owner, agent, new kind
        (PUBLIC, [Yes, Yes, Yes, Yes, Yes, Yes, Yes, Yes, No, Yes, Yes, Yes]),
        (ANY_ACCOUNT, [No, Yes, Yes, Yes, Yes, Yes, Yes, No, No, Unknown, Unknown, Unknown]),
        (ALICE, [No, No, Yes, No, No, No, No, No, No, No, No, No]),
        (WEB, [No, No, No, Yes, No, No, No, No, No, No, No, No]),
        (TEAM, [No, No, No, No, Yes, No, No, No, No, No, No, No]),
        ("group:unread@example.com", {
            let u = Unknown;
            [No, No, u, u, u, u, u, No, No, u, u, u]
        }),
        (DOMAIN, [No, No, Yes, No, No, Yes, No, No, No, Unknown, Unknown, Unknown]),
        (PROJECT_SET, [No, No, No, Yes, No, No, Yes, No, No, Unknown, Unknown, Unknown]),
        (FOLDER_SET, [No, No, No, Yes, No, No, Yes, No, No, Unknown, Unknown, Unknown]),
        (FEDERATED, [No; 12]),
        (DELETED, [No; 12]),
        (OWNER, [No, No, Unknown, Unknown, Unknown, Unknown, Unknown, No, No, Yes, Unknown, Unknown]),
        (AGENT, [No, No, No, No, No, No, No, No, No, No, Yes, No]),
        (AGENTS, [No, No, Unknown, Unknown, Unknown, Unknown, Unknown, No, No, Unknown, Unknown, Unknown]),
        (NEW_KIND, [No, No, Unknown, Unknown, Unknown, Unknown, Unknown, No, No, Unknown, Unknown, Yes]),
    ];
    let world = estate();
    for (member, expected) in table {
        for (who, expected) in callers.into_iter().zip(expected) {
            assert_eq!(matches(&world, member, who), expected, "member {member}, caller {who}");
        }
    }
}

#[test]
fn every_rare_kind_of_member_meets_every_rare_kind_of_caller() {
    const CLUSTER: &str = "serviceAccount:shop-prod.svc.id.goog[default/web]";
    const GOOGLES: &str = "serviceAccount:service-1041@gcp-sa-pubsub.iam.gserviceaccount.com";
    const GOOGLES_SET: &str =
        "principalSet://cloudresourcemanager.googleapis.com/projects/1041/type/ServiceAgent";
    const HIERARCHY: &str = "principalHierarchy://example.com/organizations/9000";
    const STAFF: &str = "principalSet://iam.googleapis.com/locations/global/workforcePools/staff/*";
    const PODS: &str = "principalSet://iam.googleapis.com/projects/1041/locations/global/workloadIdentityPools/shop-prod.svc.id.goog/namespace/default";
    const GONE: &str = "deleted:serviceAccount:web@shop-prod.iam.gserviceaccount.com?uid=1";
    const GONE_TEAM: &str = "deleted:group:team@example.com?uid=1";
    let u = Unknown;
    let callers = [ALICE, WEB, CLUSTER, GOOGLES, GOOGLES_SET, HIERARCHY, STAFF, PODS, GONE];
    let table = [
        // alice, web, cluster, googles, googles set, hierarchy, staff, pods, gone
        (PUBLIC, [Yes, Yes, Yes, Yes, Yes, Yes, Yes, Yes, No]),
        (ANY_ACCOUNT, [Yes, Yes, Yes, Yes, u, u, No, No, No]),
        (ALICE, [Yes, No, No, No, No, No, No, No, No]),
        (WEB, [No, Yes, No, No, No, No, No, No, No]),
        (TEAM, [No; 9]),
        (DOMAIN, [Yes, No, No, No, u, u, No, No, No]),
        (PROJECT_SET, [No, Yes, u, No, u, u, No, No, No]),
        (CLUSTER, [No, No, Yes, No, No, No, No, No, No]),
        (GOOGLES, [No, No, No, Yes, No, No, No, No, No]),
        (GOOGLES_SET, [u, u, u, u, Yes, u, No, No, No]),
        (HIERARCHY, [u, u, u, u, u, Yes, No, No, No]),
        (AGENTS, [u, u, u, u, u, u, No, No, No]),
        (OWNER, [u, u, u, u, u, u, No, No, No]),
        (STAFF, [No; 9]),
        (PODS, [No; 9]),
        (GONE, [No; 9]),
        (GONE_TEAM, [No; 9]),
    ];
    let world = estate();
    for (member, expected) in table {
        for (who, expected) in callers.into_iter().zip(expected) {
            let matched = Access::new(&world, now()).matches(&principal(member), &principal(who));
            assert_eq!(matched, expected, "member {member}, caller {who}");
        }
    }
}

#[test]
fn names_are_compared_as_google_compares_them() {
    let world = estate();
    assert_eq!(matches(&world, "user:Alice@Example.com", ALICE), Yes);
    assert_eq!(matches(&world, "domain:Example.com", "user:alice@EXAMPLE.com"), Yes);
    assert_eq!(matches(&world, "group:TEAM@example.com", "user:Bob@Example.com"), Yes);
    let pool =
        "principal://iam.googleapis.com/projects/1041/locations/global/workloadIdentityPools/ci/subject/X";
    assert_ne!(principal(pool), principal(FEDERATED));
    assert_eq!(matches(&world, "serviceAccount:WEB@shop-prod.iam.gserviceaccount.com", WEB), Yes);
    assert_eq!(matches(&world, "domain:example.com", "user:alice@eu.example.com"), No);
    assert_eq!(matches(&world, "domain:example.com", "user:alice@notexample.com"), No);
    assert_eq!(matches(&world, "allusers", ALICE), Unknown);
}

#[test]
fn groups_are_followed_to_the_end_and_rings_end() {
    let mut world = world();
    group(&mut world, "group:a@example.com", &["group:b@example.com"]);
    group(&mut world, "group:b@example.com", &["group:c@example.com", "group:a@example.com"]);
    group(&mut world, "group:c@example.com", &[ALICE, "group:b@example.com"]);
    for name in ["group:a@example.com", "group:b@example.com", "group:c@example.com", "group:A@example.com"] {
        assert_eq!(matches(&world, name, ALICE), Yes, "{name}");
        assert_eq!(matches(&world, name, "group:c@example.com"), Yes, "{name}");
        assert_eq!(matches(&world, name, "group:a@example.com"), Yes, "{name}");
        assert_eq!(matches(&world, name, WEB), No, "{name}");
    }
}

#[test]
fn an_unexpanded_group_anywhere_below_is_unknown_but_for_who_is_found() {
    let mut world = world();
    group(&mut world, "group:a@example.com", &[ALICE, "group:b@example.com"]);
    world.groups.insert(principal("group:c@example.com"), Observed::Unreadable(gap()));
    group(&mut world, "group:d@example.com", &["group:c@example.com"]);
    assert_eq!(matches(&world, "group:a@example.com", ALICE), Yes);
    assert_eq!(matches(&world, "group:a@example.com", "group:b@example.com"), Yes);
    assert_eq!(matches(&world, "group:a@example.com", WEB), Unknown);
    assert_eq!(matches(&world, "group:d@example.com", WEB), Unknown);
    assert_eq!(matches(&world, "group:c@example.com", WEB), Unknown);
    assert_eq!(matches(&world, "group:c@example.com", "group:c@example.com"), Yes);
}

#[test]
fn what_a_group_lists_is_matched_like_any_member() {
    let mut world = world();
    group(&mut world, TEAM, &[DOMAIN, PROJECT_SET, "deleted:user:eve@example.org?uid=1", FEDERATED]);
    assert_eq!(matches(&world, TEAM, ALICE), Yes);
    assert_eq!(matches(&world, TEAM, WEB), Yes);
    assert_eq!(matches(&world, TEAM, "user:eve@example.org"), No);
    assert_eq!(matches(&world, TEAM, FEDERATED), No);
    group(&mut world, "group:owners@example.com", &[OWNER]);
    assert_eq!(matches(&world, "group:owners@example.com", ALICE), Unknown);
}

#[test]
fn service_accounts_belong_to_what_stands_above_their_project() {
    let world = world();
    let account = |address: &str| format!("serviceAccount:{address}");
    for (address, in_project, in_folder, in_organization) in [
        ("web@shop-prod.iam.gserviceaccount.com", Yes, Yes, Yes),
        ("1041-compute@developer.gserviceaccount.com", Yes, Yes, Yes),
        ("shop-prod@appspot.gserviceaccount.com", Yes, Yes, Yes),
        ("web@shop-edge.iam.gserviceaccount.com", No, No, Yes),
        ("2082-compute@developer.gserviceaccount.com", No, No, Yes),
        // Its project was not read: of a name alone it is known that it is another.
        ("web@elsewhere.iam.gserviceaccount.com", No, Unknown, Unknown),
        ("555-compute@developer.gserviceaccount.com", No, Unknown, Unknown),
        ("web@shop-prod.example.com.iam.gserviceaccount.com", No, Unknown, Unknown),
        ("web@example.com", Unknown, Unknown, Unknown),
        // Google's own.
        ("service-1041@gcp-sa-pubsub.iam.gserviceaccount.com", No, No, No),
        ("service-1041@serverless-robot-prod.iam.gserviceaccount.com", No, No, No),
        ("1041@cloudservices.gserviceaccount.com", No, No, No),
        ("service-org-9000@gcp-sa-logging.iam.gserviceaccount.com", No, No, No),
    ] {
        let who = account(address);
        assert_eq!(matches(&world, PROJECT_SET, &who), in_project, "{address}");
        assert_eq!(matches(&world, FOLDER_SET, &who), in_folder, "{address}");
        assert_eq!(matches(&world, ORG_SET, &who), in_organization, "{address}");
    }
}

#[test]
fn a_number_that_nobody_resolved_may_be_any_project() {
    let world = world();
    let unresolved = "principalSet://cloudresourcemanager.googleapis.com/projects/31/type/ServiceAccount";
    assert_eq!(matches(&world, unresolved, "serviceAccount:x@elsewhere.iam.gserviceaccount.com"), Unknown);
    assert_eq!(matches(&world, unresolved, WEB), No);
    assert_eq!(matches(&world, unresolved, "serviceAccount:31-compute@developer.gserviceaccount.com"), Yes);
}

#[test]
fn a_set_of_accounts_belongs_to_what_stands_above_it() {
    let world = world();
    for (member, who, expected) in [
        (FOLDER_SET, PROJECT_SET, Yes),
        (ORG_SET, FOLDER_SET, Yes),
        (PROJECT_SET, FOLDER_SET, No),
        (FOLDER_SET, ORG_SET, No),
        (
            "principalSet://cloudresourcemanager.googleapis.com/projects/shop-prod/type/ServiceAccount",
            PROJECT_SET,
            Yes,
        ),
        (
            ORG_SET,
            "principalSet://cloudresourcemanager.googleapis.com/folders/5/type/ServiceAccount",
            Unknown,
        ),
        (FOLDER_SET, "principalSet://cloudresourcemanager.googleapis.com/folders/88/type/ServiceAccount", No),
    ] {
        assert_eq!(matches(&world, member, who), expected, "{member} / {who}");
    }
}

#[test]
fn a_kind_beyond_callmap_is_never_refused_and_never_a_no() {
    let mut world = world();
    assert_eq!(verdict(&world, AGENT), Unknown);
    assert_eq!(verdict(&world, AGENTS), Unknown);
    assert_eq!(verdict(&world, NEW_KIND), No);
    bind(&mut world, INVOKER, &[AGENT], None);
    assert_eq!(verdict(&world, AGENT), Yes);
    assert_eq!(verdict(&world, "principal://agents.global.org-9000.system.id.goog/other"), Unknown);
}
