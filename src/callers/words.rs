//! Words that differ from environment to environment: `$word`, and `$$` for a dollar.

use std::collections::BTreeMap;

/// The words of one environment.
pub(super) type Words = BTreeMap<Box<str>, Box<str>>;

/// Why a word cannot be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WordError {
    /// No environment defines it.
    Unknown(String),
    /// A dollar with no word behind it.
    NoWord,
}

/// Replaces every `$word` in a text. A word is a letter or `_`, then letters, digits and `_`.
pub(super) fn replace(text: &str, words: &Words) -> Result<String, WordError> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        out.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        if let Some(behind) = rest.strip_prefix('$') {
            out.push('$');
            rest = behind;
            continue;
        }
        let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        if word.is_empty() || word.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(WordError::NoWord);
        }
        match words.get(word) {
            Some(value) => out.push_str(value),
            None => return Err(WordError::Unknown(word.to_owned())),
        }
        rest = &rest[end..];
    }
    out.push_str(rest);
    Ok(out)
}

/// Whether this can be the name of a word.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_word) && !text.starts_with(|c: char| c.is_ascii_digit())
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_replaced_and_two_dollars_are_one() {
        let words = Words::from([("edge".into(), "shop-edge".into()), ("e".into(), "x".into())]);
        assert_eq!(replace("mobile@$edge.iam", &words).unwrap(), "mobile@shop-edge.iam");
        assert_eq!(replace("$e-$edge", &words).unwrap(), "x-shop-edge");
        assert_eq!(replace("$$edge$$", &words).unwrap(), "$edge$");
        assert_eq!(replace("a$nope", &words), Err(WordError::Unknown("nope".into())));
        assert_eq!(replace("a$", &words), Err(WordError::NoWord));
        assert_eq!(replace("a$1", &words), Err(WordError::NoWord));
    }

    #[test]
    fn a_word_that_stands_for_a_word_is_not_replaced_again() {
        let words = Words::from([("a".into(), "$b".into()), ("b".into(), "c".into())]);
        assert_eq!(replace("$a", &words).unwrap(), "$b");
    }
}
