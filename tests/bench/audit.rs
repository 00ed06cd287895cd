//! How long the parts of an audit take, on a made-up estate of 20,000 services and 130,000 declared calls.
//!
//! ```sh
//! cargo bench --bench audit
//! ```
//!
//! To compare with the shortest script that answers a part of the question, which needs Python and `PyYAML`:
//!
//! ```sh
//! cargo run --release --example estate -- target/estate
//! time python3 tests/bench/naive.py target/estate/map.yaml target/estate/assets.ndjson
//! time target/release/callmap audit -m target/estate/map.yaml --from target/estate/assets.ndjson
//! ```
//!
//! Both find 20 undeclared and 20 missing callers.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on fails")]

use std::sync::LazyLock;

use callmap::{
    callers::{CallerMap, MapText, load, yaml},
    model::{Time, time::moment},
    rules::{self, Audit, Scope},
    sources::{
        Input,
        assets::{ReadOptions, read},
    },
    world::World,
};
use divan::{Bencher, black_box, counter::BytesCount};

#[path = "../all/estate.rs"]
mod estate;

use estate::{Estate, STRAY_EVERY};

static MAP: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut text = Vec::new();
    Estate::LARGE.write_map(&mut text).unwrap();
    text
});

static ASSETS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut text = Vec::new();
    Estate::LARGE.write_assets(&mut text).unwrap();
    text
});

fn main() {
    divan::main();
}

fn at() -> Time {
    moment("2026-11-23T09:00:00Z").unwrap()
}

fn map(bytes: Vec<u8>) -> CallerMap {
    load(vec![MapText { path: "map.yaml".into(), bytes }], None, at()).unwrap()
}

fn world(bytes: Vec<u8>) -> World {
    read(vec![Input::from_bytes("assets.ndjson", bytes)], ReadOptions::default()).unwrap()
}

fn audit(map: &CallerMap, world: &World) -> Audit {
    let audit = rules::run(map, world, at(), Scope::new(map, world, &[])).unwrap();
    // One undeclared and one missing caller for so many services: work that finds nothing would be no measure.
    assert_eq!(audit.findings.len(), 2 * Estate::LARGE.services / STRAY_EVERY);
    audit
}

/// The map as YAML alone.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn map_as_yaml(bencher: Bencher<'_, '_>) {
    let text = std::str::from_utf8(&MAP).unwrap();
    bencher.counter(BytesCount::of_str(text)).bench(|| yaml::parse(black_box(text)).unwrap());
}

/// The map with its names resolved.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn map_loaded(bencher: Bencher<'_, '_>) {
    bencher
        .counter(BytesCount::new(MAP.len()))
        .with_inputs(|| MAP.clone())
        .bench_values(|bytes| map(black_box(bytes)));
}

/// The export as a world.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn export_read(bencher: Bencher<'_, '_>) {
    bencher
        .counter(BytesCount::new(ASSETS.len()))
        .with_inputs(|| ASSETS.clone())
        .bench_values(|bytes| world(black_box(bytes)));
}

/// The rules alone, over a map and a world.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn rules_run(bencher: Bencher<'_, '_>) {
    let (map, world) = (map(MAP.clone()), world(ASSETS.clone()));
    bencher.bench(|| audit(black_box(&map), black_box(&world)));
}

/// All of it, from bytes to findings.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn whole_audit(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(|| (MAP.clone(), ASSETS.clone()))
        .bench_values(|(text, export)| audit(&map(black_box(text)), &world(black_box(export))));
}
