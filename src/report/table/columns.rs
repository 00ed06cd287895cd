//! Rows of three on a terminal of any width. Nothing is cut that somebody may want to copy.

use std::fmt::{self, Write as _};

use comfy_table::{ContentArrangement, Table, presets};
use unicode_width::UnicodeWidthStr;

/// What it is about, who, and how. An empty one takes no room.
pub(super) type Row = [String; 3];

/// Rows side by side where the terminal is as wide as they are, else below each other.
pub(super) fn lay_out(rows: &[Row], width: usize, text: &mut String) {
    let column = |at: usize| rows.iter().map(|row| row[at].width()).max().unwrap_or(0);
    let natural: usize = (0..3).map(column).filter(|width| *width > 0).map(|width| width + 2).sum();
    if natural <= width {
        side_by_side(rows, text);
    } else {
        below_each_other(rows, width, text);
    }
}

fn side_by_side(rows: &[Row], text: &mut String) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    let kept: Vec<usize> = (0..3).filter(|at| rows.iter().any(|row| !row[*at].is_empty())).collect();
    table.add_rows(rows.iter().map(|row| kept.iter().map(|at| &row[*at])));
    table.column_iter_mut().for_each(|column| {
        column.set_padding((2, 0));
    });
    for line in table.lines() {
        put(text, format_args!("{}\n", line.trim_end()));
    }
}

/// What several rows in a row are about is said once.
fn below_each_other(rows: &[Row], width: usize, text: &mut String) {
    let mut above = None;
    for [what, who, how] in rows {
        if above != Some(what) {
            put(text, format_args!("  {what}\n"));
        }
        above = Some(what);
        let rest: Vec<_> = [who.as_str(), how].into_iter().filter(|part| !part.is_empty()).collect();
        for line in fold(&rest.join(" "), width.saturating_sub(4)) {
            put(text, format_args!("    {line}\n"));
        }
    }
}

/// Lines no wider than this, as far as spaces allow.
pub(in crate::report) fn fold(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(last) if last.is_empty() => last.push_str(word),
            Some(last) if last.width() + 1 + word.width() <= width => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

pub(super) fn put(text: &mut String, what: fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = text.write_fmt(what);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_folded_at_spaces_and_never_inside_a_word() {
        assert_eq!(fold("a bb ccc", 4), ["a bb", "ccc"]);
        assert_eq!(fold("user:a@example.com x", 4), ["user:a@example.com", "x"]);
        assert_eq!(fold("", 4), [""]);
        assert_eq!(fold("x", 0), ["x"]);
    }
}
