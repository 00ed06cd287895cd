//! Every temporary and human caller: small worlds, every format, and runs of the program.

use std::{fs, process::Command};

use callmap::{
    access::Access,
    callers::{MapText, load},
    model::{Time, time},
    plan::review::{self, Only, Review},
    report::{csv, heading::Heading, json, markdown, review::View, table},
    rules::{self, Scope, context::Context},
    sources::{Input, assets, groups},
    world::{SourceKind, World},
};
use serde_json::{Value, json};

/// Nobody whom a review is about.
const NOBODY: &str = "  serviceAccount:none@shop-prod.iam.gserviceaccount.com: [checkout]\n";
const AT: &str = "2026-11-23T09:00:00Z";
const HEAD: &str = "callmap: 1\nproject: shop-prod\nregion: europe-west1\nowner: shop-team@example.com\n\
                    functions:\n  payments: { owner: payments-team@example.com }\n  checkout:\n\
                    callers:\n";
const ABOVE: &str =
    r#""ancestors":["projects/100000000001","organizations/9000"],"update_time":"2026-11-23T08:00:00Z""#;
const PROJECT: &str = "//cloudresourcemanager.googleapis.com/projects/shop-prod";
const ORGANIZATION: &str = "//cloudresourcemanager.googleapis.com/organizations/9000";
const INVOKER: &str = "roles/run.invoker";

fn at() -> Time {
    time::moment(AT).unwrap()
}

/// Grants: on what, which role, to whom, and until which day of December 2026.
type Grants<'a> = &'a [(&'a str, &'a str, &'a str, Option<u32>)];

/// An export of `payments`, `checkout` and `extra`, which no map names, with these grants.
fn export(grants: Grants<'_>, without: &str) -> String {
    let mut lines = vec![format!(
        r#"{{"name":"{PROJECT}","asset_type":"cloudresourcemanager.googleapis.com/Project",{ABOVE},"resource":{{"version":"v1","data":{{"projectId":"shop-prod","projectNumber":"100000000001"}}}}}}"#
    )];
    let service = |name: &str| {
        format!("//run.googleapis.com/projects/shop-prod/locations/europe-west1/services/{name}")
    };
    let policy = |kind: &str, name: &str, on: &str| {
        let of = grants.iter().filter(|(resource, ..)| *resource == on);
        let bindings: Vec<_> = of
            .map(|(_, role, member, until)| match until {
                None => json!({"role": role, "members": [member]}),
                Some(day) => json!({"role": role, "members": [member], "condition": {
                    "title": "for a while",
                    "expression": format!("request.time < timestamp(\"2026-12-{day:02}T00:00:00Z\")"),
                }}),
            })
            .collect();
        let policy = json!({ "bindings": bindings });
        format!(r#"{{"name":"{name}","asset_type":"{kind}",{ABOVE},"iam_policy":{policy}}}"#)
    };
    for name in ["payments", "checkout", "extra"] {
        let full = service(name);
        lines.push(format!(
            r#"{{"name":"{full}","asset_type":"run.googleapis.com/Service",{ABOVE},"resource":{{"version":"v1","data":{{"apiVersion":"serving.knative.dev/v1","kind":"Service","metadata":{{"name":"{name}"}},"spec":{{"template":{{"spec":{{"serviceAccountName":"{name}@shop-prod.iam.gserviceaccount.com"}}}}}},"status":{{}}}}}}}}"#
        ));
        lines.push(policy("run.googleapis.com/Service", &full, name));
    }
    lines.push(policy("cloudresourcemanager.googleapis.com/Project", PROJECT, "project"));
    lines.push(policy("cloudresourcemanager.googleapis.com/Organization", ORGANIZATION, "organization"));
    lines.retain(|line| without.is_empty() || !(line.contains(without) && line.contains("iam_policy")));
    lines.join("\n") + "\n"
}

fn world(grants: Grants<'_>, without: &str, known: &str) -> World {
    let reader = Box::new(std::io::Cursor::new(export(grants, without).into_bytes()));
    let input = Input { name: "export.ndjson".into(), reader };
    let groups = (!known.is_empty()).then(|| groups::read("groups.yaml", known.as_bytes()).unwrap());
    assets::read(vec![input], assets::ReadOptions { kind: SourceKind::Assets, groups }).unwrap()
}

/// What is done with a review of a map's callers and a world.
fn reviewed<T>(callers: &str, world: &World, then: impl FnOnce(&Review<'_>, &View<'_>) -> T) -> T {
    let bytes = format!("{HEAD}{callers}").into_bytes();
    let map = load(vec![MapText { path: "policies/shop.yaml".into(), bytes }], None, at()).unwrap();
    let access = Access::new(world, at());
    let scope = Scope::new(&map, world, &[]);
    let context = Context::new(&map, world, &access, at(), scope).unwrap();
    let audit = rules::run::gaps(&context);
    let review = review::live(&context, &audit);
    let files: Vec<_> = map.files.iter().map(|file| file.path.clone()).collect();
    let heading = Some(Heading::of(&audit));
    then(&review, &View { review: &review, heading, env: None, at: at(), files: &files })
}

/// Each row in a line: who, what, until when, and what it is in the world.
fn rows(review: &Review<'_>) -> Vec<String> {
    let row = |row: &review::Row| {
        let functions: Vec<_> = row.functions.iter().map(|function| &*function.name).collect();
        let until = row.until.map_or("-".to_owned(), |until| until.format("%m-%d").to_string());
        let declared = if row.declared_at.is_some() { "" } else { ", not declared" };
        let reached = row.principal.as_ref().and_then(|caller| review.reach.get(caller));
        let reach = reached.map_or("?".to_owned(), |reached| {
            format!("{}+{}", reached.reach.sure.len(), reached.reach.unsure.len())
        });
        let (caller, functions, world) = (&row.caller, functions.join(" "), row.standing.as_str());
        format!("{caller} {functions} {until} {world}{declared}, {reach}")
    };
    review.rows.iter().map(row).collect()
}

#[test]
fn each_small_world_has_the_rows_that_it_should_have() {
    let alice = "  user:alice@example.com:\n    - { function: payments, until: 2026-12-01, reason: R }\n";
    let bob = "  user:bob@example.com:\n    - { function: payments, until: 2026-11-01 }\n";
    let service = "  serviceAccount:job@shop-prod.iam.gserviceaccount.com: [payments]\n";
    let (a, b, c) = ("user:alice@example.com", "user:bob@example.com", "user:casey@example.com");
    let team = "group:team@example.com";
    let account = "serviceAccount:job@shop-prod.iam.gserviceaccount.com";
    let cases: &[(&str, &str, Grants<'_>, &str, &[&str])] = &[
        ("nothing", NOBODY, &[], "", &[]),
        ("an account for good is none of it", service, &[("payments", INVOKER, account, None)], "", &[]),
        ("granted", alice, &[("payments", INVOKER, a, Some(2))], "", &["A payments 12-02 has it now, 1+0"]),
        ("not granted", alice, &[], "", &["A payments 12-02 not yet, 0+0"]),
        ("expired and gone", bob, &[], "", &["B payments 11-02 no longer, 0+0"]),
        (
            "expired and there",
            bob,
            &[("payments", INVOKER, b, None)],
            "",
            &["B payments 11-02 has it now, 1+0"],
        ),
        (
            "expired comes first, then what ends",
            &format!("{alice}{bob}  user:casey@example.com: [checkout]\n"),
            &[],
            "",
            &[
                "B payments 11-02 no longer, 0+0",
                "A payments 12-02 not yet, 0+0",
                "C checkout - not yet, 0+0",
            ],
        ),
        (
            "own grants that nobody declared",
            NOBODY,
            &[("payments", INVOKER, c, None), ("extra", INVOKER, c, None)],
            "",
            &["C payments - has it now, not declared, 2+0"],
        ),
        (
            "an account for a time that nobody declared",
            NOBODY,
            &[("payments", INVOKER, account, Some(5))],
            "",
            &["J payments 12-05 has it now, not declared, 1+0"],
        ),
        (
            "from above, beyond what is declared",
            alice,
            &[("project", "roles/editor", a, None)],
            "",
            &["A payments 12-02 has it now, 3+0", "A checkout - has it now, not declared, 3+0"],
        ),
        (
            "those of a group, by name",
            NOBODY,
            &[("checkout", INVOKER, team, None)],
            "group:team@example.com: [user:casey@example.com]\n",
            &["T checkout - has it now, not declared, 1+0", "C checkout - has it now, not declared, 1+0"],
        ),
        (
            "those of a declared group are declared",
            "  group:team@example.com: [checkout]\n",
            &[("checkout", INVOKER, team, None)],
            "group:team@example.com: [user:casey@example.com]\n",
            &["T checkout - has it now, 1+0"],
        ),
        (
            "a group of which nobody knows who is in it",
            alice,
            &[("payments", INVOKER, team, None)],
            "",
            &["A payments 12-02 unknown, 0+1", "T payments - has it now, not declared, 1+0"],
        ),
        (
            "anybody",
            "  allUsers: [checkout]\n",
            &[("checkout", INVOKER, "allUsers", None)],
            "",
            &["allUsers checkout - has it now, 1+0"],
        ),
    ];
    for (what, callers, grants, groups, expected) in cases {
        let found = reviewed(callers, &world(grants, "", groups), |review, _| rows(review));
        let short = |text: &String| {
            let text = text.replace(a, "A").replace(b, "B").replace(c, "C");
            text.replace(team, "T").replace(account, "J")
        };
        let found: Vec<_> = found.iter().map(short).collect();
        assert_eq!(&found, expected, "{what}");
    }
}

#[test]
fn a_review_is_never_clean_where_it_is_blind() {
    let callers = "  user:alice@example.com: [payments]\n";
    let grants: Grants<'_> = &[("payments", INVOKER, "user:alice@example.com", None)];
    assert!(reviewed(callers, &world(grants, "", ""), |review, _| review.is_sure()));
    for without in ["projects/shop-prod\",\"asset_type", "organizations/9000\""] {
        let blind = world(grants, without, "");
        reviewed(callers, &blind, |review, view| {
            assert!(!review.is_sure() && !review.gaps.is_empty(), "{without}");
            let shown = text(|out| table::review(view, 100, out));
            assert!(shown.contains("incomplete: not everything that decides was read"), "{shown}");
            assert!(text(|out| csv::review(view, out)).contains(",unread,"));
            let value: Value = serde_json::from_str(&text(|out| json::review(view, out))).unwrap();
            assert_eq!(value["complete"], false);
        });
    }
}

/// A map and a world with something of everything, and some hostile names.
const CALLERS: &str = "  user:alice@example.com:
    - { function: payments, until: 2026-12-01T18:00:00Z, reason: \"=HYPERLINK(\\\"https://example.com\\\")\" }
  user:bob@example.com:
    - { function: payments, until: 2026-11-20, reason: \"SHOP-99 | refunds, *all* of them\" }
    - { function: checkout, until: 2026-11-21 }
  function:checkout:
    - { function: payments, until: 2026-11-30, reason: a trial }
  group:team@example.com: [\"*\"]
";

fn text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn fixture() -> World {
    let grants: Grants<'_> = &[
        ("payments", INVOKER, "user:alice@example.com", Some(1)),
        ("payments", INVOKER, "user:bob@example.com", None),
        ("checkout", INVOKER, "group:team@example.com", None),
        ("payments", INVOKER, "group:team@example.com", None),
        ("payments", INVOKER, "serviceAccount:trial@shop-prod.iam.gserviceaccount.com", Some(9)),
        ("project", "roles/editor", "group:leads@example.com", None),
        ("extra", INVOKER, "allUsers", None),
        ("checkout", INVOKER, "user:+evil@example.net\u{202e}", None),
    ];
    let groups = "group:team@example.com: [user:dora@example.com, user:emil@example.com]\n\
                  group:leads@example.com: [user:fumiko@example.com]\n";
    world(grants, "", groups)
}

#[test]
fn a_review_on_a_terminal() {
    reviewed(CALLERS, &fixture(), |_, view| {
        insta::assert_snapshot!(text(|out| table::review(view, 100, out)));
        insta::assert_snapshot!(text(|out| table::review(view, 40, out)));
    });
}

#[test]
fn a_review_for_a_page_a_spreadsheet_and_machines() {
    reviewed(CALLERS, &fixture(), |_, view| {
        insta::assert_snapshot!(text(|out| markdown::review(view, out)));
        insta::assert_snapshot!(text(|out| csv::review(view, out)));
        let shown = text(|out| json::review(view, out));
        let (_, schema) = json::schemas().into_iter().find(|(name, _)| *name == "callmap-review-1").unwrap();
        jsonschema::validate(schema.as_value(), &serde_json::from_str(&shown).unwrap()).unwrap();
        insta::assert_snapshot!(shown);
    });
}

#[test]
fn the_map_alone_is_reviewed_without_a_world() {
    let bytes = format!("{HEAD}{CALLERS}").into_bytes();
    let map = load(vec![MapText { path: "policies/shop.yaml".into(), bytes }], None, at()).unwrap();
    let review = review::declared(&map, at());
    assert_eq!(rows(&review).len(), 5);
    let only = review.only(Some(Only::Expired));
    assert_eq!(
        rows(&only),
        [
            "user:bob@example.com payments 11-21 not asked, ?",
            "user:bob@example.com checkout 11-22 not asked, ?",
        ]
    );
    let files = ["policies/shop.yaml".into()];
    let view = View { review: &only, heading: None, env: None, at: at(), files: &files };
    insta::assert_snapshot!(text(|out| table::review(&view, 100, out)));
    let value: Value = serde_json::from_str(&text(|out| json::review(&view, out))).unwrap();
    assert_eq!((&value["complete"], &value["source"]), (&Value::Bool(false), &Value::Null));
}

#[test]
fn one_run_writes_every_format_and_ends_with_whether_it_saw_all() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("policies")).unwrap();
    fs::write(dir.path().join("policies/shop.yaml"), format!("{HEAD}{CALLERS}")).unwrap();
    let grants: Grants<'_> = &[("payments", INVOKER, "user:bob@example.com", None)];
    fs::write(dir.path().join("export.ndjson"), export(grants, "")).unwrap();
    fs::write(dir.path().join("blind.ndjson"), export(grants, "organizations/9000\"")).unwrap();
    let run = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
        let output = command.arg("review").args(words).current_dir(dir.path()).env_clear().output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    let seen = ["--from", "export.ndjson", "--at", AT];
    let files = ["-o", "a.csv", "-o", "b.md", "-o", "c.json"];
    let (code, out) = run(&[&seen[..], &files, &["--only", "expired"]].concat());
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("callmap revoke user:bob@example.com payments"), "{out}");
    for name in ["a.csv", "b.md", "c.json"] {
        let written = fs::read_to_string(dir.path().join(name)).unwrap();
        assert!(written.contains("user:bob@example.com") && !written.contains("alice"), "{written}");
    }
    assert_eq!(run(&["--from", "blind.ndjson", "--at", AT]).0, 3);
    assert_eq!(run(&["--declared", "--at", AT]).0, 0);
    assert_eq!(run(&["--declared", "--from", "export.ndjson"]).0, 2);
    assert_eq!(run(&["-o", "a.html", "--declared"]).0, 2);
}
