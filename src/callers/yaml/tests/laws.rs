//! What holds for any text.

use proptest::prelude::*;

use super::{Node, Style, Value, nodes, parse, placed, shape};

/// Pieces of YAML in any order: mostly nonsense, often close to YAML.
fn pieces() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "a", "b: ", "c:", "- ", "? ", ": ", "[", "]", "{", "}", ", ", "\n", "\n  ", "\n    ", "\n- ", "\r\n",
        "\t", " ", "#", " # c\n", "'", "\"", "'x'", "\"y\\n\"", "|\n", ">-\n  ", "&x ", "*x", "*", "&", "!",
        "!t ", "<<: ", "~", "null", "---\n", "...\n", "%", "é", "日", "\u{feff}", "\0", "\u{85}", "\u{2028}",
        "\\", "@", "`", "a:\n- ", "1", "x y",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

/// Documents that are meant to be YAML, as values.
fn documents() -> impl Strategy<Value = serde_yaml::Value> {
    let text = prop_oneof![
        "[a-z][a-z0-9-]{0,12}",
        "serviceAccount:[a-z]{1,6}@p\\.iam",
        "[ -~é😀]{0,12}",
        "[a-z ]{0,6}\n[a-z ]{0,6}",
        Just("*".to_owned())
    ];
    let leaf = prop_oneof![text.clone().prop_map(serde_yaml::Value::String), Just(serde_yaml::Value::Null)];
    leaf.prop_recursive(5, 60, 6, move |inner| {
        // The writer puts no quotes around `<<`, and without them it is a merge key, which is refused.
        let key = text.clone().prop_filter("not a merge key", |text| text != "<<");
        let mapping = prop::collection::btree_map(key, inner.clone(), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(serde_yaml::Value::Sequence),
            mapping.prop_map(|entries| {
                serde_yaml::Value::Mapping(
                    entries.into_iter().map(|(key, value)| (key.into(), value)).collect(),
                )
            }),
        ]
    })
}

/// Whether a tree says what a value says.
fn agrees(node: &Node<'_>, value: &serde_yaml::Value) -> bool {
    use serde_yaml::Value as Other;
    match (&node.value, value) {
        (Value::Scalar { .. }, Other::Null) => node.is_null(),
        (Value::Scalar { text, .. }, Other::String(other)) => text == other,
        (Value::Sequence(items), Other::Sequence(others)) => {
            items.len() == others.len() && items.iter().zip(others).all(|(item, other)| agrees(item, other))
        }
        (Value::Mapping(entries), Other::Mapping(others)) => {
            let same = |((key, value), (other_key, other)): (&(Node<'_>, Node<'_>), _)| {
                agrees(key, other_key) && agrees(value, other)
            };
            entries.len() == others.len() && entries.iter().zip(others).all(same)
        }
        _ => false,
    }
}

/// YAML's line folding of a plain scalar: one break is a space, each further one a break.
fn folded(source: &str) -> String {
    let mut text = String::new();
    let mut blank = 0;
    for (number, line) in source.replace("\r\n", "\n").split(['\n', '\r']).enumerate() {
        let line = line.trim_matches([' ', '\t']);
        if line.is_empty() {
            blank += 1;
            continue;
        }
        match (number, blank) {
            (0, _) => {}
            (_, 0) => text.push(' '),
            (_, blank) => text.push_str(&"\n".repeat(blank)),
        }
        text.push_str(line);
        blank = 0;
    }
    text
}

fn assert_spans_are_exact(root: &Node<'_>, text: &str) {
    for node in nodes(root) {
        let source = text.get(node.span.range()).expect("on the bounds of characters");
        match &node.value {
            Value::Scalar { text, style: Style::Plain } => assert_eq!(folded(source), *text, "{source:?}"),
            Value::Scalar { style: Style::Quoted, .. } => {
                let quote = &source[..1];
                assert!(
                    source.len() > 1 && (quote == "'" || quote == "\"") && source.ends_with(quote),
                    "{source:?}"
                );
            }
            Value::Scalar { style: Style::Block, .. } => {
                assert_eq!(source.trim_end_matches([' ', '\t', '\r', '\n']), source);
            }
            Value::Sequence(_) => assert!(source.starts_with(['[', '-']), "{source:?}"),
            Value::Mapping(_) => {}
        }
        let children = match &node.value {
            Value::Scalar { .. } => Vec::new(),
            Value::Sequence(items) => items.iter().collect(),
            Value::Mapping(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
        };
        let mut last = node.span.start;
        for child in children {
            assert!(
                last <= child.span.start && child.span.end <= node.span.end,
                "{text:?}: {child:?} in {node:?}"
            );
            last = child.span.end;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics_and_what_is_read_has_exact_spans(text in pieces()) {
        match parse(&text) {
            // The content of an alias stands elsewhere on purpose.
            Ok(root) if !text.contains('*') => assert_spans_are_exact(&root, &text),
            Ok(_) => {}
            Err(mistakes) => {
                prop_assert!(!mistakes.is_empty());
                for mistake in mistakes {
                    prop_assert!(text.get(mistake.span.range()).is_some(), "{:?}", mistake);
                    prop_assert!(!mistake.message.is_empty() && !mistake.repair.is_empty());
                }
            }
        }
    }

    #[test]
    fn no_characters_panic(text in "\\PC{0,60}") {
        if let Ok(root) = parse(&text) {
            shape(&root);
        }
    }

    #[test]
    fn what_is_written_is_read_again(document in documents()) {
        let text = serde_yaml::to_string(&document).unwrap();
        match parse(&text) {
            Ok(root) => {
                prop_assert!(agrees(&root, &document), "{}\n{:?}\n{}", text, document, shape(&root));
                assert_spans_are_exact(&root, &text);
            }
            Err(mistakes) => prop_assert!(false, "{}\n{:?}", text, mistakes),
        }
    }

    #[test]
    fn line_ends_make_no_difference(document in documents()) {
        let text = serde_yaml::to_string(&document).unwrap();
        prop_assert_eq!(placed(&text), placed(&text.replace('\n', "\r\n")));
    }

    #[test]
    fn line_ends_make_no_difference_to_mistakes(text in pieces()) {
        let text = text.replace('\r', "");
        prop_assert_eq!(placed(&text), placed(&text.replace('\n', "\r\n")));
    }
}
