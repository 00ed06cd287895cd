//! `callmap call` over the local Google: what comes back, and what is said where nobody is let in.

mod refusals;
mod secrets;
mod wire;

use std::{
    fs,
    process::{Command, Output},
};

use callmap::emulator::{Clock, Emulator, Options, State, estate};

const PAYMENTS: &str = "projects/shop-prod/locations/europe-north1/services/payments";
const URL: &str = "https://payments-100000000001.europe-north1.run.app";
const NORA: &str = "user:nora@example.com";
const BELA: &str = "user:bela@example.com";
const CHECKOUT: &str = "serviceAccount:checkout@shop-prod.iam.gserviceaccount.com";

/// The sample estate and its map, in a home of its own.
struct Shop {
    emulator: Emulator,
    home: tempfile::TempDir,
}

/// How a run ended, and what it wrote.
#[derive(Debug)]
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Shop {
    fn new() -> Self {
        let state = State::read(estate::ASSETS.as_bytes()).unwrap();
        let options = Options { state, clock: Clock::Fixed(estate::time()), ..Options::default() };
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("policies")).unwrap();
        for (path, text) in estate::MAP {
            fs::write(home.path().join(path), text).unwrap();
        }
        Self { emulator: Emulator::start(options).unwrap(), home }
    }

    /// The program, as somebody.
    fn command(&self, who: &str, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
        command
            .args(words)
            .current_dir(self.home.path())
            .env_clear()
            .env("HOME", self.home.path())
            .env("NO_GCE_CHECK", "true")
            .env("CALLMAP_EMULATOR_AS", who)
            .env("CALLMAP_EMULATOR_HOST", self.emulator.address().to_string());
        command
    }

    fn run(&self, who: &str, words: &[&str]) -> Ran {
        ran(&mut self.command(who, words))
    }

    /// Without the map.
    fn unmapped(self) -> Self {
        fs::remove_dir_all(self.home.path().join("policies")).unwrap();
        self
    }
}

fn ran(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ran { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}

/// What is said beside that this is an emulator.
fn said(ran: &Ran) -> String {
    let (note, rest) = ran.err.split_once('\n').unwrap();
    assert!(note.starts_with("note: this is an emulator at 127.0.0.1:"), "{note}");
    rest.to_owned()
}
