//! The words of commands about the program itself: `emulator`, `rule`, `completions`, `man`.

use std::path::PathBuf;

use clap::Args;

use crate::commands::EmulatorOptions;

#[derive(Debug, Args)]
pub(in crate::cli) struct Emulator {
    /// Serve what these lines of assets hold, an export or a snapshot, instead of the sample estate.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// The port on 127.0.0.1; 0 takes any that is free.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// Write the state to this file at the end, to be read with `--state` or `--from`.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Serve nothing, and print what points gcloud, Google's libraries and callmap at an emulator: the one at `--port`,
    /// or the one that `CALLMAP_EMULATOR_HOST` names. For a shell: eval "$(callmap emulator --env --port 8085)"
    #[arg(long, conflicts_with = "save")]
    env: bool,
}

impl Emulator {
    pub(in crate::cli) fn options(self) -> EmulatorOptions {
        let Self { state, port, save, env } = self;
        EmulatorOptions { state, port, save, is_env: env }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Rule {
    /// The rule's id; without one, all rules are listed.
    pub(in crate::cli) id: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Completions {
    /// The shell.
    pub(in crate::cli) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Man {
    /// Write one page a command into this directory, instead of the main page to standard output.
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) dir: Option<PathBuf>,
}
