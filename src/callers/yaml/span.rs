//! Where something stands in the text.

use std::ops::Range;

/// A range of bytes in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// First byte behind it.
    pub end: u32,
}

impl Span {
    /// The range of these bytes. Offsets that no text of [`MAX_BYTES`](super::MAX_BYTES) has are cut to the largest.
    pub fn new(start: usize, end: usize) -> Self {
        let cut = |at| u32::try_from(at).unwrap_or(u32::MAX);
        Self { start: cut(start), end: cut(end.max(start)) }
    }

    /// The part of the text that the span covers; nothing where the text has no such part.
    pub fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }

    /// The span as indices into the text.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether the span covers no byte: it marks a place between two.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The one character at a place, without a line break; empty at the end of a line.
    pub(super) fn of_character(text: &str, at: usize) -> Self {
        let at = text.floor_char_boundary(at);
        let length =
            text[at..].chars().next().filter(|next| !matches!(next, '\n' | '\r')).map_or(0, char::len_utf8);
        Self::new(at, at + length)
    }
}
