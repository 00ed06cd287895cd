//! gcloud, without anything of whoever runs the tests.

use std::{net::SocketAddr, path::Path};

use tempfile::TempDir;

use super::{
    client::{self, Ran},
    environment,
};

const REMEDY: &str = "install the Google Cloud CLI, https://cloud.google.com/sdk/docs/install";

/// gcloud with a fresh configuration, pointed at an emulator.
pub(super) struct Gcloud {
    program: std::path::PathBuf,
    variables: Vec<(String, String)>,
    home: TempDir,
}

impl Gcloud {
    /// `None` where the machine has none.
    pub(super) fn at(address: SocketAddr) -> Option<Self> {
        let program = client::found(client::on_path("gcloud"), "gcloud", REMEDY)?;
        let home = tempfile::tempdir().unwrap();
        let variables = environment::of(address, home.path());
        Some(Self { program, variables, home })
    }

    /// Runs one command, written as for a shell and without its first word.
    pub(super) fn run(&self, line: &str) -> Ran {
        let words = shlex::split(line).unwrap();
        Ran::of(&self.program, &words, &self.variables, self.home.path())
    }

    /// Runs the program where gcloud is, with what points gcloud at the emulator.
    pub(super) fn callmap(&self, line: &str) -> Ran {
        let words = shlex::split(line).unwrap();
        Ran::of(Path::new(env!("CARGO_BIN_EXE_callmap")), &words, &self.variables, self.home.path())
    }

    /// The folder that its commands are run in.
    pub(super) fn folder(&self) -> &Path {
        self.home.path()
    }

    /// Without one of its variables.
    pub(super) fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(found, _)| found != name);
        self
    }
}
