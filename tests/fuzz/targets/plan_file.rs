//! Any bytes are a plan or an error, and a plan that was read is written and read as itself.
#![no_main]

use std::collections::BTreeMap;

use callmap::{
    report::{heading::Heading, json},
    sources::{Input, plan_file::read},
    world::Source,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(plan) = read(Input::from_bytes("fuzz", bytes)) else { return };
    let source = Source { kind: plan.made.source, files: Vec::new() };
    let layers = BTreeMap::new();
    let heading = Heading { source: &source, layers: &layers, env: None, at: plan.made.at, stale: &[], old_roles: None };
    let mut text = Vec::new();
    json::plan(&plan, &heading, &mut text).expect("a vector takes everything");
    let again = read(Input::from_bytes("again", text)).expect("what was written is read");
    assert_eq!(again, plan);
});
