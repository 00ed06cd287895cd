//! The layer as a whole, through [`parse`].

mod aliases;
mod hostile;
mod laws;
mod mistakes;
mod spans;
mod tree;

use super::{LineIndex, Mistake, Node, Style, Value, parse};

/// The tree in one line: plain text as it is, quoted text in `"`, block text in `|`.
fn shape(node: &Node<'_>) -> String {
    let list = |parts: Vec<String>| parts.join(", ");
    match &node.value {
        Value::Scalar { text, style: Style::Plain } => text.to_string(),
        Value::Scalar { text, style: Style::Quoted } => format!("{text:?}"),
        Value::Scalar { text, style: Style::Block } => format!("|{text:?}|"),
        Value::Sequence(items) => format!("[{}]", list(items.iter().map(shape).collect())),
        Value::Mapping(entries) => {
            let entry = |(key, value): &(Node<'_>, Node<'_>)| format!("{}: {}", shape(key), shape(value));
            format!("{{{}}}", list(entries.iter().map(entry).collect()))
        }
    }
}

/// What the text says.
fn read(text: &str) -> String {
    shape(&parse(text).unwrap_or_else(|mistakes| panic!("{text:?} is refused: {mistakes:#?}")))
}

/// All that is wrong with the text.
fn refused(text: &str) -> Vec<Mistake> {
    match parse(text) {
        Ok(node) => panic!("{text:?} is read as {}", shape(&node)),
        Err(mistakes) => mistakes,
    }
}

/// All that is wrong with the text, each with the words it points at: `words: message`.
fn complaints(text: &str) -> Vec<String> {
    let complaint = |mistake: &Mistake| format!("{:?}: {}", mistake.span.of(text), mistake.message);
    refused(text).iter().map(complaint).collect()
}

/// What the text says, or all that is wrong with it, each with the line and the column where it begins.
fn placed(text: &str) -> Result<String, Vec<String>> {
    let lines = LineIndex::new(text);
    let complaint = |mistake: &Mistake| {
        let (line, column) = lines.place(mistake.span.start);
        format!("{line}:{column}: {}; {}", mistake.message, mistake.repair)
    };
    match parse(text) {
        Ok(root) => Ok(shape(&root)),
        Err(mistakes) => Err(mistakes.iter().map(complaint).collect()),
    }
}

/// A text of that many lines.
fn lines(count: usize, line: impl FnMut(usize) -> String) -> String {
    (0..count).map(line).collect::<Vec<_>>().concat()
}

/// Every node below this one, with itself.
fn nodes<'n, 't>(node: &'n Node<'t>) -> Vec<&'n Node<'t>> {
    let children: Vec<_> = match &node.value {
        Value::Scalar { .. } => Vec::new(),
        Value::Sequence(items) => items.iter().flat_map(nodes).collect(),
        Value::Mapping(entries) => {
            entries.iter().flat_map(|(key, value)| nodes(key).into_iter().chain(nodes(value))).collect()
        }
    };
    std::iter::once(node).chain(children).collect()
}
