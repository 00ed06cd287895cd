//! Google Cloud read live, from the emulator over HTTP: the same world as from a file, and gaps where it is
//! refused.

mod accounts;
mod commands;
mod deny;
mod groups;
mod odd;
mod refused;
mod revisions;
mod same;
mod weather;

use std::sync::Arc;

use callmap::{
    callers::{CallerMap, MapText, load},
    emulator::{Clock, Emulator, Options, State, Weather},
    model::{Time, time::moment},
    rules::{self, Audit, Finding, Scope},
    sources::{
        Input,
        assets::{ReadOptions, read},
        google::{self, Asked, Google, LiveError},
    },
    world::{SourceKind, World},
};

/// An estate that its map matches: two projects, a folder, an organization, custom roles, a condition,
/// functions and event sources.
const ESTATE: &str = include_str!("estate.ndjson");
const MAP: &str = include_str!("map.yaml");

fn at() -> Time {
    moment("2026-11-23T09:00:00Z").unwrap()
}

fn map() -> CallerMap {
    map_of(MAP)
}

fn map_of(text: &str) -> CallerMap {
    load(vec![MapText { path: "map.yaml".into(), bytes: text.as_bytes().to_vec() }], None, at()).unwrap()
}

/// The estate with somebody on a function whom nobody declared, and a function whose check is off.
fn strayed() -> String {
    let stray = ESTATE.replace(
        r#""members":["user:erin@example.com"]"#,
        r#""members":["user:erin@example.com","user:mallory@example.com"]"#,
    );
    let open = stray.replace(r#""uid":"aaaa-0004","#, r#""uid":"aaaa-0004","invokerIamDisabled":true,"#);
    assert!(open.contains("mallory") && open.contains("invokerIamDisabled"));
    open
}

fn emulator(text: &str) -> Emulator {
    let state = State::read(text.as_bytes()).unwrap();
    Emulator::start(Options { state, clock: Clock::Fixed(at()), ..Options::default() }).unwrap()
}

/// What is read of an emulator, without the program around it.
fn try_live(address: std::net::SocketAddr, asked: &Asked) -> Result<World, LiveError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let google = Google::emulator(address).unwrap();
    runtime.block_on(google::read(&google, SourceKind::Emulator, asked, Arc::new(|_| {})))
}

fn live(emulator: &Emulator) -> World {
    live_of(emulator, &asked())
}

/// What the program asks for unless it is told otherwise.
fn asked() -> Asked {
    Asked { is_expanding: true, ..Asked::new(Some(&map()), &[]) }
}

/// What was asked of the emulator, by method and path, with the path as it came.
fn targets(emulator: &Emulator) -> Vec<String> {
    emulator.log().iter().map(|entry| format!("{} {}", entry.method, entry.target)).collect()
}

fn live_of(emulator: &Emulator, asked: &Asked) -> World {
    try_live(emulator.address(), asked).unwrap()
}

fn from_file(text: &str) -> World {
    read(vec![Input::from_bytes("estate.ndjson", text)], ReadOptions::default()).unwrap()
}

fn audit(world: &World) -> Audit {
    let map = map();
    rules::run(&map, world, at(), Scope::new(&map, world, &[])).unwrap()
}

/// What an audit found, without gaps and without what only says where it was read.
fn found(audit: &Audit) -> Vec<&Finding> {
    audit.findings.iter().filter(|finding| finding.rule.as_str() != "unreadable").collect()
}

fn gaps(audit: &Audit) -> Vec<String> {
    let gaps = audit.findings.iter().filter(|finding| finding.rule.as_str() == "unreadable");
    gaps.map(|gap| format!("{} | {}", gap.message, gap.fix.as_deref().unwrap_or_default())).collect()
}

fn weather(failing: f64, seed: u64) -> Weather {
    Weather { failing, seed, ..Weather::default() }
}
