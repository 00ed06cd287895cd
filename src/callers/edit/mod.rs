//! Changes to a map's text that leave every other byte as it is, comments and order and quoting included.
//!
//! A change is a few ranges of bytes with what takes their place. What comes of it in the map is not looked at here:
//! whoever writes a changed text reads it again first.

mod accept;
mod add;
mod entry;
mod flow;
mod lines;
mod remove;
mod renew;

use std::ops::Range;

pub use accept::{NewAcceptance, accept};
pub use add::add;
pub use entry::Entry;
pub use remove::remove;
pub use renew::renew;

use super::yaml::{Node, Span, Value};

/// Why a text was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It is no map.
    #[error("the file is not a caller map that can be read")]
    NotAMap,
    /// `accepted` stands there in a form that cannot be added to.
    #[error("`accepted` is not a list: write it as one, with an entry a line")]
    NotAList,
    /// What would be changed stands elsewhere, under an anchor, and holds for others too.
    #[error("an alias stands here, and others share what it stands for: write it out here first")]
    Alias(Span),
    /// It is written in a form that is not changed by a program.
    #[error(
        "this is written in a form that cannot be changed in place: write it as a plain list, an entry a line"
    )]
    Form(Span),
}

/// Where an edge stands: how its caller and its function are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// The caller's key.
    pub caller: Span,
    /// The function's name in the caller's list.
    pub function: Span,
}

/// Bytes, and what takes their place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Patch {
    range: Range<usize>,
    text: String,
}

impl Patch {
    fn cut(range: Range<usize>) -> Self {
        Self { range, text: String::new() }
    }

    fn insert(at: usize, text: String) -> Self {
        Self { range: at..at, text }
    }
}

/// The text with its patches, which do not overlap.
fn patched(text: &str, mut patches: Vec<Patch>) -> String {
    patches.sort_by_key(|patch| (patch.range.start, patch.range.end));
    let mut out = String::with_capacity(text.len() + 200);
    let mut from = 0;
    for Patch { range, text: new } in patches {
        out.push_str(text.get(from..range.start).unwrap_or_default());
        out.push_str(&new);
        from = from.max(range.end);
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// How a list or a mapping is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// In brackets.
    Flow,
    /// In lines.
    Block,
    /// Elsewhere.
    Alias,
}

fn form(text: &str, node: &Node<'_>) -> Form {
    match text[node.span.range()].bytes().next() {
        Some(b'[' | b'{') => Form::Flow,
        Some(b'*') => Form::Alias,
        _ => Form::Block,
    }
}

/// The pairs of a mapping, whose keys are scalars.
type Pairs<'n, 't> = &'n [(Node<'t>, Node<'t>)];

/// `callers` of a map: its key, its value, and the pairs in it.
fn callers<'n, 't>(
    text: &str,
    root: &'n Node<'t>,
) -> Result<(&'n Node<'t>, &'n Node<'t>, Pairs<'n, 't>), EditError> {
    let pairs = root.entries().ok_or(EditError::NotAMap)?;
    let found = pairs.iter().find(|(key, _)| key.text() == Some("callers"));
    let (key, value) = found.ok_or(EditError::NotAMap)?;
    if form(text, value) == Form::Alias {
        return Err(EditError::Alias(value.span));
    }
    Ok((key, value, value.entries().ok_or(EditError::NotAMap)?))
}

/// Where an entry of a caller's list names its function.
fn named(item: &Node<'_>) -> Option<Span> {
    match &item.value {
        Value::Mapping(pairs) => {
            pairs.iter().find(|(key, _)| key.text() == Some("function")).map(|(_, value)| value.span)
        }
        Value::Scalar { .. } => Some(item.span),
        Value::Sequence(_) => None,
    }
}

/// The bytes of a key and its value.
fn pair_range((key, value): &(Node<'_>, Node<'_>)) -> Range<usize> {
    key.span.start as usize..(value.span.end as usize).max(key.span.end as usize)
}
