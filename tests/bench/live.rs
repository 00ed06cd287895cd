//! How long reading 1,000 services live takes, at 50 ms an answer, and how that compares with the least it can
//! take: calls × latency ÷ calls at once.
//!
//! ```sh
//! cargo bench --bench live
//! ```
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "the figure is what it is for")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use callmap::{
    emulator::{Emulator, Options, State, Weather},
    sources::google::{self, Asked, CONCURRENCY, Connection, Endpoint, Environment, Google},
    world::{SourceKind, World},
};
use divan::Bencher;

#[path = "../all/estate.rs"]
mod estate;

use estate::Estate;

const LATENCY: Duration = Duration::from_millis(50);
const ESTATE: Estate = Estate { services: 1000, projects: 4 };

fn main() {
    let emulator = emulator();
    let started = Instant::now();
    let world = read(&emulator);
    let took = started.elapsed();
    assert_eq!(world.services.len(), ESTATE.services);
    assert!(world.unread_lists.is_empty());
    let calls = emulator.log().len();
    let least = LATENCY * u32::try_from(calls).unwrap() / u32::try_from(CONCURRENCY.get()).unwrap();
    println!(
        "{calls} calls × {LATENCY:?} ÷ {CONCURRENCY} at once = {least:.2?}; it took {took:.2?}, {:.2} times that",
        took.as_secs_f64() / least.as_secs_f64()
    );
    divan::main();
}

fn emulator() -> Emulator {
    let mut lines = Vec::new();
    ESTATE.write_assets(&mut lines).unwrap();
    let latency_ms = u64::try_from(LATENCY.as_millis()).unwrap();
    let weather = Weather { latency_ms, ..Weather::default() };
    Emulator::start(Options { state: State::read(&lines).unwrap(), weather, ..Options::default() }).unwrap()
}

fn read(emulator: &Emulator) -> World {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let projects = (0..ESTATE.projects).map(|project| Estate::project_id(project).into()).collect();
    let asked = Asked { projects, ..Asked::default() };
    runtime.block_on(async {
        let connection = Connection::new(Endpoint::Emulator(emulator.address()), Environment::default());
        let (google, _) = Google::connect(connection).await.unwrap();
        google::read(&google, SourceKind::Emulator, &asked, Arc::new(|_| {})).await.unwrap()
    })
}

/// From the first call to the world.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn thousand_services(bencher: Bencher<'_, '_>) {
    let emulator = emulator();
    bencher.bench_local(|| read(&emulator));
}
