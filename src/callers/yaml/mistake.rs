//! What is wrong with a text, where, and what to do about it.

use std::ops::ControlFlow;

use super::{LineIndex, MAX_BYTES, Span};

/// How many mistakes are reported before the reading ends.
pub const MAX_MISTAKES: usize = 1000;

/// How many characters of the input a message quotes.
const QUOTED: usize = 60;

const EMPTY_FILE: &str = "the file is empty";

/// One mistake of the person who wrote the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where it stands.
    pub span: Span,
    /// What is wrong: a lowercase fragment with the input in backticks.
    pub message: String,
    /// What to do next.
    pub repair: String,
    /// A second place that the message speaks of, with a label for it.
    pub other: Option<(Span, &'static str)>,
}

impl Mistake {
    pub(super) fn new(span: Span, message: impl Into<String>, repair: impl Into<String>) -> Self {
        Self { span, message: message.into(), repair: repair.into(), other: None }
    }

    /// Whether the mistake is that the text holds nothing at all, or comments alone.
    pub fn is_of_an_empty_file(&self) -> bool {
        self.message == EMPTY_FILE
    }
}

/// The mistakes so far. `Break` is the word to stop reading.
#[derive(Debug)]
pub(super) struct Mistakes<'t> {
    pub(super) lines: LineIndex<'t>,
    all: Vec<Mistake>,
}

impl<'t> Mistakes<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self { lines: LineIndex::new(text), all: Vec::new() }
    }

    pub(super) fn add(&mut self, mistake: Mistake) -> ControlFlow<()> {
        if self.all.len() < MAX_MISTAKES {
            self.all.push(mistake);
            return ControlFlow::Continue(());
        }
        if self.all.len() == MAX_MISTAKES {
            let message = format!("there are more than {MAX_MISTAKES} mistakes");
            self.all.push(Mistake::new(mistake.span, message, "mend the others and try again"));
        }
        ControlFlow::Break(())
    }

    pub(super) fn last(&self) -> Option<&Mistake> {
        self.all.last()
    }

    /// All of them in order of place.
    pub(super) fn sorted(mut self) -> Vec<Mistake> {
        self.all.sort_by_key(|mistake| mistake.span);
        self.all
    }
}

pub(super) fn too_long() -> Mistake {
    let message = format!("the file is longer than {} MiB", MAX_BYTES >> 20);
    Mistake::new(Span::new(0, 0), message, "split it into several files")
}

pub(super) fn empty_file() -> Mistake {
    Mistake::new(Span::new(0, 0), EMPTY_FILE, "write something into it, or remove the file")
}

/// A piece of the input, short enough for a message.
pub(super) fn clip(input: &str) -> String {
    match input.char_indices().nth(QUOTED) {
        None => input.to_owned(),
        Some((end, _)) => format!("{}…", &input[..end]),
    }
}
