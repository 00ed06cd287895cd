//! What the lines of a text look like around a place, where events do not say it.

use super::{Mistake, Span};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Where the text starts, behind its byte-order marks: joining files can leave more than one.
pub(super) fn text_start(text: &str) -> usize {
    text.len() - text.trim_start_matches(BYTE_ORDER_MARK).len()
}

/// Where the line starts that holds this byte. A byte-order mark may stand in any line above the document.
fn line_start(text: &str, at: usize) -> usize {
    let breaks = text.as_bytes()[..at].iter().rposition(|byte| matches!(byte, b'\n' | b'\r'));
    let start = breaks.map_or(0, |at| at + 1);
    start + text_start(&text[start..])
}

/// Whether no line ends between two places.
pub(super) fn is_one_line(text: &str, from: usize, to: usize) -> bool {
    text.as_bytes().get(from..to).is_none_or(|between| !between.contains(&b'\n'))
}

/// The first dash of a list that is a value of a mapping. Where the dashes stand right below the key, the event
/// points behind the first of them.
pub(super) fn first_dash(text: &str, mapping: usize, list: usize) -> usize {
    let line = line_start(text, list);
    let dash = line + mapping.saturating_sub(line_start(text, mapping));
    // What stands in the mapping's column of this line is a dash only there; dashes further in have a blank there.
    if dash < list && text.as_bytes()[dash] == b'-' { dash } else { list }
}

/// The content of a block scalar without the line breaks and the indentation behind it.
pub(super) fn without_blank_end(text: &str, span: Span) -> Span {
    let length = span.of(text).trim_end_matches([' ', '\t', '\n', '\r']).len();
    Span::new(span.start as usize, span.start as usize + length)
}

/// The comment inside of a plain scalar of several lines. The parser passes over one behind a tab, where YAML says
/// that it ends the scalar.
pub(super) fn comment_inside(text: &str, span: Span) -> Option<usize> {
    let source = span.of(text);
    let breaks = source.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'\n' | b'\r'));
    let comment = breaks.map(|(at, _)| at + 1).find_map(|line| {
        let line = source[line..].trim_start_matches([' ', '\t']);
        line.starts_with('#').then_some(source.len() - line.len())
    })?;
    Some(span.start as usize + comment)
}

/// The first tab among the blanks before a place, where these indent what stands there.
pub(super) fn indenting_tab(text: &str, at: usize) -> Option<usize> {
    let before = &text.as_bytes()[..at];
    let blanks = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let from = at - blanks;
    let tab = from + before[from..].iter().position(|byte| *byte == b'\t')?;
    let is_indent = from == line_start(text, from) || matches!(before[..from].last(), Some(b'-' | b'?'));
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
