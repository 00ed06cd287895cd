//! `callmap plan` as it is run: exit codes, what is printed, and what is saved.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use callmap::{
    emulator::{Emulator, Options, State},
    sources::{Input, plan_file},
    world::SourceKind,
};
use serde_json::Value;

const MAP: &str = "\
callmap: 1
project: shop-prod
region: europe-west1
functions:
  payments:
  storefront:
  refunds:
callers:
  user:alice@example.com: [payments, refunds]
  allUsers: [storefront]
";

const ABOVE: &str =
    r#""ancestors":["projects/1041","organizations/9000"],"update_time":"2026-11-22T10:30:00Z""#;

fn service(name: &str) -> String {
    format!("//run.googleapis.com/projects/shop-prod/locations/europe-west1/services/{name}")
}

fn settings(name: &str) -> String {
    let full = service(name);
    format!(
        r#"{{"name":"{full}","asset_type":"run.googleapis.com/Service",{ABOVE},"resource":{{"version":"v1","data":{{"apiVersion":"serving.knative.dev/v1","kind":"Service","metadata":{{"name":"{name}","uid":"uid-{name}"}},"spec":{{"template":{{"spec":{{"serviceAccountName":"{name}@shop-prod.iam.gserviceaccount.com"}}}}}},"status":{{}}}}}}}}"#
    )
}

fn policy(kind: &str, name: &str, bindings: &[(&str, &[&str])]) -> String {
    let binding = |(role, members): &(&str, &[&str])| serde_json::json!({"role": role, "members": members});
    let bindings: Vec<_> = bindings.iter().map(binding).collect();
    let policy = serde_json::json!({ "bindings": bindings });
    format!(r#"{{"name":"{name}","asset_type":"{kind}",{ABOVE},"iam_policy":{policy}}}"#)
}

fn service_policy(name: &str, bindings: &[(&str, &[&str])]) -> String {
    policy("run.googleapis.com/Service", &service(name), bindings)
}

const PROJECT: &str = "//cloudresourcemanager.googleapis.com/projects/shop-prod";
const INVOKER: &str = "roles/run.invoker";

/// `payments` is open to everybody and to somebody who is no more, `storefront` to nobody, and `refunds` is not
/// there yet. The organization stands on the last line.
fn estate() -> Vec<String> {
    let project = "cloudresourcemanager.googleapis.com/Project";
    vec![
        format!(
            r#"{{"name":"{PROJECT}","asset_type":"{project}",{ABOVE},"resource":{{"version":"v1","data":{{"projectId":"shop-prod","projectNumber":"1041"}}}}}}"#
        ),
        settings("payments"),
        service_policy("payments", &[(INVOKER, &["allUsers", "deleted:user:bob@example.com?uid=1234567890"])]),
        settings("storefront"),
        service_policy("storefront", &[]),
        policy(project, PROJECT, &[("roles/viewer", &["user:alice@example.com"])]),
        r#"{"name":"//cloudresourcemanager.googleapis.com/organizations/9000","asset_type":"cloudresourcemanager.googleapis.com/Organization","ancestors":["organizations/9000"],"update_time":"2026-11-22T10:30:00Z","iam_policy":{"bindings":[]}}"#.to_owned(),
    ]
}

/// The same once it is as the map says.
fn settled() -> Vec<String> {
    let mut lines = estate();
    lines[2] = service_policy("payments", &[(INVOKER, &["user:alice@example.com"])]);
    lines[4] = service_policy("storefront", &[(INVOKER, &["allUsers"])]);
    lines
}

/// A directory with the map in its usual place and an export beside it.
fn shop(lines: &[String]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("policies")).unwrap();
    fs::write(dir.path().join("policies/shop.yaml"), MAP).unwrap();
    fs::write(dir.path().join("export.ndjson"), lines.join("\n") + "\n").unwrap();
    dir
}

fn plan(dir: &Path, words: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
    command.arg("plan").args(words).args(["--from", "export.ndjson"]).current_dir(dir).env_clear();
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn code(dir: &Path, words: &[&str]) -> i32 {
    plan(dir, words).0
}

/// The plan in JSON.
fn made(dir: &Path, words: &[&str]) -> Value {
    let (_, out, err) = plan(dir, &[words, &["--format", "json"]].concat());
    assert_eq!(err, "");
    serde_json::from_str(&out).unwrap()
}

/// Every change of a plan: in or out, who, and on what.
fn changes(plan: &Value) -> Vec<String> {
    let steps = plan["steps"].as_array().unwrap().iter();
    let told = steps.flat_map(|step| {
        let name = step["resource"].as_str().unwrap().rsplit('/').next().unwrap();
        let changes = step["changes"].as_array().unwrap().iter();
        changes.map(move |change| {
            format!("{} {} {name}", change["change"].as_str().unwrap(), change["member"].as_str().unwrap())
        })
    });
    told.collect()
}

#[test]
fn a_plan_ends_with_what_it_is_asked_to_tell() {
    let dir = shop(&estate());
    assert_eq!(code(dir.path(), &[]), 0);
    assert_eq!(code(dir.path(), &["--exit-code"]), 1);
    let settled = shop(&settled());
    assert_eq!(code(settled.path(), &["--exit-code"]), 0, "{:?}", plan(settled.path(), &[]));
    // With holes it is not whole, and what is to be done is told before that.
    for lines in [estate(), self::settled()] {
        let has_steps = lines == estate();
        let dir = shop(&lines[..lines.len() - 1]);
        assert_eq!(code(dir.path(), &[]), 3);
        assert_eq!(code(dir.path(), &["--exit-code"]), if has_steps { 1 } else { 3 });
        assert_eq!(made(dir.path(), &[])["complete"], false);
    }
    assert_eq!(code(settled.path(), &["--max-data-age", "1s"]), 3);
    fs::write(dir.path().join("export.ndjson"), "{").unwrap();
    assert_eq!(code(dir.path(), &[]), 2);
    fs::write(dir.path().join("policies/shop.yaml"), "callmap: 1\n").unwrap();
    assert_eq!(code(dir.path(), &[]), 2);
}

#[test]
fn each_flag_adds_its_own_changes_and_the_plan_says_which_would() {
    let dir = shop(&estate());
    let plain = ["add user:alice@example.com payments", "remove allUsers payments"];
    assert_eq!(changes(&made(dir.path(), &[])), plain);
    assert_eq!(changes(&made(dir.path(), &["--only", "add"])), plain[..1]);
    let public = made(dir.path(), &["--include-public"]);
    assert_eq!(changes(&public), [plain[0], plain[1], "add allUsers storefront"]);
    assert_eq!(public["options"]["include"], serde_json::json!(["public"]));
    let dead = "remove deleted:user:bob@example.com?uid=1234567890 payments";
    assert_eq!(changes(&made(dir.path(), &["--include-dead"])), [plain[0], plain[1], dead]);
    let (_, out, _) = plan(dir.path(), &[]);
    let more = out.split_once("\nmore with\n").unwrap().1.to_owned();
    let flags: Vec<_> = more.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(flags, ["--include-public", "--include-dead"]);
    let (_, out, _) = plan(dir.path(), &["--include-dead"]);
    assert!(out.contains("! deleted:user:bob@example.com?uid=1234567890: undo cannot put it back"), "{out}");
    assert!(!out.split_once("\nmore with\n").unwrap().1.contains("--include-dead"), "{out}");
}

/// A function whose account nobody knows may live on whatever may be an account, and on nothing else.
#[test]
fn what_a_function_of_unknown_account_may_live_on_stays() {
    let members = ["allUsers", "group:all@example.com", "user:eve@example.com"];
    let mut lines = estate();
    lines[2] = service_policy("payments", &[(INVOKER, &members)]);
    // The settings of `storefront` are not read.
    lines.remove(3);
    let dir = shop(&lines);
    let map = MAP.replace("  allUsers: [storefront]\n", "  function:storefront: [payments]\n");
    fs::write(dir.path().join("policies/shop.yaml"), map).unwrap();
    let plan = made(dir.path(), &[]);
    assert_eq!(
        changes(&plan),
        ["add user:alice@example.com payments", "remove user:eve@example.com payments"]
    );
    let held = plan["held"].as_array().unwrap().iter().filter(|held| held["change"]["change"] == "remove");
    let held: Vec<_> = held.map(|held| held["change"]["member"].as_str().unwrap()).collect();
    assert_eq!(held, members[..2]);
}

/// Everybody may call `payments`, and `storefront` lives on that as an account that the map does not pin.
#[test]
fn what_a_function_of_another_account_than_pinned_lives_on_stays() {
    let members =
        ["allUsers", "user:eve@example.com", "serviceAccount:old@shop-prod.iam.gserviceaccount.com"];
    let mut lines = estate();
    lines[2] = service_policy("payments", &[(INVOKER, &members)]);
    let dir = shop(&lines);
    let map = MAP
        .replace("  allUsers: [storefront]\n", "  function:storefront: [payments]\n")
        .replace("  storefront:\n", "  storefront: { runs_as: old@shop-prod.iam.gserviceaccount.com }\n");
    fs::write(dir.path().join("policies/shop.yaml"), map).unwrap();
    let plan = made(dir.path(), &[]);
    assert_eq!(
        changes(&plan),
        ["add user:alice@example.com payments", "remove user:eve@example.com payments"]
    );
}

/// The event source of `payments` may live on what everybody has, and nobody read which one it is.
#[test]
fn what_an_event_source_that_was_not_read_may_live_on_stays() {
    let members = ["allUsers", "group:all@example.com", "user:eve@example.com"];
    let mut lines = estate();
    lines[2] = service_policy("payments", &[(INVOKER, &members)]);
    let dir = shop(&lines);
    let map = MAP
        .replace("  user:alice@example.com: [payments, refunds]\n", "")
        .replace("  payments:\n", "  payments: { trigger: event }\n");
    fs::write(dir.path().join("policies/shop.yaml"), map).unwrap();
    let plan = made(dir.path(), &[]);
    assert_eq!(changes(&plan), ["remove user:eve@example.com payments"]);
}

#[test]
fn what_is_held_and_what_waits_is_shown_and_told() {
    let dir = shop(&estate());
    let plan = made(dir.path(), &[]);
    assert_eq!(plan["held"][0]["change"]["member"], "allUsers");
    assert!(plan["held"][0]["reason"].as_str().unwrap().contains("--include-public"));
    assert_eq!(plan["waiting"][0]["caller"], "user:alice@example.com");
    assert!(plan["waiting"][0]["function"].as_str().unwrap().ends_with("/services/refunds"));
    assert_eq!(plan["source"]["kind"], "assets");
    let (code, out, err) = self::plan(dir.path(), &["--at", "2026-11-23T09:00:00Z"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let shown = out.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::with_settings!({filters => vec![(r"export.ndjson: .*", "export.ndjson: AGE"), (r"role data of \S+", "role data of DAY")]}, {
        insta::assert_snapshot!(shown);
    });
}

#[test]
fn a_saved_plan_is_the_document_that_is_printed_and_overwrites_nothing() {
    let dir = shop(&estate());
    let at = ["--at", "2026-11-23T09:00:00Z"];
    let (code, out, err) = plan(dir.path(), &[&["--save", "plan.json"][..], &at].concat());
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("\nsaved to plan.json\n"), "{out}");
    let saved = fs::read_to_string(dir.path().join("plan.json")).unwrap();
    let read = plan_file::read(Input::from_bytes("plan.json", saved.as_str())).unwrap();
    assert_eq!(read.made.judged_at, Some(crate::fixture::at("2026-11-23T09:00:00Z")));
    assert_eq!(read.made.map.files, ["policies/shop.yaml".into()]);
    let mut printed = made(dir.path(), &at);
    let mut saved: Value = serde_json::from_str(&saved).unwrap();
    for plan in [&mut printed, &mut saved] {
        // The two were made one after the other.
        plan["made_at"] = Value::Null;
    }
    assert_eq!(printed, saved);
    let before = fs::read(dir.path().join("plan.json")).unwrap();
    // Nothing is read for a file that is there already.
    fs::write(dir.path().join("export.ndjson"), "{").unwrap();
    let (code, out, err) = plan(dir.path(), &["--save", "plan.json"]);
    let expected = "error: `plan.json` is there already: write to another file, or remove it first\n";
    assert_eq!((code, out.as_str(), err.as_str()), (2, "", expected));
    assert_eq!(fs::read(dir.path().join("plan.json")).unwrap(), before);
}

#[cfg(unix)]
#[test]
fn a_saved_plan_is_for_its_owner_and_no_link_is_followed() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let dir = shop(&estate());
    assert_eq!(code(dir.path(), &["--save", "plan.json", "--quiet"]), 0);
    let mode = fs::metadata(dir.path().join("plan.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    symlink("elsewhere.json", dir.path().join("link.json")).unwrap();
    assert_eq!(code(dir.path(), &["--save", "link.json"]), 2);
    assert!(!dir.path().join("elsewhere.json").exists());
    assert_eq!(code(dir.path(), &["--save", "no/such/plan.json"]), 2);
}

#[test]
fn reports_are_written_beside_and_quiet_leaves_only_what_is_asked_for() {
    let dir = shop(&estate());
    let (code, out, _) = plan(dir.path(), &["-q", "-o", "plan.md", "-o", "report.json"]);
    assert_eq!((code, out.as_str()), (0, ""));
    let markdown = fs::read_to_string(dir.path().join("plan.md")).unwrap();
    assert!(markdown.starts_with("### Plan: 1 step: 1 grant in, 1 out, 1 held, 1 waiting\n"), "{markdown}");
    let report = fs::read(dir.path().join("report.json")).unwrap();
    assert!(plan_file::read(Input::from_bytes("report.json", report)).is_ok());
    let (_, out, _) = plan(dir.path(), &["-q", "--format", "markdown"]);
    assert!(out.starts_with("### Plan"), "{out}");
}

#[test]
fn the_digest_of_a_plan_is_that_of_its_map_and_its_environment() {
    let dir = shop(&estate());
    let digest =
        |words: &[&str]| made(dir.path(), words)["map_digest"]["sha256"].as_str().unwrap().to_owned();
    let first = digest(&[]);
    assert_eq!(digest(&["--map", dir.path().join("policies").to_str().unwrap()]), first);
    fs::write(dir.path().join("policies/shop.yaml"), MAP.to_owned() + "# changed\n").unwrap();
    let changed = digest(&[]);
    assert_ne!(changed, first);
    fs::write(
        dir.path().join("policies/shop.yaml"),
        MAP.to_owned() + "environments: { prod: {}, test: {} }\n",
    )
    .unwrap();
    assert_ne!(digest(&["--env", "prod"]), digest(&["--env", "test"]));
}

#[test]
fn the_scope_of_a_plan_is_told_in_one_order() {
    let dir = shop(&estate());
    let words =
        ["--project", "shop-prod", "--folder", "77", "--project", "shop-prod", "--organization", "9000"];
    let mut turned = words;
    turned.rotate_left(2);
    let scope = made(dir.path(), &words)["scope"].clone();
    assert_eq!(scope, serde_json::json!(["projects/shop-prod", "folders/77", "organizations/9000"]));
    assert_eq!(made(dir.path(), &turned)["scope"], scope);
}

/// An estate that its map matches, and the same with somebody whom nobody declared.
const LIVE: &str = include_str!("live/estate.ndjson");
const LIVE_MAP: &str = include_str!("live/map.yaml");

fn strayed() -> String {
    let erin = r#""members":["user:erin@example.com"]"#;
    assert!(LIVE.contains(erin));
    LIVE.replace(erin, r#""members":["user:mallory@example.com"]"#)
}

/// A plan of what an emulator serves.
fn live(dir: &Path, emulator: &Emulator, words: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
    command.arg("plan").args(words).current_dir(dir).env_clear().env("HOME", dir);
    command.env("CALLMAP_EMULATOR_HOST", emulator.address().to_string());
    let Output { status, stdout, stderr } = command.output().unwrap();
    let err = String::from_utf8(stderr).unwrap();
    assert!(err.starts_with("note: this is an emulator at "), "{err}");
    (status.code().unwrap(), String::from_utf8(stdout).unwrap())
}

fn served(text: &str) -> (tempfile::TempDir, Emulator) {
    let dir = shop(&[]);
    fs::write(dir.path().join("policies/shop.yaml"), LIVE_MAP).unwrap();
    let state = State::read(text.as_bytes()).unwrap();
    (dir, Emulator::start(Options { state, ..Options::default() }).unwrap())
}

#[test]
fn a_plan_of_what_is_live_is_told_shown_and_saved() {
    let (dir, emulator) = served(&strayed());
    let (code, out) = live(dir.path(), &emulator, &["--exit-code", "--save", "plan.json"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("\nsaved to plan.json\n\nnext\n  callmap apply plan.json "), "{out}");
    let saved = fs::read(dir.path().join("plan.json")).unwrap();
    let read = plan_file::read(Input::from_bytes("plan.json", saved.as_slice())).unwrap();
    assert_eq!((read.made.source, read.is_complete, read.made.judged_at), (SourceKind::Emulator, true, None));
    let told = changes(&serde_json::from_slice(&saved).unwrap());
    assert_eq!(told, ["add user:erin@example.com gateway", "remove user:mallory@example.com gateway"]);
    let [step] = read.steps.as_slice() else { panic!("{out}") };
    let state = step.footing.service.as_ref().unwrap();
    assert_eq!(state.uid.as_deref(), Some("aaaa-0005"));
    // Nothing was written.
    assert_eq!(live(dir.path(), &emulator, &["--exit-code"]).0, 1);
    let (dir, emulator) = served(LIVE);
    assert_eq!(live(dir.path(), &emulator, &["--exit-code"]).0, 0);
}

#[test]
fn a_plan_of_what_could_not_all_be_read_has_holes() {
    let (dir, emulator) = served(&strayed());
    let payments = "projects/shop-prod/locations/europe-north1/services/payments";
    emulator.change(|state| state.refuse("run.services.getIamPolicy", payments));
    let (code, out) = live(dir.path(), &emulator, &["--format", "json"]);
    assert_eq!(code, 3, "{out}");
    let plan: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(plan["complete"], false);
    assert_eq!(plan["source"]["kind"], "emulator");
    // What is known is planned all the same, and what is not is named.
    assert_eq!(changes(&plan).len(), 2, "{out}");
    let held = plan["held"].as_array().unwrap();
    assert!(held.iter().any(|held| held["resource"] == payments), "{out}");
    assert_eq!(live(dir.path(), &emulator, &["--exit-code"]).0, 1);
}
