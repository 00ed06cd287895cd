//! Where things stand.

use super::{nodes, parse};
use crate::callers::yaml::{LineIndex, Span};

/// The source of every node, the outermost first.
fn sources(text: &str) -> Vec<&str> {
    let root = parse(text).unwrap();
    nodes(&root).into_iter().map(|node| node.span.of(text)).collect()
}

/// Where every node starts and ends.
fn places(text: &str) -> Vec<(u32, u32)> {
    let root = parse(text).unwrap();
    nodes(&root).into_iter().map(|node| (node.span.start, node.span.end)).collect()
}

#[test]
fn scalars_and_keys_are_covered_with_their_quotes() {
    assert_eq!(
        sources("a: 'b c'  # x\n\"d\": e f \n"),
        ["a: 'b c'  # x\n\"d\": e f", "a", "'b c'", "\"d\"", "e f"]
    );
}

#[test]
fn flow_collections_are_covered_with_their_brackets() {
    assert_eq!(sources("- [a, {b: c} ] # x\n"), ["- [a, {b: c} ]", "[a, {b: c} ]", "a", "{b: c}", "b", "c"]);
    assert_eq!(sources("[a: b, c]"), ["[a: b, c]", "a: b", "a", "b", "c"]);
}

#[test]
fn block_collections_end_with_their_last_child() {
    let text = "a:\n  - x\n  - y: 1\n    z: 2\n\n# c\nb: 3\n";
    assert_eq!(
        sources(text),
        [
            "a:\n  - x\n  - y: 1\n    z: 2\n\n# c\nb: 3",
            "a",
            "- x\n  - y: 1\n    z: 2",
            "x",
            "y: 1\n    z: 2",
            "y",
            "1",
            "z",
            "2",
            "b",
            "3"
        ]
    );
}

#[test]
fn a_list_in_the_column_of_its_key_starts_with_its_first_dash() {
    assert_eq!(sources("a:\n- x\n- y\n")[2], "- x\n- y");
    assert_eq!(sources("a:\n- - x\n")[2..], ["- - x", "- x", "x"]);
    assert_eq!(sources("a:\n-  # c\n  x\n")[2], "-  # c\n  x");
    assert_eq!(sources("b:\n  a:\n  - x: y\n")[4..6], ["- x: y", "x: y"]);
    assert_eq!(sources("- a:\n  - x\n")[3], "- x");
    assert_eq!(sources("\u{feff}a:\n- x\n")[2], "- x");
    assert_eq!(sources("# c\n\u{feff}a:\n- x\n")[2], "- x");
    assert_eq!(sources("? a\n: - x\n")[2], "- x");
}

#[test]
fn bytes_are_counted_not_characters() {
    assert_eq!(sources("é: [日本, '😀']\nx: y\n")[1..], ["é", "[日本, '😀']", "日本", "'😀'", "x", "y"]);
    assert_eq!(sources("\u{feff}a: é\n"), ["a: é", "a", "é"]);
    assert_eq!(sources("a: x\r\nb: y\r\n"), ["a: x\r\nb: y", "a", "x", "b", "y"]);
}

#[test]
fn a_scalar_of_several_lines_ends_with_its_last_word() {
    assert_eq!(
        sources("a: one\n  two\n\n  three # x\nb: \"p\n  q\"\n")[1..],
        ["a", "one\n  two\n\n  three", "b", "\"p\n  q\""]
    );
}

#[test]
fn a_block_scalar_is_covered_from_its_first_to_its_last_character() {
    assert_eq!(sources("a: | # c\n\n    x\n    y\n  # c\nb: >-\n  z\n\n")[1..], ["a", "x\n    y", "b", "z"]);
    assert_eq!(sources("a: |\nb: c\n")[1..], ["a", "", "b", "c"]);
}

#[test]
fn a_value_that_is_left_out_stands_behind_its_colon() {
    assert_eq!(places("a:\nb: # c\n"), [(0, 5), (0, 1), (2, 2), (3, 4), (5, 5)]);
    assert_eq!(places("{a, b: }"), [(0, 8), (1, 2), (2, 2), (4, 5), (6, 6)]);
    assert_eq!(places("- a\n-\n"), [(0, 5), (2, 3), (5, 5)]);
}

#[test]
fn anchors_stand_outside_of_what_they_name() {
    assert_eq!(sources("a: &x b\nc: &y\n  d: e\n")[1..], ["a", "b", "c", "d: e", "d", "e"]);
}

#[test]
fn lines_and_columns_count_from_one_and_in_characters() {
    let lines = LineIndex::new("é: 1\r\nb: 😀 x\n");
    assert_eq!(lines.place(0), (1, 1));
    assert_eq!(lines.place(2), (1, 2));
    assert_eq!(lines.place(7), (2, 1));
    assert_eq!(lines.place(15), (2, 6));
    assert_eq!(lines.place(11), (2, 4), "inside of a character");
    assert_eq!(lines.place(17), (3, 1));
    assert_eq!(lines.place(u32::MAX), (3, 1));
    assert_eq!(lines.line(1), Some("é: 1"));
    assert_eq!(lines.line(2), Some("b: 😀 x"));
    assert_eq!(lines.line(3), Some(""));
    assert_eq!(lines.line(4), None);
    assert_eq!(lines.line(0), None);
}

#[test]
fn a_byte_order_mark_has_no_column() {
    let lines = LineIndex::new("\u{feff}a: b\nc");
    assert_eq!(lines.place(0), (1, 1));
    assert_eq!(lines.place(3), (1, 1));
    assert_eq!(lines.place(6), (1, 4));
    assert_eq!(lines.place(8), (2, 1));
    assert_eq!(lines.line(1), Some("a: b"));
    assert_eq!(LineIndex::new("").place(0), (1, 1));
    assert_eq!(LineIndex::new("").line(1), Some(""));
}

#[test]
fn columns_of_a_long_line_are_counted_right() {
    let text = "é".repeat(10_000);
    let lines = LineIndex::new(&text);
    for number in [0, 1, 2047, 2048, 2049, 5000, 10_000] {
        assert_eq!(lines.place(2 * number), (1, number as usize + 1));
    }
}

#[test]
fn a_span_outside_of_the_text_covers_nothing() {
    assert_eq!(Span::new(1, 9).of("abc"), "");
    assert_eq!(Span::new(1, 2).of("é"), "");
    assert_eq!(Span::new(1, 3).of("abc"), "bc");
}
