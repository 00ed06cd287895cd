//! One question to the world, asked of the program: what it answers on a terminal, for machines and as Markdown.

use std::{
    path::Path,
    process::{Command, Output},
};

const FEDERATED: &str = "principal://iam.googleapis.com/projects/1041/locations/global/workloadIdentityPools/ci/subject/repo:shop";
const PAY: &str = "projects/shop-prod/locations/europe-west1/services/pay";
const LEDGER: &str = "projects/shop-prod/locations/europe-west1/services/ledger";
const FRONT: &str = "projects/shop-edge/locations/europe-west1/services/front";

/// What the program answers in a terminal of this width, without what it says of the world it read.
fn answer(width: &str, words: &[&str]) -> String {
    let world = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/assets/explain.ndjson");
    let dir = tempfile::tempdir().unwrap();
    std::fs::copy(world, dir.path().join("export.ndjson")).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
    command.args(words).args(["--from", "export.ndjson", "--at", "2026-11-23T09:00:00Z"]);
    command.args(["--project", "shop-prod", "--project", "shop-edge"]);
    let Output { status, stdout, stderr } =
        command.current_dir(dir.path()).env_clear().env("COLUMNS", width).output().unwrap();
    let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    let (head, shown) = stdout.split_once("\n\n").unwrap_or(("", &stdout));
    let shown = if head.starts_with("assets") || head.starts_with("snapshot") { shown } else { &stdout };
    format!("{}\n{shown}{stderr}", status.code().unwrap())
}

#[test]
fn every_kind_of_answer_says_why_and_what_would_change_it() {
    for (name, caller, function) in [
        ("inherited-through-folders-and-groups", "user:deep@example.com", PAY),
        ("a-condition-that-ended", "user:temp@example.com", PAY),
        ("a-condition-on-the-name", "user:named@example.com", PAY),
        ("denied", "user:stopped@example.com", PAY),
        ("excepted", "user:spared@example.com", PAY),
        ("a-group-of-which-some-are-denied", "group:night@example.com", PAY),
        ("federated", FEDERATED, PAY),
        ("a-role-that-was-deleted", "user:custom@example.com", PAY),
        ("below-a-folder-nobody-may-read", "user:nobody@example.com", FRONT),
        ("nothing-at-all", "user:nobody@example.com", PAY),
        ("a-group-nobody-named", "user:nobody@example.com", LEDGER),
    ] {
        for width in ["80", "40"] {
            insta::assert_snapshot!(format!("{name}-{width}"), answer(width, &["explain", caller, function]));
        }
    }
}

#[test]
fn a_denial_is_told_in_every_format() {
    for format in ["json", "markdown"] {
        let words = ["explain", "user:stopped@example.com", PAY, "--format", format];
        insta::assert_snapshot!(format!("denied-{format}"), answer("80", &words));
        let words = ["who", PAY, "--format", format];
        insta::assert_snapshot!(format!("who-{format}"), answer("80", &words));
        let words = ["can", "user:stopped@example.com", "--format", format];
        insta::assert_snapshot!(format!("can-{format}"), answer("80", &words));
    }
    insta::assert_snapshot!("who-80", answer("80", &["who", PAY]));
    insta::assert_snapshot!("can-80", answer("80", &["can", "user:stopped@example.com"]));
}
