//! Whole runs of the program over a small estate: how they end, and what is written where.

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

const MAP: &str = "\
callmap: 1
project: shop-prod
region: europe-west1
functions:
  payments:
callers:
  user:alice@example.com: [payments]
";

/// The lines of an export in which this member may call `payments`.
fn estate(member: &str) -> Vec<String> {
    let service = "//run.googleapis.com/projects/shop-prod/locations/europe-west1/services/payments";
    let project = "//cloudresourcemanager.googleapis.com/projects/shop-prod";
    let above = r#""ancestors":["projects/1041","organizations/9000"],"update_time":"2026-11-22T10:30:00Z""#;
    let run = r#""asset_type":"run.googleapis.com/Service""#;
    vec![
        format!(
            r#"{{"name":"{project}","asset_type":"cloudresourcemanager.googleapis.com/Project",{above},"resource":{{"version":"v1","data":{{"projectId":"shop-prod","projectNumber":"1041"}}}}}}"#
        ),
        format!(
            r#"{{"name":"{service}",{run},{above},"resource":{{"version":"v1","data":{{"apiVersion":"serving.knative.dev/v1","kind":"Service","metadata":{{"name":"payments"}},"spec":{{"template":{{"spec":{{"serviceAccountName":"payments@shop-prod.iam.gserviceaccount.com"}}}}}},"status":{{}}}}}}}}"#
        ),
        format!(
            r#"{{"name":"{service}",{run},{above},"iam_policy":{{"bindings":[{{"role":"roles/run.invoker","members":["{member}"]}}]}}}}"#
        ),
        format!(
            r#"{{"name":"{project}","asset_type":"cloudresourcemanager.googleapis.com/Project",{above},"iam_policy":{{"bindings":[{{"role":"roles/viewer","members":["user:alice@example.com"]}}]}}}}"#
        ),
        format!(
            r#"{{"name":"//cloudresourcemanager.googleapis.com/organizations/9000","asset_type":"cloudresourcemanager.googleapis.com/Organization","ancestors":["organizations/9000"],"update_time":"2026-11-22T10:30:00Z","iam_policy":{{"bindings":[]}}}}"#
        ),
    ]
}

/// A directory with the map in its usual place and an export beside it.
fn shop(lines: &[String]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("policies")).unwrap();
    fs::write(dir.path().join("policies/shop.yaml"), MAP).unwrap();
    fs::write(dir.path().join("export.ndjson"), lines.join("\n") + "\n").unwrap();
    dir
}

fn callmap(dir: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
    command.args(words).args(["--from", "export.ndjson"]).current_dir(dir).env_clear();
    command
}

fn run(dir: &Path, words: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = callmap(dir, words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn code(dir: &Path, words: &[&str]) -> i32 {
    run(dir, words).0
}

#[test]
fn an_audit_ends_with_what_it_found() {
    let clean = shop(&estate("user:alice@example.com"));
    assert_eq!(run(clean.path(), &["audit"]).0, 0, "{:?}", run(clean.path(), &["audit"]));
    let other = shop(&estate("user:mallory@example.com"));
    assert_eq!(code(other.path(), &["audit"]), 1);
    assert_eq!(code(other.path(), &["audit", "--fail-on", "never"]), 0);
    // Without the organization's policy nothing is clean, and an error is still an error.
    let mut lines = estate("user:alice@example.com");
    lines.pop();
    let gap = shop(&lines);
    assert_eq!(code(gap.path(), &["audit"]), 3);
    assert_eq!(code(gap.path(), &["audit", "--fail-on", "never"]), 3);
    let mut lines = estate("user:mallory@example.com");
    lines.pop();
    assert_eq!(code(shop(&lines).path(), &["audit"]), 1);
    assert_eq!(code(clean.path(), &["audit", "--max-data-age", "1s"]), 3);
    fs::write(clean.path().join("export.ndjson"), "{").unwrap();
    assert_eq!(code(clean.path(), &["audit"]), 2);
}

#[test]
fn a_question_ends_with_whether_it_was_answered() {
    let shop_of = |lines: &[String]| shop(lines);
    let dir = shop_of(&estate("user:alice@example.com"));
    for (words, expected) in [
        (&["explain", "user:alice@example.com", "payments"][..], 0),
        (&["explain", "user:mallory@example.com", "payments"], 0),
        (&["explain", "mallory", "payments"], 2),
        (&["explain", "user:mallory@example.com", "paymints"], 2),
        (&["who", "payments"], 0),
        (&["who", "europe-west1/payments"], 0),
        (&["can", "user:alice@example.com"], 0),
        (&["can", "me"], 2),
    ] {
        assert_eq!(code(dir.path(), words), expected, "{words:?}: {:?}", run(dir.path(), words));
    }
    let mut lines = estate("user:alice@example.com");
    lines.pop();
    let gap = shop(&lines);
    assert_eq!(code(gap.path(), &["explain", "user:mallory@example.com", "payments"]), 3);
    assert_eq!(code(gap.path(), &["who", "payments"]), 3);
    // Without a map, a project and a region give names their meaning.
    fs::remove_dir_all(dir.path().join("policies")).unwrap();
    assert_eq!(
        code(dir.path(), &["who", "payments", "--project", "shop-prod", "--region", "europe-west1"]),
        0
    );
    let named = callmap(dir.path(), &["who", "payments", "--region", "europe-west1"])
        .env("GOOGLE_CLOUD_PROJECT", "shop-prod")
        .output()
        .unwrap();
    assert_eq!(named.status.code(), Some(0));
    assert_eq!(code(dir.path(), &["who", "payments", "--map", "policies"]), 2);
}

#[test]
fn one_read_gives_many_reports() {
    let dir = shop(&estate("user:mallory@example.com"));
    let (code, out, err) = run(dir.path(), &["audit", "-o", "a.json", "-o", "b.md", "-o", "c.json"]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert!(out.contains("error[undeclared-caller]"));
    let json = fs::read_to_string(dir.path().join("a.json")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["summary"]["errors"], 2);
    assert!(fs::read_to_string(dir.path().join("b.md")).unwrap().contains("`user:mallory@example.com`"));
    assert!(dir.path().join("c.json").exists());
    let (_, on_standard_output, _) = run(dir.path(), &["audit", "--quiet", "--format", "json"]);
    let again: serde_json::Value = serde_json::from_str(&on_standard_output).unwrap();
    assert_eq!(again["findings"], value["findings"]);
}

#[test]
fn a_report_that_cannot_be_written_is_said_after_the_table() {
    let dir = shop(&estate("user:alice@example.com"));
    let (code, out, err) = run(dir.path(), &["audit", "-o", "no/such/dir/a.json", "-o", "b.json"]);
    assert_eq!(code, 2);
    assert!(out.ends_with("clean, by allow policies\n"), "{out}");
    assert!(err.starts_with("error: `no/such/dir/a.json` could not be written: "), "{err}");
    assert!(dir.path().join("b.json").exists());
}

#[test]
fn a_reader_who_leaves_early_does_not_change_how_it_ends() {
    let dir = shop(&estate("user:mallory@example.com"));
    for words in [&["audit"][..], &["audit", "--format", "json"], &["audit", "--format", "markdown"]] {
        let mut child =
            callmap(dir.path(), words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(1), &b""[..]), "{words:?}");
    }
}

#[test]
fn columns_says_how_wide_the_table_is() {
    let dir = shop(&estate("user:mallory@example.com"));
    let widest = |columns: &str| {
        let output = callmap(dir.path(), &["audit"]).env("COLUMNS", columns).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| line.chars().count()).max().unwrap()
    };
    // No name is cut, so that the longest word sets the least width.
    let (narrow, wide) = (widest("40"), widest("200"));
    assert!(narrow < 72 && narrow < wide, "{narrow}, {wide}");
}

#[test]
fn what_is_live_becomes_a_map_that_it_matches() {
    let dir = shop(&estate("user:mallory\u{202e}@example.com"));
    fs::remove_dir_all(dir.path().join("policies")).unwrap();
    let (code, map, err) = run(dir.path(), &["discover"]);
    assert_eq!((code, err.as_str()), (0, ""));
    insta::assert_snapshot!(map);
    assert_eq!(run(dir.path(), &["discover", "-o", "found.yaml"]).0, 0);
    assert_eq!(fs::read_to_string(dir.path().join("found.yaml")).unwrap(), map);
    assert_eq!(run(dir.path(), &["audit", "-m", "found.yaml"]).0, 0);
    let (code, _, err) = run(dir.path(), &["discover", "-o", "found.yaml"]);
    let expected = "error: `found.yaml` is there already: write to another file, or remove it first\n";
    assert_eq!((code, err.as_str()), (2, expected));
    let (code, _, err) = run(dir.path(), &["discover", "--project", "other"]);
    assert_eq!((code, err.starts_with("error: no function is live")), (2, true), "{err}");
}

#[test]
fn accepted_findings_are_written_into_the_map_and_counted() {
    let dir = shop(&estate("user:mallory@example.com"));
    let path = dir.path().join("policies/shop.yaml");
    let (_, json, _) = run(dir.path(), &["audit", "--format", "json"]);
    let audit: serde_json::Value = serde_json::from_str(&json).unwrap();
    let findings = audit["findings"].as_array().unwrap();
    let undeclared = findings.iter().find(|finding| finding["rule"] == "undeclared-caller").unwrap();
    let fingerprint = &undeclared["fingerprint"].as_str().unwrap()[..12];
    let reason = ["--reason", "SEC-1: later"];
    for (words, expected) in [
        (vec!["accept", "0123"], "error: `0123` is too short"),
        (vec!["accept", "0123456789ab"], "error: no finding has the fingerprint `0123456789ab`"),
        (vec!["accept", fingerprint, "--until", "2020-01-01"], "error: `2020-01-02T00:00:00Z` is past"),
    ] {
        let (code, _, err) = run(dir.path(), &[&words[..], &reason].concat());
        assert_eq!((code, err.starts_with(expected)), (2, true), "{err}");
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), MAP);
    let until = ["--until", "2999-12-31"];
    let (code, out, err) = run(dir.path(), &[&["accept", fingerprint][..], &reason, &until].concat());
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        out.starts_with("accepted 1 finding until 3000-01-01T00:00:00Z in policies/shop.yaml\n"),
        "{out}"
    );
    let changed = fs::read_to_string(&path).unwrap();
    let added = changed.strip_prefix(MAP).unwrap();
    assert!(added.contains("reason: \"SEC-1: later\"\n"), "{added}");
    let (code, out, _) = run(dir.path(), &["audit"]);
    assert_eq!(code, 1);
    assert!(out.contains("1 error, 0 warnings, 0 notes, 1 accepted"), "{out}");
    assert_eq!(run(dir.path(), &[&["accept", "--all"][..], &reason].concat()).0, 0);
    assert_eq!(run(dir.path(), &["audit"]).0, 0);
}

#[test]
fn a_snapshot_is_read_as_what_it_was_taken_of() {
    let dir = shop(&estate("user:mallory@example.com"));
    for name in ["saved.ndjson", "saved.ndjson.gz"] {
        let (code, out, err) = run(dir.path(), &["snapshot", "-o", name]);
        assert_eq!((code, err.as_str()), (0, ""));
        assert_eq!(out, format!("wrote 1 service of 1 project to {name}\n"));
    }
    let findings = |file: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_callmap"))
            .args(["audit", "--format", "json", "--from", file])
            .current_dir(dir.path())
            .env_clear()
            .output()
            .unwrap();
        let audit: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        (output.status.code(), audit["findings"].clone(), audit["read"].clone())
    };
    assert_eq!(findings("saved.ndjson"), findings("export.ndjson"));
    assert_eq!(findings("saved.ndjson.gz"), findings("export.ndjson"));
    assert_eq!(&fs::read(dir.path().join("saved.ndjson.gz")).unwrap()[..2], [0x1f, 0x8b]);
}

#[test]
fn a_file_of_groups_says_who_is_in_them() {
    let dir = shop(&estate("group:team@example.com"));
    let words = ["explain", "user:alice@example.com", "payments"];
    assert_eq!(code(dir.path(), &words), 3);
    fs::write(dir.path().join("groups.yaml"), "group:team@example.com: [user:alice@example.com]\n").unwrap();
    let (code, out, _) = run(dir.path(), &[&words[..], &["--groups", "groups.yaml"]].concat());
    assert_eq!(code, 0);
    assert!(out.contains("yes: user:alice@example.com can call"), "{out}");
    fs::write(dir.path().join("groups.yaml"), "alice: 1\n").unwrap();
    let (code, _, err) = run(dir.path(), &[&words[..], &["--groups", "groups.yaml"]].concat());
    assert_eq!((code, err.starts_with("error: groups.yaml:1:1: ")), (2, true), "{err}");
}

#[test]
fn old_role_data_is_said_everywhere_and_changes_no_exit_code() {
    let dir = shop(&estate("user:alice@example.com"));
    for words in [
        &["audit"][..],
        &["plan"],
        &["who", "payments"],
        &["can", "user:alice@example.com"],
        &["explain", "user:alice@example.com", "payments"],
    ] {
        let run = |at: &str, format: &str| {
            let output = callmap(dir.path(), words).args(["--at", at, "--format", format]).output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            (output.status.code(), text.split_whitespace().collect::<Vec<_>>().join(" "))
        };
        let (young, old) = ("2026-11-23T09:00:00Z", "2027-06-01T09:00:00Z");
        assert_eq!(run(young, "table").0, run(old, "table").0, "{words:?}");
        assert!(!run(young, "table").1.contains("role data is"), "{words:?}");
        let told = run(old, "table").1;
        assert!(told.contains("warning the role data is 283 days old"), "{words:?}: {told}");
        for (at, is_old) in [(young, false), (old, true)] {
            let told = run(at, "json").1;
            assert!(told.contains(&format!("\"role_data_is_old\": {is_old}")), "{words:?}: {told}");
        }
        if matches!(words[0], "audit" | "plan") {
            let told = run(old, "markdown").1;
            assert!(told.contains("**warning:** the role data is 283 days old"), "{words:?}: {told}");
        }
    }
}

/// A state of Terraform's in which a binding of `payments` holds this member.
fn state(member: &str) -> String {
    format!(
        r#"{{"version":4,"terraform_version":"1.11.4","serial":1,"lineage":"a","outputs":{{}},"resources":[{{"module":"module.shop","mode":"managed","type":"google_cloud_run_v2_service_iam_binding","name":"payments","instances":[{{"attributes":{{"project":"1041","location":"europe-west1","name":"payments","role":"roles/run.invoker","members":["{member}"]}}}}]}}]}}"#
    )
}

#[test]
fn a_state_of_terraforms_is_laid_over_an_export_and_tells_who_puts_back_what() {
    let dir = shop(&estate("user:mallory@example.com"));
    fs::write(dir.path().join("state.json"), state("user:mallory@example.com")).unwrap();
    let with_state = |words: &[&str]| run(dir.path(), &[words, &["--from", "state.json"]].concat());
    let (code, out, err) = with_state(&["audit", "--format", "json"]);
    assert_eq!((code, err.as_str()), (1, ""));
    let audit: serde_json::Value = serde_json::from_str(&out).unwrap();
    let of = |rule: &str| {
        let all = audit["findings"].as_array().unwrap();
        all.iter().find(|finding| finding["rule"] == rule).unwrap().clone()
    };
    let address = "module.shop.google_cloud_run_v2_service_iam_binding.payments";
    assert_eq!(
        of("undeclared-caller")["fix"],
        format!("in Terraform, `{address}`: remove `user:mallory@example.com` from `roles/run.invoker`")
    );
    assert_eq!(
        of("missing-caller")["fix"],
        format!("in Terraform, `{address}`: add `user:alice@example.com` to `roles/run.invoker`")
    );
    assert_eq!(
        of("other-writer")["message"],
        format!(
            "Terraform undoes at its next apply what is done by hand on `payments`: `{address}` puts back \
             `user:mallory@example.com` and takes `user:alice@example.com` away again"
        )
    );
    let (code, out, _) = with_state(&["plan", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, plan["steps"].as_array().unwrap().len()), (0, 0), "{out}");
    assert_eq!(plan["held"].as_array().unwrap().len(), 2, "{out}");
    let (code, out, _) = with_state(&["discover"]);
    assert_eq!(code, 0);
    assert!(out.contains("written_by: terraform"), "{out}");
    // A snapshot keeps it.
    assert_eq!(with_state(&["snapshot", "-o", "kept.ndjson"]).0, 0);
    fs::write(dir.path().join("export.ndjson"), fs::read(dir.path().join("kept.ndjson")).unwrap()).unwrap();
    let (_, out, _) = run(dir.path(), &["audit", "--format", "json"]);
    let kept: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(kept["findings"], audit["findings"]);
}

#[test]
fn a_plan_of_terraforms_says_how_much_of_it_is_not_known_yet_and_a_broken_one_what_is_wrong() {
    let dir = shop(&estate("user:alice@example.com"));
    let member = r#"{"address":"google_project_iam_member.m","mode":"managed","type":"google_project_iam_member","name":"m","values":{"role":"roles/viewer","project":"shop-prod"}}"#;
    let planned = format!(
        r#"{{"format_version":"1.2","planned_values":{{"root_module":{{"resources":[{member}]}}}}}}"#
    );
    fs::write(dir.path().join("plan.json"), &planned).unwrap();
    let (code, _, err) = run(dir.path(), &["audit", "--from", "plan.json"]);
    let note = "note: plan.json: 1 resource writes a policy that is known only once it is applied\n";
    assert_eq!((code, err.as_str()), (0, note));
    fs::write(dir.path().join("plan.json"), planned.replace("1.2", "7.0")).unwrap();
    let (code, _, err) = run(dir.path(), &["audit", "--from", "plan.json"]);
    assert_eq!(code, 2);
    assert!(err.starts_with("error: plan.json: has the format version `7.0`"), "{err}");
}
