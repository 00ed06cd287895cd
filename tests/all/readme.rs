//! The README, held to the program: what it says is printed is printed, and the maps it shows are maps.

use std::{
    fs,
    path::{Path, PathBuf},
};

use assert_cmd::Command;
use callmap::{
    callers::{MapText, check},
    rules::RULES,
};

use crate::{map_schema, maps::at, newcomer};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// The text with every block of this language replaced by what `change` makes of it.
pub(crate) fn with_blocks(text: &str, language: &str, mut change: impl FnMut(&str) -> String) -> String {
    let fence = format!("```{language}\n");
    let mut parts = text.split(&fence);
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let (block, rest) = part.split_once("```\n").unwrap();
        out.extend([&fence, &change(block), "```\n", rest]);
    }
    out
}

fn blocks(language: &str) -> Vec<String> {
    let mut found = Vec::new();
    with_blocks(&readme(), language, |block| {
        found.push(block.to_owned());
        String::new()
    });
    found
}

/// The block of commands behind a mark.
fn marked(mark: &str) -> String {
    let text = readme();
    let (_, rest) = text.split_once(&format!("<!-- {mark} -->\n```sh\n")).unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

/// What the program prints for a line such as `callmap audit --demo`, with its exit code.
fn run(line: &str, dir: &Path) -> (String, i32) {
    let mut words = line.split_whitespace();
    assert_eq!(words.next(), Some("callmap"), "{line}");
    let mut command = Command::cargo_bin("callmap").unwrap();
    let output = command.args(words).current_dir(dir).env_clear().output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{line}");
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

/// The README with all that the program says about itself. The newcomer's day is one story, told by itself.
fn wanted(readme: &str) -> String {
    match newcomer::split(readme) {
        Some((before, day, after)) => {
            let mark = "<!-- day -->";
            filled(&format!("{before}{mark}{after}")).replace(mark, &newcomer::told(day))
        }
        None => filled(readme),
    }
}

/// The same where each block of commands stands for itself.
fn filled(readme: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let text = with_blocks(readme, "console", |block| {
        let lines: Vec<_> = block.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
        let shown = lines.into_iter().map(|line| format!("$ {line}\n{}", run(line, dir.path()).0));
        shown.collect::<Vec<_>>().join("\n")
    });
    let text = with_blocks(&text, "mermaid", |_| run("callmap graph --demo", dir.path()).0);
    let rows = RULES
        .iter()
        .map(|rule| format!("| `{}` | {} | {} |\n", rule.id, rule.id.default_level(), rule.title));
    let table = format!("| rule | level | says |\n| --- | --- | --- |\n{}", rows.collect::<String>());
    let (before, rest) = text.split_once("<!-- rules -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- /rules -->").unwrap();
    format!("{before}<!-- rules -->\n{table}<!-- /rules -->{after}")
}

#[test]
fn what_the_readme_shows_is_what_the_program_prints() {
    let found = readme();
    let wanted = wanted(&found);
    if std::env::var_os("UPDATE_README").is_some() {
        return fs::write(root().join("README.md"), wanted).unwrap();
    }
    for (number, (found, wanted)) in found.lines().zip(wanted.lines()).enumerate() {
        assert_eq!(found, wanted, "README.md:{}: run with UPDATE_README=1", number + 1);
    }
    assert_eq!(found.lines().count(), wanted.lines().count(), "run with UPDATE_README=1");
}

#[test]
fn the_maps_of_the_readme_are_maps() {
    let text = |path: &str, text: &str| MapText { path: path.into(), bytes: text.as_bytes().to_vec() };
    let blocks = blocks("yaml");
    let (maps, others): (Vec<_>, Vec<_>) = blocks.iter().partition(|block| block.contains("callmap: 1\n"));
    assert!(maps.len() >= 3);
    for map in &maps {
        map_schema::takes(map);
        // Settings alone are no map: they belong to the one that the README shows first.
        let is_whole = map.contains("\nfunctions:");
        let mut texts = vec![text("block.yaml", map)];
        texts.extend((!is_whole).then(|| text("first.yaml", maps[0])));
        if let Err(error) = check(texts, at()) {
            panic!("{:#?}\n{map}", error.mistakes);
        }
    }
    let [groups] = others[..] else { panic!("{others:?}") };
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("groups.yaml"), groups).unwrap();
    let (shown, code) = run("callmap who payments --demo --groups groups.yaml --format json", dir.path());
    assert_ne!(code, 2, "{shown}");
    assert!(shown.contains(r#""groups": "read""#), "{shown}");
}

#[test]
fn the_commands_that_others_rely_on_are_there() {
    assert_eq!(marked("test command"), "cargo test\n");
    assert_eq!(marked("demo command"), "cargo run --release -- demo\n");
}

#[test]
fn the_way_to_a_first_map_can_be_gone() {
    let dir = tempfile::tempdir().unwrap();
    let estate = fs::read_to_string(root().join("src/emulator/estate/shop.ndjson")).unwrap();
    let (policies, resources): (Vec<_>, Vec<_>) = estate
        .lines()
        .partition(|line| line.contains(r#""iam_policy":"#) && !line.contains(r#""resource":"#));
    fs::write(dir.path().join("resource.ndjson"), resources.join("\n")).unwrap();
    fs::write(dir.path().join("iam-policy.ndjson"), policies.join("\n")).unwrap();
    for line in marked("first map commands").lines() {
        if line == "mkdir policies" {
            fs::create_dir(dir.path().join("policies")).unwrap();
            continue;
        }
        let (shown, code) = run(line, dir.path());
        // The first audit has something to say about the sample estate.
        assert_eq!(code, i32::from(line.starts_with("callmap audit")), "{line}\n{shown}");
    }
}

#[test]
fn the_export_asks_for_every_asset_type_that_is_read() {
    let commands = marked("export commands");
    let types = commands.lines().next().unwrap().strip_prefix("TYPES=").unwrap();
    let mut asked: Vec<_> = types.split(',').collect();
    asked.sort_unstable();
    let source = fs::read_to_string(root().join("src/sources/assets/line.rs")).unwrap();
    let mut read: Vec<_> = source
        .split('"')
        .filter(|text| text.contains(".googleapis.com/") && !text.contains("//") && !text.contains(' '))
        .collect();
    read.sort_unstable();
    read.dedup();
    assert_eq!(asked, read);
}

#[test]
fn the_custom_role_has_every_permission_that_reading_takes_and_each_has_its_reason() {
    let command = marked("role command").replace("\\\n", "");
    let listed = command.split("--permissions=").nth(1).unwrap().trim();
    let mut role: Vec<_> = listed.split(',').map(str::to_owned).collect();
    role.sort_unstable();
    let mut named = vec!["run.services.get".to_owned(), "serviceusage.services.use".to_owned()];
    let dir = fs::read_dir(root().join("src/sources/google/read")).unwrap();
    let others = ["src/model/resource.rs", "src/world/chain.rs"].map(|file| root().join(file));
    let files = dir.map(|entry| entry.unwrap().path()).chain(others);
    for file in files {
        let text = fs::read_to_string(file).unwrap();
        let shipped = text.split("#[cfg(test)]").next().unwrap();
        let is_permission = |text: &&str| {
            text.split('.').count() == 3
                && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'.')
        };
        named.extend(shipped.split('"').filter(is_permission).map(str::to_owned));
    }
    named.sort_unstable();
    named.dedup();
    assert_eq!(role, named);
    let readme = readme();
    let rows: Vec<_> = readme.lines().filter(|line| line.starts_with("| `")).collect();
    assert!(role.iter().all(|permission| rows.iter().any(|row| row.contains(&format!("`{permission}`")))));
}

#[test]
fn the_exit_codes_of_the_readme_are_those_of_the_program() {
    let dir = tempfile::tempdir().unwrap();
    let code = |line: &str| {
        let mut command = Command::cargo_bin("callmap").unwrap();
        let words = line.split_whitespace().skip(1);
        command.args(words).current_dir(dir.path()).env_clear().output().unwrap().status.code().unwrap()
    };
    assert_eq!(code("callmap audit --demo"), 1);
    assert_eq!(code("callmap audit --demo --fail-on never"), 0);
    assert_eq!(code("callmap audit --from nowhere.ndjson"), 2);
    assert_eq!(code("callmap check"), 2);
    assert_eq!(code("callmap rule public-function"), 0);
    assert_eq!(code("callmap discover --demo"), 0);
}

#[test]
fn the_weather_it_shows_is_one() {
    let shown: Vec<String> =
        blocks("json").into_iter().filter(|block| block.contains("secondWriter")).collect();
    assert_eq!(shown.len(), 1);
    serde_json::from_str::<callmap::emulator::Weather>(&shown[0]).unwrap();
}
