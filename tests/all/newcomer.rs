//! The newcomer's day of the README: every line of it is run as it stands there, by somebody who may nothing, on an
//! emulator with the sample estate, and prints what stands there.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::{emulator::client::raw, readme::with_blocks};

/// Where the day begins in the README, and where the next chapter does.
const TITLE: &str = "## A newcomer's day\n";
const NEXT: &str = "\n## ";
/// The address of the emulator in the README.
const SHOWN: &str = "127.0.0.1:8085";
/// When the day begins.
const MORNING: &str = "2026-11-23T09:00:00Z";

/// The README before the day, the day, and what comes after it; `None` where it does not tell of one.
pub(crate) fn split(readme: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = readme.split_once(TITLE)?;
    let start = before.len();
    let length = TITLE.len() + rest.find(NEXT).map_or(rest.len(), |end| end + 1);
    Some((before, &readme[start..start + length], &readme[start + length..]))
}

/// The day with everything that is printed on it.
pub(crate) fn told(chapter: &str) -> String {
    let mut day = Day::new();
    with_blocks(chapter, "console", |block| {
        let lines: Vec<_> = block.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
        let mut shown = String::new();
        for line in lines {
            // What printed something is set apart from what comes next.
            if !shown.is_empty() && !shown.lines().last().unwrap().starts_with("$ ") {
                shown.push('\n');
            }
            shown.extend(["$ ", line, "\n", &day.run(line)]);
        }
        shown
    })
}

/// A directory of somebody's own, and an emulator that nobody else talks to.
struct Day {
    dir: tempfile::TempDir,
    emulator: Child,
    address: String,
    /// What was exported.
    variables: Vec<(String, String)>,
}

impl Drop for Day {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.emulator.kill();
        let _ = self.emulator.wait();
    }
}

impl Day {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let policies = dir.path().join("policies");
        std::fs::create_dir(&policies).unwrap();
        for name in ["finance.yaml", "settings.yaml", "shop.yaml"] {
            let from = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("policies").join(name);
            std::fs::copy(from, policies.join(name)).unwrap();
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
        command.args(["emulator", "--port", "0"]).env_clear().current_dir(dir.path());
        let mut emulator = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(emulator.stdout.take().unwrap()).lines();
        let address = lines
            .find_map(|line| Some(line.unwrap().strip_prefix("export CALLMAP_EMULATOR_HOST=")?.to_owned()))
            .unwrap();
        let day = Self { dir, emulator, address, variables: Vec::new() };
        day.clock(&format!(r#"{{"now": "{MORNING}"}}"#));
        day
    }

    fn clock(&self, told: &str) {
        let text = format!(
            "PUT /_clock HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{told}",
            told.len()
        );
        assert_eq!(raw(self.address.parse().unwrap(), &text).unwrap().status, 200, "{told}");
    }

    /// What a line prints, on either stream, with its exit code where that is not zero.
    fn run(&mut self, line: &str) -> String {
        // What is served is there already, at another port.
        if line.starts_with("callmap emulator") {
            return String::new();
        }
        if let Some((name, value)) = line.strip_prefix("export ").and_then(|set| set.split_once('=')) {
            self.variables.push((name.to_owned(), value.replace(SHOWN, &self.address)));
            return String::new();
        }
        let program = Path::new(env!("CARGO_BIN_EXE_callmap")).parent().unwrap();
        let mut command = Command::new("sh");
        command.arg("-c").arg(format!("{{ {}\n}} 2>&1", line.replace(SHOWN, &self.address)));
        command.current_dir(self.dir.path()).env_clear().envs(self.variables.iter().cloned());
        command.env("PATH", format!("{}:/usr/bin:/bin", program.display())).env("HOME", self.dir.path());
        let output = command.stdin(Stdio::null()).output().unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        assert_ne!(output.status.code(), Some(127), "{line}\n{shown}");
        let shown = shown.replace(&self.address, SHOWN).replace(self.dir.path().to_str().unwrap(), "~");
        // Tokens go by the clock of the machine, and journals have names of their own.
        let patterns = [
            ("good until [0-9TZ:-]+", "good until 2026-11-23T10:00:00Z"),
            ("Bearer eyJ[A-Za-z0-9_.-]+", "Bearer ….SIGNATURE_REMOVED_BY_GOOGLE"),
            ("(-[a-z]+)-[0-9a-f]{16}[.]ndjson", "$1-….ndjson"),
        ];
        patterns.iter().fold(shown, |shown, (pattern, stands)| {
            regex::Regex::new(pattern).unwrap().replace_all(&shown, *stands).into_owned()
        })
    }
}

#[test]
fn a_day_is_run_line_by_line_in_one_place() {
    let chapter = "## A newcomer's day\n\nText.\n\n```console\n$ callmap emulator --port 8085 &\n\
                   $ export CALLMAP_EMULATOR_HOST=127.0.0.1:8085\n$ export CALLMAP_EMULATOR_AS=user:nora@example.com\n\
                   $ callmap can me --at 2026-11-23T09:00:00Z | tail -n 8\nold\n$ callmap rule nothing; echo $?\n```\n\n";
    let readme = format!("# callmap\n\n```console\n$ callmap check\n```\n\n{chapter}## Next\n");
    let (before, day, after) = split(&readme).unwrap();
    assert_eq!((before.len() + day.len() + after.len(), day), (readme.len(), chapter));
    assert!(after.starts_with("## Next"));
    insta::assert_snapshot!(told(day));
}

#[test]
fn who_may_read_nothing_is_told_what_the_map_says_and_what_to_do_next() {
    let mut day = Day::new();
    day.run("export CALLMAP_EMULATOR_HOST=127.0.0.1:8085");
    day.run("export CALLMAP_EMULATOR_AS=user:alice@example.com");
    insta::assert_snapshot!(day.run(&format!("callmap can me --at {MORNING}; echo $?")));
    // Whoever may read sees the list.
    day.run("export CALLMAP_EMULATOR_AS=user:owner@example.com");
    insta::assert_snapshot!(day.run(&format!("callmap can me --at {MORNING}; echo $?")));
    insta::assert_snapshot!(
        day.run(&format!("callmap explain me payments --at {MORNING} | tail -n 6; callmap who payments --at {MORNING} | tail -n 4"))
    );
}

#[test]
fn the_day_of_the_readme_has_every_step() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let Some((_, day, _)) = split(&readme) else { return };
    let steps = [
        "can me",
        "call https://",
        "grant me payments --for 8h",
        "grant user:nora@example.com payments",
        "call https://",
        "call https://",
        "review --only expired",
        "revoke user:nora@example.com payments",
    ];
    let mut rest = day;
    for step in steps {
        let step = format!("callmap {step}");
        let found = rest.find(&step).unwrap_or_else(|| panic!("`{step}` is missing, or comes too early"));
        rest = &rest[found + step.len()..];
    }
}
