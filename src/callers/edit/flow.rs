//! Lists and mappings in brackets: what goes in behind the last of them, and how one goes out with its comma.

use std::ops::Range;

use super::{Patch, lines};

/// Puts something in behind the last of what stands in brackets, or first where nothing does. It is taken out again by
/// [`remove`], to the byte.
pub(super) fn push(open: usize, last: Option<usize>, new: &str) -> Patch {
    match last {
        Some(end) => Patch::insert(end, format!(", {new}")),
        None => Patch::insert(open + 1, new.to_owned()),
    }
}

/// Takes one of several out of brackets. `parts` are where they stand, in order, and `whole` is the range of the
/// brackets with all between. Comments on lines of their own stay.
pub(super) fn remove(text: &str, whole: &Range<usize>, parts: &[Range<usize>], number: usize) -> Patch {
    let Some(part) = parts.get(number) else { return Patch::cut(whole.start..whole.start) };
    let before = match number.checked_sub(1).and_then(|number| parts.get(number)) {
        Some(before) => before.end,
        None => whole.start + 1,
    };
    let behind = parts.get(number + 1).map_or(whole.end - 1, |next| next.start);
    let comma_behind = comma(text, part.end..behind);
    if let Some(lines) = own_lines(text, part, comma_behind) {
        return Patch::cut(lines);
    }
    match comma(text, before..part.start) {
        // With the comma before it, unless something else stands between the two.
        Some(comma) if is_near(&text[comma + 1..part.start]) => Patch::cut(comma..part.end),
        _ => {
            let end = comma_behind.map_or(part.end, |comma| comma + 1);
            let blanks = text[end..behind.max(end)].bytes().take_while(|byte| matches!(byte, b' ' | b'\t'));
            // A blank stays before a comment, which would be none without it.
            let blanks = match blanks.count() {
                blanks if text[end + blanks..].starts_with('#') => blanks.saturating_sub(1),
                blanks => blanks,
            };
            Patch::cut(anchored(text, before, part.start)..end + blanks)
        }
    }
}

/// The lines of something that shares them with nothing but its comma and a comment.
fn own_lines(text: &str, part: &Range<usize>, comma_behind: Option<usize>) -> Option<Range<usize>> {
    lines::indent(text, part.start)?;
    let from = lines::start(text, part.start);
    let line_end = lines::end(text, part.end);
    let behind = match comma_behind.filter(|comma| *comma < line_end) {
        Some(comma) => comma + 1,
        None => part.end,
    };
    let is_alone = lines::is_comment_or_blank(&text[behind..line_end])
        && text[part.end..behind].trim_matches([' ', '\t', ',']).is_empty()
        // A comma on a later line would be left alone.
        && comma_behind.is_none_or(|comma| comma < line_end);
    (is_alone && from > 0).then(|| from..lines::behind(text, part.end))
}

/// Where something begins, its anchor included.
fn anchored(text: &str, from: usize, start: usize) -> usize {
    let gap = &text[from..start];
    let gap = &gap[gap.rfind([',', '\n', '\r']).map_or(0, |at| at + 1)..];
    gap.find('&').map_or(start, |anchor| start - gap.len() + anchor)
}

/// Whether nothing stands there but blanks and anchors.
fn is_near(gap: &str) -> bool {
    !gap.contains(['\n', '\r', '#'])
}

/// The comma in what stands between two, its comments aside.
fn comma(text: &str, gap: Range<usize>) -> Option<usize> {
    let (mut is_comment, mut is_behind_blank) = (false, false);
    for (at, byte) in text.as_bytes().get(gap.clone())?.iter().enumerate() {
        match byte {
            b'\n' | b'\r' => is_comment = false,
            b'#' if is_behind_blank || at == 0 => is_comment = true,
            b',' if !is_comment => return Some(gap.start + at),
            _ => {}
        }
        is_behind_blank = matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b',');
    }
    None
}
