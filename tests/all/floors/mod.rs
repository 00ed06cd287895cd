//! The shape of the code: who may use whom, who may touch the world outside, and how long a file may be.

mod source;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use source::{Token, paths, tokens, without_tests};

/// The floors from the highest. A file may use its own floor and those below it.
const FLOORS: &[&[&str]] = &[
    &["main", "lib", "cli"],
    &["commands"],
    &["report"],
    &["emulator"],
    &["apply"],
    &["sources"],
    &["tokens"],
    &["plan"],
    &["rules"],
    &["access"],
    &["world"],
    &["callers"],
    &["model"],
];

/// Where files, the clock, the network and the environment may be touched.
const OUTSIDE: [&str; 6] = ["main", "commands", "emulator", "apply", "sources", "tokens"];

/// Where the command line's own crates may be used.
const COMMAND_LINE: [&str; 2] = ["main", "cli"];

const LONGEST: usize = 400;

/// One file below `src/`: its path from there, and its text.
struct File<'t> {
    path: &'t str,
    text: &'t str,
}

impl<'t> File<'t> {
    /// The floor it stands on, and how far up that is.
    fn floor(&self) -> Option<(&'t str, usize)> {
        let first = self.path.split('/').next()?;
        let name = first.strip_suffix(".rs").unwrap_or(first);
        height(name).map(|height| (name, height))
    }

    /// The modules around it, its own name last.
    fn module(&self) -> Vec<&'t str> {
        let mut parts: Vec<_> = self.path.trim_end_matches(".rs").split('/').collect();
        if matches!(parts.last(), Some(&("mod" | "lib" | "main"))) {
            parts.pop();
        }
        parts
    }

    fn is_test(&self) -> bool {
        self.path.split('/').any(|part| matches!(part, "tests.rs" | "tests"))
    }
}

fn height(floor: &str) -> Option<usize> {
    FLOORS.iter().rev().position(|names| names.contains(&floor))
}

/// Everything that is wrong with the shape of one file, as `line: what`.
fn faults(file: &File<'_>) -> Vec<String> {
    let all = tokens(file.text);
    let shipped = if file.is_test() { Vec::new() } else { without_tests(&all) };
    let mut found = arrows(file, &all);
    found.extend(outside(file, &shipped));
    found.extend(form(file));
    found
}

/// The uses of a higher floor, and of what stands on none. Tests inside a file are no exception.
fn arrows(file: &File<'_>, tokens: &[Token<'_>]) -> Vec<String> {
    let Some((floor, height_here)) = file.floor() else {
        return vec![format!("1: `{}` stands on no floor", file.path)];
    };
    let module = file.module();
    let mut found = Vec::new();
    for path in paths(tokens) {
        let Some(target) = target(&module, path.depth, &path.parts) else { continue };
        let shown = path.parts.join("::");
        match height(target) {
            Some(there) if there > height_here => {
                found.push(format!(
                    "{}: `{floor}` uses `{target}`, which stands above it: `{shown}`",
                    path.line
                ));
            }
            None => found.push(format!("{}: `{target}` stands on no floor: `{shown}`", path.line)),
            Some(_) => {}
        }
    }
    found
}

/// The floor that a path leads to, where it leads to one of ours.
fn target<'p>(module: &[&'p str], depth: usize, parts: &[&'p str]) -> Option<&'p str> {
    match *parts.first()? {
        "crate" | "callmap" => parts.get(1).copied().filter(|part| *part != "self"),
        "super" => {
            let ups = parts.iter().take_while(|part| **part == "super").count();
            let left = (module.len() + depth).checked_sub(ups)?;
            // What is left of the module's own name, then the rest of the path.
            let rest = module.iter().take(left).chain(&parts[ups..]);
            rest.copied().find(|part| *part != "self")
        }
        _ => None,
    }
}

/// What only some floors may touch: the world outside, the command line, and shapes on the wire.
fn outside(file: &File<'_>, tokens: &[Token<'_>]) -> Vec<String> {
    let Some((floor, _)) = file.floor() else { return Vec::new() };
    let mut found = Vec::new();
    for path in paths(tokens) {
        let parts: Vec<_> = path.parts.iter().take(2).copied().collect();
        let is_command_line = parts[0] == "clap" || parts[0].starts_with("clap_");
        let is_outside = matches!(
            parts[..],
            ["std", "fs" | "net" | "env" | "process"] | ["fs", _] | ["tokio" | "hyper" | "hyper_util", ..]
        ) || path.parts.windows(2).any(|pair| matches!(pair, ["Utc" | "Local", "now"]));
        let is_wire = matches!(parts[0], "serde" | "serde_json" | "serde_yaml" | "schemars");
        let shown = path.parts.join("::");
        if is_command_line && !COMMAND_LINE.contains(&floor) {
            found.push(format!("{}: only the command line speaks to clap: `{shown}`", path.line));
        }
        if is_outside && !OUTSIDE.contains(&floor) {
            found.push(format!("{}: `{floor}` reaches outside: `{shown}`", path.line));
        }
        if is_wire && floor == "model" {
            found.push(format!("{}: the model has no shape on the wire: `{shown}`", path.line));
        }
    }
    for token in tokens {
        if matches!(token.text, "SystemTime" | "Instant") && !OUTSIDE.contains(&floor) {
            found.push(format!("{}: `{floor}` looks at a clock: `{}`", token.line, token.text));
        }
    }
    found
}

/// What every file looks like.
fn form(file: &File<'_>) -> Vec<String> {
    let mut found = Vec::new();
    if !file.text.starts_with("//! ") {
        found.push("1: a module starts with `//!` and its one job".to_owned());
    }
    let lines = file.text.lines().take_while(|line| line.trim() != "#[cfg(test)]").count();
    if lines > LONGEST && !file.is_test() {
        found.push(format!("{LONGEST}: the file has {lines} lines before its tests"));
    }
    for (at, line) in file.text.lines().enumerate() {
        for word in ["TODO", "FIXME", "XXX"] {
            if line.contains(word) {
                found.push(format!("{}: `{word}`: what is left to do stands in no source file", at + 1));
            }
        }
    }
    found
}

fn files_below(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Every Rust file below `src/`, by its path from there.
fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files_below(&root, &mut found);
    found
        .into_iter()
        .map(|path| {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

#[test]
fn no_file_uses_what_stands_above_it() {
    let sources = sources();
    assert!(sources.len() > 50, "only {} files were found", sources.len());
    let faults: Vec<_> = sources
        .iter()
        .flat_map(|(path, text)| {
            faults(&File { path, text }).into_iter().map(move |fault| format!("src/{path}:{fault}"))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The faults of a file of this text, which has its `//!`.
fn faults_of(path: &str, text: &str) -> Vec<String> {
    faults(&File { path, text: &format!("//! One job.\n{text}") })
}

#[test]
fn an_arrow_upwards_is_found_however_it_is_written() {
    for (path, text) in [
        ("access/role.rs", "use crate::rules::Finding;"),
        ("access/role.rs", "use crate::{\n    model::Role,\n    rules::Finding,\n};"),
        ("access/role.rs", "fn f(finding: crate::rules::Finding) {}"),
        ("access/role.rs", "use super::super::rules::Finding;"),
        ("access/mod.rs", "use super::rules::Finding;"),
        ("callers/yaml/node.rs", "use super::super::super::world::World;"),
        ("callers/yaml/node.rs", "mod inner { use super::super::super::super::world::World; }"),
        ("model/time.rs", "#[cfg(test)]\nmod tests {\n    use crate::callers::load;\n}"),
        ("model/time.rs", "pub use crate::callers as maps;"),
        ("report/mod.rs", "use super::commands::audit;"),
        ("emulator/mod.rs", "use crate::cli::Cli;"),
        ("world/mod.rs", "use callmap::access::Verdict;"),
    ] {
        let found = faults_of(path, text);
        assert_eq!(found.len(), 1, "{path}: {text}: {found:?}");
        assert!(found[0].contains("stands above it"), "{found:?}");
    }
}

#[test]
fn uses_of_the_same_floor_and_of_lower_ones_are_none() {
    for (path, text) in [
        ("rules/run.rs", "use super::{Finding, context::Context};\nuse crate::{access::path, model::Time};"),
        ("callers/yaml/node.rs", "use super::Span;\nuse super::super::Mistake;\nuse crate::model::Time;"),
        ("model/time.rs", "#[cfg(test)]\nmod tests {\n    use super::*;\n}"),
        (
            "access/mod.rs",
            "//! See [`crate::rules`].\n// use crate::rules;\nconst A: &str = \"crate::rules::B\";",
        ),
        ("main.rs", "use callmap::cli::Cli;\nuse clap::Parser;\nuse std::env;"),
        ("cli.rs", "use clap::{Parser, Subcommand};\nuse crate::commands;"),
        ("sources/files.rs", "use std::{fs, time::SystemTime};\nfn f() { chrono::Utc::now(); }"),
        ("report/table.rs", "use std::io::{self, Write};\nconst V: &str = env!(\"CARGO_PKG_VERSION\");"),
        ("callers/load.rs", "#[cfg(test)]\nmod tests {\n    use std::fs;\n}"),
    ] {
        assert_eq!(faults_of(path, text), [""; 0], "{path}");
    }
}

#[test]
fn a_folder_without_a_floor_is_found() {
    assert_eq!(faults_of("utils/mod.rs", ""), ["1: `utils/mod.rs` stands on no floor"]);
    assert!(faults_of("report/mod.rs", "use crate::utils::x;")[0].contains("`utils` stands on no floor"));
}

#[test]
fn reaching_outside_is_found_where_it_is_not_allowed() {
    for (path, text) in [
        ("callers/load.rs", "use std::{fs, path::Path};"),
        ("rules/run.rs", "fn now() -> Time { chrono::Utc::now() }"),
        ("rules/run.rs", "use std::time::SystemTime;"),
        ("report/table.rs", "fn f() { std::env::var(\"A\"); }"),
        ("world/mod.rs", "use std::net::TcpStream;"),
        ("plan/file.rs", "use tokio::fs;"),
        ("commands/audit.rs", "use clap::Args;"),
        ("lib.rs", "use clap_complete::Shell;"),
        ("model/role.rs", "use serde::Serialize;"),
        ("model/role.rs", "#[derive(serde::Deserialize)]\nstruct A;"),
    ] {
        let found = faults_of(path, text);
        assert_eq!(found.len(), 1, "{path}: {text}: {found:?}");
    }
}

#[test]
fn a_file_that_is_long_unnamed_or_unfinished_is_found() {
    let long = "fn a() {}\n".repeat(LONGEST);
    assert_eq!(faults_of("rules/run.rs", &long), ["400: the file has 401 lines before its tests"]);
    let tested = format!("#[cfg(test)]\nmod tests {{\n{long}}}\n");
    assert_eq!(faults_of("rules/run.rs", &tested), [""; 0]);
    assert_eq!(faults_of("rules/run.rs", "// TODO: later").len(), 1);
    let unnamed = File { path: "rules/run.rs", text: "use crate::model::Time;\n" };
    assert_eq!(faults(&unnamed), ["1: a module starts with `//!` and its one job"]);
}
