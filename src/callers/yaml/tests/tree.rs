//! What YAML 1.2 says a text means.

use super::{parse, read};
use crate::callers::yaml::{Node, Style, Value, decode};

#[test]
fn block_and_flow_collections_mean_the_same() {
    let block = "functions:\n  pay:\n    callers:\n      - a\n      - b\n";
    let flow = "{functions: {pay: {callers: [a, b]}}}";
    assert_eq!(read(block), "{functions: {pay: {callers: [a, b]}}}");
    assert_eq!(read(block), read(flow));
}

#[test]
fn json_is_yaml_tabs_included() {
    assert_eq!(
        read("{\n\t\"callmap\": 1,\n\t\"callers\": [\"a\"]\n}\n"),
        r#"{"callmap": 1, "callers": ["a"]}"#
    );
}

#[test]
fn a_colon_needs_a_space_behind_it_to_end_a_key() {
    assert_eq!(read("serviceAccount:a@b: [x:y]"), "{serviceAccount:a@b: [x:y]}");
}

#[test]
fn a_list_may_stand_in_the_column_of_its_key() {
    assert_eq!(read("a:\n- x\n- y\nb: z\n"), "{a: [x, y], b: z}");
    assert_eq!(read("a:\n- - x\n  - y\n- z: 1\n"), "{a: [[x, y], {z: 1}]}");
}

#[test]
fn a_closing_bracket_may_stand_in_the_column_of_its_key() {
    assert_eq!(read("a: [\n  x,\n]\nb: {\n  y: z\n}\n"), "{a: [x], b: {y: z}}");
}

#[test]
fn a_plain_scalar_goes_on_in_deeper_lines_and_is_folded() {
    assert_eq!(read("a: one\n  two\n\n  three # a comment\n"), "{a: one two\nthree}");
}

#[test]
fn quotes_keep_blanks_and_know_escapes() {
    assert_eq!(
        read("a: ' x '\nb: 'it''s'\nc: \"\\x41\\n\\u00e9\"\n"),
        "{a: \" x \", b: \"it's\", c: \"A\\né\"}"
    );
}

#[test]
fn a_block_scalar_keeps_or_folds_its_lines() {
    assert_eq!(read("a: |\n  x\n   y\n\nb: >-\n  p\n  q\n"), r#"{a: |"x\n y\n"|, b: |"p q"|}"#);
    assert_eq!(read("a: |\nb: |+\n  x\n\n"), r#"{a: |""|, b: |"x\n\n"|}"#);
}

#[test]
fn a_value_that_is_left_out_is_empty_and_null() {
    for text in ["a:\n", "a: # nothing\n", "{a}", "{a: }", "{a: , b: c}", "? a\n"] {
        let root = parse(text).unwrap();
        let (_, value) = &root.entries().unwrap()[0];
        assert_eq!(value.value, Value::Scalar { text: "".into(), style: Style::Plain }, "{text:?}");
        assert!(value.is_null(), "{text:?}");
    }
}

#[test]
fn only_plain_words_for_nothing_are_null() {
    let is_null = |text: &str| parse(text).unwrap().items().unwrap()[0].is_null();
    for text in ["[~]", "[null]", "[Null]", "[NULL]"] {
        assert!(is_null(text), "{text}");
    }
    for text in ["['']", "['~']", "[\"null\"]", "[nULL]", "[none]", "[[]]", "[{}]"] {
        assert!(!is_null(text), "{text}");
    }
}

#[test]
fn scalars_are_not_typed() {
    assert_eq!(
        read("[off, 0123, 1.0, true, 2026-12-01T18:00:00Z]"),
        "[off, 0123, 1.0, true, 2026-12-01T18:00:00Z]"
    );
}

#[test]
fn a_star_behind_the_first_letter_or_in_quotes_is_text() {
    assert_eq!(read("- pay*\n- 'a*'\n- \"*\"\n- '*x'\n"), "[pay*, \"a*\", \"*\", \"*x\"]");
    assert_eq!(read("\"*\": [a]\n"), "{\"*\": [a]}");
}

#[test]
fn one_document_may_be_marked_as_such() {
    assert_eq!(read("---\na: b\n"), "{a: b}");
    assert_eq!(read("--- # the map\na: b\n...\n# the end\n"), "{a: b}");
    assert_eq!(read("%YAML 1.2\n---\na: b\n"), "{a: b}");
}

#[test]
fn a_byte_order_mark_at_the_start_is_passed_over() {
    assert_eq!(read("\u{feff}a: b\n"), "{a: b}");
    assert_eq!(read("\u{feff}# comment\n---\na: b\n"), "{a: b}");
}

#[test]
fn lines_may_end_in_carriage_return_and_line_feed() {
    assert_eq!(read("a: x\r\nb:\r\n  - y\r\n  - >-\r\n    p\r\n    q\r\n"), r#"{a: x, b: [y, |"p q"|]}"#);
}

#[test]
fn an_explicit_key_is_a_key() {
    assert_eq!(read("? a\n: b\n? 'c'\n: d\n"), "{a: b, \"c\": d}");
}

#[test]
fn a_null_document_is_not_an_empty_file() {
    assert_eq!(read("~"), "~");
    assert_eq!(read("''"), "\"\"");
    assert_eq!(read("{}"), "{}");
}

#[test]
fn plain_text_is_borrowed_and_a_node_is_small() {
    let text = "a: [b, 'c']";
    let root = parse(text).unwrap();
    let borrowed =
        |node: &&Node<'_>| matches!(&node.value, Value::Scalar { text: std::borrow::Cow::Borrowed(_), .. });
    assert_eq!(super::nodes(&root).iter().filter(|node| borrowed(node)).count(), 3);
    assert!(size_of::<Node<'_>>() <= 40);
}

#[test]
fn bytes_that_are_not_utf8_are_named_with_their_line() {
    assert_eq!(decode("é".as_bytes()), Ok("é"));
    let mistake = decode(b"a: b\nc: \xff\n").unwrap_err();
    assert_eq!(mistake.message, "the file is not UTF-8: line 2 holds the byte `0xff`");
    assert_eq!((mistake.span.start, mistake.span.end), (8, 9));
    let cut = decode(b"a: \xc3").unwrap_err();
    assert_eq!(cut.message, "the file is not UTF-8: line 1 holds the byte `0xc3`");
    assert_eq!(decode(b"\xff\xfea\0").unwrap_err().message, "the file is UTF-16, not UTF-8");
}
