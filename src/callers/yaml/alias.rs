//! Anchors, and copies of what they stand on.
//!
//! A short text of aliases to aliases can stand for any amount of nodes, so the copies have a budget.

use std::collections::HashMap;

use super::{MAX_DEPTH, Mistake, Node, Span, Value, mistake::clip};

/// How many anchors a text may hold.
const MAX_ANCHORS: usize = 10_000;

/// How many nodes all aliases together may stand for.
const MAX_COPIES: usize = 100_000;

/// How many bytes of text all aliases together may stand for.
const MAX_COPIED_BYTES: usize = 8 << 20;

/// Where the anchored nodes are, and how much may still be copied from them.
#[derive(Debug)]
pub(super) struct Anchors {
    /// By the parser's number of the anchor: which child to take, from the outermost collection inwards.
    paths: HashMap<usize, Box<[usize]>>,
    nodes: usize,
    bytes: usize,
}

/// Why an alias cannot be written out.
#[derive(Debug)]
pub(super) enum Refusal {
    TooMuch,
    TooDeep,
}

impl Anchors {
    pub(super) fn new() -> Self {
        Self { paths: HashMap::new(), nodes: MAX_COPIES, bytes: MAX_COPIED_BYTES }
    }

    /// Notes a finished node; `false` where there are too many.
    pub(super) fn note(&mut self, anchor: usize, path: Box<[usize]>) -> bool {
        self.paths.insert(anchor, path);
        self.paths.len() <= MAX_ANCHORS
    }

    /// The path to an anchored node; nothing while the node is still open.
    pub(super) fn path(&self, anchor: usize) -> Option<&[usize]> {
        self.paths.get(&anchor).map(AsRef::as_ref)
    }

    /// A copy of a node, to stand inside `depth` collections.
    pub(super) fn copy<'t>(&mut self, node: &Node<'t>, depth: usize) -> Result<Node<'t>, Refusal> {
        let length = node.text().map_or(0, str::len);
        self.nodes = self.nodes.checked_sub(1).ok_or(Refusal::TooMuch)?;
        self.bytes = self.bytes.checked_sub(length).ok_or(Refusal::TooMuch)?;
        if node.text().is_none() && depth >= MAX_DEPTH {
            return Err(Refusal::TooDeep);
        }
        let mut copy = |node| self.copy(node, depth + 1);
        let value = match &node.value {
            value @ Value::Scalar { .. } => value.clone(),
            Value::Sequence(items) => Value::Sequence(items.iter().map(copy).collect::<Result<_, _>>()?),
            Value::Mapping(entries) => {
                let entries = entries.iter().map(|(key, value)| Ok((copy(key)?, copy(value)?)));
                Value::Mapping(entries.collect::<Result<_, _>>()?)
            }
        };
        Ok(Node { span: node.span, value })
    }
}

impl Refusal {
    pub(super) fn mistake(&self, span: Span) -> Mistake {
        match self {
            Self::TooMuch => {
                let message = format!(
                    "aliases stand for more than {MAX_COPIES} nodes or {} MiB of text",
                    MAX_COPIED_BYTES >> 20
                );
                Mistake::new(span, message, "write the content out instead of using aliases")
            }
            Self::TooDeep => too_deep(span),
        }
    }
}

pub(super) fn too_deep(span: Span) -> Mistake {
    let message = format!("lists and mappings are nested deeper than {MAX_DEPTH} levels here");
    Mistake::new(span, message, "take levels out")
}

pub(super) fn too_many_anchors(span: Span) -> Mistake {
    let message = format!("there are more than {MAX_ANCHORS} anchors");
    Mistake::new(span, message, "write the content out instead of using aliases")
}

/// That an alias stands inside of what it stands for.
pub(super) fn of_itself(text: &str, span: Span) -> Mistake {
    let message = format!("the alias `{}` stands inside of what it stands for", clip(span.of(text)));
    Mistake::new(span, message, "write the content out, or quote the value to mean the text")
}

/// That there is no such anchor. Most likely nobody meant an alias: `*` is a word of caller maps.
pub(super) fn undefined(text: &str, span: Span) -> Mistake {
    let written = span.of(text);
    // YAML takes the colon of `*: x` for a part of the name.
    if let Some(name) = written.strip_suffix(':') {
        return unquoted_sign(span, &clip(name), ":");
    }
    let name = clip(written);
    let anchor = name.replacen('*', "&", 1);
    let message = format!("`{name}` without quotes is an alias, and there is no anchor `{anchor}` before it");
    Mistake::new(span, message, format!("quote it to mean the text: `\"{name}\"`"))
}

/// That a `*` or `&` stands where it can only be meant as text.
pub(super) fn unquoted_sign(span: Span, written: &str, behind: &str) -> Mistake {
    let meaning = if written.starts_with('*') { "an alias" } else { "an anchor" };
    let message = format!("`{written}` without quotes is the start of {meaning} in YAML");
    Mistake::new(span, message, format!("quote it: `\"{written}\"{behind}`"))
}
