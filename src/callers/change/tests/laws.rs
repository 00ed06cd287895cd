//! Whatever a map looks like: a caller that is put on it and taken off again leaves every byte as it was.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::{ALICE, HEAD, Term, there_and_back};

/// One list of a caller, written in one of many ways, that does not name `payments`.
fn list() -> impl Strategy<Value = (bool, String)> {
    let comment = || prop_oneof![Just(""), Just(" # why"), Just("\t# \"odd\", [x]"), Just("  ")];
    let item = prop_oneof![
        Just("ledger".to_owned()),
        Just("\"ledger\"".to_owned()),
        Just("{ function: ledger, until: 2026-11-25 }".to_owned()),
        Just("{function: 'ledger', reason: \"a, b\"}".to_owned()),
    ];
    let flow = (item.clone(), any::<bool>(), comment(), comment(), any::<bool>()).prop_map(
        |(item, is_long, one, two, has_comma)| {
            let comma = if has_comma { "," } else { "" };
            if is_long {
                (true, format!(" [{one}\n      {item}{comma}{two}\n      # own\n   ]"))
            } else {
                (true, format!(" [ {item} {comma}]{two}"))
            }
        },
    );
    let block = (item, 0..4_usize, comment(), comment(), any::<bool>()).prop_map(
        |(item, indent, one, two, is_mapping)| {
            let pad = " ".repeat(indent);
            let item = if is_mapping {
                format!("{pad}-  function: ledger{two}\n{pad}   reason: >-\n{pad}     long\n{pad}     text")
            } else {
                format!("{pad}- {item}{two}")
            };
            (false, format!("{one}\n{pad}# head\n{item}"))
        },
    );
    prop_oneof![flow, block]
}

fn odd() -> impl Strategy<Value = String> {
    let callers = prop::collection::vec(
        (list(), any::<bool>(), prop_oneof![Just(""), Just("\n"), Just("  # a note\n")]),
        0..4,
    );
    (callers, 1..4_usize, any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(callers, indent, is_crlf, has_alice, has_end, has_more)| {
            let mut text = HEAD.to_owned();
            if callers.is_empty() {
                text.push_str(if has_more { "callers: {} # none\n" } else { "callers: {  }\n" });
            } else {
                text.push_str("callers:   # who\n");
            }
            let pad = " ".repeat(indent);
            for (number, ((_, list), is_quoted, note)) in callers.iter().enumerate() {
                let name = if has_alice && number == 0 {
                    ALICE.to_owned()
                } else {
                    format!("user:u{number}@example.com")
                };
                let quote = if *is_quoted { "'" } else { "" };
                let list = list.replace('\n', &format!("\n{pad}"));
                writeln!(text, "{pad}{quote}{name}{quote}:{list}").unwrap();
                text.push_str(note);
            }
            if has_more {
                text.push_str(
                    "\nowner: &o \"team@example.com\" # them\nrules: { unknown-function: warning }\n",
                );
            }
            if !has_end && !has_more {
                text.truncate(text.trim_end_matches('\n').len());
            }
            if is_crlf { text.replace('\n', "\r\n") } else { text }
        },
    )
}

proptest! {
    #[test]
    fn granting_and_revoking_leaves_every_byte_as_it_was(
        text in odd(),
        is_permanent in any::<bool>(),
        reason in prop::option::of("[a-zA-Z0-9 :#'\"{}\\[\\],&*!|>%@$\u{e9}\u{202e}\\\\-]{1,12}"),
    ) {
        let term = if is_permanent { Term::Permanent } else { Term::Usual };
        let reason = reason.filter(|reason| !reason.trim().is_empty());
        there_and_back(&text, ALICE, term, reason.as_deref());
    }
}
