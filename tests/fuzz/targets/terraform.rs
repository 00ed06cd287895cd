//! Any bytes are a state, a plan, something else, or an error.
#![no_main]

use callmap::sources::{
    Input,
    terraform::{Recognised, read, recognise},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(Recognised::Terraform(input)) = recognise(Input::from_bytes("fuzz", bytes)) {
        let _ = read(input);
    }
});
