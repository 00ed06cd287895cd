//! The rules by example: every folder `tests/cases/RULE/CASE` holds a map, a world and what the rule says of
//! them.
//!
//! `*.yaml` is the map (`groups.yaml` the groups file), `world.ndjson` the world as an export, over which each
//! `*.tfstate.json` is laid, `at.txt` the time where it is another than usual. `expected.txt` begins with a line on the run as a whole: whether it is
//! complete, how many callers wait, and how many findings other rules have. Then each finding of the rule is a
//! line: level, function or resource, caller, grant, message. `fixes.txt`, where it is there, holds their fixes.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use callmap::{
    callers::{MapError, MapText, load},
    model::{Resource, RuleId, Time, time},
    rules::{Audit, Finding, RULES, Scope, run},
    sources::{
        Input, assets, groups,
        terraform::{self, Recognised},
    },
};

/// When a case is judged, unless it says otherwise.
const AT: &str = "2026-11-23T09:00:00Z";

/// The files of one case by name.
type Files = BTreeMap<String, String>;

#[test]
fn every_rule_says_what_its_cases_expect() {
    let mut wrong = String::new();
    let mut kinds: BTreeMap<RuleId, (usize, usize)> = BTreeMap::new();
    for rule_folder in folders(Path::new("tests/cases"), &mut wrong) {
        let name = file_name(&rule_folder);
        let Some(rule) = RULES.iter().map(|rule| rule.id).find(|id| id.as_str() == name) else {
            writeln!(wrong, "{}: no rule is called so", rule_folder.display()).unwrap();
            continue;
        };
        for case in folders(&rule_folder, &mut wrong) {
            match outcome(rule, &case) {
                Ok(count) if count > 0 => kinds.entry(rule).or_default().0 += 1,
                Ok(_) => kinds.entry(rule).or_default().1 += 1,
                Err(what) => writeln!(wrong, "{}: {what}", case.display()).unwrap(),
            }
        }
    }
    let is_each_as_expected = wrong.is_empty();
    for rule in RULES {
        let (firing, silent) = kinds.get(&rule.id).copied().unwrap_or_default();
        if is_each_as_expected && (firing == 0 || silent == 0) {
            writeln!(wrong, "{}: {firing} cases fire and {silent} do not; have both", rule.id).unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The folders in a folder, by name. Anything else in it, or nothing at all, is wrong.
fn folders(within: &Path, wrong: &mut String) -> Vec<std::path::PathBuf> {
    let mut found: Vec<_> = fs::read_dir(within).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    if found.is_empty() {
        writeln!(wrong, "{}: is empty", within.display()).unwrap();
    }
    found.retain(|path| {
        let is_folder = path.is_dir();
        if !is_folder {
            writeln!(wrong, "{}: is not a folder", path.display()).unwrap();
        }
        is_folder
    });
    found
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// How many findings of the rule a case has, where they are those that it expects.
fn outcome(rule: RuleId, case: &Path) -> Result<usize, String> {
    let mut files = Files::new();
    for entry in fs::read_dir(case).unwrap() {
        let path = entry.unwrap().path();
        files.insert(file_name(&path), fs::read_to_string(&path).map_err(|error| error.to_string())?);
    }
    let expected = files.remove("expected.txt").ok_or("has no `expected.txt`")?;
    let repairs = files.remove("fixes.txt");
    let audit = audit(files)?;
    let findings: Vec<_> = audit.findings.iter().filter(|finding| finding.rule == rule).collect();
    let mut found = vec![run_line(rule, &audit)];
    found.extend(findings.iter().map(|finding| finding_line(finding)));
    differ("expected.txt", &expected, &found)?;
    if let Some(repairs) = repairs {
        let found: Vec<_> = findings.iter().map(|finding| finding.fix.clone().unwrap_or_default()).collect();
        differ("fixes.txt", &repairs, &found)?;
    }
    Ok(findings.len())
}

fn audit(mut files: Files) -> Result<Audit, String> {
    let at = files.remove("at.txt").map_or_else(|| moment(AT), |text| moment(text.trim()));
    let world = files.remove("world.ndjson").ok_or("has no `world.ndjson`")?;
    let groups = match files.remove("groups.yaml") {
        Some(text) => Some(groups::read("groups.yaml", text.as_bytes()).map_err(|error| error.to_string())?),
        None => None,
    };
    let is_state = |name: &str| name.ends_with(".tfstate.json");
    let (states, files): (Files, Files) = files.into_iter().partition(|(name, _)| is_state(name));
    let mut texts = Vec::new();
    for (name, text) in files {
        if Path::new(&name).extension().is_none_or(|ending| ending != "yaml") {
            return Err(format!("`{name}` is no part of a case"));
        }
        texts.push(MapText { path: name.into(), bytes: text.into_bytes() });
    }
    let options = assets::ReadOptions { groups, ..assets::ReadOptions::default() };
    let input = Input::from_bytes("world.ndjson", world);
    let mut world = assets::read(vec![input], options).map_err(|error| error.to_string())?;
    terraform::lay_over(&mut world, told(states)?);
    let map = load(texts.clone(), None, at).map_err(|error| error.to_string())?;
    let scope = Scope::new(&map, &world, &[]);
    run(&map, &world, at, scope).map_err(|mistakes| MapError { texts, mistakes }.to_string())
}

/// What states and plans say.
fn told(states: Files) -> Result<Vec<terraform::Told>, String> {
    let read = |(name, text): (String, String)| match terraform::recognise(Input::from_bytes(&name, text))
        .map_err(|error| error.to_string())?
    {
        Recognised::Terraform(input) => terraform::read(input).map_err(|error| error.to_string()),
        Recognised::Other(_) => Err(format!("`{name}` is nothing that Terraform printed")),
    };
    states.into_iter().map(read).collect()
}

fn moment(text: &str) -> Time {
    time::moment(text).unwrap()
}

fn run_line(rule: RuleId, audit: &Audit) -> String {
    let mut others: BTreeMap<RuleId, usize> = BTreeMap::new();
    for finding in audit.findings.iter().filter(|finding| finding.rule != rule) {
        *others.entry(finding.rule).or_default() += 1;
    }
    let counts: Vec<_> = others.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
    let others = if counts.is_empty() { "none".to_owned() } else { counts.join(", ") };
    let complete = if audit.is_complete { "complete" } else { "incomplete" };
    let waiting = if audit.waiting > 0 { format!("; waiting {}", audit.waiting) } else { String::new() };
    format!("{complete}{waiting}; others: {others}")
}

fn finding_line(finding: &Finding) -> String {
    let on = finding.function.as_ref().map_or_else(|| finding.resource.clone(), |name| name.clone().into());
    let grant = finding.grant.as_ref().map_or_else(
        || "-".to_owned(),
        |grant| match &grant.resource {
            resource if *resource == on => grant.role.to_string(),
            resource => format!("{} on {}", grant.role, short(resource)),
        },
    );
    let caller = finding.caller.as_ref().map_or("-", |caller| caller.as_str());
    let accepted = if finding.accepted.is_some() { " accepted" } else { "" };
    format!("{}{accepted} | {} | {caller} | {grant} | {}", finding.level, short(&on), finding.message)
}

/// A function of the usual project and region by its name alone, anything else in full.
fn short(resource: &Resource) -> String {
    let text = resource.to_string();
    text.strip_prefix("projects/shop-prod/locations/europe-west1/services/")
        .map_or(text.clone(), str::to_owned)
}

/// What was expected and is not there, and what is there and was not expected.
fn differ(file: &str, expected: &str, found: &[String]) -> Result<(), String> {
    let expected: Vec<&str> = expected.lines().collect();
    if expected == found {
        return Ok(());
    }
    let mut text = format!("what is found is not what `{file}` says");
    for line in expected.iter().filter(|line| !found.iter().any(|other| other == *line)) {
        write!(text, "\n    - {line}").unwrap();
    }
    for line in found.iter().filter(|line| !expected.contains(&line.as_str())) {
        write!(text, "\n    + {line}").unwrap();
    }
    if !text.contains('\n') {
        write!(text, ": its lines stand in another order, or more than once\n    {}", found.join("\n    "))
            .unwrap();
    }
    Err(text)
}
