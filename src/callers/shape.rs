//! Reading nodes into what they should be, and collecting what they are not.

use super::{
    Mistake, Place,
    draft::Text,
    scalar::is_ambiguous,
    yaml::{self, Node, Span, Style, Value},
};

/// The mistakes of one file, as they are met.
#[derive(Debug)]
pub(super) struct Mistakes {
    file: u32,
    pub(super) list: Vec<Mistake>,
}

impl Mistakes {
    pub(super) fn of(file: u32) -> Self {
        Self { file, list: Vec::new() }
    }

    pub(super) fn place(&self, span: Span) -> Place {
        Place { file: self.file, start: span.start, end: span.end }
    }

    pub(super) fn add(&mut self, span: Span, message: impl Into<String>, repair: impl Into<String>) {
        let place = Some(self.place(span));
        self.list.push(Mistake { place, message: message.into(), repair: Some(repair.into()), other: None });
    }

    /// A mistake of the YAML itself.
    pub(super) fn add_yaml(&mut self, mistake: yaml::Mistake) {
        let yaml::Mistake { span, message, repair, other } = mistake;
        let other = other.map(|(span, label)| (self.place(span), label.to_owned()));
        self.list.push(Mistake { place: Some(self.place(span)), message, repair: Some(repair), other });
    }
}

/// The pairs of a mapping; a mistake where it is something else.
pub(super) fn pairs<'n>(
    node: &'n Node<'n>,
    what: &str,
    mistakes: &mut Mistakes,
) -> Option<&'n [(Node<'n>, Node<'n>)]> {
    if let Value::Mapping(pairs) = &node.value {
        return Some(pairs);
    }
    mistakes.add(node.span, format!("{what} is {}", kind(node)), "write it as `key: value` lines");
    None
}

/// The items of a list; a mistake where it is something else.
pub(super) fn items<'n>(node: &'n Node<'n>, what: &str, mistakes: &mut Mistakes) -> Option<&'n [Node<'n>]> {
    if let Value::Sequence(items) = &node.value {
        return Some(items);
    }
    mistakes.add(node.span, format!("{what} is {}", kind(node)), "write it as a list: `[one, two]`");
    None
}

/// A text that all readers of YAML take for text; a mistake where it is something else.
pub(super) fn text(node: &Node<'_>, what: &str, mistakes: &mut Mistakes) -> Option<Text> {
    match &node.value {
        Value::Scalar { .. } if node.is_null() => {
            mistakes.add(node.span, format!("{what} is empty"), "give it a value, or take the key out");
            None
        }
        Value::Scalar { text, style } if *style == Style::Plain && is_ambiguous(text) => {
            let message = format!("`{text}` is text to one reader of YAML and something else to another");
            mistakes.add(node.span, message, format!("quote it: \"{text}\""));
            None
        }
        Value::Scalar { text, .. } if text.trim().is_empty() => {
            mistakes.add(node.span, format!("{what} is empty"), "give it a value, or take the key out");
            None
        }
        Value::Scalar { text, .. } => Some(Text { text: (**text).into(), span: node.span }),
        Value::Sequence(_) | Value::Mapping(_) => {
            mistakes.add(node.span, format!("{what} is {}", kind(node)), "write it as plain text");
            None
        }
    }
}

/// A list of texts.
pub(super) fn texts(node: &Node<'_>, what: &str, mistakes: &mut Mistakes) -> Option<Vec<Text>> {
    let items = items(node, what, mistakes)?;
    Some(items.iter().filter_map(|item| text(item, what, mistakes)).collect())
}

/// A list of at least one text: an empty one would mean nothing, or everything.
pub(super) fn some_texts(node: &Node<'_>, what: &str, mistakes: &mut Mistakes) -> Option<Vec<Text>> {
    if matches!(&node.value, Value::Sequence(items) if items.is_empty()) {
        mistakes.add(node.span, format!("{what} is empty"), "name at least one, or take it out");
    }
    texts(node, what, mistakes)
}

/// A key: its text is taken as it is, and what it may be is for the reader to say.
pub(super) fn key<'n>(node: &'n Node<'_>) -> &'n str {
    match &node.value {
        Value::Scalar { text, .. } => text,
        Value::Sequence(_) | Value::Mapping(_) => "",
    }
}

fn kind(node: &Node<'_>) -> &'static str {
    match &node.value {
        Value::Scalar { .. } if node.is_null() => "empty",
        Value::Scalar { .. } => "a single value",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "a mapping",
    }
}

/// A mistake for a key that is not one of those that are known here.
pub(super) fn unknown_key(node: &Node<'_>, place: &str, known: &[&str], mistakes: &mut Mistakes) {
    let key = key(node);
    let repair = match nearest(key, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{place} takes {}", listed(known)),
    };
    mistakes.add(node.span, format!("`{key}` is not a key of {place}"), repair);
}

/// The words in backticks, with commas and an *and*.
pub(super) fn listed(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// The known word that is most like this one, where one is like it at all.
pub(super) fn nearest<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    const ALIKE: f64 = 0.8;
    let word = word.to_lowercase();
    known
        .map(|candidate| (strsim::jaro_winkler(&word, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}
