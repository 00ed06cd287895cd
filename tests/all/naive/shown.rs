//! The order of lines, of files and of what stands in a policy shows in nothing that callmap says.

use std::collections::{BTreeMap, BTreeSet};

use callmap::{
    access::Access,
    callers::{CallerMap, MapText, load},
    model::{Principal, RoleName, Time},
    plan::{self, Include, Made, MapDigest, PlanOptions, discover::discover},
    report::{
        beside::Beside,
        heading::Heading,
        json, map_text, markdown,
        plan::View,
        table::{self, Show},
    },
    rules::{Scope, context::Context, run},
    sources::{
        Input,
        assets::{ReadOptions, read},
        snapshot,
    },
    world::{Source, SourceKind, World},
};
use proptest::prelude::*;
use serde_json::Value;

use super::{
    agree::estates,
    estate::{Estate, some_estate},
    fact::PEOPLE,
};

/// Whom a map may declare for what.
const EDGES: [(&str, &str); 8] = [
    ("user:alice@example.com", "pay"),
    ("group:a@example.com", "pay"),
    ("serviceAccount:web@shop-prod.iam.gserviceaccount.com", "desk"),
    ("group:unread@example.com", "pay"),
    ("user:bob@contractor.example", "edge"),
    ("allUsers", "desk"),
    ("domain:example.com", "pay"),
    ("serviceAccount:1041-compute@developer.gserviceaccount.com", "edge"),
];
/// Lists in which order means nothing.
const LOOSE: [&str; 7] = [
    "bindings",
    "members",
    "rules",
    "deniedPrincipals",
    "exceptionPrincipals",
    "deniedPermissions",
    "exceptionPermissions",
];

/// The map with some of the edges.
fn map(chosen: u8, at: Time) -> CallerMap {
    let functions =
        [("shop-prod", "pay"), ("shop-prod", "desk"), ("shop-edge", "edge")].map(|(project, name)| {
            format!("  {name}: {{ resource: projects/{project}/locations/europe-west1/services/{name} }}\n")
        });
    let edges = EDGES.iter().enumerate().filter(|(number, _)| chosen >> number & 1 == 1);
    let edges: Vec<String> =
        edges.map(|(_, (caller, function))| format!("  \"{caller}\": [{function}]\n")).collect();
    let none = if edges.is_empty() { " {}" } else { "" };
    let text = format!("callmap: 1\nfunctions:\n{}callers:{none}\n{}", functions.concat(), edges.concat());
    let file = MapText { path: "map.yaml".into(), bytes: text.into_bytes() };
    load(vec![file], None, at).unwrap_or_else(|error| panic!("{:?}", error.mistakes))
}

fn written(world: &World, at: Time) -> String {
    let mut out = Vec::new();
    snapshot::write(world, Some(at), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn read_back(files: &[String]) -> World {
    let inputs = files.iter().map(|text| Input::from_bytes("assets.ndjson", text.as_bytes())).collect();
    let mut world = read(inputs, ReadOptions::default())
        .unwrap_or_else(|error| panic!("{error}\n{}", files.join("\n---\n")));
    // How many files there were is said, and may be.
    world.source = Source { kind: SourceKind::Assets, files: Vec::new() };
    world
}

/// Turns lists whose order means nothing.
fn turn(value: &mut Value, by: usize) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| turn(item, by)),
        Value::Object(fields) => {
            for (name, field) in fields {
                turn(field, by);
                if let (true, Value::Array(items)) = (LOOSE.contains(&&**name), field) {
                    items.reverse();
                    let by = by % items.len().max(1);
                    items.rotate_left(by);
                }
            }
        }
        _ => {}
    }
}

/// The same lines in another order, over several files, each of which says that it is a snapshot.
fn dealt(text: &str, keys: &[u16], files: usize) -> Vec<String> {
    let (head, rest) = text.split_once('\n').unwrap();
    let mut lines: Vec<(u16, &str)> =
        rest.lines().zip(keys.iter().cycle()).map(|(line, key)| (*key, line)).collect();
    lines.sort_unstable();
    let mut dealt = vec![format!("{head}\n"); files];
    for (number, (key, line)) in lines.iter().enumerate() {
        let file = (usize::from(*key) + number) % files;
        dealt[file] += line;
        dealt[file].push('\n');
    }
    dealt
}

fn made(at: Time) -> Made {
    Made {
        at,
        judged_at: None,
        source: SourceKind::Live,
        env: None,
        scope: Vec::new(),
        tool: "0.0.0".into(),
        map: MapDigest { sha256: "0".repeat(64), files: vec!["map.yaml".into()] },
        options: PlanOptions {
            is_only_adds: false,
            include: BTreeSet::from([Include::Public, Include::Inherited, Include::Dead]),
            ignored_in_sources: BTreeSet::new(),
        },
    }
}

/// Everything that callmap says of a world, command by command.
fn said(world: &World, map: &CallerMap, at: Time) -> Vec<(String, String)> {
    let mut said = Vec::new();
    let mut say = |what: String, write: &mut dyn FnMut(&mut Vec<u8>) -> std::io::Result<()>| {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        // The number of a rule is its place in its policy, and the one thing that may differ.
        let text = ["rule 1", "rule 2", "rule 3"]
            .iter()
            .fold(text, |text, numbered| text.replace(numbered, "rule N"));
        said.push((what, text));
    };
    let access = Access::new(world, at);
    let scope = Scope::new(map, world, &[]);
    let context = Context::new(map, world, &access, at, scope).unwrap();
    let audit = run::judge(&context);
    say("audit".into(), &mut |out| table::render(&audit, 120, Show::All, out));
    say("audit, json".into(), &mut |out| json::audit(&audit, out));
    say("audit, markdown".into(), &mut |out| markdown::render(&audit, out));
    let heading = Heading::of(&audit);
    let plan = plan::make(&context, &audit.findings, made(at));
    let more = BTreeMap::new();
    let view = View { plan: &plan, heading, more: &more, saved: None, is_under_way: false };
    say("plan".into(), &mut |out| table::plan(&view, 120, out));
    say("plan, json".into(), &mut |out| json::plan(&plan, &heading, out));
    say("plan, markdown".into(), &mut |out| markdown::plan(&view, out));
    let found = discover(world, &Scope::everything(world), at);
    say("discover".into(), &mut |out| map_text::render(&found, &audit.findings, out));
    let invoker = RoleName::new("roles/run.invoker");
    for (number, name) in world.services.keys().enumerate() {
        let (who, beside) = (access.who(name), Beside::of(world, name));
        say(format!("who {name}"), &mut |out| table::who(&heading, &who, &beside, 120, out));
        say(format!("who {name}, json"), &mut |out| json::who(&heading, &who, &beside, out));
        for caller in PEOPLE.iter().skip(number).step_by(3).map(|who| Principal::new(*who)) {
            let asked = access.caller(&caller);
            let (answer, flip) = (asked.verdict(name), asked.flip(name, &invoker));
            say(format!("explain {caller} {name}"), &mut |out| {
                table::explain(&heading, (&caller, name), (&answer, &flip), &beside, 120, out)
            });
        }
    }
    for caller in PEOPLE.iter().step_by(3).map(|who| Principal::new(*who)) {
        let can = access.can(&caller);
        say(format!("can {caller}"), &mut |out| json::can(&heading, &can, out));
    }
    said
}

fn same(one: &[(String, String)], other: &[(String, String)]) -> Result<(), TestCaseError> {
    for ((what, one), (_, other)) in one.iter().zip(other) {
        prop_assert_eq!(one, other, "{}", what);
    }
    prop_assert_eq!(one.len(), other.len());
    Ok(())
}

proptest! {
    #![proptest_config(estates(100))]

    #[test]
    fn no_order_shows_in_anything_that_is_said(
        estate in some_estate(),
        chosen in any::<u8>(),
        keys in proptest::collection::vec(any::<u16>(), 1..40),
        files in 1..4_usize,
        by in 0..4_usize,
    ) {
        let Estate { at, .. } = estate;
        let text = written(&estate.built().world, at);
        let map = map(chosen, at);
        let whole = read_back(std::slice::from_ref(&text));
        let expected = said(&whole, &map, at);
        // Lines and files.
        let dealt_out = read_back(&dealt(&text, &keys, files));
        same(&expected, &said(&dealt_out, &map, at))?;
        prop_assert_eq!(written(&whole, at), written(&dealt_out, at));
        // And what stands in them.
        let turned: Vec<String> = text
            .lines()
            .map(|line| {
                let mut line: Value = serde_json::from_str(line).unwrap();
                turn(&mut line, by);
                line.to_string()
            })
            .collect();
        let turned = read_back(&dealt(&turned.join("\n"), &keys, files));
        same(&expected, &said(&turned, &map, at))?;
    }
}
