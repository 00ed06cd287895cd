//! A client that is missing is left out loudly, or fails the tests where that is asked for.

use std::{
    env,
    process::{Command, Output},
};

/// One of these tests, run on a machine that has no clients.
fn run(test: &str, required: Option<&str>) -> (Output, String) {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([test, "--exact"]).env("PATH", "").env("CALLMAP_CLIENTS_PYTHON", "/nowhere/python");
    command.env_remove("CALLMAP_REQUIRE_CLIENTS");
    command.envs(required.map(|value| ("CALLMAP_REQUIRE_CLIENTS", value)));
    let output = command.output().unwrap();
    let printed = [&output.stdout[..], &output.stderr[..]].concat();
    let printed = String::from_utf8(printed).unwrap();
    assert!(printed.contains("running 1 test\n"), "{printed}");
    (output, printed)
}

#[test]
fn a_missing_client_is_left_out_loudly_or_a_failure() {
    for (test, said) in [
        (
            "clients::services::gcloud_lists_the_regions",
            "gcloud is not on this machine: install the Google Cloud CLI, \
             https://cloud.google.com/sdk/docs/install",
        ),
        (
            "clients::python::google_cloud_run_reads_and_writes_over_rest",
            "Python with Google's libraries is not on this machine: run `python3 -m venv target/clients && \
             target/clients/bin/pip install -r tests/clients/requirements.txt`",
        ),
    ] {
        for left_out in [None, Some("0")] {
            let (output, printed) = run(test, left_out);
            assert!(output.status.success(), "{printed}");
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(stderr, format!("SKIPPED {test}: {said}\n"));
        }
        let (output, printed) = run(test, Some("1"));
        assert!(!output.status.success() && printed.contains(said), "{printed}");
    }
}
