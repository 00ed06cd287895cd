//! Who can act as a caller: policies of accounts, of what stands above them, and of whom may act as these.

use callmap::{
    callers::CallerMap,
    rules::{self, Audit, Scope},
    sources::{google::Asked, snapshot},
    world::{Layer, LayerState, Observed, World},
};

use super::{ESTATE, at, emulator, from_file, live_of, map_of, targets};

const MAP: &str = "callmap: 1
project: shop-prod
region: europe-west1
functions:
  nightly:
  payments: { region: europe-north1 }
  storefront:
callers:
  serviceAccount:scheduler@shop-prod.iam.gserviceaccount.com: [nightly]
  function:storefront: [payments]
";
const SCHEDULER: &str = "scheduler@shop-prod.iam.gserviceaccount.com";
const STOREFRONT: &str = "storefront@shop-prod.iam.gserviceaccount.com";
const GATEWAY: &str = "gateway@shop-edge.iam.gserviceaccount.com";

/// An account with a policy of one grant.
fn account(email: &str, role: &str, member: &str) -> String {
    let project = email.split(['@', '.']).nth(1).unwrap();
    format!(
        "{{\"name\":\"//iam.googleapis.com/projects/{project}/serviceAccounts/{email}\",\
         \"asset_type\":\"iam.googleapis.com/ServiceAccount\",\"resource\":{{\"data\":{{\"email\":\"{email}\"}}}},\
         \"iam_policy\":{{\"etag\":\"BwYx5zWdQ0A=\",\"bindings\":[{{\"role\":\"{role}\",\"members\":[\"{member}\"]}}]}}}}\n"
    )
}

/// The estate in which an account of a project that is not looked at may act as a caller, and somebody as it.
fn estate() -> String {
    let keys = r#"{"role":"roles/iam.serviceAccountKeyAdmin","members":["user:ann@example.com"]}"#;
    let edge = ESTATE.replace(
        r#""iam_policy":{"etag":"BwYx5zWdQ3A=","bindings":[]}"#,
        &format!(r#""iam_policy":{{"etag":"BwYx5zWdQ3A=","bindings":[{keys}]}}"#),
    );
    assert_ne!(edge, ESTATE);
    let creator = "roles/iam.serviceAccountTokenCreator";
    [
        edge,
        account(SCHEDULER, creator, &format!("serviceAccount:{GATEWAY}")),
        account(STOREFRONT, "roles/iam.serviceAccountViewer", "user:bob@example.com"),
        account(GATEWAY, creator, "user:bob@example.com"),
    ]
    .concat()
}

fn map() -> CallerMap {
    map_of(MAP)
}

fn asked() -> Asked {
    Asked { is_judging_accounts: true, ..Asked::new(Some(&map()), &[]) }
}

fn audit(world: &World) -> Audit {
    let map = map();
    rules::run(&map, world, at(), Scope::new(&map, world, &[])).unwrap()
}

/// What the rule says of those whom the estate itself has no word about: without its owners.
fn said(world: &World) -> Vec<String> {
    let audit = audit(world);
    let findings = audit.findings.iter().filter(|finding| finding.rule.as_str() == "impersonable-caller");
    let messages = findings.map(|finding| finding.message.clone());
    messages.filter(|message| !message.starts_with("`group:")).collect()
}

fn whole() -> Vec<String> {
    [
        "`user:ann@example.com` can create keys of `gateway@shop-edge.iam.gserviceaccount.com`, which can mint ID \
         tokens as `scheduler@shop-prod.iam.gserviceaccount.com`, and so call 1 function (`nightly`): \
         `roles/iam.serviceAccountKeyAdmin` on `projects/shop-edge`",
        "`user:bob@example.com` can mint ID tokens as `gateway@shop-edge.iam.gserviceaccount.com`, which can mint ID \
         tokens as `scheduler@shop-prod.iam.gserviceaccount.com`, and so call 1 function (`nightly`): \
         `roles/iam.serviceAccountTokenCreator` on \
         `projects/-/serviceAccounts/gateway@shop-edge.iam.gserviceaccount.com`",
        "`serviceAccount:gateway@shop-edge.iam.gserviceaccount.com` can mint ID tokens as \
         `scheduler@shop-prod.iam.gserviceaccount.com` and sign as it, and so call 1 function (`nightly`): \
         `roles/iam.serviceAccountTokenCreator` on the account",
    ]
    .map(str::to_owned)
    .into()
}

#[test]
fn who_can_act_as_a_caller_is_read_across_projects_and_from_files_alike() {
    let emulator = emulator(&estate());
    let world = live_of(&emulator, &asked());
    assert_eq!(world.layers[&Layer::AccountPolicies], LayerState::Read);
    let read: Vec<&str> = world.account_policies.keys().map(|email| &**email).collect();
    assert_eq!(read, [GATEWAY, SCHEDULER, STOREFRONT]);
    assert_eq!(said(&world), whole());
    assert_eq!(said(&from_file(&estate())), whole());
    // Looked at is what the map governs alone, however far one must look to see who can act.
    assert!(!world.has_seen("shop-edge") && world.chains.contains_key("shop-edge"));
    assert!(audit(&world).is_complete);
    let of_accounts: Vec<_> =
        targets(&emulator).into_iter().filter(|target| target.contains("/serviceAccounts/")).collect();
    assert_eq!(of_accounts.len(), 3, "{of_accounts:#?}");
    assert!(of_accounts.iter().all(|target| target.ends_with("options.requestedPolicyVersion=3")));
}

#[test]
fn who_can_act_as_a_caller_is_asked_by_those_alone_who_judge_it() {
    let emulator = emulator(&estate());
    let world = live_of(&emulator, &Asked { is_judging_accounts: false, ..asked() });
    assert_eq!(world.layers[&Layer::AccountPolicies], LayerState::NotAsked);
    assert!(world.account_policies.is_empty() && !world.chains.contains_key("shop-edge"));
    assert!(targets(&emulator).iter().all(|target| !target.contains("/serviceAccounts/")));
    assert!(said(&world).is_empty());
}

#[test]
fn what_is_refused_of_accounts_is_said_and_is_no_gap_of_the_functions() {
    for (permission, on, what) in [
        (
            "iam.serviceAccounts.getIamPolicy",
            "projects/shop-prod/serviceAccounts/scheduler@shop-prod.iam.gserviceaccount.com",
            "the policy of the account",
        ),
        ("resourcemanager.projects.getIamPolicy", "projects/shop-edge", "the policy of `projects/shop-edge`"),
        ("resourcemanager.projects.get", "projects/shop-edge", "what stands above `projects/shop-edge`"),
    ] {
        let emulator = emulator(&estate());
        emulator.change(|state| state.refuse(permission, on));
        let world = live_of(&emulator, &asked());
        assert_eq!(world.layers[&Layer::AccountPolicies], LayerState::Refused, "{permission}");
        let audit = audit(&world);
        assert!(audit.is_complete, "{permission}");
        let said = said(&world);
        let note = said.iter().find(|message| message.starts_with("who can act as 1 service account"));
        assert!(note.is_some_and(|note| note.contains(what)), "{said:#?}");
        assert!(said.iter().filter(|message| !message.starts_with("who ")).all(|one| whole().contains(one)));
        let mut file = Vec::new();
        snapshot::write(&world, Some(at()), &mut file).unwrap();
        let mut back = from_file(&String::from_utf8(file).unwrap());
        back.source = world.source.clone();
        assert_eq!(back, world);
    }
}

#[test]
fn accounts_are_read_up_to_a_bound_callers_first() {
    let mut text = estate();
    let many: Vec<String> =
        (0..510).map(|number| format!("robot{number:03}@shop-edge.iam.gserviceaccount.com")).collect();
    let members: Vec<String> = many.iter().map(|email| format!("\"serviceAccount:{email}\"")).collect();
    text = text.replace(&format!("\"serviceAccount:{GATEWAY}\""), &members.join(","));
    for email in &many {
        text.push_str(&account(email, "roles/iam.serviceAccountViewer", "user:bob@example.com"));
    }
    let world = live_of(&emulator(&text), &asked());
    let known = world.account_policies.values().filter(|policy| policy.known().is_some()).count();
    assert_eq!((known, world.account_policies.len()), (500, 512));
    assert!(world.account_policies[SCHEDULER].known().is_some());
    let ends = world.account_policies.values().find_map(Observed::gap).unwrap();
    assert!(ends.why.starts_with("the policies of 500 accounts are read"), "{}", ends.why);
    assert_eq!(world.layers[&Layer::AccountPolicies], LayerState::Refused);
}
