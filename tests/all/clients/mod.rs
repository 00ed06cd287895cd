//! Google's own clients, where this machine has them, run against the local Google: they must not be able to tell.

mod above;
mod circle;
mod client;
mod environment;
mod functions;
mod gcloud;
mod missing;
mod python;
mod readme;
mod services;
mod tokens;

use callmap::emulator::{Clock, Emulator, Options, State, estate};

const SEARCH: &str = "projects/shop-prod/locations/us-central1/services/search";
const PAYMENTS: &str = "projects/shop-prod/locations/europe-north1/services/payments";

/// The sample estate at its own time.
fn started() -> Emulator {
    started_with("")
}

/// The sample estate with more lines.
fn started_with(lines: &str) -> Emulator {
    let state = State::read(format!("{}{lines}", estate::ASSETS).as_bytes()).unwrap();
    Emulator::start(Options { state, clock: Clock::Fixed(estate::time()), ..Options::default() }).unwrap()
}

/// The methods that were asked for, by Google's own ids.
fn asked(emulator: &Emulator) -> Vec<String> {
    emulator.log().into_iter().filter_map(|entry| entry.api_method).collect()
}
