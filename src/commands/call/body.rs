//! The answer of a function, written as it comes: as it is where a program reads it, and as text that is not obeyed on a
//! terminal.

use std::io::{self, IsTerminal as _, Write};

use http::HeaderMap;

use super::{Console, Error};
use crate::{report::stream::Shown, tokens::call::Answer};

/// Where an answer is written to.
pub(super) struct Body<'o> {
    /// Of a terminal, with what was torn.
    shown: Option<(&'o mut dyn Write, Shown)>,
    /// Whether whoever reads has read enough and left.
    is_over: bool,
}

impl<'o> Body<'o> {
    /// To standard output.
    pub(super) fn new(console: &'o mut Console<'_>) -> Self {
        // The console takes colours out, and so would meddle with what is no text.
        let is_terminal = io::stdout().is_terminal();
        let out: &'o mut dyn Write = &mut *console.out;
        Self { shown: is_terminal.then(|| (out, Shown::default())), is_over: false }
    }

    /// Whether nobody reads any more.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// The status and the headers.
    pub(super) fn head(&mut self, answer: &Answer) -> Result<(), Error> {
        let mut text = format!("HTTP {}\n", answer.status).into_bytes();
        lines(&answer.headers, &mut text);
        text.push(b'\n');
        self.put(&text)
    }

    /// What comes next.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let written = match &mut self.shown {
            Some((out, shown)) => whole(out, shown.push(bytes).as_bytes()),
            None => whole(&mut io::stdout().lock(), bytes),
        };
        self.came(written)
    }

    /// The end.
    pub(super) fn end(mut self) -> Result<(), Error> {
        let written = match self.shown.take() {
            Some((out, shown)) => whole(out, shown.end().as_bytes()),
            None => Ok(()),
        };
        self.came(written)
    }

    /// A reader who has read enough and left is no error.
    fn came(&mut self, written: io::Result<()>) -> Result<(), Error> {
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_over = true;
                Ok(())
            }
            Err(error) => Err(Error::Print(error)),
            Ok(()) => Ok(()),
        }
    }
}

fn lines(headers: &HeaderMap, text: &mut Vec<u8>) {
    for (name, value) in headers {
        text.extend_from_slice(name.as_str().as_bytes());
        text.extend_from_slice(b": ");
        text.extend_from_slice(value.as_bytes());
        text.push(b'\n');
    }
}

fn whole(out: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    out.write_all(bytes)?;
    out.flush()
}
