//! The local Google over real HTTP: what it answers, word for word.

pub(crate) mod client;
mod command;
mod deny;
mod front;
mod groups;
mod id_tokens;
mod may;
mod policies;
mod reads;
mod revisions;
mod searches;
mod states;
mod storms;
mod strict;
mod tokens;
mod weather;
mod writes;

use callmap::emulator::{Emulator, Options, State};

/// A small estate of its own.
const ESTATE: &str = include_str!("estate.ndjson");
const PAY: &str = "projects/shop-prod/locations/europe-west1/services/pay";

fn started() -> Emulator {
    serving(ESTATE)
}

fn serving(lines: &str) -> Emulator {
    let state = State::read(lines.as_bytes()).unwrap();
    Emulator::start(Options { state, ..Options::default() }).unwrap()
}
