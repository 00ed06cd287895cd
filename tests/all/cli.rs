//! The program itself: exit codes, where it writes to, and what its help says.

use std::{
    io::Read as _,
    path::Path,
    process::{Command, Output, Stdio},
};

fn callmap(dir: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
    command.args(words).current_dir(dir).env_clear();
    command
}

fn run(dir: &Path, words: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = callmap(dir, words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// A directory with a map in its usual place.
fn mapped(map: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("policies")).unwrap();
    std::fs::write(dir.path().join("policies/shop.yaml"), map).unwrap();
    dir
}

const MAP: &str = "\
callmap: 1
project: shop-prod
region: europe-west1
functions:
  payments:
  payroll:
  storefront:
callers:
  allUsers: [storefront]
  group:payments-team@example.com: [\"pay*\"]
";

#[test]
fn every_command_explains_itself() {
    let dir = tempfile::tempdir().unwrap();
    let commands = [
        "",
        "audit",
        "plan",
        "apply",
        "undo",
        "explain",
        "who",
        "can",
        "call",
        "token",
        "discover",
        "check",
        "accept",
        "diff",
        "graph",
        "rule",
        "snapshot",
        "demo",
        "emulator",
        "completions",
        "man",
    ];
    let mut pages = String::new();
    for command in commands {
        let words: Vec<_> = [command, "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let output = callmap(dir.path(), &words).env("COLUMNS", "100").output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        let page = String::from_utf8(output.stdout).unwrap();
        pages.extend(["=== callmap ", &words.join(" "), "\n", &page, "\n"]);
    }
    insta::assert_snapshot!(pages);
}

#[test]
fn words_that_mean_nothing_are_refused_before_anything_is_read() {
    let dir = tempfile::tempdir().unwrap();
    for words in [
        &["audit", "-o", "report.html"][..],
        &["audit", "-o", "report"],
        &["audit", "--format", "yaml"],
        &["audit", "--at", "2026-12-01T09:00:00"],
        &["audit", "--max-data-age", "7"],
        &["audit", "--folder", "shop"],
        &["who", "pay", "-o", "pay.html"],
        &["plam"],
        &["plan", "--only", "remove"],
        &["plan", "--only", "add", "--include-dead"],
        &["plan", "--include-inherited=all"],
        &["plan", "--ignore-event-sources"],
        &["plan", "--ignore-event-sources", ""],
        &["plan", "--ignore-event-sources", "user:a@example.com"],
        &["plan", "-o", "plan.html"],
        &["explain", "me"],
        &["diff", "policies"],
        &["graph", "-o", "graph.svg"],
        &["graph", "--only", "wrong"],
        &["graph", "--format", "json"],
        &[],
    ] {
        let (code, out, err) = run(dir.path(), words);
        assert_eq!((code, out.as_str()), (2, ""), "{words:?}");
        assert!(err.contains("Usage: callmap") || err.contains("For more information"), "{words:?}: {err}");
    }
}

#[test]
fn a_map_without_mistakes_says_what_its_patterns_cover() {
    let dir = mapped(MAP);
    let (code, out, err) = run(dir.path(), &["check"]);
    assert_eq!((code, err.as_str()), (0, ""));
    insta::assert_snapshot!(out);
    let (code, out, err) = run(dir.path(), &["check", "--quiet"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
}

#[test]
fn mistakes_of_a_map_go_to_standard_error_with_exit_code_2() {
    let dir = mapped(&MAP.replace("  payroll:", "  payroll: { ownr: a@example.com }\n  typo: 1"));
    let (code, out, err) = run(dir.path(), &["check"]);
    assert_eq!((code, out.as_str()), (2, ""));
    insta::assert_snapshot!(err);
    let (code, out, _) = run(dir.path(), &["check", "--format", "json"]);
    let value: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, value["format"].as_str()), (2, Some("callmap-check/1")));
    assert_eq!(value["mistakes"].as_array().unwrap().len(), err.matches("error:").count());
    // The map's mistakes are said without waiting for a world.
    let (code, _, again) = run(dir.path(), &["audit", "--from", "no-such-file"]);
    assert_eq!((code, again), (2, err));
}

#[test]
fn a_map_that_is_not_there_is_said_in_plain_words() {
    let dir = tempfile::tempdir().unwrap();
    let (code, _, err) = run(dir.path(), &["check"]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(err);
}

#[test]
fn without_a_world_the_way_to_one_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let (code, out, err) = run(dir.path(), &["who", "payments"]);
    assert_eq!((code, out.as_str()), (2, ""));
    insta::assert_snapshot!(err);
}

#[test]
fn a_reader_who_leaves_early_is_no_error() {
    let dir = tempfile::tempdir().unwrap();
    for words in [&["rule"][..], &["--help"], &["completions", "bash"], &["man"]] {
        let mut child =
            callmap(dir.path(), words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""), "{words:?}");
    }
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let dir = tempfile::tempdir().unwrap();
    let coloured = |words: &[&str], env: &[(&str, &str)]| {
        let output = callmap(dir.path(), words).envs(env.iter().copied()).output().unwrap();
        output.stdout.contains(&0x1b)
    };
    assert!(!coloured(&["rule"], &[]));
    assert!(coloured(&["rule", "--color", "always"], &[]));
    assert!(coloured(&["rule"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&["rule"], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!coloured(&["rule", "--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn rules_are_listed_and_explained() {
    let dir = tempfile::tempdir().unwrap();
    let (code, list, _) = run(dir.path(), &["rule"]);
    assert_eq!(code, 0);
    assert_eq!(list.lines().count(), callmap::rules::RULES.len());
    for rule in callmap::rules::RULES {
        let (code, page, _) = run(dir.path(), &["rule", rule.id.as_str()]);
        assert_eq!(code, 0);
        assert!(page.contains(rule.title));
    }
    let (_, page, _) = run(dir.path(), &["rule", "undeclared-caller"]);
    insta::assert_snapshot!(page);
    let (code, _, err) = run(dir.path(), &["rule", "undeclared-caler"]);
    let expected = "error: there is no rule `undeclared-caler`: did you mean `undeclared-caller`?\n";
    assert_eq!((code, err.as_str()), (2, expected));
}

#[test]
fn the_story_of_the_sample_estate_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let (code, out, err) = run(dir.path(), &["demo"]);
    assert_eq!((code, err.as_str()), (0, ""));
    insta::assert_snapshot!(out);
    assert_eq!(run(dir.path(), &["audit", "--demo"]).0, 1);
    let (_, json, _) = run(dir.path(), &["audit", "--demo", "--format", "json"]);
    let audit: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(audit["source"]["kind"], "demo");
    assert_eq!(run(dir.path(), &["audit", "--demo", "--from", "x"]).0, 2);
    let (code, _, err) = run(dir.path(), &["accept", "--all", "--reason", "x", "--demo"]);
    assert_eq!((code, err.starts_with("error: the sample map is part of the program")), (2, true));
    assert_eq!(fs_entries(dir.path()), 0);
}

fn fs_entries(dir: &Path) -> usize {
    std::fs::read_dir(dir).unwrap().count()
}
