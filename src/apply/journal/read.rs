//! Reading a journal: everything but a torn last line must be as it was written.

use std::{collections::BTreeMap, path::Path};

use super::{
    Attempt, Disk, Ending, Header, JournalError,
    line::{FORMAT, Line},
};
use crate::{model::Time, plan::StepId};

/// What a journal tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// What was to be done.
    pub header: Header,
    /// Every write that was tried, in order, with what came of it: `None` where the run ended before that.
    pub attempts: Vec<(Attempt, Option<Ending>)>,
    /// The last word on each step, and why where it was not done.
    pub outcomes: BTreeMap<String, (String, Option<String>)>,
    /// Whether the run came to its end, whatever came of it.
    pub is_finished: bool,
    /// Whether nothing is left to be done.
    pub is_whole: bool,
    /// The journal of the run that took it back.
    pub undone_by: Option<String>,
    /// How many bytes stand before a torn last line.
    pub length: u64,
}

/// Reads a journal; `None` where it ends before its header does, so that nothing was begun.
///
/// # Errors
/// Where it cannot be read, or is not a journal.
pub fn read(disk: &dyn Disk, path: &Path) -> Result<Option<Recorded>, JournalError> {
    let bytes = disk.read(path).map_err(|source| JournalError::Read { path: path.into(), source })?;
    parse(&bytes).map_err(|(line, what)| JournalError::Wrong { path: path.into(), line, what })
}

/// The same of a file that may be something else: `None` too where it does not begin as journals do.
///
/// # Errors
/// Where it cannot be read, or is a journal that is not as it should be.
pub(super) fn if_journal(disk: &dyn Disk, path: &Path) -> Result<Option<Recorded>, JournalError> {
    let bytes = disk.read(path).map_err(|source| JournalError::Read { path: path.into(), source })?;
    if !bytes.starts_with(b"{\"format\":\"callmap-journal/") {
        return Ok(None);
    }
    parse(&bytes).map_err(|(line, what)| JournalError::Wrong { path: path.into(), line, what })
}

/// The same of its bytes. An error is a line, from 1, and what is wrong with it.
fn parse(bytes: &[u8]) -> Result<Option<Recorded>, (usize, String)> {
    // What does not end was torn off: its line was never synced, so nothing that it speaks of happened.
    let length = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let mut lines = bytes[..length].split_inclusive(|byte| *byte == b'\n').enumerate();
    let Some((_, first)) = lines.next() else { return Ok(None) };
    let wrong = |index: usize| {
        move |error: serde_json::Error| (index + 1, format!("this is not a line of a journal: {error}"))
    };
    let header: Header = serde_json::from_slice(first).map_err(wrong(0))?;
    if header.format != FORMAT {
        return Err((1, format!("`{}` is not `{FORMAT}`, which this callmap reads", header.format)));
    }
    let mut recorded = Recorded {
        header,
        attempts: Vec::new(),
        outcomes: BTreeMap::new(),
        is_finished: false,
        is_whole: false,
        undone_by: None,
        length: length as u64,
    };
    for (index, line) in lines {
        let line = serde_json::from_slice(line).map_err(wrong(index))?;
        recorded.take(line).map_err(|what| (index + 1, what))?;
    }
    Ok(Some(recorded))
}

impl Recorded {
    fn take(&mut self, line: Line) -> Result<(), String> {
        match line {
            Line::Attempt(attempt) => {
                self.is_finished = false;
                self.attempts.push((attempt, None));
            }
            Line::Ending { step, ending } => match self.attempts.last_mut() {
                Some((attempt, ended @ None)) if attempt.step == step => *ended = Some(ending),
                Some(_) | None => return Err(format!("a write of `{step}` ends that did not begin")),
            },
            Line::Outcome { step, outcome, why } => {
                self.outcomes.insert(step, (outcome, why));
            }
            Line::Finished { at: _, is_whole } => (self.is_finished, self.is_whole) = (true, is_whole),
            Line::Undone { by } => self.undone_by = Some(by),
        }
        Ok(())
    }

    /// Whether anything was written, or may have been.
    pub fn has_written(&self) -> bool {
        self.attempts.iter().any(|(_, ending)| match ending {
            Some(Ending::Written { .. } | Ending::Lost { .. }) | None => true,
            Some(Ending::Aborted | Ending::Refused { .. }) => false,
        })
    }

    /// When what each step wrote was answered.
    pub fn written(&self) -> BTreeMap<StepId, Time> {
        let mut written = BTreeMap::new();
        for (attempt, ending) in &self.attempts {
            if let (Some(id), Some(Ending::Written { stored: _, at })) = (attempt.id(), ending) {
                written.insert(id, *at);
            }
        }
        written
    }

    /// Whether something is under way: it neither came to its end nor was taken back.
    pub fn is_under_way(&self) -> bool {
        !self.is_finished && self.undone_by.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = concat!(
        r#"{"format":"callmap-journal/1","id":"a","tool":"0","made_at":"2026-11-23T00:00:00Z","source":"live","#,
        r#""env":null,"map_digest":"00","work":{"apply":{"plan":{}}}}"#,
        "\n"
    );
    const ATTEMPT: &str = concat!(
        r#"{"attempt":{"step":"s1","resource":"projects/p","uid":null,"before":{"etag":"a"},"after":{"etag":"a","x":1}}}"#,
        "\n"
    );

    fn text(lines: &[&str]) -> Vec<u8> {
        lines.concat().into_bytes()
    }

    #[test]
    fn a_torn_last_line_did_not_happen() {
        let whole = text(&[HEADER, ATTEMPT]);
        for end in HEADER.len()..whole.len() {
            let recorded = parse(&whole[..end]).unwrap().unwrap();
            assert_eq!((recorded.attempts.len(), recorded.length), (0, HEADER.len() as u64), "{end}");
        }
        assert_eq!(parse(&whole).unwrap().unwrap().attempts.len(), 1);
    }

    #[test]
    fn a_torn_header_began_nothing() {
        for end in 0..HEADER.len() {
            assert_eq!(parse(&HEADER.as_bytes()[..end]).unwrap(), None);
        }
    }

    #[test]
    fn a_torn_line_before_others_is_an_error() {
        let (line, what) = parse(&text(&[HEADER, "{\"attempt\":\n", ATTEMPT])).unwrap_err();
        assert_eq!(line, 2);
        assert!(what.starts_with("this is not a line of a journal: "), "{what}");
    }

    #[test]
    fn a_write_ends_once_and_only_after_it_began() {
        let ending = "{\"ending\":{\"step\":\"s1\",\"ending\":{\"came\":\"aborted\"}}}\n";
        let recorded = parse(&text(&[HEADER, ATTEMPT, ending])).unwrap().unwrap();
        assert_eq!(recorded.attempts[0].1, Some(Ending::Aborted));
        assert_eq!(parse(&text(&[HEADER, ATTEMPT, ending, ending])).unwrap_err().0, 4);
        assert_eq!(parse(&text(&[HEADER, ending])).unwrap_err().0, 2);
    }

    #[test]
    fn what_came_to_its_end_or_was_taken_back_is_not_under_way() {
        let finished = "{\"finished\":{\"at\":\"2026-11-23T00:00:00Z\",\"is_whole\":false}}\n";
        let undone = "{\"undone\":{\"by\":\"b\"}}\n";
        let is_under_way = |lines: &[&str]| parse(&text(lines)).unwrap().unwrap().is_under_way();
        assert!(is_under_way(&[HEADER]));
        assert!(is_under_way(&[HEADER, ATTEMPT]));
        assert!(!is_under_way(&[HEADER, ATTEMPT, finished]));
        assert!(!is_under_way(&[HEADER, undone]));
        // It was taken up again.
        assert!(is_under_way(&[HEADER, finished, ATTEMPT]));
    }
}
