//! What a key may be.

use std::collections::hash_map::Entry;

use foldhash::{HashMap, HashMapExt as _};

use super::{LineIndex, Mistake, Node, Style, Value, mistake::clip};

/// Up to how many keys are compared with one another instead of being hashed.
const FEW: usize = 8;

/// What is wrong with a key by itself.
pub(super) fn mistake(key: &Node<'_>) -> Option<Mistake> {
    let Value::Scalar { text, style } = &key.value else {
        let repair = "write a text before the `:`; put it in quotes if it starts with a bracket";
        return Some(Mistake::new(key.span, "a list or a mapping cannot be a key", repair));
    };
    match (text.as_ref(), style) {
        ("", Style::Plain) => {
            Some(Mistake::new(key.span, "a key is missing here", "write a key before the `:`"))
        }
        ("<<", Style::Plain) => {
            let message = "merge keys are not YAML 1.2; write the keys out";
            Some(Mistake::new(key.span, message, "copy the merged keys in the place of `<<`"))
        }
        _ => None,
    }
}

/// The keys of one mapping that were written before, each with the first of its text.
///
/// Keys are texts here: `1` and `"1"` are the same.
pub(super) fn repeated<'n, 't>(
    keys: impl Iterator<Item = &'n Node<'t>>,
) -> Vec<(&'n Node<'t>, &'n Node<'t>)> {
    let keys: Vec<_> = keys.filter_map(|key| Some((key.text()?, key))).collect();
    let mut repeated = Vec::new();
    if keys.len() <= FEW {
        for (at, (text, key)) in keys.iter().enumerate() {
            if let Some((_, first)) = keys[..at].iter().find(|(other, _)| other == text) {
                repeated.push((*key, *first));
            }
        }
        return repeated;
    }
    let mut firsts = HashMap::with_capacity(keys.len());
    for (text, key) in keys {
        match firsts.entry(text) {
            Entry::Occupied(first) => repeated.push((key, *first.get())),
            Entry::Vacant(place) => _ = place.insert(key),
        }
    }
    repeated
}

/// That a key was written before.
pub(super) fn repetition(key: &Node<'_>, first: &Node<'_>, lines: &LineIndex<'_>) -> Mistake {
    let (line, _) = lines.place(first.span.start);
    let text = clip(key.text().unwrap_or_default());
    let message = format!("the key `{text}` is already on line {line}");
    let other = Some((first.span, "first written here"));
    Mistake {
        other,
        ..Mistake::new(key.span, message, "keep one of the two, with everything that belongs below it")
    }
}
