//! Any bytes are asset lines or an error.
#![no_main]

use callmap::sources::{
    Input,
    assets::{ReadOptions, read},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = read(vec![Input::from_bytes("fuzz", bytes)], ReadOptions::default());
});
