//! Telling what Terraform printed from everything else by the keys it begins with.

use std::io::{Cursor, Read as _};

use flate2::bufread::MultiGzDecoder;

use super::HEAD;

/// Keys at the top of states and plans that no asset has, whatever the order they stand in
/// (<https://developer.hashicorp.com/terraform/internals/json-format>).
const MARKS: [&str; 12] = [
    "applyable",
    "check_results",
    "checks",
    "configuration",
    "encrypted_data",
    "format_version",
    "lineage",
    "output_changes",
    "planned_values",
    "prior_state",
    "resource_changes",
    "terraform_version",
];

/// The beginning of a file without its compression, as far as that can be taken off.
pub(super) fn plain(head: &[u8]) -> Vec<u8> {
    if !head.starts_with(&[0x1f, 0x8b]) {
        return head.to_vec();
    }
    let mut plain = Vec::new();
    // The compressed data ends in the middle, and what came before it is what is wanted.
    let _ = MultiGzDecoder::new(Cursor::new(head)).take(HEAD).read_to_end(&mut plain);
    plain
}

/// Whether this is the beginning of an object with one of the [`MARKS`] at its top.
pub(super) fn is_of_terraform(head: &[u8]) -> bool {
    let text = head.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(head).trim_ascii_start();
    let Some(text) = text.strip_prefix(b"{") else { return false };
    let mut depth = 1;
    let mut is_key = true;
    let mut at = 0;
    while depth > 0 && at < text.len() {
        match text[at] {
            b'"' => {
                let Some(length) = string(&text[at + 1..]) else { return false };
                let word = &text[at + 1..at + 1 + length];
                if depth == 1 && is_key && MARKS.iter().any(|mark| mark.as_bytes() == word) {
                    return true;
                }
                at += length + 1;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b':' if depth == 1 => is_key = false,
            b',' if depth == 1 => is_key = true,
            _ => {}
        }
        at += 1;
    }
    false
}

/// How long a string is that begins here, up to its closing quote.
fn string(text: &[u8]) -> Option<usize> {
    let mut is_escaped = false;
    text.iter().position(|byte| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_and_plans_are_told_by_a_key_at_their_top() {
        for text in [
            r#"{"format_version":"1.2"}"#,
            "\u{feff}\n { \"version\": 4,\n\"terraform_version\": \"1.9.0\"",
            r#"{"check_results":null,"outputs":{"a":"#,
            r#"{"configuration":{"provider_config":{"a":"\"}{"},"#,
            r#"{"errored":false,"x":[{"y":1}],"planned_values":{}}"#,
        ] {
            assert!(is_of_terraform(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn assets_are_not_told_for_it_whatever_they_hold() {
        for text in [
            "",
            "{",
            "{\"lineage",
            r#"[{"format_version":"1.2"}]"#,
            r#"{"name":"format_version","asset_type":"a","resource":{"lineage":1}}"#,
            "{\"name\":\"a\"}\n{\"format_version\":\"1.2\"}",
            r#"{"name":"a\"b","resource":{"data":{"labels":{"terraform_version":"1"}}}}"#,
        ] {
            assert!(!is_of_terraform(text.as_bytes()), "{text}");
        }
    }
}
