//! How long it takes to read a large estate: an export of 20,000 services, and the caller map of it.

use callmap::{
    callers::{MapText, check},
    sources::{
        Input,
        assets::{ReadOptions, read},
    },
};
use chrono::DateTime;
use divan::{Bencher, counter::BytesCount};

#[path = "../tests/all/estate.rs"]
mod estate;

use estate::Estate;

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn export(bencher: Bencher<'_, '_>) {
    let mut text = Vec::new();
    assert!(Estate::LARGE.write_assets(&mut text).is_ok());
    bencher
        .counter(BytesCount::new(text.len()))
        .with_inputs(|| vec![Input::from_bytes("assets.ndjson", text.clone())])
        .bench_values(|files| read(files, ReadOptions::default()));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn map(bencher: Bencher<'_, '_>) {
    let mut text = Vec::new();
    assert!(Estate::LARGE.write_map(&mut text).is_ok());
    bencher
        .counter(BytesCount::new(text.len()))
        .with_inputs(|| vec![MapText { path: "map.yaml".into(), bytes: text.clone() }])
        .bench_values(|texts| check(texts, DateTime::UNIX_EPOCH));
}
