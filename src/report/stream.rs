//! The body of somebody's answer on a terminal, as it comes: text stays text, and nothing in it is obeyed.

use crate::model::text::is_unseen;

/// Bytes that come in pieces, as text that a terminal shows and does not obey. Lines and tabs stay; what is no text is
/// shown as the sign for that.
#[derive(Debug, Default)]
pub struct Shown {
    /// The beginning of a character whose rest is still to come.
    torn: Vec<u8>,
}

impl Shown {
    /// The next piece.
    pub fn push(&mut self, bytes: &[u8]) -> String {
        let mut all = std::mem::take(&mut self.torn);
        all.extend_from_slice(bytes);
        let mut text = String::with_capacity(all.len());
        let mut rest = all.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(valid) => {
                    plain(valid, &mut text);
                    return text;
                }
                Err(error) => {
                    let (valid, behind) = rest.split_at(error.valid_up_to());
                    plain(&String::from_utf8_lossy(valid), &mut text);
                    let Some(length) = error.error_len() else {
                        self.torn = behind.to_vec();
                        return text;
                    };
                    text.push(char::REPLACEMENT_CHARACTER);
                    rest = &behind[length..];
                }
            }
        }
    }

    /// What is left when nothing comes any more.
    pub fn end(self) -> &'static str {
        if self.torn.is_empty() { "" } else { "\u{fffd}" }
    }
}

fn plain(text: &str, into: &mut String) {
    for (at, character) in text.char_indices() {
        match character {
            '\n' | '\t' => into.push(character),
            // The ends of lines of some systems, which move nothing.
            '\r' if text[at..].starts_with("\r\n") => {}
            _ if is_unseen(character) => into.extend(character.escape_unicode()),
            _ => into.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(pieces: &[&[u8]]) -> String {
        let mut shown = Shown::default();
        let text: String = pieces.iter().map(|piece| shown.push(piece)).collect();
        text + shown.end()
    }

    #[test]
    fn text_stays_text_and_nothing_is_obeyed() {
        for (pieces, expected) in [
            (&[&b"{\"a\":\t1}\r\nb\n"[..]][..], "{\"a\":\t1}\nb\n"),
            (&[b"\x1b[2J\x07"], "\\u{1b}[2J\\u{7}"),
            (&["é".as_bytes()], "é"),
            (&[b"a\xc3", b"\xa9b"], "aéb"),
            (&[b"a\xff\xfeb", b"\xc3"], "a\u{fffd}\u{fffd}b\u{fffd}"),
            (&["\u{202e}x".as_bytes()], "\\u{202e}x"),
            (&[b"a\rb"], "a\\u{d}b"),
        ] {
            assert_eq!(shown(pieces), expected, "{pieces:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_unseen_comes_out_however_it_is_cut(bytes in any::<Vec<u8>>(), at in any::<prop::sample::Index>()) {
            let (first, second) = bytes.split_at(at.index(bytes.len() + 1));
            let text = shown(&[first, second]);
            let is_fit = |character: char| matches!(character, '\n' | '\t') || !is_unseen(character);
            prop_assert!(text.chars().all(is_fit));
        }
    }
}
