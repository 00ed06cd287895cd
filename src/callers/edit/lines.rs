//! Lines of a text as they are, whatever ends them.

use std::ops::Range;

use super::Patch;

const BREAKS: [char; 2] = ['\n', '\r'];

/// The first byte of the line that a byte stands in.
pub(super) fn start(text: &str, at: usize) -> usize {
    text[..at].rfind(BREAKS).map_or(0, |found| found + 1)
}

/// The end of the line that a byte stands in, before its line break.
pub(super) fn end(text: &str, at: usize) -> usize {
    text[at..].find(BREAKS).map_or(text.len(), |found| at + found)
}

/// The line break at a place, where there is one.
pub(super) fn break_at(text: &str, at: usize) -> &str {
    let rest = &text[at..];
    match rest.as_bytes() {
        [b'\r', b'\n', ..] => &rest[..2],
        [b'\r' | b'\n', ..] => &rest[..1],
        _ => "",
    }
}

/// The first byte behind the line that a byte stands in.
pub(super) fn behind(text: &str, at: usize) -> usize {
    let end = end(text, at);
    end + break_at(text, end).len()
}

/// The line break right before a place, where there is one.
fn break_before(text: &str, at: usize) -> &str {
    let before = &text[..at];
    let length = match before.as_bytes() {
        [.., b'\r', b'\n'] => 2,
        [.., b'\r' | b'\n'] => 1,
        _ => 0,
    };
    &before[at - length..]
}

/// What stands before a byte in its line, where that is nothing but spaces.
pub(super) fn indent(text: &str, at: usize) -> Option<&str> {
    let before = &text[start(text, at)..at];
    before.bytes().all(|byte| byte == b' ').then_some(before)
}

/// Lines that go in behind the line that a byte stands in, ended as that one is. Where that line is the last one and
/// has no end, the new last one has none either.
pub(super) fn insert_behind(text: &str, at: usize, lines: &[String]) -> Patch {
    let end = end(text, at);
    let own = break_at(text, end);
    if !own.is_empty() {
        let lines = lines.iter().flat_map(|line| [line.as_str(), own]).collect();
        return Patch::insert(end + own.len(), lines);
    }
    let line_break = match break_before(text, start(text, at)) {
        "" => "\n",
        before => before,
    };
    Patch::insert(end, lines.iter().flat_map(|line| [line_break, line.as_str()]).collect())
}

/// Takes whole lines out: `range` goes from the start of one to the end of one, its break included. Where the last line
/// of the text goes and had no break, the one before has none afterwards.
pub(super) fn cut(text: &str, mut range: Range<usize>) -> Patch {
    if range.end == text.len() && break_before(text, range.end).is_empty() {
        range.start -= break_before(text, range.start).len();
    }
    Patch::cut(range)
}

/// Whether a text is blank, or a comment alone.
pub(super) fn is_comment_or_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}
