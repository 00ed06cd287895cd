//! The program, reading an emulator that the environment names.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

use super::{ESTATE, MAP, emulator, strayed};

pub(super) fn shop() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("policies")).unwrap();
    fs::write(dir.path().join("policies/shop.yaml"), MAP).unwrap();
    fs::write(dir.path().join("estate.ndjson"), ESTATE).unwrap();
    fs::write(dir.path().join("stray.ndjson"), strayed()).unwrap();
    dir
}

pub(super) fn run(dir: &Path, host: Option<&str>, words: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
    command.args(words).current_dir(dir).env_clear().env("NO_GCE_CHECK", "true").env("HOME", dir);
    command.envs(host.map(|host| ("CALLMAP_EMULATOR_HOST", host)));
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

pub(super) fn json(text: &str) -> Value {
    let mut value: Value = serde_json::from_str(text).unwrap();
    value.as_object_mut().unwrap().remove("source");
    // Live alone, accounts are asked about that a file has no lines of.
    value["read"].as_object_mut().unwrap().remove("account policies");
    value
}

#[test]
fn every_command_that_reads_reads_live_what_it_reads_from_a_file() {
    let dir = shop();
    for (text, file) in [(ESTATE.to_owned(), "estate.ndjson"), (strayed(), "stray.ndjson")] {
        let emulator = emulator(&text);
        let host = emulator.address().to_string();
        for words in [
            &["audit", "--at", "2026-11-23T09:00:00Z", "--format", "json"][..],
            &["who", "payments", "--at", "2026-11-23T09:00:00Z", "--format", "json"],
            &[
                "who",
                "projects/shop-edge/locations/us-central1/services/gateway",
                "--at",
                "2026-11-23T09:00:00Z",
                "--format",
                "json",
            ],
            &["can", "user:mallory@example.com", "--at", "2026-11-23T09:00:00Z", "--format", "json"],
            &[
                "explain",
                "user:dora@example.com",
                "payments",
                "--at",
                "2026-11-23T09:00:00Z",
                "--format",
                "json",
            ],
        ] {
            let live = run(dir.path(), Some(&host), words);
            let from = run(dir.path(), None, &[words, &["--from", file]].concat());
            assert_eq!(live.0, from.0, "{words:?}: {live:?}");
            assert_eq!(json(&live.1), json(&from.1), "{words:?}");
            let note = format!(
                "note: this is an emulator at {host}, named by `CALLMAP_EMULATOR_HOST`, and not Google Cloud\n"
            );
            assert_eq!(live.2, note);
            let source: Value = serde_json::from_str(&live.1).unwrap();
            assert_eq!(source["source"]["kind"], "emulator");
        }
    }
}

#[test]
fn a_snapshot_taken_live_gives_the_report_that_live_gives() {
    let dir = shop();
    let emulator = emulator(&strayed());
    emulator.change(|state| state.refuse("resourcemanager.folders.getIamPolicy", "folders/7"));
    let host = emulator.address().to_string();
    let at = ["--at", "2026-11-23T09:00:00Z"];
    let audit = [&["audit", "--format", "json"][..], &at].concat();
    let live = run(dir.path(), Some(&host), &audit);
    assert_eq!(live.0, 1, "{live:?}");
    let (code, out, _) = run(dir.path(), Some(&host), &["snapshot", "-o", "world.ndjson.gz"]);
    assert_eq!(
        (code, out.as_str()),
        (0, "wrote 5 services of 2 projects to world.ndjson.gz\nnot all could be read of: ancestors\n")
    );
    let back = run(dir.path(), None, &[&audit[..], &["--from", "world.ndjson.gz"]].concat());
    assert_eq!(back.0, 1);
    assert_eq!(json(&back.1), json(&live.1));
    // Without a map what is read is named.
    fs::remove_dir_all(dir.path().join("policies")).unwrap();
    let (code, out, err) =
        run(dir.path(), Some(&host), &["snapshot", "-o", "edge.ndjson", "--project", "1042"]);
    assert_eq!((code, out.as_str()), (0, "wrote 1 service of 1 project to edge.ndjson\n"), "{err}");
}

#[test]
fn a_map_is_discovered_live_and_matches() {
    let dir = shop();
    let emulator = emulator(ESTATE);
    let host = emulator.address().to_string();
    let words = ["discover", "--organization", "9000", "-o", "found.yaml"];
    let (code, _, err) = run(dir.path(), Some(&host), &words);
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = run(dir.path(), Some(&host), &["audit", "-m", "found.yaml"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(
        out.starts_with("emulator  the emulator that `CALLMAP_EMULATOR_HOST` names, not Google Cloud\n"),
        "{out}"
    );
}

#[test]
fn a_refusal_ends_with_3_and_an_error_found_is_not_hidden_by_it() {
    let dir = shop();
    for (text, expected) in [(ESTATE.to_owned(), 3), (strayed(), 1)] {
        let emulator = emulator(&text);
        emulator
            .change(|state| state.refuse("resourcemanager.organizations.getIamPolicy", "organizations/9000"));
        let host = emulator.address().to_string();
        let (code, out, _) = run(dir.path(), Some(&host), &["audit"]);
        assert_eq!(code, expected, "{out}");
        assert!(out.contains("refused   ancestors\n") && out.contains("organizations/9000"), "{out}");
    }
}

#[test]
fn an_emulator_is_named_by_a_loopback_address_and_refused_where_live_is_required() {
    let dir = shop();
    for host in [
        "localhost:8080",
        "127.0.0.1",
        "10.0.0.1:80",
        "0.0.0.0:80",
        "127.0.0.1:0",
        "http://127.0.0.1:80",
        "169.254.169.254:80",
    ] {
        let (code, out, err) = run(dir.path(), Some(host), &["audit"]);
        assert_eq!((code, out.as_str()), (2, ""), "{host}");
        assert!(err.starts_with(&format!("error: `CALLMAP_EMULATOR_HOST` is `{host}`: ")), "{err}");
    }
    let emulator = emulator(ESTATE);
    let host = emulator.address().to_string();
    let (code, _, err) = run(dir.path(), Some(&host), &["audit", "--require-live"]);
    assert!(code == 2 && err.starts_with("error: `--require-live` asks for Google Cloud itself"), "{err}");
    assert!(emulator.log().is_empty());
}

#[test]
fn without_credentials_or_a_project_nothing_is_read() {
    let dir = shop();
    let (code, out, err) = run(dir.path(), None, &["audit"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.starts_with("error: there are no credentials for Google Cloud: "), "{err}");
    fs::remove_dir_all(dir.path().join("policies")).unwrap();
    let (code, _, err) = run(dir.path(), None, &["who", "payments"]);
    assert!(
        code == 2 && err.starts_with("error: nothing says which projects of Google Cloud to read"),
        "{err}"
    );
    let emulator = emulator(ESTATE);
    let host = emulator.address().to_string();
    let mut named = Command::new(env!("CARGO_BIN_EXE_callmap"));
    named.args(["who", "payments", "--region", "europe-north1"]).current_dir(dir.path()).env_clear();
    named.env("CALLMAP_EMULATOR_HOST", host).env("GOOGLE_CLOUD_PROJECT", "shop-prod");
    assert_eq!(named.output().unwrap().status.code(), Some(0));
}

#[test]
fn a_run_whose_time_is_over_is_incomplete() {
    let dir = shop();
    let emulator = emulator(ESTATE);
    emulator
        .weather(callmap::emulator::Weather { latency_ms: 60_000, ..callmap::emulator::Weather::default() });
    let host = emulator.address().to_string();
    let (code, out, err) = run(dir.path(), Some(&host), &["audit", "--timeout", "1s"]);
    assert_eq!(code, 3, "{out}{err}");
    assert!(out.contains("refused   services"), "{out}");
}

#[test]
fn a_state_of_terraforms_alone_is_laid_over_what_is_read_live() {
    let dir = shop();
    let state = r#"{"format_version":"1.0","values":{"root_module":{"resources":[{"address":"google_cloud_run_v2_service_iam_member.mallory","mode":"managed","type":"google_cloud_run_v2_service_iam_member","name":"mallory","values":{"project":"shop-edge","location":"us-central1","name":"gateway","role":"roles/run.invoker","member":"user:mallory@example.com"}}]}}}"#;
    fs::write(dir.path().join("state.json"), state).unwrap();
    let emulator = emulator(&strayed());
    let host = emulator.address().to_string();
    let words = ["audit", "--at", "2026-11-23T09:00:00Z", "--format", "json"];
    let plain = run(dir.path(), Some(&host), &words);
    let over = run(dir.path(), Some(&host), &[&words[..], &["--from", "state.json"]].concat());
    let both =
        run(dir.path(), None, &[&words[..], &["--from", "stray.ndjson", "--from", "state.json"]].concat());
    assert_eq!(json(&over.1), json(&both.1));
    let fix = "in Terraform, take out `google_cloud_run_v2_service_iam_member.mallory`";
    assert!(over.1.contains(fix) && !plain.1.contains(fix), "{}", over.1);
    let kept = ["snapshot", "-o", "kept.ndjson", "--from", "state.json"];
    assert_eq!(run(dir.path(), Some(&host), &kept).0, 0);
    let text = fs::read_to_string(dir.path().join("kept.ndjson")).unwrap();
    assert!(text.contains("callmap/Writer"), "{text}");
}
