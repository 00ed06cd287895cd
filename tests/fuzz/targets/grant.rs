//! A caller that is put on a map can be taken off it again, and then every byte is as it was.
#![no_main]

use callmap::{
    callers::{
        MapText,
        change::{self, Granted, Revoked, Subject, Term},
        load,
    },
    model::time::moment,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, bool, &str)| {
    let (text, is_permanent, reason) = input;
    let Ok(at) = moment("2026-11-24T09:00:00Z") else { return };
    let texts = |text: &str| vec![MapText { path: "map.yaml".into(), bytes: text.as_bytes().to_vec() }];
    let Ok(map) = load(texts(text), None, at) else { return };
    let Ok(caller) = change::caller(&map, "user:alice@example.com") else { return };
    let Some(first) = map.functions.first() else { return };
    let Ok(function) = change::function(&map, &first.name) else { return };
    let before = texts(text);
    let subject = Subject { texts: &before, map: &map, caller: &caller, function: &function, at };
    let term = if is_permanent { Term::Permanent } else { Term::Usual };
    let reason = format!("x{reason}");
    let Ok(Granted::New(granted, _)) = change::grant(&subject, term, Some(&reason), false) else { return };
    let after = texts(&granted.after);
    let map = load(after.clone(), None, at).expect("an edited map is a map");
    let subject = Subject { texts: &after, map: &map, ..subject };
    match change::revoke(&subject) {
        Ok(Revoked::Gone { changed, .. }) => assert_eq!(changed.after, text),
        other => panic!("{other:?}"),
    }
});
