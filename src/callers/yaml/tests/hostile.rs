//! Texts that were written to hurt: refused or read, without overflowing the stack; work out of proportion would show as a test that does not end.

use super::{lines, parse, refused};
use crate::callers::yaml::{MAX_BYTES, MAX_DEPTH, parse_up_to};

const TOO_DEEP: &str = "lists and mappings are nested deeper than 64 levels here";

#[test]
fn deep_nesting_is_refused_where_it_gets_too_deep() {
    let indents = |item: &str| lines(3000, |depth| format!("{}{item}\n", " ".repeat(depth)));
    for (text, place) in [
        ("[".repeat(400_000), MAX_DEPTH),
        ("{a: ".repeat(25_000), 4 * MAX_DEPTH),
        ("- ".repeat(200_000), 2 * MAX_DEPTH),
        ("? ".repeat(200_000), 2 * MAX_DEPTH),
        (indents("-"), (0..MAX_DEPTH).map(|depth| depth + 2).sum::<usize>() + MAX_DEPTH),
        (indents("a:"), (0..MAX_DEPTH).map(|depth| depth + 3).sum::<usize>() + MAX_DEPTH),
        ("[{a: ".repeat(100_000), 5 * MAX_DEPTH / 2),
    ] {
        let mistakes = refused(&text);
        let found: Vec<_> =
            mistakes.iter().map(|mistake| (mistake.message.as_str(), mistake.span.start as usize)).collect();
        assert_eq!(found, [(TOO_DEEP, place)], "{}", &text[..20]);
    }
}

#[test]
fn block_and_flow_levels_are_counted_together() {
    let nested =
        |block: usize, flow: usize| format!("{}{}{}", "- ".repeat(block), "[".repeat(flow), "]".repeat(flow));
    assert!(parse(&nested(32, 32)).is_ok());
    assert_eq!(refused(&nested(32, 33))[0].message, TOO_DEEP);
    assert!(parse(&nested(0, 64)).is_ok());
    assert!(parse(&nested(64, 0)).is_ok());
}

#[test]
fn long_scalars_and_long_lines_are_read_in_one_go() {
    for text in [
        format!("a: {}", "x".repeat(1 << 20)),
        format!("a: {}x", "x y ".repeat(1 << 18)),
        format!("a: \"{}\"", "\\n".repeat(1 << 19)),
        format!("a: |\n{}", "  xyz\n".repeat(1 << 17)),
        format!("a:\n{}", "  x\n".repeat(1 << 17)),
        format!("a: b\n{}", "\n".repeat(1 << 20)),
        format!("a: b\n{}", "# c\n".repeat(1 << 13)),
        format!("a:{}b", " ".repeat(1 << 20)),
        format!("a: [{}]", "x, ".repeat(1 << 15)),
        format!("[{}]", "{}, ".repeat(1 << 15)),
        format!("a:\n{}", "- x\n".repeat(1 << 15)),
        lines(1 << 16, |number| format!("k{number}: 1\n")),
        format!("{}a:\n{}- x", " ".repeat(1 << 20), " ".repeat(1 << 20)),
    ] {
        assert!(parse(&text).is_ok(), "{}", &text[..10]);
    }
}

#[test]
fn breaches_at_the_end_of_long_texts_are_found_soon() {
    for text in [
        format!("a: \"{}", "x ".repeat(1 << 19)),
        format!("a: {}\0", "x ".repeat(1 << 19)),
        format!("a: {}\n\tb: c", "x ".repeat(1 << 19)),
        format!("a: [{}", "x, ".repeat(1 << 15)),
        format!("{}: b", "x".repeat(1 << 19)),
        "a: ".repeat(1 << 20),
        "&a ".repeat(1 << 20),
        "*a ".repeat(1 << 20),
        "[*a, ".repeat(1 << 15),
        "a: *a\n".repeat(1 << 15),
        "--- a\n".repeat(1 << 15),
        "%YAML 1.2\n".repeat(1 << 15),
        lines(10_000, |number| format!("%TAG !a{number}! x\n")),
        "? ".repeat(60) + &"? x\n".repeat(1 << 15),
        "{a: 1, a: 2, ".repeat(1 << 10),
        "a: 1\n".repeat(1 << 15),
        format!("[{}]", "{a: 1, a: 2}, ".repeat(1 << 13)),
    ] {
        refused(&text);
    }
}

#[test]
fn one_long_line_of_mistakes_is_counted_soon() {
    let text = format!("{{{}}}", "a: 1, ".repeat(1 << 15));
    assert_eq!(refused(&text).len(), 1001);
}

#[test]
fn texts_and_trees_of_any_size_are_not_read() {
    let long = " ".repeat(MAX_BYTES + 1);
    assert_eq!(refused(&long)[0].message, "the file is longer than 32 MiB");
    let many = parse_up_to(10, "[a, b, c, d, e, f, g, h, i, j]").unwrap_err();
    assert_eq!(many[0].message, "the file holds more than 10 keys and values");
    assert!(parse_up_to(10, "[a, b, c, d, e, f, g, h, i]").is_ok());
}
