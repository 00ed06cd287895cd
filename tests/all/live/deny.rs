//! Deny policies, live: read, kept, refused, and never taken for none.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use callmap::{
    emulator::Emulator,
    model::{DenyPolicyName, Principal},
    sources::{
        google::{Asked, DenyAsked},
        snapshot,
    },
    world::{Layer, LayerState, Observed, World},
};
use serde_json::{Value, json};

use super::{ESTATE, MAP, asked, at, audit, emulator, from_file, gaps, live, live_of, targets, weather};

/// The estate with three deny policies: above all, above one project, and on it, by its number.
fn denied() -> Emulator {
    let emulator = emulator(ESTATE);
    emulator.change(|state| {
        assert!(state.put_deny_policy(
            "organizations/9000/denypolicies/no-public",
            rules("principalSet://goog/public:all")
        ));
        assert!(state.put_deny_policy(
            "folders/7/denypolicies/no-org",
            rules("principalSet://goog/group/Org-Admins@example.com")
        ));
        assert!(state.put_deny_policy(
            "projects/1041/denypolicies/no-ann",
            rules("principal://goog/subject/ann@example.com")
        ));
    });
    emulator
}

fn rules(principal: &str) -> Value {
    json!({
        "displayName": "nobody",
        "rules": [
            { "denyRule": {
                "deniedPrincipals": [principal],
                "deniedPermissions": ["run.googleapis.com/routes.invoke"],
            } },
            { "newRule": { "of": "a kind to come" } },
        ],
    })
}

fn with_deny(cache: Option<PathBuf>) -> Asked {
    Asked { deny: Some(DenyAsked { cache }), ..asked() }
}

fn name(text: &str) -> DenyPolicyName {
    format!("//cloudresourcemanager.googleapis.com/{text}").parse().unwrap()
}

/// How often policies themselves were read, and how often lists were.
fn reads(emulator: &Emulator) -> (usize, usize) {
    let targets = targets(emulator);
    emulator.clear_log();
    let of = |is_one: bool| {
        let deny = targets.iter().filter(|line| line.starts_with("GET /v2/policies/"));
        deny.filter(|line| line.contains("/denypolicies/") == is_one).count()
    };
    (of(true), of(false))
}

fn names(world: &World) -> Vec<String> {
    world.deny_policies.keys().map(ToString::to_string).collect()
}

#[test]
fn what_is_attached_anywhere_on_the_paths_is_read_with_its_rules() {
    let emulator = denied();
    let world = live_of(&emulator, &with_deny(None));
    assert_eq!(world.layers[&Layer::DenyPolicies], LayerState::Read);
    assert_eq!(
        names(&world),
        [
            "//cloudresourcemanager.googleapis.com/projects/shop-prod/denypolicies/no-ann",
            "//cloudresourcemanager.googleapis.com/folders/7/denypolicies/no-org",
            "//cloudresourcemanager.googleapis.com/organizations/9000/denypolicies/no-public",
        ]
    );
    let policy = world.deny_policies[&name("projects/shop-prod/denypolicies/no-ann")].known().unwrap();
    let [Some(rule), None] = &policy.rules[..] else { panic!("{policy:?}") };
    assert_eq!(rule.denied_principals, ["principal://goog/subject/ann@example.com".into()]);
    assert!(policy.text.contains("a kind to come"));
    // A group that only a deny policy names decides, too.
    assert!(world.groups[&Principal::new("group:org-admins@example.com")].known().is_some());
    // What matters for most comes first, and lists before policies.
    let asked: Vec<_> = targets(&emulator).into_iter().filter(|line| line.contains("denypolicies")).collect();
    let at = "GET /v2/policies/cloudresourcemanager.googleapis.com%2F";
    assert_eq!(
        asked,
        [
            format!("{at}organizations%2F9000/denypolicies"),
            format!("{at}folders%2F7/denypolicies"),
            format!("{at}projects%2Fshop-prod/denypolicies"),
            format!("{at}projects%2Fshop-edge/denypolicies"),
            format!("{at}organizations%2F9000/denypolicies/no-public"),
            format!("{at}folders%2F7/denypolicies/no-org"),
            format!("{at}projects%2Fshop-prod/denypolicies/no-ann"),
        ]
    );
    // Nobody asks without being told to.
    emulator.clear_log();
    let world = live(&emulator);
    assert_eq!((world.layers[&Layer::DenyPolicies], reads(&emulator)), (LayerState::NotAsked, (0, 0)));
    assert!(world.deny_policies.is_empty());
}

#[test]
fn a_policy_that_did_not_change_is_read_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("callmap/deny.json");
    let emulator = denied();
    let first = live_of(&emulator, &with_deny(Some(path.clone())));
    assert_eq!(reads(&emulator), (3, 4));
    assert_eq!(live_of(&emulator, &with_deny(Some(path.clone()))), first);
    assert_eq!(reads(&emulator), (0, 4));
    // What changed, went or came is seen.
    emulator.change(|state| {
        state.put_deny_policy(
            "projects/shop-prod/denypolicies/no-ann",
            rules("principal://goog/subject/bo@example.com"),
        )
    });
    let world = live_of(&emulator, &with_deny(Some(path.clone())));
    assert_eq!(reads(&emulator), (1, 4));
    let policy = world.deny_policies[&name("projects/shop-prod/denypolicies/no-ann")].known().unwrap();
    assert!(policy.text.contains("bo@example.com"));
    // Of another host nothing is known, and a file that is none is no harm.
    let other = denied();
    assert_eq!(live_of(&other, &with_deny(Some(path.clone()))), first);
    assert_eq!(reads(&other), (3, 4));
    fs::write(&path, b"\xff{").unwrap();
    assert_eq!(live_of(&other, &with_deny(Some(path.clone()))), first);
    assert_eq!(reads(&other), (3, 4));
    assert_eq!(live_of(&other, &with_deny(Some(path.clone()))), first);
    assert_eq!(reads(&other), (0, 4));
    // A list is never taken from what was kept.
    other.change(|state| state.refuse("iam.denypolicies.list", "projects/shop-prod"));
    let world = live_of(&other, &with_deny(Some(path)));
    assert!(world.deny_policies[&name("projects/shop-prod/denypolicies")].gap().is_some());
    assert!(!world.deny_policies.contains_key(&name("projects/shop-prod/denypolicies/no-ann")));
}

#[test]
fn what_is_refused_is_unread_once_a_resource() {
    for (permission, on, resource, what) in [
        (
            "iam.denypolicies.list",
            "folders/7",
            "folders/7",
            "its deny policies could not be read: permission denied",
        ),
        (
            "iam.denypolicies.get",
            "projects/shop-prod/denypolicies/no-ann",
            "projects/shop-prod",
            "a deny policy could not be read: `no-ann`: permission denied",
        ),
    ] {
        let emulator = denied();
        emulator.change(|state| state.refuse(permission, on));
        let world = live_of(&emulator, &with_deny(None));
        assert_eq!(world.layers[&Layer::DenyPolicies], LayerState::Refused);
        let audit = audit(&world);
        assert_eq!(
            gaps(&audit),
            [format!("`{resource}`: {what} | needs `{permission}` (in `roles/iam.denyReviewer`)")]
        );
        assert!(!audit.is_complete && audit.has_open_gaps());
        // It goes into a snapshot as it is, and comes back.
        let mut file = Vec::new();
        snapshot::write(&world, Some(at()), &mut file).unwrap();
        let text = String::from_utf8(file).unwrap();
        let back = from_file(&text);
        assert_eq!((&back.deny_policies, &back.layers), (&world.deny_policies, &world.layers));
        assert_eq!(back.groups, world.groups);
        // An emulator of the snapshot refuses the same.
        let again = live_of(&super::emulator(&text), &with_deny(None));
        let unread = |world: &World| -> Vec<String> {
            let unread = world.deny_policies.iter().filter(|(_, policy)| policy.gap().is_some());
            unread.map(|(name, _)| name.to_string()).collect()
        };
        assert_eq!((names(&again), unread(&again)), (names(&world), unread(&world)));
    }
}

#[test]
fn bad_weather_is_never_no_deny_policy() {
    let emulator = denied();
    let right = live_of(&emulator, &with_deny(None));
    let mut unread = 0;
    for seed in 0..12 {
        emulator.weather(weather(0.6, seed));
        let world = live_of(&emulator, &with_deny(None));
        for (name, policy) in &right.deny_policies {
            let list = DenyPolicyName { id: None, ..name.clone() };
            let is_above_known = world.policies.contains_key(&name.attachment);
            match (world.deny_policies.get(name), world.deny_policies.get(&list)) {
                (Some(Observed::Known(found)), _) => assert_eq!(Some(found), policy.known(), "seed {seed}"),
                (Some(Observed::Unreadable(_)), _) | (None, Some(Observed::Unreadable(_))) => unread += 1,
                (None, found) => assert!(!is_above_known, "seed {seed}: {name}: {found:?}"),
            }
        }
    }
    assert!(unread > 0);
}

fn run(dir: &Path, emulator: &Emulator, words: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
    command.args(words).current_dir(dir).env_clear().env("NO_GCE_CHECK", "true").env("HOME", dir);
    command.env("CALLMAP_EMULATOR_HOST", emulator.address().to_string());
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_program_reads_them_where_it_is_told_to_and_keeps_them_for_its_user() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("policies")).unwrap();
    fs::write(dir.path().join("policies/shop.yaml"), MAP).unwrap();
    let emulator = denied();
    let (_, out, _) = run(dir.path(), &emulator, &["audit"]);
    assert!(out.contains("not asked deny policies"), "{out}");
    assert_eq!(reads(&emulator), (0, 0));
    for (words, gets) in [
        (&["audit", "--deny"][..], 3),
        (&["plan", "--deny"], 0),
        (&["who", "payments", "--deny"], 0),
        (&["can", "user:dora@example.com", "--deny", "--no-cache"], 3),
        (&["explain", "user:dora@example.com", "payments", "--deny"], 0),
        (&["discover", "--project", "shop-prod", "-o", "found.yaml", "--deny"], 0),
        (&["snapshot", "-o", "world.ndjson", "--deny"], 0),
    ] {
        let (code, out, err) = run(dir.path(), &emulator, words);
        assert_ne!(code, 2, "{words:?}: {out}{err}");
        assert_eq!(reads(&emulator).0, gets, "{words:?}");
    }
    assert!(fs::read_to_string(dir.path().join("world.ndjson")).unwrap().contains("callmap/DenyPolicy"));
    let kept = dir.path().join(".cache/callmap/deny-policies.json");
    assert!(fs::metadata(kept).unwrap().is_file());
    // Refused, a run that finds nothing else is incomplete.
    emulator.change(|state| {
        for policy in ["organizations/9000", "folders/7", "projects/shop-prod"] {
            state.refuse("iam.denypolicies.list", policy);
        }
    });
    let (code, out, _) = run(dir.path(), &emulator, &["audit", "--deny"]);
    assert_eq!(code, 3, "{out}");
    assert!(out.contains("refused   deny policies"), "{out}");
}
