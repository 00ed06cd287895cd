//! Events in, nodes out: one stack of nodes, one of the collections that are still open.

use std::{borrow::Cow, ops::ControlFlow};

use granit_parser::{Event, ScalarStyle, ScanError, StructureStyle, Tag};

use super::{
    MAX_DEPTH, Mistake, Node, Span, Style, Value,
    alias::{self, Anchors},
    keys, layout,
    mistake::{self, Mistakes},
    syntax,
};

/// `Break` is the word to stop reading.
type Step = ControlFlow<()>;

#[derive(Debug)]
pub(super) struct Builder<'t> {
    text: &'t str,
    /// Finished nodes whose collection is open, in order; in a mapping keys and values by turns.
    done: Vec<Node<'t>>,
    /// The open collections, from the outermost inwards.
    open: Vec<Open>,
    documents: usize,
    nodes: usize,
    max_nodes: usize,
    anchors: Anchors,
    mistakes: Mistakes<'t>,
}

#[derive(Debug)]
struct Open {
    is_mapping: bool,
    style: StructureStyle,
    start: u32,
    anchor: usize,
    /// Where in the finished nodes its children start.
    first: usize,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str, max_nodes: usize) -> Self {
        Self {
            text,
            done: Vec::new(),
            open: Vec::new(),
            documents: 0,
            nodes: 0,
            max_nodes,
            anchors: Anchors::new(),
            mistakes: Mistakes::of(text),
        }
    }

    pub(super) fn event(&mut self, event: Event<'t>, place: &granit_parser::Span) -> Step {
        let span = span(place);
        match event {
            Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Step::Continue(()),
            Event::DocumentStart(..) => self.document(span),
            Event::Scalar(text, style, anchor, tag) => {
                self.tag(tag.as_deref(), place)?;
                self.count(span)?;
                if let (ScalarStyle::Plain, Cow::Owned(_)) = (style, &text)
                    && let Some(comment) = layout::comment_inside(self.text, span)
                {
                    self.mistakes.add(syntax::comment_inside(self.text, comment))?;
                }
                let scalar = self.scalar(text, style, span);
                self.push(scalar, anchor)
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.tag(tag.as_deref(), place)?;
                self.enter(false, style, span, anchor)
            }
            Event::MappingStart(style, anchor, tag) => {
                self.tag(tag.as_deref(), place)?;
                self.enter(true, style, span, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => self.leave(span.end),
            Event::Alias(anchor) => {
                self.count(span)?;
                self.alias(anchor, span)
            }
            Event::UnresolvedAlias(_) => {
                self.count(span)?;
                self.mistakes.add(alias::undefined(self.text, span))?;
                self.push(self.stand_in(span), 0)
            }
            // What is not known here is not content that may be passed over in silence.
            _ => self.stop(syntax::unknown(span)),
        }
    }

    /// A breach of the grammar, behind which there are no events.
    pub(super) fn breach(&mut self, error: &ScanError) -> Step {
        let place = error.marker().byte_offset().unwrap_or(self.text.len());
        // `*: x` is an alias with something behind it that cannot be there: one mistake, not two.
        let is_the_same = self.mistakes.last().is_some_and(|last| {
            last.span.of(self.text).starts_with('*')
                && layout::is_one_line(self.text, last.span.end as usize, place)
        });
        if is_the_same { Step::Break(()) } else { self.stop(syntax::breach(error.kind(), self.text, place)) }
    }

    /// The document, or all that is wrong with it.
    pub(super) fn finish(mut self) -> Result<Node<'t>, Vec<Mistake>> {
        while let Some(open) = self.open.pop() {
            // The reading broke off inside of it.
            if self.repeated_keys(&open).is_break() {
                break;
            }
            self.done.truncate(open.first);
        }
        let root = self.done.pop().filter(|root| root.text() != Some("") || !root.is_null());
        match (self.mistakes.sorted(), root) {
            (mistakes, Some(root)) if mistakes.is_empty() => Ok(root),
            (mistakes, None) if mistakes.is_empty() => Err(vec![mistake::empty_file()]),
            (mistakes, _) => Err(mistakes),
        }
    }

    fn stop(&mut self, mistake: Mistake) -> Step {
        self.mistakes.add(mistake)?;
        Step::Break(())
    }

    fn document(&mut self, span: Span) -> Step {
        self.documents += 1;
        if self.documents == 1 {
            return Step::Continue(());
        }
        let repair = "put it into a file of its own, or remove the line of dashes or dots before it";
        self.stop(Mistake::new(span, "a second document starts here", repair))
    }

    fn tag(&mut self, tag: Option<&Tag>, place: &granit_parser::Span) -> Step {
        if tag.is_none() {
            return Step::Continue(());
        }
        let span = span(&place.tag_span().unwrap_or(*place));
        self.mistakes.add(syntax::tag(span, span.of(self.text)))
    }

    fn count(&mut self, span: Span) -> Step {
        self.nodes += 1;
        if self.nodes <= self.max_nodes {
            return Step::Continue(());
        }
        let message = format!("the file holds more than {} keys and values", self.max_nodes);
        self.stop(Mistake::new(span, message, "split it into several files"))
    }

    fn scalar(&self, text: Cow<'t, str>, style: ScalarStyle, span: Span) -> Node<'t> {
        match style {
            // A value that is left out comes as `~`, and stands before its colon instead of behind it.
            ScalarStyle::Plain if span.is_empty() => {
                let at = span.start as usize;
                let colon = usize::from(self.is_value_next() && self.text[at..].starts_with(':'));
                Node::scalar(Span::new(at + colon, at + colon), "", Style::Plain)
            }
            ScalarStyle::Plain => Node::scalar(span, text, Style::Plain),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Node::scalar(span, text, Style::Quoted),
            ScalarStyle::Literal | ScalarStyle::Folded => {
                Node::scalar(layout::without_blank_end(self.text, span), text, Style::Block)
            }
        }
    }

    /// What takes the place of a node that cannot be read, so that the reading can go on.
    fn stand_in(&self, span: Span) -> Node<'t> {
        Node::scalar(span, span.of(self.text), Style::Quoted)
    }

    fn enter(&mut self, is_mapping: bool, style: StructureStyle, span: Span, anchor: usize) -> Step {
        self.count(span)?;
        if self.open.len() == MAX_DEPTH {
            return self.stop(alias::too_deep(span));
        }
        let mut start = span.start as usize;
        if style == StructureStyle::Block {
            if let (false, Some(Open { is_mapping: true, start: mapping, .. })) =
                (is_mapping, self.open.last())
            {
                start = layout::first_dash(self.text, *mapping as usize, start);
            }
            if let Some(tab) = layout::indenting_tab(self.text, start) {
                self.mistakes.add(layout::tab(tab))?;
            }
        }
        let start = Span::new(start, start).start;
        self.open.push(Open { is_mapping, style, start, anchor, first: self.done.len() });
        Step::Continue(())
    }

    fn leave(&mut self, end: u32) -> Step {
        let Some(open) = self.open.pop() else { return Step::Continue(()) };
        let Open { is_mapping, style, start, anchor, first } = open;
        let end = match (style, self.done[first..].last()) {
            (StructureStyle::Block, Some(last)) => last.span.end,
            _ => end,
        };
        let value = if is_mapping {
            self.repeated_keys(&open)?;
            let mut children = self.done.drain(first..);
            let mut entries = Vec::with_capacity(children.len() / 2);
            while let (Some(key), Some(value)) = (children.next(), children.next()) {
                entries.push((key, value));
            }
            Value::Mapping(entries)
        } else {
            Value::Sequence(self.done.drain(first..).collect())
        };
        self.push(Node { span: Span { start, end: end.max(start) }, value }, anchor)
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Step {
        let target = self.anchors.path(anchor).and_then(|path| at(&self.open, &self.done, path));
        let Some(target) = target else {
            self.mistakes.add(alias::of_itself(self.text, span))?;
            return self.push(self.stand_in(span), 0);
        };
        match self.anchors.copy(target, self.open.len()) {
            Ok(copy) => self.push(Node { span, ..copy }, 0),
            Err(refusal) => self.stop(refusal.mistake(span)),
        }
    }

    /// Puts a finished node into the innermost open collection.
    fn push(&mut self, node: Node<'t>, anchor: usize) -> Step {
        let is_key = self.open.last().is_some_and(|open| open.is_mapping) && !self.is_value_next();
        if let Some(mistake) = is_key.then(|| keys::mistake(&node)).flatten() {
            self.mistakes.add(mistake)?;
        }
        if anchor != 0 && !self.anchors.note(anchor, path(&self.open, self.done.len())) {
            return self.stop(alias::too_many_anchors(node.span));
        }
        self.done.push(node);
        Step::Continue(())
    }

    fn is_value_next(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_mapping && (self.done.len() - open.first) % 2 == 1)
    }

    fn repeated_keys(&mut self, open: &Open) -> Step {
        if open.is_mapping {
            for (key, first) in keys::repeated(self.done[open.first..].iter().step_by(2)) {
                self.mistakes.add(keys::repetition(key, first, &self.mistakes.lines))?;
            }
        }
        Step::Continue(())
    }
}

fn span(place: &granit_parser::Span) -> Span {
    let range = place.byte_range().unwrap_or_default();
    Span::new(range.start, range.end)
}

/// How to get to the node that will be the next finished one: which child to take, from the outermost inwards.
fn path(open: &[Open], next: usize) -> Box<[usize]> {
    let ends = open.iter().skip(1).map(|open| open.first).chain([next]);
    open.iter().zip(ends).map(|(open, end)| end - open.first).collect()
}

/// The finished node at the end of a path, wherever it has moved since.
fn at<'n, 't>(open: &[Open], done: &'n [Node<'t>], path: &[usize]) -> Option<&'n Node<'t>> {
    let mut node: Option<&Node<'t>> = None;
    for (depth, number) in path.iter().enumerate() {
        node = if let Some(node) = node {
            Some(node.child(*number)?)
        } else {
            let end = open.get(depth + 1).map_or(done.len(), |inner| inner.first);
            done[..end].get(open.get(depth)?.first + number)
        };
    }
    node
}
