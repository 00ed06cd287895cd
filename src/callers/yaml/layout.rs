//! What the lines of a text look like around a place, where events do not say it.

use super::{Mistake, Span};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Where the text starts, behind a byte-order mark.
pub(super) fn text_start(text: &str) -> usize {
    if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 }
}

/// Where the line starts that holds this byte.
fn line_start(text: &str, at: usize) -> usize {
    let breaks = text.as_bytes()[..at].iter().rposition(|byte| matches!(byte, b'\n' | b'\r'));
    breaks.map_or(text_start(text), |at| at + 1)
}

/// Whether no line ends between two places.
pub(super) fn is_one_line(text: &str, from: usize, to: usize) -> bool {
    text.as_bytes().get(from..to).is_none_or(|between| !between.contains(&b'\n'))
}

/// The first dash of a list that is a value of a mapping. Where the dashes stand right below the key, the event
/// points behind the first of them.
pub(super) fn first_dash(text: &str, mapping: usize, list: usize) -> usize {
    let line = line_start(text, list);
    let dash = line + mapping - line_start(text, mapping);
    let is_indent = |indent: &[u8]| indent.iter().all(|byte| *byte == b' ');
    let bytes = text.as_bytes();
    if dash < list && bytes[dash] == b'-' && is_indent(&bytes[line..dash]) { dash } else { list }
}

/// The content of a block scalar without the line breaks and the indentation behind it.
pub(super) fn without_blank_end(text: &str, span: Span) -> Span {
    let length = span.of(text).trim_end_matches([' ', '\t', '\n', '\r']).len();
    Span::new(span.start as usize, span.start as usize + length)
}

/// The first tab among the blanks before a place, where these indent what stands there.
pub(super) fn indenting_tab(text: &str, at: usize) -> Option<usize> {
    let before = &text.as_bytes()[..at];
    let blanks = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let from = at - blanks;
    let tab = from + before[from..].iter().position(|byte| *byte == b'\t')?;
    let is_indent = from == text_start(text) || matches!(before[from - 1], b'\n' | b'\r' | b'-' | b'?');
    is_indent.then_some(tab)
}

/// The tab that YAML's grammar stumbled over: right before the place, or at the start of a line from there on.
pub(super) fn stumbling_tab(text: &str, at: usize) -> usize {
    let is_blank = |byte: &&u8| matches!(byte, b' ' | b'\t');
    let bytes = text.as_bytes();
    let blanks = bytes[..at].iter().rev().take_while(is_blank);
    if let Some(back) = blanks.enumerate().find_map(|(back, byte)| (*byte == b'\t').then_some(back)) {
        return at - 1 - back;
    }
    let mut line = line_start(text, at);
    while let Some(rest) = bytes.get(line..) {
        if let Some(tab) = rest.iter().take_while(is_blank).position(|byte| *byte == b'\t') {
            return line + tab;
        }
        match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) => line += end + 1,
            None => break,
        }
    }
    at
}

pub(super) fn tab(at: usize) -> Mistake {
    let message = "tabs cannot indent YAML; use spaces";
    Mistake::new(Span::new(at, at + 1), message, "put spaces in the place of every tab that indents a line")
}
