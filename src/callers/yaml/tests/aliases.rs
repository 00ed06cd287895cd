//! Aliases are written out, as far as that stays sane.

use super::{complaints, lines, parse, read, refused};
use crate::callers::yaml::{MAX_DEPTH, Span};

#[test]
fn an_alias_is_what_it_names() {
    assert_eq!(read("a: &x [p, q]\nb: *x\nc: [*x, r]\n"), "{a: [p, q], b: [p, q], c: [[p, q], r]}");
    assert_eq!(read("a: &x\n  p: &y q\nb: *y\nc: *x\n"), "{a: {p: q}, b: q, c: {p: q}}");
    assert_eq!(read("- &x 'p'\n- *x\n"), "[\"p\", \"p\"]");
    assert_eq!(read("a: &x\nb: *x\n"), "{a: , b: }");
}

#[test]
fn a_later_anchor_of_the_same_name_takes_over() {
    assert_eq!(read("[&x a, *x, &x b, *x]"), "[a, a, b, b]");
}

#[test]
fn an_anchor_is_found_wherever_it_stands() {
    assert_eq!(read("- [a, [b, {c: [&x d, e]}]]\n- f: *x\n"), "[[a, [b, {c: [d, e]}]], {f: d}]");
    assert_eq!(read("a: [b, &x {c: [d]}, [*x]]\n"), "{a: [b, {c: [d]}, [{c: [d]}]]}");
    assert_eq!(read("&k a: b\nc: [*k]\n"), "{a: b, c: [a]}");
    assert_eq!(read("{p: {&x q: r, s: [*x]}}"), "{p: {q: r, s: [q]}}");
    assert_eq!(
        read("a: {b: &x c}\nd: *x\ne: &y [*x, *x]\nf: *y\n"),
        "{a: {b: c}, d: c, e: [c, c], f: [c, c]}"
    );
}

#[test]
fn an_alias_may_be_a_key() {
    assert_eq!(read("a: &x b\n*x : c\n"), "{a: b, b: c}");
    assert_eq!(complaints("a: &x b\n*x : c\nb: d\n"), ["\"b\": the key `b` is already on line 2"]);
}

#[test]
fn an_alias_stands_where_it_is_written_and_its_content_where_that_is_written() {
    let text = "a: &x [p]\nb: *x\n";
    let root = parse(text).unwrap();
    let (_, alias) = &root.entries().unwrap()[1];
    assert_eq!(alias.span, Span { start: 13, end: 15 });
    assert_eq!(alias.items().unwrap()[0].span, Span { start: 7, end: 8 });
    assert_eq!(root.span, Span { start: 0, end: 15 });
}

#[test]
fn an_alias_inside_of_what_it_stands_for_is_refused() {
    for text in ["a: &x [*x]\n", "a: &x {b: {c: *x}}\n", "&x [*x]", "a: &x\n  b: *x\n"] {
        assert_eq!(
            complaints(text),
            ["\"*x\": the alias `*x` stands inside of what it stands for"],
            "{text:?}"
        );
    }
}

#[test]
fn an_alias_bomb_is_refused() {
    let levels = lines(12, |level| {
        let aliases = vec![format!("*a{level}"); 10].join(",");
        format!("a{}: &a{0} [{aliases}]\n", level + 1)
    });
    let text = format!("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n{levels}");
    let mistakes = refused(&text);
    assert_eq!(mistakes.len(), 1);
    assert_eq!(mistakes[0].message, "aliases stand for more than 100000 nodes or 8 MiB of text");
}

#[test]
fn the_budget_is_of_nodes_and_of_text() {
    let over = |text: &str| refused(text)[0].message.starts_with("aliases stand for more than");
    let list = |copies: usize| format!("a: &x [b]\nc: [{}]\n", "*x, ".repeat(copies));
    assert!(parse(&list(50_000)).is_ok());
    assert!(over(&list(50_001)));
    let texts =
        |copies: usize| format!("a: &x \"{}\"\nc: [{}]\n", "y".repeat(1 << 20), "*x, ".repeat(copies));
    assert!(parse(&texts(8)).is_ok());
    assert!(over(&texts(9)));
}

#[test]
fn aliases_count_for_the_depth() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let text =
        |outer: usize| format!("- &x {}\n- {}*x{}\n", nested(40), "[".repeat(outer), "]".repeat(outer));
    assert!(parse(&text(MAX_DEPTH - 41)).is_ok());
    let mistakes = refused(&text(MAX_DEPTH - 40));
    assert_eq!(mistakes[0].message, "lists and mappings are nested deeper than 64 levels here");
}

#[test]
fn anchors_are_limited() {
    let text = |anchors| lines(anchors, |number| format!("- &a{number} x\n"));
    assert!(parse(&text(10_000)).is_ok());
    assert_eq!(complaints(&text(10_001)), ["\"x\": there are more than 10000 anchors"]);
}
