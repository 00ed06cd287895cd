//! Any bytes are a map or have mistakes with places in them.
#![no_main]

use callmap::{
    callers::{MapText, check},
    model::time::moment,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(at) = moment("2026-11-23T09:00:00Z") else { return };
    let text = MapText { path: "map.yaml".into(), bytes: bytes.to_vec() };
    match check(vec![text], at) {
        Ok(maps) => {
            for map in &maps {
                assert!(!map.functions.is_empty() || map.env.is_some());
                for edge in &map.edges {
                    assert!(map.locate(edge.place).line > 0);
                }
            }
        }
        Err(error) => {
            assert!(!error.mistakes.is_empty());
            for place in error.mistakes.iter().filter_map(|mistake| mistake.place) {
                assert!(place.start <= place.end && place.end as usize <= bytes.len());
            }
        }
    }
});
