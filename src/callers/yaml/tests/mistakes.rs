//! What is refused, in which words, and where.

use super::{complaints, lines, placed, read, refused};
use crate::callers::yaml::{MAX_MISTAKES, Span, parse};

const TABS: &str = "tabs cannot indent YAML; use spaces";

#[test]
fn a_text_without_content_is_an_empty_file() {
    for text in ["", "\n", "# c\n", "\u{feff}", "---\n", "---\n# c\n...\n", " \n\t\n"] {
        let mistakes = refused(text);
        assert_eq!(mistakes.len(), 1, "{text:?}");
        assert!(mistakes[0].is_of_an_empty_file(), "{text:?}");
        assert_eq!(mistakes[0].message, "the file is empty");
    }
    assert!(!refused("a: b: c")[0].is_of_an_empty_file());
}

#[test]
fn every_repeated_key_is_reported_with_its_first_place() {
    let text = "a: 1\nb:\n  c: 1\n  c: 2\na: 2\n\"a\": 3\n";
    let mistakes = refused(text);
    let found: Vec<_> = mistakes.iter().map(|mistake| (mistake.span, mistake.message.as_str())).collect();
    assert_eq!(
        found,
        [
            (Span { start: 17, end: 18 }, "the key `c` is already on line 3"),
            (Span { start: 22, end: 23 }, "the key `a` is already on line 1"),
            (Span { start: 27, end: 30 }, "the key `a` is already on line 1"),
        ]
    );
    assert_eq!(mistakes[0].other, Some((Span { start: 10, end: 11 }, "first written here")));
}

#[test]
fn repeated_keys_are_found_among_many_and_in_brackets() {
    let many = lines(1000, |number| format!("k{number}: 1\n"));
    assert_eq!(complaints(&format!("{many}k7: 2\n")), ["\"k7\": the key `k7` is already on line 8"]);
    assert_eq!(complaints("{a: 1, a: 2}"), ["\"a\": the key `a` is already on line 1"]);
}

#[test]
fn a_key_of_another_mapping_or_case_is_no_repetition() {
    assert_eq!(read("a: {a: 1}\nA: {a: 1}\n"), "{a: {a: 1}, A: {a: 1}}");
}

#[test]
fn repeated_keys_above_a_breach_are_still_reported() {
    assert_eq!(
        complaints("a: 1\na: 2\nb:\n  c: 1\n  c: 2\n  d: [\n"),
        [
            "\"a\": the key `a` is already on line 1",
            "\"c\": the key `c` is already on line 4",
            "\"[\": this `[` is never closed",
        ]
    );
}

#[test]
fn tabs_that_indent_are_named() {
    for text in [
        "a:\n\tb: c\n",
        "a:\n\t- b\n",
        "\ta: b\n",
        "# c\n\u{feff}\ta: b\n",
        " \t- b\n",
        "a:\n  - b\n\t- c\n",
        "a:\n  b: c\n\td: e\n",
        "a: x\n\tb: y\n",
        "a: [x]\n\tb: c\n",
        "a:\n- [x]\n\t- b\n",
        "a: [\n\tb]\n",
        "-\t- a\n",
        "-\ta: b\n",
        "a: |\n\tx\n",
    ] {
        let mistakes = refused(text);
        let found: Vec<_> = mistakes.iter().map(|mistake| (mistake.message.as_str(), mistake.span)).collect();
        let tab = text.find('\t').unwrap();
        assert_eq!(found, [(TABS, Span::new(tab, tab + 1))], "{text:?}");
    }
}

#[test]
fn tabs_that_indent_nothing_are_let_be() {
    assert_eq!(read("a:\tb\t# c\n\t\nc: d\n\t# e\n"), "{a: b, c: d}");
    assert_eq!(read("a: |\n  \tx\n"), r#"{a: |"\tx\n"|}"#);
}

#[test]
fn a_star_without_quotes_says_to_quote_it() {
    for text in [
        "- *\n",
        "[*]",
        "[*, a]",
        "a: *",
        "* : x",
        "*: [a]\n",
        "callers:\n  *: [a]\n",
        "b: c\n*: [a]\n",
        "{*: a}",
    ] {
        let mistakes = refused(text);
        assert_eq!(mistakes.len(), 1, "{text:?}: {mistakes:#?}");
        assert_eq!(mistakes[0].message, "`*` without quotes is the start of an alias in YAML", "{text:?}");
        assert!(mistakes[0].repair.starts_with("quote it: `\"*\""), "{text:?}: {}", mistakes[0].repair);
        assert_eq!(mistakes[0].span.start as usize, text.find('*').unwrap(), "{text:?}");
    }
}

#[test]
fn undefined_aliases_are_all_reported_and_say_to_quote_them() {
    let mistakes = refused("a: *x\nb: [*.example.com, c]\n*pay-: [d]\n");
    let found: Vec<_> =
        mistakes.iter().map(|mistake| (mistake.message.as_str(), mistake.repair.as_str())).collect();
    assert_eq!(
        found,
        [
            (
                "`*x` without quotes is an alias, and there is no anchor `&x` before it",
                "quote it to mean the text: `\"*x\"`"
            ),
            (
                "`*.example.com` without quotes is an alias, and there is no anchor `&.example.com` before it",
                "quote it to mean the text: `\"*.example.com\"`"
            ),
            ("`*pay-` without quotes is the start of an alias in YAML", "quote it: `\"*pay-\":`"),
        ]
    );
}

#[test]
fn an_ampersand_without_quotes_says_to_quote_it() {
    assert_eq!(complaints("- & x\n"), ["\"&\": `&` without quotes is the start of an anchor in YAML"]);
}

#[test]
fn a_second_document_is_refused() {
    assert_eq!(complaints("a: b\n---\nc: d\n"), ["\"---\": a second document starts here"]);
    assert_eq!(complaints("---\na: b\n---\n"), ["\"---\": a second document starts here"]);
    assert_eq!(complaints("a: b\n...\nc: d\n"), ["\"\": a second document starts here"]);
    assert_eq!(refused("a: b\n---\nc: d\n")[0].span, Span { start: 5, end: 8 });
}

#[test]
fn merge_keys_are_refused_and_quoted_ones_are_text() {
    let text = "a: &x {b: c}\nd:\n  <<: *x\n";
    assert_eq!(complaints(text), ["\"<<\": merge keys are not YAML 1.2; write the keys out"]);
    assert_eq!(read("'<<': a\nb: <<\n"), "{\"<<\": a, b: <<}");
    let refusal =
        "2:3: merge keys are not YAML 1.2; write the keys out; copy the merged keys in the place of `<<`";
    for text in ["a:\n  <<: a\n", "a:\r\n  <<: a\r\n"] {
        assert_eq!(placed(text), Err(vec![refusal.to_owned()]));
    }
}

#[test]
fn tags_are_refused_wherever_they_stand() {
    assert_eq!(
        complaints("a: !foo x\nb: !!binary y\nc: !seq [z]\nd: !!map\n  e: f\n! g: !<h> i\n"),
        [
            "\"!foo\": tags mean nothing here, and `!foo` is one",
            "\"!!binary\": tags mean nothing here, and `!!binary` is one",
            "\"!seq\": tags mean nothing here, and `!seq` is one",
            "\"!!map\": tags mean nothing here, and `!!map` is one",
            "\"!\": tags mean nothing here, and `!` is one",
            "\"!<h>\": tags mean nothing here, and `!<h>` is one",
        ]
    );
    assert_eq!(complaints("a: !x!y z\n"), ["\"!x!y\": tags mean nothing here, and `!x!y` is one"]);
}

#[test]
fn keys_that_are_no_text_are_refused() {
    for text in ["[a]: b", "{a: b}: c", "? [a]\n: b", "? - a\n: b", "{[a]: b}", "a: &x [b]\n*x : c"] {
        let mistakes = refused(text);
        assert_eq!(mistakes.len(), 1, "{text:?}");
        assert_eq!(mistakes[0].message, "a list or a mapping cannot be a key", "{text:?}");
    }
    assert_eq!(complaints(": a"), ["\"\": a key is missing here"]);
    assert_eq!(complaints("{a: b, : c}"), ["\"\": a key is missing here"]);
    assert_eq!(refused("{a: b, : c}")[0].span, Span { start: 7, end: 7 });
}

#[test]
fn control_characters_are_refused_even_in_quotes_and_comments() {
    for character in ['\0', '\u{1}', '\u{b}', '\u{1b}', '\u{7f}', '\u{80}', '\u{9b}', '\u{fffe}', '\u{ffff}']
    {
        for text in [
            format!("a: b{character}c\n"),
            format!("a: \"{character}\"\n"),
            format!("a: b # {character}\nc: d"),
            format!("a: b\n{character}"),
        ] {
            let mistakes = refused(&text);
            let message = format!("the character U+{:04X} cannot stand in YAML", u32::from(character));
            assert_eq!(mistakes[0].message, message, "{text:?}");
            assert_eq!(mistakes[0].span.start as usize, text.find(character).unwrap(), "{text:?}");
        }
    }
}

#[test]
fn a_byte_order_mark_inside_of_the_text_is_refused() {
    assert_eq!(
        complaints("a: b\n\u{feff}c: d\n"),
        ["\"\\u{feff}\": there is a byte-order mark inside of the text"]
    );
}

#[test]
fn breaches_of_the_grammar_are_told_in_plain_words() {
    for (text, complaint) in [
        ("a: b: c\n", "\":\": this `:` is not where a key could end"),
        ("a: [b\n", "\"[\": this `[` is never closed"),
        ("a: [b}\n", "\"[\": this `[` is closed by a `}`"),
        ("a: ]\n", "\"]\": this `]` closes nothing"),
        ("a: \"b\n", "\"\\\"\": this quote is never closed"),
        ("a: 'b\n", "\"'\": this quote is never closed"),
        ("a: \"\\q\"\n", "\"\\\"\": this text holds a `\\` that starts no escape"),
        ("a: \"b\" c\n", "\"c\": this stands behind the closing quote"),
        ("a: @b\n", "\"@\": a value without quotes cannot start with `@`"),
        ("a: `b`\n", "\"`\": a value without quotes cannot start with a backtick"),
        ("a: %b\n", "\"%\": a value without quotes cannot start with `%`"),
        ("a:\n  b: c\n d: e\n", "\"d\": a key is expected here"),
        ("a:\n  - b\n  c: d\n", "\"c\": a `- ` is expected here"),
        ("a: b\nc\n", "\"c\": a `: ` is missing behind this"),
        ("a: - b\n", "\"-\": a list cannot start here"),
        ("a:\t- b\n", "\"-\": a list cannot start here"),
        ("a: [- b]\n", "\"-\": `-` cannot start an entry inside brackets"),
        ("[a,, b]", "\",\": nothing stands before this `,`"),
        ("[a]]", "\"]\": this `]` closes nothing"),
        ("{a: b} c", "\"c\": this belongs to nothing that stands before it"),
        ("a: x # c\n  y\n", "\"#\": a comment cuts this value in two"),
        ("a: x\n\t# c\n  y\n", "\"#\": a comment cuts this value in two"),
        ("a: |x\n  y\n", "\"|\": the text of a `|` or `>` starts on the next line"),
        ("%YAML 2.0\n---\na: b\n", "\"%\": this is not a directive of YAML 1.2"),
    ] {
        assert_eq!(complaints(text), [complaint], "{text:?}");
    }
}

#[test]
fn mistakes_come_in_order_of_place() {
    let text = "a: !x 1\nb: *y\nc: {<<: 1}\na: 2\nd: [\n";
    let starts: Vec<_> = refused(text).iter().map(|mistake| mistake.span.start).collect();
    assert_eq!(starts, [3, 11, 18, 25, 33]);
}

#[test]
fn messages_are_fragments_and_every_one_has_a_repair() {
    let texts = [
        "",
        "a: 1\na: 2",
        "\ta: b",
        "- *",
        "- *x",
        "- &",
        "--- a\n--- b",
        "<<: a",
        "- !a b",
        "[a]: b",
        ": a",
        "- \0",
        "- @a",
        "- `a",
        "a: b: c",
        "[",
        "[}",
        "]",
        "'",
        "\"\\q\"",
        "'a' b",
        "a:\n b: c\n d",
        "- a\nb: c",
        "a: - b",
        "[- a]",
        "[-]",
        "[,]",
        "[a b: c",
        "{a b c",
        "{} a",
        "a: x # c\n y",
        "- 'a'#b",
        "- |x\n a",
        "- |0\n a",
        "- |\n   \n a",
        "%a",
        "%YAML 2.0\n--- a",
        "a\n... b",
        "[a\nb: c]",
        "'\n---\n'",
        "a: &x [*x]",
        "a: ? b",
        "- !<a",
        "- !a!b c",
    ];
    for text in texts {
        for mistake in refused(text) {
            for words in [&mistake.message, &mistake.repair] {
                assert!(!words.is_empty() && !words.ends_with('.'), "{text:?}: {words}");
                assert!(words.starts_with(|first: char| !first.is_uppercase()), "{text:?}: {words}");
                assert!(
                    !["granit", "Some(", "EOF", "scalar", "simple key", "flow"]
                        .iter()
                        .any(|jargon| words.contains(jargon)),
                    "{words}"
                );
            }
        }
    }
}

#[test]
fn long_input_is_cut_in_messages() {
    let text = format!("- *{}\n", "x".repeat(1_000_000));
    assert!(refused(&text)[0].message.len() < 250);
}

#[test]
fn the_reading_ends_after_many_mistakes_and_says_so() {
    let mistakes = refused(&"- !a b\n".repeat(5000));
    assert_eq!(mistakes.len(), MAX_MISTAKES + 1);
    assert_eq!(mistakes[MAX_MISTAKES].message, "there are more than 1000 mistakes");
    assert!(parse(&"- !a b\n".repeat(MAX_MISTAKES)).is_err_and(|mistakes| mistakes.len() == MAX_MISTAKES));
}
