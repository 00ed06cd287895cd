//! What is discovered is a map, and an audit with it finds nothing but the decisions that it lists.

use std::{fs, path::PathBuf};

use callmap::{
    callers::{MapText, can_be_named, load},
    model::RuleId,
    plan::discover::discover,
    report::{escape, map_text},
    rules::{self, Scope},
    sources::{
        Input,
        assets::{ReadOptions, read},
    },
    world::World,
};

use crate::maps::at;

/// The worlds of all cases that can be read.
fn worlds() -> Vec<(PathBuf, World)> {
    let cases = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let folders = fs::read_dir(cases).unwrap().flat_map(|rule| fs::read_dir(rule.unwrap().path()).unwrap());
    let mut paths: Vec<_> = folders.map(|case| case.unwrap().path().join("world.ndjson")).collect();
    paths.sort();
    paths
        .into_iter()
        .filter_map(|path| {
            let input = Input::from_bytes("world.ndjson", fs::read(&path).ok()?);
            Some((path, read(vec![input], ReadOptions::default()).ok()?))
        })
        .collect()
}

#[test]
fn an_audit_with_what_was_discovered_finds_the_decisions_it_lists_and_nothing_else() {
    let mut count = 0;
    for (path, world) in worlds() {
        let found = discover(&world, &Scope::everything(&world), at());
        if found.functions.is_empty() {
            continue;
        }
        count += 1;
        let render = |decisions: &[rules::Finding]| {
            let mut text = Vec::new();
            map_text::render(&found, decisions, &mut text).unwrap();
            text
        };
        let read = |bytes: Vec<u8>| {
            load(vec![MapText { path: "found.yaml".into(), bytes }], None, at())
                .unwrap_or_else(|error| panic!("{}: {:?}", path.display(), error.mistakes))
        };
        let map = read(render(&[]));
        let audit = rules::run(&map, &world, at(), Scope::everything(&world)).unwrap();
        let text = render(&audit.findings);
        // The decisions are comments: with them it is the same map.
        assert_eq!(read(text.clone()).edges.len(), map.edges.len(), "{}", path.display());
        let text = String::from_utf8(text).unwrap();
        for finding in &audit.findings {
            let line = format!("#   - {}", escape::terminal(&finding.message));
            assert!(text.lines().any(|known| known == line), "{}: {line}", path.display());
            // What is live was declared: it has its own grant, exists and runs as is said.
            let of_the_map = [
                RuleId::MissingCaller,
                RuleId::BorrowedCaller,
                RuleId::UnknownFunction,
                RuleId::UndeclaredFunction,
                RuleId::IdentityChanged,
                RuleId::ExpiredCaller,
                RuleId::UnusedAcceptance,
            ];
            assert!(!of_the_map.contains(&finding.rule), "{}: {}", path.display(), finding.message);
            // What no map can say stays undeclared.
            let is_sayable = finding
                .grant
                .as_ref()
                .is_some_and(|grant| grant.condition.is_none() && can_be_named(&grant.principal));
            assert!(finding.rule != RuleId::UndeclaredCaller || !is_sayable, "{}", finding.message);
        }
    }
    assert!(count > 100, "only {count} worlds have functions");
}

#[test]
fn no_function_is_said_to_call_itself() {
    let line = |service: &str, caller: &str| {
        format!(
            r#"{{"name":"//run.googleapis.com/projects/shop-prod/locations/europe-west1/services/{service}","asset_type":"run.googleapis.com/Service","resource":{{"data":{{"kind":"Service","metadata":{{"name":"{service}"}},"spec":{{"template":{{"spec":{{"serviceAccountName":"{service}@shop-prod.iam.gserviceaccount.com"}}}}}}}}}},"iam_policy":{{"bindings":[{{"role":"roles/run.invoker","members":["serviceAccount:{caller}@shop-prod.iam.gserviceaccount.com"]}}]}},"ancestors":["projects/100000000001"]}}"#
        )
    };
    let lines = [line("nightly", "nightly"), line("ledger", "nightly")].join("\n");
    let world = read(vec![Input::from_bytes("world.ndjson", lines)], ReadOptions::default()).unwrap();
    let found = discover(&world, &Scope::everything(&world), at());
    let mut text = Vec::new();
    map_text::render(&found, &[], &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("function:nightly: [ledger]"), "{text}");
    assert!(text.contains("serviceAccount:nightly@shop-prod.iam.gserviceaccount.com: [nightly]"), "{text}");
}
