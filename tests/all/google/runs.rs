//! Whole runs of the program that cannot say who they are, or must not say it to whom they are told to.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};

use super::server::{Said, Server};

/// The end of an audit of Google Cloud itself, with nothing in the environment but this, and what it said.
fn audit(dir: &Path, environment: &[(&str, &str)], words: &[&str]) -> (Option<i32>, String) {
    let map = "callmap: 1\nproject: shop-prod\nregion: europe-west1\nfunctions:\n  pay:\ncallers: {}\n";
    fs::write(dir.join("map.yaml"), map).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
    command.args(["audit", "--map", "map.yaml"]).args(words).current_dir(dir).env_clear();
    command.env("NO_GCE_CHECK", "true").env("CLOUDSDK_CONFIG", dir);
    // Any root will do: nothing is sent.
    command.env("SSL_CERT_FILE", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/all/google/root.pem"));
    let Output { status, stderr, .. } = command.envs(environment.iter().copied()).output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

#[test]
fn without_credentials_a_run_ends_with_what_to_do() {
    let dir = tempfile::tempdir().unwrap();
    let (code, said) = audit(dir.path(), &[], &[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("there are no credentials for Google Cloud"), "{said}");
    assert!(said.contains("`gcloud auth application-default login`"), "{said}");
    assert!(!said.contains("--credentials gcloud"), "{said}");
    fs::write(dir.path().join("credentials.db"), "").unwrap();
    let (code, said) = audit(dir.path(), &[], &[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("gcloud is logged in, but for itself alone"), "{said}");
    assert!(said.contains("`--credentials gcloud`"), "{said}");
}

#[test]
fn without_trusted_roots_nothing_is_sent() {
    let dir = tempfile::tempdir().unwrap();
    let nowhere = [
        ("SSL_CERT_FILE", "/nonexistent/roots.pem"),
        ("SSL_CERT_DIR", "/nonexistent"),
        ("GOOGLE_OAUTH_ACCESS_TOKEN", "hunter2"),
    ];
    let (code, said) = audit(dir.path(), &nowhere, &[]);
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("no store of trusted certificates") && said.contains("`ca-certificates`"),
        "{said}"
    );
    assert!(!said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn a_key_is_not_sent_to_loopback_unless_that_is_the_emulator() {
    let server =
        Server::start(|_, _| Said::json(200, &json!({"access_token": "x", "expires_in": 3600}))).await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("key.json");
    let login = json!({"type": "authorized_user", "client_id": "c", "client_secret": "hunter2",
        "refresh_token": "hunter2", "token_uri": format!("http://{}/token", server.address)});
    fs::write(&file, login.to_string()).unwrap();
    let path = dir.path().to_owned();
    let run = move || audit(&path, &[("GOOGLE_APPLICATION_CREDENTIALS", file.to_str().unwrap())], &[]);
    let (code, said) = tokio::task::spawn_blocking(run).await.unwrap();
    assert_eq!(code, Some(2), "{said}");
    assert!(
        said.contains("key.json`: `token_uri`: `http://127.0.0.1` is not an address of Google's"),
        "{said}"
    );
    assert!(!said.contains("hunter2"), "{said}");
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn on_the_emulator_no_credential_is_looked_at() {
    let server = Server::start(|_, _| Said::json(200, &Value::Object(serde_json::Map::new()))).await;
    let dir = tempfile::tempdir().unwrap();
    let (path, host) = (dir.path().to_owned(), server.address.to_string());
    let run = move || {
        let environment = [
            ("CALLMAP_EMULATOR_HOST", host.as_str()),
            ("GOOGLE_APPLICATION_CREDENTIALS", "/nonexistent/key.json"),
            ("GOOGLE_OAUTH_ACCESS_TOKEN", "hunter2"),
            ("GOOGLE_CLOUD_QUOTA_PROJECT", "shop-bills"),
        ];
        audit(&path, &environment, &[])
    };
    let (code, said) = tokio::task::spawn_blocking(run).await.unwrap();
    // The answers are no Google's: whatever comes of them, the run got as far as asking.
    assert!(code != Some(2) && !said.contains("key.json"), "{code:?} {said}");
    let asked = server.asked();
    assert!(!asked.is_empty());
    for asked in asked {
        assert_eq!(asked.header("authorization"), Some("Bearer emulated"));
        assert_eq!(asked.header("x-goog-user-project"), None);
    }
}
