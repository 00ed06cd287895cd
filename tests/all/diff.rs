//! What differs between two maps or two worlds: what is said of it, and the laws that it keeps.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Output},
};

use callmap::{
    callers::{CallerMap, MapText, load},
    model::{Time, time},
    plan::difference::{self, Difference, Turn},
    report::{
        difference::{Half, View},
        json, markdown, table,
    },
    sources::{self, Input, assets::ReadOptions},
    world::{SourceKind, World},
};
use proptest::prelude::*;

fn at() -> Time {
    time::moment("2026-11-23T09:00:00Z").unwrap()
}

fn map(texts: &[(&str, &str)]) -> CallerMap {
    let text =
        |(path, text): &(&str, &str)| MapText { path: (*path).into(), bytes: text.as_bytes().to_vec() };
    match load(texts.iter().map(text).collect(), None, at()) {
        Ok(map) => map,
        Err(error) => panic!("{:#?}", error.mistakes),
    }
}

const OLD: &str = "\
callmap: 1
project: shop-prod
region: europe-west1
functions:
  storefront:
  checkout: { runs_as: checkout@shop-prod.iam.gserviceaccount.com }
  payments: { owner: payments-team@example.com }
  payroll:
  legacy:
  search: { region: us-central1 }
callers:
  function:checkout: [payments]
  group:payments-team@example.com: [\"pay*\"]
  user:alice@example.com:
    - { function: payments, until: 2026-12-01T18:00:00Z, reason: SHOP-123 }
  user:bob@example.com:
    - { function: payments, until: 2026-11-24 }
    - { function: payroll, until: 2026-11-01 }
  serviceAccount:mobile@shop-edge.iam.gserviceaccount.com: [legacy, search]
domains: [example.com, example.org]
projects: [shop-edge]
rules: { external-principal: error, undeclared-function: error }
accepted:
  - { rule: inherited-caller, caller: \"group:sre@example.com\", reason: SEC-88, until: 2027-01-31 }
  - { rule: broad-role, caller: \"group:dev@example.com\", reason: SEC-90, until: 2027-01-31 }
max_until: 30d
";

const NEW: &str = "\
callmap: 1
project: shop-prod
region: europe-west1
functions:
  storefront:
  cart: { resource: projects/shop-prod/locations/europe-west1/services/checkout, runs_as: cart@shop-prod.iam.gserviceaccount.com }
  payments: { owner: shop-team@example.com, written_by: terraform }
  payroll:
  resize: { trigger: event }
  search: { region: europe-west4 }
callers:
  allUsers: [storefront]
  function:cart: [payments]
  group:payments-team@example.com: [\"paym*\", payroll]
  user:alice@example.com:
    - { function: payments, until: 2026-12-20T18:00:00Z, reason: \"SHOP-123, `more` of it\" }
  user:bob@example.com:
    - { function: payments, until: 2026-11-23T12:00:00Z }
  user:mallory@example.net: [payments]
  domain:example.com: [cart]
  serviceAccount:mobile@shop-edge.iam.gserviceaccount.com: [search]
domains: [example.com]
projects: [shop-edge, shop-lab]
rules: { external-principal: note, undeclared-function: warning, broad-role: warning }
accepted:
  - { rule: inherited-caller, caller: \"group:sre@example.com\", reason: SEC-88, until: 2027-03-31 }
  - { rule: privileged-caller, resource: projects/shop-prod, reason: \"SEC-91 | @octocat\", until: 2027-01-31 }
role: roles/run.servicesInvoker
expiry: map
max_until: 60d
";

fn shown(view: &View<'_>) -> [String; 4] {
    let text = |write: &dyn Fn(&mut Vec<u8>) -> std::io::Result<()>| {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
    };
    [
        text(&|out| table::diff(view, 120, out)),
        text(&|out| table::diff(view, 40, out)),
        text(&|out| json::diff(view, out)).replace(env!("CARGO_PKG_VERSION"), "VERSION"),
        text(&|out| markdown::diff(view, out)).replace(env!("CARGO_PKG_VERSION"), "VERSION"),
    ]
}

fn snapshots(name: &str, view: &View<'_>) {
    let forms = ["120", "40", "json", "markdown"];
    for (form, text) in forms.into_iter().zip(shown(view)) {
        insta::assert_snapshot!(format!("{name}-{form}"), text);
    }
}

#[test]
fn two_maps_in_every_format() {
    let (old, new) = (map(&[("old/shop.yaml", OLD)]), map(&[("new/shop.yaml", NEW)]));
    let difference = difference::maps(&old, &new, at());
    let (old, new) = (Half::Map(&old), Half::Map(&new));
    let view = View { difference: &difference, old, new, env: Some("prod"), at: at(), stale: Vec::new() };
    snapshots("maps", &view);
}

/// A role, its members, and the expression of its condition.
type Binding<'a> = (&'a str, &'a [&'a str], Option<&'a str>);

/// One line of an export.
fn line(kind: &str, name: &str, part: &str) -> String {
    let (host, ancestors) = if kind == "run.googleapis.com/Service" {
        ("run.googleapis.com", r#"["projects/1041","folders/77","organizations/9000"]"#.to_owned())
    } else {
        let all = ["projects/1041", "folders/77", "organizations/9000"];
        let number = if name == "projects/shop-prod" { "projects/1041" } else { name };
        let from = all.iter().position(|one| *one == number).unwrap();
        ("cloudresourcemanager.googleapis.com", serde_json::to_string(&all[from..]).unwrap())
    };
    format!(
        r#"{{"name":"//{host}/{name}","asset_type":"{kind}","ancestors":{ancestors},"update_time":"2026-11-22T10:30:00Z",{part}}}"#
    )
}

fn policy(bindings: &[Binding<'_>]) -> String {
    let bindings = bindings.iter().map(|(role, members, condition)| {
        let mut binding = serde_json::json!({ "role": role, "members": members });
        if let Some(expression) = condition {
            binding["condition"] = serde_json::json!({ "title": "for a while", "expression": expression });
        }
        binding
    });
    format!(r#""iam_policy":{}"#, serde_json::json!({ "bindings": bindings.collect::<Vec<_>>() }))
}

fn service(name: &str) -> String {
    format!("projects/shop-prod/locations/europe-west1/services/{name}")
}

const RUN: &str = "run.googleapis.com/Service";

/// A service with its account, whether its check is off, and its policy where that was read.
fn live(name: &str, account: &str, is_off: bool, bindings: Option<&[Binding<'_>]>) -> Vec<String> {
    let off = if is_off { r#""run.googleapis.com/invoker-iam-disabled":"true""# } else { "" };
    let data = format!(
        r#""resource":{{"version":"v1","data":{{"apiVersion":"serving.knative.dev/v1","kind":"Service","metadata":{{"name":"{name}","annotations":{{{off}}}}},"spec":{{"template":{{"spec":{{"serviceAccountName":"{account}@shop-prod.iam.gserviceaccount.com"}}}}}},"status":{{}}}}}}"#
    );
    let mut lines = vec![line(RUN, &service(name), &data)];
    match bindings {
        Some(bindings) => lines.push(line(RUN, &service(name), &policy(bindings))),
        None => lines.push(format!(
            r#"{{"asset_type":"callmap/Unreadable","name":"//run.googleapis.com/{}","why":"permission denied","permission":"run.services.getIamPolicy"}}"#,
            service(name)
        )),
    }
    lines
}

fn above(project: &[Binding<'_>]) -> Vec<String> {
    let kind = |name: &str| format!("cloudresourcemanager.googleapis.com/{name}");
    let data = r#""resource":{"version":"v1","data":{"projectId":"shop-prod","projectNumber":"1041"}}"#;
    vec![
        line(&kind("Project"), "projects/shop-prod", data),
        line(&kind("Project"), "projects/shop-prod", &policy(project)),
        line(&kind("Folder"), "folders/77", &policy(&[])),
        line(&kind("Organization"), "organizations/9000", &policy(&[])),
    ]
}

fn world(name: &str, lines: &[String]) -> World {
    let options = ReadOptions { kind: SourceKind::Assets, groups: None };
    let input = Input::from_bytes(name, lines.join("\n"));
    sources::assets::read(vec![input], options).unwrap()
}

const INVOKER: &str = "roles/run.invoker";
const UNTIL: &str = "request.time < timestamp(\"2026-12-01T18:00:00Z\")";

fn old_lines() -> Vec<String> {
    [
        above(&[
            (INVOKER, &["group:ops@example.com"], None),
            ("roles/owner", &["user:boss@example.com"], None),
        ]),
        live(
            "checkout",
            "checkout",
            false,
            Some(&[(INVOKER, &["user:alice@example.com", "user:eve@example.net"], None)]),
        ),
        live(
            "payments",
            "payments",
            false,
            Some(&[(INVOKER, &["user:alice@example.com", "group:ops@example.com"], None)]),
        ),
        live("legacy", "legacy", false, Some(&[(INVOKER, &["user:alice@example.com"], None)])),
        live("blind", "blind", false, Some(&[(INVOKER, &["user:alice@example.com"], None)])),
    ]
    .concat()
}

fn new_lines() -> Vec<String> {
    [
        above(&[
            (INVOKER, &["user:mallory@example.net"], None),
            ("roles/editor", &["user:boss@example.com"], None),
        ]),
        live("checkout", "cart", true, Some(&[(INVOKER, &["user:alice@example.com"], Some(UNTIL))])),
        live(
            "payments",
            "payments",
            false,
            Some(&[(INVOKER, &["allUsers", "user:alice@example.com", "user:eve@example.net"], None)]),
        ),
        live("refunds", "refunds", false, Some(&[("roles/run.developer", &["user:bob@example.com"], None)])),
        live("blind", "blind", false, None),
    ]
    .concat()
}

#[test]
fn two_worlds_in_every_format() {
    let (old, new) = (world("old.ndjson", &old_lines()), world("new.ndjson", &new_lines()));
    let ours = map(&[(
        "shop.yaml",
        "callmap: 1\nproject: shop-prod\nregion: europe-west1\nfunctions: { payments: }\ncallers: {}\ndomains: [example.com]\n",
    )]);
    let difference = difference::worlds(&old, &new, Some(&ours), at());
    let (old, new) = (Half::World(&old), Half::World(&new));
    let view =
        View { difference: &difference, old, new, env: None, at: at(), stale: vec!["old.ndjson".into()] };
    snapshots("worlds", &view);
}

#[test]
fn what_was_not_read_neither_came_nor_went() {
    let (old, new) = (world("old", &old_lines()), world("new", &new_lines()));
    for (old, new) in [(&old, &new), (&new, &old)] {
        let difference = difference::worlds(old, new, None, at());
        let blind: callmap::model::ServiceName = service("blind").parse().unwrap();
        let speaks_of = |change: &difference::AccessChange| matches!(&change.target, difference::Target::Function(name, _) if *name == blind);
        assert!(!difference.access.iter().any(speaks_of));
        assert!(difference.unread.iter().any(|gap| gap.name == service("blind")));
        assert!(!difference.is_complete());
    }
    // A project of which the other knows nothing did not come into being, nor vanish.
    let elsewhere: Vec<String> = new_lines()
        .iter()
        .map(|line| line.replace("shop-prod", "shop-lab").replace("1041", "1042"))
        .collect();
    let elsewhere = world("elsewhere", &elsewhere);
    let difference = difference::worlds(&old, &elsewhere, None, at());
    assert_eq!((difference.access.len(), difference.functions.len()), (0, 0), "{difference:#?}");
    assert!(!difference.is_complete());
}

#[test]
fn the_same_world_in_another_order_and_by_numbers_is_the_same() {
    let lines: Vec<String> = old_lines();
    let turned: Vec<String> = lines.iter().rev().cloned().collect();
    let difference = difference::worlds(&world("a", &lines), &world("b", &turned), None, at());
    assert!(difference.is_none() && difference.is_complete(), "{difference:#?}");
}

#[test]
fn how_edges_are_written_makes_no_difference() {
    let head = "callmap: 1\nproject: shop-prod\nregion: europe-west1\n";
    let a = format!(
        "{head}functions: {{ payments: , payroll: , checkout: {{ runs_as: c@shop-prod.iam.gserviceaccount.com }} }}\n\
         callers: {{ \"group:a@example.com\": [\"pay*\"], function:checkout: [payments] }}\n"
    );
    let b = format!(
        "{head}functions: {{ checkout: {{ runs_as: c@shop-prod.iam.gserviceaccount.com }}, payroll: , payments: }}\n\
         callers: {{ \"serviceAccount:C@shop-prod.iam.gserviceaccount.com\": [payments], \"group:A@example.com\": [payroll, \"*ments\"] }}\n"
    );
    let (a, b) = (map(&[("a.yaml", &a)]), map(&[("b.yaml", &b)]));
    for (old, new) in [(&a, &b), (&b, &a)] {
        let difference = difference::maps(old, new, at());
        assert!(difference.is_none(), "{difference:#?}");
    }
}

const CALLERS: [&str; 5] = [
    "allUsers",
    "user:alice@example.com",
    "user:eve@example.net",
    "function:f0",
    "serviceAccount:f1@shop-prod.iam.gserviceaccount.com",
];

/// A map of some functions and some edges, in two files: even functions in one, odd ones in the other.
fn drawn(functions: u8, edges: &[bool], ends: &[bool], is_turned: bool) -> CallerMap {
    let mut files = ["a.yaml", "b.yaml"].map(|path| {
        (path, "callmap: 1\nproject: shop-prod\nregion: europe-west1\nfunctions:\n".to_owned(), String::new())
    });
    // The first function is always there: others may call as it.
    for function in (0..8).filter(|function| *function < 2 || functions & (1 << function) != 0) {
        let (_, declared, _) = &mut files[function % 2];
        writeln!(declared, "  f{function}: {{ runs_as: f{function}@shop-prod.iam.gserviceaccount.com }}")
            .unwrap();
    }
    for (nth, caller) in CALLERS.iter().enumerate() {
        for (file, (_, _, callers)) in files.iter_mut().enumerate() {
            let is_there = |function: &usize| {
                function % 2 == file
                    && (*function < 2 || functions & (1 << *function) != 0)
                    && edges[nth * 8 + function]
            };
            let called: Vec<_> = (0..8).filter(is_there).collect();
            if called.is_empty() {
                continue;
            }
            writeln!(callers, "  {caller}:").unwrap();
            for function in called {
                let end = ends[nth * 8 + function] && *caller != "allUsers";
                let end = if end { ", until: 2026-12-01" } else { "" };
                writeln!(callers, "    - {{ function: f{function}{end} }}").unwrap();
            }
        }
    }
    let mut texts: Vec<(String, String)> = files
        .into_iter()
        .map(|(path, functions, callers)| {
            let callers =
                if callers.is_empty() { "callers: {}\n".to_owned() } else { format!("callers:\n{callers}") };
            (path.to_owned(), functions + &callers)
        })
        .collect();
    if is_turned {
        texts.reverse();
    }
    let texts: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    map(&texts)
}

/// What turns round with the two sides, without what is said of it.
fn gist(difference: &Difference, is_turned: bool) -> Vec<(Turn, String)> {
    let turn = |turn| match turn {
        Turn::Came if is_turned => Turn::Went,
        Turn::Went if is_turned => Turn::Came,
        turn => turn,
    };
    let access = difference.access.iter().map(|change| {
        (turn(change.turn), format!("{:?} {} {:?}", change.reach, change.caller, change.target))
    });
    let functions = difference
        .functions
        .iter()
        .map(|change| (turn(change.turn), format!("{} {}", change.what, change.name)));
    let mut gist: Vec<_> = access.chain(functions).collect();
    gist.sort();
    gist
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_difference_turns_round_with_its_sides_and_of_one_thing_there_is_none(
        (one, other) in (any::<u8>(), any::<u8>()),
        edges in proptest::collection::vec(any::<bool>(), 80),
        ends in proptest::collection::vec(any::<bool>(), 80),
    ) {
        let a = drawn(one, &edges[..40], &ends[..40], false);
        let b = drawn(other, &edges[40..], &ends[40..], false);
        let (there, back) = (difference::maps(&a, &b, at()), difference::maps(&b, &a, at()));
        prop_assert_eq!(gist(&there, false), gist(&back, true));
        prop_assert!(difference::maps(&a, &a, at()).is_none());
        let turned = drawn(other, &edges[40..], &ends[40..], true);
        prop_assert!(difference::maps(&b, &turned, at()).is_none());
        prop_assert_eq!(gist(&difference::maps(&a, &turned, at()), false), gist(&there, false));
    }
}

fn run(dir: &Path, words: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
    let Output { status, stdout, stderr } =
        command.arg("diff").args(words).current_dir(dir).env_clear().output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

#[test]
fn a_difference_ends_as_it_was_asked_to() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("old/shop.yaml", OLD);
    write("old/notes.txt", "");
    write("new/shop.yaml", NEW);
    write("old.ndjson", &old_lines().join("\n"));
    write("new.export", &new_lines().join("\n"));
    let (resources, policies): (Vec<_>, Vec<_>) =
        old_lines().into_iter().partition(|line| line.contains("\"resource\""));
    write("export/resource.ndjson", &resources.join("\n"));
    write("export/policy.ndjson", &policies.join("\n"));
    let at = ["--at", "2026-11-23T09:00:00Z"];
    let ends = |words: &[&str]| run(dir.path(), &[words, &at].concat());
    for (words, code) in [
        (&["old", "new"][..], 0),
        (&["old", "new", "--exit-code"], 1),
        (&["old", "old/shop.yaml", "--exit-code"], 0),
        (&["old.ndjson", "new.export"], 3),
        (&["old.ndjson", "new.export", "--exit-code"], 1),
        (&["old.ndjson", "old.ndjson", "--exit-code"], 0),
        (&["old.ndjson", "export", "--exit-code"], 0),
        (&["old.ndjson", "new.export", "-m", "new"], 3),
        (&["old.ndjson", "old.ndjson", "--max-data-age", "1h"], 3),
        (&["old", "new", "-m", "new"], 2),
        (&["old", "old.ndjson"], 2),
        (&["new.export", "new"], 2),
        (&["old", "nowhere"], 2),
        (&["old", "."], 2),
        (&["old", "new", "--env", "prod"], 2),
    ] {
        let (found, out, err) = ends(words);
        assert_eq!(found, code, "{words:?}: {out}{err}");
        assert_eq!(out.is_empty(), code == 2, "{words:?}");
    }
    let (_, _, err) = ends(&["old", "old.ndjson"]);
    let way_out = "error: `old` is a map and `old.ndjson` is a world: `callmap audit -m old --from old.ndjson` compares them\n";
    assert_eq!(err, way_out);
    let (_, out, _) = ends(&["old", "new"]);
    assert!(
        out.starts_with("relaxed: broad-role is warning, was error; external-principal is note, was error\n"),
        "{out}"
    );
    let (code, out, _) = ends(&["old", "new", "-q", "-o", "a.json", "-o", "a.md"]);
    assert_eq!((code, out.as_str()), (0, ""));
    let json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(dir.path().join("a.json")).unwrap()).unwrap();
    assert_eq!(json["format"], "callmap-diff/1");
    assert!(fs::read_to_string(dir.path().join("a.md")).unwrap().starts_with("**relaxed:** "));
}

#[test]
fn maps_with_environments_are_compared_in_one_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let of = |project: &str, rest: &str| {
        format!(
            "callmap: 1\nproject: {project}\nregion: europe-west1\nfunctions: {{ payments: }}\ncallers: {{ \"user:a@example.com\": [payments] }}\n{rest}"
        )
    };
    let environments = "environments: { prod: { project: shop-prod }, staging: { project: shop-staging } }\n";
    fs::write(dir.path().join("old.yaml"), of("shop-prod", "")).unwrap();
    fs::write(dir.path().join("new.yaml"), of("$project", environments)).unwrap();
    let code =
        |words: &[&str]| run(dir.path(), &[&["old.yaml", "new.yaml", "--exit-code"], words].concat()).0;
    assert_eq!(code(&[]), 2);
    assert_eq!(code(&["--env", "prod"]), 0);
    assert_eq!(code(&["--env", "staging"]), 1);
    assert_eq!(code(&["--env", "test"]), 2);
}

#[test]
fn mistakes_of_both_maps_are_told_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let of = |rest: &str| {
        format!(
            "callmap: 1\nproject: $project\nregion: europe-west1\nfunctions: {{ payments: }}\ncallers: {{}}\n{rest}environments: {{ prod: {{ project: shop-prod }} }}\n"
        )
    };
    fs::write(dir.path().join("old.yaml"), of("regoin: a\n")).unwrap();
    fs::write(dir.path().join("new.yaml"), of("owners: a\n")).unwrap();
    fs::write(dir.path().join("right.yaml"), of("")).unwrap();
    let (code, out, err) = run(dir.path(), &["old.yaml", "new.yaml", "--env", "prod"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("--> old.yaml:6:1") && err.contains("--> new.yaml:6:1"), "{err}");
    assert!(err.ends_with("2 mistakes in the caller map\n"), "{err}");
    // The environment that was chosen is not said to be missing.
    let (code, _, err) = run(dir.path(), &["right.yaml", "new.yaml", "--env", "prod"]);
    assert_eq!(code, 2);
    assert!(err.contains("`owners` is not a key") && err.ends_with("1 mistake in the caller map\n"), "{err}");
}
