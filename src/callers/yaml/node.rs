//! What a document consists of.

use std::borrow::Cow;

use super::Span;

/// A part of the document and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node<'t> {
    /// Its bytes in the text, by kind:
    ///
    /// - plain and quoted scalars: all of it, quotes included, anchor excluded;
    /// - block scalars: the content, from its first character to its last one that is no space;
    /// - a value that is left out: the empty range where it would begin;
    /// - `[…]` and `{…}`: both brackets and all between;
    /// - other lists and mappings: from the first `-` or key to the end of the last node in them;
    /// - aliases: the `*name`. What stands inside the aliased node keeps the place where it was written.
    pub span: Span,
    /// What it holds.
    pub value: Value<'t>,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'t> {
    /// Text, a number, a time, nothing: YAML's readers tell these apart by the text and the style.
    Scalar {
        /// The text without quotes, escapes and line folds; empty where the value is left out.
        text: Cow<'t, str>,
        /// How it is written.
        style: Style,
    },
    /// A list.
    Sequence(Vec<Node<'t>>),
    /// Keys and values in the order they are written. The keys are scalars, and no two have the same text.
    Mapping(Vec<(Node<'t>, Node<'t>)>),
}

/// How a scalar is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// As it is, without quotes: it may mean a number, a boolean or nothing.
    Plain,
    /// In single or double quotes: always text.
    Quoted,
    /// In lines below a `|` or `>`: always text.
    Block,
}

impl<'t> Node<'t> {
    pub(super) fn scalar(span: Span, text: impl Into<Cow<'t, str>>, style: Style) -> Self {
        Self { span, value: Value::Scalar { text: text.into(), style } }
    }

    /// Whether the value is left out, or written as one of YAML's words for nothing.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, style: Style::Plain }
            if matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// The items of a list.
    pub fn items(&self) -> Option<&[Node<'t>]> {
        match &self.value {
            Value::Sequence(items) => Some(items),
            Value::Scalar { .. } | Value::Mapping(_) => None,
        }
    }

    /// The keys and values of a mapping.
    pub fn entries(&self) -> Option<&[(Node<'t>, Node<'t>)]> {
        match &self.value {
            Value::Mapping(entries) => Some(entries),
            Value::Scalar { .. } | Value::Sequence(_) => None,
        }
    }

    /// The child of that number; in a mapping, keys and values are counted in turn.
    pub(super) fn child(&self, number: usize) -> Option<&Self> {
        match &self.value {
            Value::Scalar { .. } => None,
            Value::Sequence(items) => items.get(number),
            Value::Mapping(entries) => {
                entries.get(number / 2).map(|(key, value)| if number.is_multiple_of(2) { key } else { value })
            }
        }
    }
}
