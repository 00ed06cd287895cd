//! The variables that send Google's clients to the emulator: those that it tells a shell.

use std::{net::SocketAddr, path::Path, process::Command};

/// What `callmap emulator --env` says of an emulator, to somebody who lives in this folder.
pub(super) fn of(address: SocketAddr, home: &Path) -> Vec<(String, String)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
    command.args(["emulator", "--env"]).env_clear().env("HOME", home);
    let output = command.env("CALLMAP_EMULATOR_HOST", address.to_string()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let words = lines.lines().filter(|line| !line.starts_with('#')).map(|line| shlex::split(line).unwrap());
    let exported = words.filter(|words| words[0] == "export").map(|words| {
        let (name, value) = words[1].split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    });
    exported.collect()
}
