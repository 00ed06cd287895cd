//! Any text is a condition that is answered, and one that cannot be read is not known.
#![no_main]

use callmap::{
    access::{
        Verdict,
        condition::{Outcomes, Request, can_hold_from, denies, holds_at, outcomes, timeline, unread, why},
    },
    model::{Condition, time::moment},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(at) = moment("2026-11-23T09:00:00Z") else { return };
    let condition = Condition { title: "t".into(), description: None, expression: text.into(), location: None };
    let holds = holds_at(Some(&condition), at);
    let _ = denies(Some(&condition));
    let _ = timeline(&condition, at);
    assert_eq!(why(&condition, at).is_none(), holds == Verdict::Yes);
    if holds == Verdict::Yes {
        assert!(can_hold_from(Some(&condition), at));
    }
    if unread(&condition).is_some() {
        assert_eq!(holds, Verdict::Unknown);
        return;
    }
    // What is known of a request is within what may be.
    let ask = |path, host| outcomes(&condition, Request { time: at, path, host });
    let (Ok(open), Ok(known)) = (ask(None, None), ask(Some("/a"), Some("example.com"))) else { return };
    assert!(open.contain(known), "{open:?} {known:?}");
    assert_ne!(known, Outcomes::NONE);
});
