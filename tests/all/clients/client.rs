//! Finding a client, leaving it out where it is missing, and running it.

use std::{
    env,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// With 1 in it, a missing client is a failure.
const REQUIRE: &str = "CALLMAP_REQUIRE_CLIENTS";
/// A client that takes longer hangs.
const LONGEST: Duration = Duration::from_mins(2);
const PAUSE: Duration = Duration::from_millis(10);

/// The program, where it is there. Where it is not, says so past what a test keeps to itself, or fails.
pub(super) fn found(program: Option<PathBuf>, name: &str, remedy: &str) -> Option<PathBuf> {
    if program.is_none() {
        let missing = format!("{name} is not on this machine: {remedy}");
        assert!(env::var_os(REQUIRE).is_none_or(|value| value != "1"), "{missing}");
        let thread = thread::current();
        let line = format!("SKIPPED {}: {missing}\n", thread.name().unwrap_or("a test"));
        // What a test prints with `eprintln` is kept from whoever watches.
        io::stderr().write_all(line.as_bytes()).unwrap();
    }
    program
}

/// The program of this name that the shell would find.
pub(super) fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let names = [name.to_owned(), format!("{name}.cmd")];
    let places = env::split_paths(&path).flat_map(|folder| names.clone().map(|name| folder.join(name)));
    places.into_iter().find(|place| place.is_file())
}

/// What became of a run.
#[derive(Debug)]
pub(super) struct Ran {
    line: String,
    code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Ran {
    /// Runs a client to its end in a folder of its own, with nothing of this process's environment but the path.
    pub(super) fn of(program: &Path, words: &[String], variables: &[(String, String)], home: &Path) -> Self {
        let line = format!("{} {}", program.display(), words.join(" "));
        let outputs = ["stdout", "stderr"].map(|name| home.join(name));
        let [stdout, stderr] = outputs.each_ref().map(|path| Stdio::from(File::create(path).unwrap()));
        let mut command = Command::new(program);
        command.args(words).current_dir(home).env_clear().env("HOME", home);
        command.envs(env::var_os("PATH").map(|path| ("PATH", path))).envs(variables.iter().cloned());
        let mut child = command.stdin(Stdio::null()).stdout(stdout).stderr(stderr).spawn().unwrap();
        let end = Instant::now() + LONGEST;
        let code = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status.code();
            }
            if Instant::now() > end {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            thread::sleep(PAUSE);
        };
        let [stdout, stderr] =
            outputs.map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned());
        Self { line, code, stdout, stderr }
    }

    /// It went well.
    #[track_caller]
    pub(super) fn well(self) -> Self {
        self.ended(0)
    }

    #[track_caller]
    pub(super) fn ended(self, code: i32) -> Self {
        let Self { line, code: found, stdout, stderr } = &self;
        assert_eq!(*found, Some(code), "{line}\n{stdout}\n{stderr}");
        self
    }

    /// It went wrong, and says so.
    #[track_caller]
    pub(super) fn failed(self, said: &str) {
        let Self { line, code, stdout, stderr } = &self;
        assert_eq!(*code, Some(1), "{line}\n{stdout}\n{stderr}");
        assert!(stderr.contains(said) && !stderr.contains("crashed"), "{line}\nnot {said}:\n{stderr}");
    }

    /// Its output as JSON.
    #[track_caller]
    pub(super) fn json(&self) -> Value {
        let Self { line, stdout, stderr, .. } = self;
        serde_json::from_str(stdout).unwrap_or_else(|error| panic!("{line}\n{error}\n{stdout}\n{stderr}"))
    }

    /// The lines of its output.
    pub(super) fn lines(&self) -> Vec<&str> {
        self.stdout.lines().collect()
    }
}
