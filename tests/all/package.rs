//! The package as such: the licences of what it is built from, and what it is built from twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use serde_json::Value;

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The quoted texts in a list of `.deny.toml`; in a list of tables, the first of each line.
fn denied(list: &str) -> BTreeSet<String> {
    let text = file(".deny.toml");
    let (_, rest) = text.split_once(&format!("\n{list} = [")).unwrap();
    let (inside, _) = rest.split_once("\n]").unwrap();
    inside.lines().filter_map(|line| line.split('"').nth(1)).map(str::to_owned).collect()
}

/// Whether a licence expression can be met with these licences. `/` is how it was written once.
fn is_met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], " ");
    // `AND` binds closer than `OR`, but in the only shape with parentheses, `(A OR B) AND C`, C is needed by both.
    let (choice, needed) = expression.rsplit_once(" AND ").unwrap_or((&expression, ""));
    let is_allowed = |licence: &str| allowed.contains(licence.trim());
    choice.split(" OR ").any(is_allowed) && (needed.is_empty() || is_allowed(needed))
}

#[test]
fn every_licence_that_is_built_in_is_one_of_those_that_were_agreed_to() {
    let host = Command::new("rustc").arg("-vV").output().unwrap();
    let host = String::from_utf8(host.stdout).unwrap();
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let allowed = denied("allow");
    let packages = metadata["packages"].as_array().unwrap();
    let wrong: Vec<_> = packages
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(|licence| is_met(licence, &allowed)))
        .map(|package| format!("{} {}", package["name"], package["license"]))
        .collect();
    assert!(packages.len() > 50 && wrong.is_empty(), "not in `.deny.toml`: {}", wrong.join(", "));
}

#[test]
fn a_licence_expression_is_met_by_one_of_a_choice_and_all_that_is_needed() {
    let allowed = BTreeSet::from(["MIT".to_owned(), "Unicode-3.0".to_owned()]);
    for met in ["MIT", "Apache-2.0 OR MIT", "MIT/Apache-2.0", "(MIT OR Apache-2.0) AND Unicode-3.0"] {
        assert!(is_met(met, &allowed), "{met}");
    }
    for unmet in ["Apache-2.0", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND OpenSSL"] {
        assert!(!is_met(unmet, &allowed), "{unmet}");
    }
}

#[test]
fn what_is_built_in_twice_has_its_reason() {
    let lock = file("Cargo.lock");
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let field = |name: &str| {
            let start = format!("{name} = \"");
            package.lines().find_map(|line| line.strip_prefix(&start)?.strip_suffix('"')).unwrap()
        };
        versions.entry(field("name")).or_default().push(field("version"));
    }
    let mut skipped = denied("skip");
    for (name, versions) in versions {
        let left: Vec<_> = versions
            .iter()
            .filter(|version| {
                let is_skipped = |entry: &String| {
                    let (skipped, prefix) = entry.split_once('@').unwrap_or((entry, ""));
                    skipped == name && version.starts_with(&format!("{prefix}."))
                };
                let entry = skipped.iter().find(|entry| is_skipped(entry)).cloned();
                entry.is_none_or(|entry| !skipped.remove(&entry))
            })
            .collect();
        assert!(
            left.len() <= 1,
            "`{name}` is built in as {left:?}: agree on one, or say why in `.deny.toml`"
        );
    }
    assert!(skipped.is_empty(), "`.deny.toml` gives reasons for what is not there: {skipped:?}");
}

#[test]
fn nothing_is_built_in_that_writes_what_libraries_log() {
    let lock = file("Cargo.lock");
    // The library that gets tokens logs them. Whoever adds a logger keeps the target `yup_oauth2` out of it first.
    for logger in [
        "env_logger",
        "fern",
        "flexi_logger",
        "log4rs",
        "simple_logger",
        "simplelog",
        "stderrlog",
        "tracing-log",
        "tracing-subscriber",
    ] {
        assert!(!lock.contains(&format!("name = \"{logger}\"")), "{logger}");
    }
    assert!(lock.contains("name = \"yup-oauth2\""));
}
