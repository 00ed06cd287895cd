//! Scalars as they are written into a map.

use super::scalar::is_ambiguous;
use crate::model::text::is_unseen;

/// A text as a YAML scalar that every reader takes for this text: plain where that is safe, also within `[…]`,
/// else in double quotes, in which nothing is unseen. JSON's strings are YAML's.
pub fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./@:+$".contains(c))
        && !text.ends_with(':')
        && !is_ambiguous(text);
    if is_plain {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string().chars().map(seen).collect()
    }
}

/// A character within double quotes, as an escape where it would not be seen.
fn seen(character: char) -> String {
    match u32::from(character) {
        _ if !is_unseen(character) => character.to_string(),
        code @ ..=0xffff => format!("\\u{code:04x}"),
        code => format!("\\U{code:08x}"),
    }
}

/// The same, for a place in which `$word` is replaced.
pub fn literal(text: &str) -> String {
    scalar(&text.replace('$', "$$"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_may_take_differently_is_quoted() {
        for (text, written) in [
            ("user:alice@example.com", "user:alice@example.com"),
            ("off", "\"off\""),
            ("0123", "\"0123\""),
            ("pay*", "\"pay*\""),
            ("a: b", "\"a: b\""),
            ("a #b", "\"a #b\""),
            ("", "\"\""),
            ("two\nlines", "\"two\\nlines\""),
            ("to\u{202e}left\u{e0041}", "\"to\\u202eleft\\U000e0041\""),
        ] {
            assert_eq!(scalar(text), written);
        }
        assert_eq!(literal("user:a$b@example.com"), "user:a$$b@example.com");
    }

    proptest::proptest! {
        #[test]
        fn a_scalar_reads_back_in_block_and_in_flow(text in "\\PC{0,40}|[a\u{202e}\u{200b}\u{e0041}\u{ad}\u{85}]{1,8}|[a-z0-9:.@$#*&!?\\[\\]{},'\"\\\\ \n\t-]{0,20}") {
            let written = scalar(&text);
            for (document, is_key) in [(format!("k: {written}\n"), false), (format!("k: [{written}, x]\n"), false), (format!("{written}: x\n"), true)] {
                let root = crate::callers::yaml::parse(&document).unwrap();
                let (key, value) = &root.entries().unwrap()[0];
                let read = match value.items() {
                    _ if is_key => key.text(),
                    Some(items) => items[0].text(),
                    None => value.text(),
                };
                proptest::prop_assert_eq!(read, Some(text.as_str()), "{}", document);
            }
        }
    }
}
