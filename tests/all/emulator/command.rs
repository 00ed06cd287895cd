//! The command: what it prints, what it serves, how it ends.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use callmap::emulator::{Kind, State};
use serde_json::json;

use super::{ESTATE, PAY, client::raw};

/// A running command, which does not outlive the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn run(dir: &Path, words: &[&str]) -> (Running, SocketAddr, [String; 2]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
    command.arg("emulator").args(words).current_dir(dir).env_clear();
    let mut running = Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    let lines = [lines.next().unwrap().unwrap(), lines.next().unwrap().unwrap()];
    let address = lines[1].strip_prefix("export CALLMAP_EMULATOR_HOST=").unwrap().parse().unwrap();
    (running, address, lines)
}

fn request(address: SocketAddr, method: &str, target: &str, body: &str) -> super::client::Answer {
    let text = format!(
        "{method} {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    raw(address, &text).unwrap()
}

/// Tells a process to end as a system or a terminal would.
fn signal(running: &Running, name: &str) {
    let status = Command::new("kill").args([name, &running.0.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[cfg(unix)]
#[test]
fn it_serves_a_file_until_it_is_told_to_end_and_saves_what_became_of_it() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("shop.ndjson"), ESTATE).unwrap();
    let words = ["--state", "shop.ndjson", "--port", "0", "--save", "after.ndjson"];
    for name in ["-INT", "-TERM"] {
        let (mut running, address, lines) = run(dir.path(), &words);
        assert_eq!(lines[0], format!("serving shop.ndjson at http://{address}; Ctrl-C ends it"));
        assert!(address.ip().is_loopback());
        let body =
            json!({ "policy": { "bindings": [{ "role": "roles/run.invoker", "members": ["allUsers"] }] } });
        let target = format!("/v2/{PAY}:setIamPolicy");
        let stored = request(address, "POST", &target, &body.to_string()).json();
        signal(&running, name);
        assert_eq!(running.0.wait().unwrap().code(), Some(0), "{name}");
        let saved = std::fs::read(dir.path().join("after.ndjson")).unwrap();
        assert_eq!(State::read(&saved).unwrap().policy(Kind::Service, PAY), Some(&stored));
        std::fs::remove_file(dir.path().join("after.ndjson")).unwrap();
    }
}

#[test]
fn without_a_file_it_serves_the_sample_estate_at_its_own_time() {
    let dir = tempfile::tempdir().unwrap();
    let (_running, address, lines) = run(dir.path(), &[]);
    assert!(lines[0].starts_with("serving the sample estate at http://127.0.0.1:"), "{}", lines[0]);
    assert_eq!(request(address, "GET", "/_clock", "").json()["now"], "2026-11-23T09:00:00Z");
    assert_eq!(request(address, "GET", "/v1/projects/shop-prod", "").json()["projectNumber"], "100000000001");
}

/// What a shell has in its environment after these lines, beyond what it had.
fn evaluated(lines: &str) -> String {
    let script = format!("{lines}\nexport -p");
    let shell = Command::new("sh").args(["-c", &script]).env_clear().output().unwrap();
    assert!(shell.status.success() && shell.stderr.is_empty(), "{shell:?}");
    String::from_utf8(shell.stdout).unwrap()
}

#[cfg(unix)]
#[test]
fn what_points_clients_at_it_is_said_at_the_start_and_for_a_shell() {
    let dir = tempfile::tempdir().unwrap();
    let env = |words: &[&str], host: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
        command
            .args(["emulator", "--env"])
            .args(words)
            .current_dir(dir.path())
            .env_clear()
            .env("HOME", "/home/it");
        command.envs(host.map(|host| ("CALLMAP_EMULATOR_HOST", host))).output().unwrap()
    };
    let said = env(&["--port", "8085"], None);
    assert_eq!((said.status.code(), said.stderr.as_slice()), (Some(0), [].as_slice()));
    let lines = String::from_utf8(said.stdout).unwrap();
    let has = evaluated(&lines);
    for expected in [
        "CALLMAP_EMULATOR_HOST='127.0.0.1:8085'",
        "CLOUDSDK_CORE_PROJECT='shop-prod'",
        "CLOUDSDK_PROXY_PORT='8085'",
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_RUN='http://run.googleapis.com/'",
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_IAM='http://iam.googleapis.com/'",
        "GCE_METADATA_HOST='127.0.0.1:8085'",
        "CLOUDSDK_CONFIG='/home/it/.cache/callmap/gcloud-8085'",
    ] {
        assert!(has.contains(expected), "{expected}: {has}");
    }
    // It is the same for the one that the environment names, and the one that has just started says it as well.
    assert_eq!(env(&[], Some("127.0.0.1:8085")).stdout, lines.as_bytes());
    let none = env(&[], None);
    assert_eq!(none.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&none.stderr).contains("--port 8085"), "{none:?}");
    assert_eq!(env(&[], Some("192.0.2.1:8085")).status.code(), Some(2));
    let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
    command.arg("emulator").current_dir(dir.path()).env_clear().env("HOME", "/home/it");
    let mut running = Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let mut first = BufReader::new(running.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = first.next().unwrap().split(['/', ';']).nth(2).unwrap().to_owned();
    let port = address.rsplit_once(':').unwrap().1;
    let count = lines.lines().count();
    let started: Vec<String> = first.take(count).collect();
    assert_eq!(started, lines.replace("8085", port).lines().collect::<Vec<_>>());
}

#[test]
fn what_it_cannot_serve_it_says_and_ends_with_2() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("broken.ndjson"), "{}\n").unwrap();
    let (_other, address, _) = run(dir.path(), &[]);
    let port = address.port().to_string();
    for (words, expected) in [
        (vec!["--state", "broken.ndjson"], "line 1 of the state has no `asset_type`".to_owned()),
        (vec!["--state", "none.ndjson"], "none.ndjson".to_owned()),
        (vec!["--port", &port], format!("port {port} cannot be served")),
        (vec!["--port", "70000"], "70000".to_owned()),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
        command.arg("emulator").args(&words).current_dir(dir.path()).env_clear();
        let mut running = Running(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
        let mut said = String::new();
        running.0.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(running.0.wait().unwrap().code(), Some(2), "{words:?}");
        assert!(said.contains(&expected), "{words:?}: {said}");
    }
}
