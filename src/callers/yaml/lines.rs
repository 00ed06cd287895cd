//! Bytes into lines and columns.

use std::sync::OnceLock;

use super::layout::text_start;

/// How many bytes stand between two marks: the most that finding a column has to look at.
const STRIDE: usize = 4096;

/// Lines and columns of a text. They are counted when first asked for: a text without mistakes never pays.
#[derive(Debug)]
pub struct LineIndex<'t> {
    text: &'t str,
    marks: OnceLock<Marks>,
}

#[derive(Debug)]
struct Marks {
    /// Where each line starts.
    lines: Vec<usize>,
    /// How many characters stand before every [`STRIDE`]th byte, so that a column deep in a long line is cheap.
    characters: Vec<usize>,
}

impl<'t> LineIndex<'t> {
    /// The lines of a text.
    pub fn new(text: &'t str) -> Self {
        Self { text, marks: OnceLock::new() }
    }

    /// Line and column of a byte, both from one, the column in characters. A byte-order mark has no column.
    pub fn place(&self, byte: u32) -> (usize, usize) {
        let start = text_start(self.text);
        let byte = self.text.floor_char_boundary(byte as usize).max(start);
        let lines = &self.marks().lines;
        let line = lines.partition_point(|start| *start <= byte).max(1);
        (line, self.characters_before(byte) - self.characters_before(lines[line - 1]) + 1)
    }

    /// The text of a line, counted from one, without its end; nothing where there is no such line.
    pub fn line(&self, number: usize) -> Option<&'t str> {
        let lines = &self.marks().lines;
        let start = *lines.get(number.checked_sub(1)?)?;
        let end = lines.get(number).copied().unwrap_or(self.text.len());
        Some(self.text[start..end].trim_end_matches(['\n', '\r']))
    }

    fn characters_before(&self, byte: usize) -> usize {
        let mark = byte / STRIDE;
        self.marks().characters[mark] + characters(&self.text.as_bytes()[mark * STRIDE..byte])
    }

    fn marks(&self) -> &Marks {
        self.marks.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let breaks = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
            let lines = std::iter::once(text_start(self.text)).chain(breaks.map(|(at, _)| at + 1)).collect();
            let counts = bytes.chunks(STRIDE).scan(0, |sum, chunk| {
                *sum += characters(chunk);
                Some(*sum)
            });
            Marks { lines, characters: std::iter::once(0).chain(counts).collect() }
        })
    }
}

/// How many characters start in these bytes.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}
