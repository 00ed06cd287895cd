//! The whole way up from a function, by the program itself: from an export, from the emulator over HTTP, and from a
//! snapshot of what was read there. All three say the same.

pub(crate) mod estate;
mod gaps;
mod names;

use std::{
    fs,
    process::{Command, Output},
};

use callmap::emulator::{Clock, Emulator, Options, State};
use serde_json::Value;

use self::estate::{AT, MAP};

/// A directory with the map, and an emulator with the estate.
struct Shop {
    dir: tempfile::TempDir,
    emulator: Emulator,
}

/// How a run ended, and what it said.
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}

impl Shop {
    fn of(estate: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("policies")).unwrap();
        fs::write(dir.path().join("policies/shop.yaml"), MAP).unwrap();
        fs::write(dir.path().join("estate.ndjson"), estate).unwrap();
        let state = State::read(estate.as_bytes()).unwrap();
        let clock = Clock::Fixed(callmap::model::time::moment(AT).unwrap());
        let emulator = Emulator::start(Options { state, clock, ..Options::default() }).unwrap();
        Self { dir, emulator }
    }

    /// The estate with something that nobody may do.
    fn refusing(self, permission: &str, resource: &str) -> Self {
        self.emulator.change(|state| state.refuse(permission, resource));
        self
    }

    fn run(&self, is_live: bool, words: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
        command.args(words).current_dir(self.dir.path()).env_clear().env("NO_GCE_CHECK", "true");
        command.env("HOME", self.dir.path());
        command.envs(is_live.then(|| ("CALLMAP_EMULATOR_HOST", self.emulator.address().to_string())));
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
    }

    /// What these words say of the emulator, in the form for machines; a snapshot of it says the same.
    fn live(&self, words: &[&str]) -> (i32, Value) {
        let words = [words, &["--format", "json", "--at", AT]].concat();
        let live = self.run(true, &words);
        assert_eq!(self.run(true, &["snapshot", "-o", "snapshot.ndjson"]).code, 0);
        let back = self.run(false, &[&words[..], &["--from", "snapshot.ndjson"]].concat());
        assert_eq!((back.code, told(back.json())), (live.code, told(live.json())), "{words:?}");
        (live.code, told(live.json()))
    }

    /// What these words say, whichever way it is read.
    fn everywhere(&self, words: &[&str]) -> (i32, Value) {
        let live = self.live(words);
        let words = [words, &["--format", "json", "--at", AT, "--from", "estate.ndjson"]].concat();
        let file = self.run(false, &words);
        assert_eq!((file.code, told(file.json())), live, "{words:?}");
        live
    }

    /// Whether somebody can call `pay`, whichever way it is read.
    fn can(&self, caller: &str) -> Value {
        self.everywhere(&["explain", caller, "pay"]).1["verdict"].clone()
    }

    /// Whether somebody can call `pay`, as it is read live.
    fn can_live(&self, caller: &str) -> Value {
        self.live(&["explain", caller, "pay"]).1["verdict"].clone()
    }

    /// What could not be read, each with what would help.
    fn gaps_live(&self) -> Vec<String> {
        gaps(&self.live(&["audit"]).1)
    }
}

/// An answer without where it was read from, and without what else was asked for there.
fn told(mut answer: Value) -> Value {
    let fields = answer.as_object_mut().unwrap();
    assert!(fields.remove("source").is_some() && fields.remove("read").is_some());
    answer
}

fn gaps(audit: &Value) -> Vec<String> {
    let findings = audit["findings"].as_array().unwrap().iter();
    let unread = findings.filter(|finding| finding["rule"] == "unreadable");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    unread.map(|finding| format!("{} | {}", text(&finding["message"]), text(&finding["fix"]))).collect()
}
