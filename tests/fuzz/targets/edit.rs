//! An acceptance that is added can be read, and takes nothing away.
#![no_main]

use callmap::{
    callers::{
        MapText, check,
        edit::{NewAcceptance, accept},
    },
    model::{RuleId, time::moment},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str)| {
    let (text, reason) = input;
    let Ok(at) = moment("2026-11-23T09:00:00Z") else { return };
    let read = |text: &str| check(vec![MapText { path: "map.yaml".into(), bytes: text.as_bytes().to_vec() }], at);
    let Ok(before) = read(text) else { return };
    let entry = NewAcceptance {
        rule: RuleId::BroadRole,
        caller: Some("user:a@example.com".to_owned()),
        resource: None,
        role: None,
        reason: format!("x{reason}"),
        until: "2027-01-31".to_owned(),
    };
    let Ok(changed) = accept(text, &[entry]) else { return };
    let after = read(&changed).expect("an edited map is a map");
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before.edges.len(), after.edges.len());
        assert_eq!(before.settings.accepted.len() + 1, after.settings.accepted.len());
    }
});
