//! Scalars as they are written into a map.

use super::scalar::is_ambiguous;

/// A text as a YAML scalar that every reader takes for this text: plain where that is safe, also within `[…]`,
/// else in double quotes. JSON's strings are YAML's.
pub fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./@:+$".contains(c))
        && !text.ends_with(':')
        && !is_ambiguous(text);
    if is_plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
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
        ] {
            assert_eq!(scalar(text), written);
        }
        assert_eq!(literal("user:a$b@example.com"), "user:a$$b@example.com");
    }

    proptest::proptest! {
        #[test]
        fn a_scalar_reads_back_in_block_and_in_flow(text in "\\PC{0,40}|[a-z0-9:.@$#*&!?\\[\\]{},'\"\\\\ \n\t-]{0,20}") {
            for document in [format!("k: {}\n", scalar(&text)), format!("k: [{}, x]\n", scalar(&text)), format!("{}: x\n", scalar(&text))] {
                let root = crate::callers::yaml::parse(&document).unwrap();
                let (key, value) = &root.entries().unwrap()[0];
                let read = match value.items() {
                    Some(items) => items[0].text(),
                    None if value.text() == Some("x") => key.text(),
                    None => value.text(),
                };
                proptest::prop_assert_eq!(read, Some(text.as_str()), "{}", document);
            }
        }
    }
}
