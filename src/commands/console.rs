//! Standard output, standard error, and how wide they are.

use std::io::{self, Write};

use super::Error;
use crate::model::Time;

/// How wide a terminal is taken to be where nothing is known of it.
const WIDTH: usize = 100;

/// Where a run writes to, and what it must know of its surroundings.
pub struct Console<'a> {
    /// Standard output, which takes colour out where none is wanted.
    pub out: &'a mut dyn Write,
    /// Standard error, likewise.
    pub err: &'a mut dyn Write,
    /// How many columns there are.
    pub width: usize,
    /// Whether only errors and what is asked for are wanted.
    pub is_quiet: bool,
    /// The time of the run.
    pub now: Time,
}

impl Console<'_> {
    /// Prints to standard output. A reader who has read enough and left is no error.
    ///
    /// # Errors
    /// Where it cannot be printed for another reason.
    pub fn print(&mut self, text: &[u8]) -> Result<(), Error> {
        match self.out.write_all(text).and_then(|()| self.out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Print(error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// How many columns a terminal has: what `COLUMNS` says, else what the terminal says, else a hundred.
pub fn width(columns: Option<&str>, terminal: Option<u16>) -> usize {
    let said = columns.and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    said.or(terminal.map(usize::from).filter(|columns| *columns > 0)).unwrap_or(WIDTH).max(20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_columns_says_comes_before_what_the_terminal_says() {
        assert_eq!(width(Some("40"), Some(120)), 40);
        assert_eq!(width(Some("0"), Some(120)), 120);
        assert_eq!(width(Some("wide"), None), 100);
        assert_eq!(width(None, None), 100);
        assert_eq!(width(Some("1"), None), 20);
    }
}
