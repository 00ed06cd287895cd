//! Cutting a stream into chunks of whole values, so that several threads can take them apart.

use std::ops::Range;

use serde::de::IgnoredAny;

use super::document::Document;
use crate::sources::{
    error::{Place, ReadError},
    input::Decoded,
    shape,
};

/// How much is read at a time, and about how much one chunk holds.
pub(super) const BLOCK: usize = 256 * 1024;
/// No asset is larger than this; a stream that claims to hold one is not taken into memory.
pub(super) const LARGEST_VALUE: usize = 64 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = &[0xef, 0xbb, 0xbf];

/// Whole values of one file.
pub(super) struct Chunk {
    pub(super) file: usize,
    pub(super) bytes: Vec<u8>,
    pub(super) parts: Parts,
}

/// Where the values of a chunk are.
pub(super) enum Parts {
    /// One a line; the number of the first.
    Lines(u32),
    /// Here, each with the number of its line.
    Values(Vec<(u32, Range<usize>)>),
}

/// How the pages of an `assets.list` answer in one file ended; nothing for other files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The last page says that more follow.
    Open,
    /// The last page is the last one.
    Closed,
}

/// Who takes chunks.
pub(super) trait Takes {
    /// Takes a chunk; `false` asks for no more.
    fn take(&mut self, chunk: Chunk) -> bool;
    /// An empty buffer; one that was used before spares the system the work of a new one.
    fn buffer(&mut self) -> Vec<u8>;
}

/// Cuts one file.
pub(super) fn file(
    mut input: Decoded,
    file: usize,
    taker: &mut dyn Takes,
) -> Result<Option<Ending>, ReadError> {
    let mut head = Vec::new();
    input.fill(BLOCK, &mut head)?;
    if head.starts_with(BYTE_ORDER_MARK) {
        head.drain(..BYTE_ORDER_MARK.len());
    }
    let wrong =
        |what: String| ReadError::Wrong { place: Place { file: input.name.clone(), line: None }, what };
    // Blank space before the first value may be longer than a block, but then it is no export.
    let Some(start) = head.iter().position(|byte| !byte.is_ascii_whitespace()) else {
        return Err(wrong("is empty; an export that failed leaves such a file behind".to_owned()));
    };
    match head[start] {
        b'{' if is_one_a_line(&head[start..]) => lines(input, file, head, taker).map(|()| None),
        b'{' | b'[' => documents(input, file, head, taker),
        _ => Err(wrong(shape::of_text(&head))),
    }
}

/// Whether the first line is an asset and whole, or broken in a way that more lines do not mend.
fn is_one_a_line(text: &[u8]) -> bool {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii();
    let mut values = serde_json::Deserializer::from_slice(line).into_iter::<IgnoredAny>();
    match values.next() {
        Some(Ok(_)) => values.byte_offset() == line.len() && !Document::is_page(line),
        Some(Err(error)) => !error.is_eof(),
        None => false,
    }
}

/// Newline-delimited JSON.
fn lines(mut input: Decoded, file: usize, head: Vec<u8>, taker: &mut dyn Takes) -> Result<(), ReadError> {
    let mut line = 1;
    let mut bytes = head;
    loop {
        let rest = match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => {
                let rest = bytes[end + 1..].to_vec();
                bytes.truncate(end + 1);
                rest
            }
            None if bytes.len() > LARGEST_VALUE => return Err(too_large(&input, line)),
            None => std::mem::take(&mut bytes),
        };
        if !bytes.is_empty() {
            let ended = count_lines(&bytes);
            if !taker.take(Chunk { file, bytes, parts: Parts::Lines(line) }) {
                return Ok(());
            }
            line += ended;
        }
        bytes = taker.buffer();
        bytes.extend_from_slice(&rest);
        if input.fill(BLOCK, &mut bytes)? == 0 {
            if !bytes.is_empty() {
                taker.take(Chunk { file, bytes, parts: Parts::Lines(line) });
            }
            return Ok(());
        }
    }
}

/// The number of line ends, in a form that the compiler makes wide.
fn count_lines(bytes: &[u8]) -> u32 {
    bytes
        .chunks(255)
        .map(|part| u32::from(part.iter().map(|byte| u8::from(*byte == b'\n')).sum::<u8>()))
        .sum()
}

fn too_large(input: &Decoded, line: u32) -> ReadError {
    ReadError::Wrong {
        place: Place { file: input.name.clone(), line: Some(line) },
        what: "holds a value of more than 64 MiB, which no asset has".to_owned(),
    }
}

/// Lists, pages and values over several lines.
fn documents(
    mut input: Decoded,
    file: usize,
    head: Vec<u8>,
    taker: &mut dyn Takes,
) -> Result<Option<Ending>, ReadError> {
    let mut document = Document::new();
    let mut block = head;
    loop {
        let end = block.is_empty();
        let outcome = if end { document.finish() } else { document.push(&block) };
        if let Some(chunk) = document.chunk(file, end || outcome.is_err())
            && !taker.take(chunk)
        {
            return Ok(None);
        }
        if let Err((line, mut what)) = outcome {
            if document.is_untouched() {
                what = shape::of_text(&block);
            }
            return Err(ReadError::Wrong {
                place: Place { file: input.name.clone(), line: Some(line) },
                what,
            });
        }
        if end {
            return Ok(document.ending());
        }
        block.clear();
        input.fill(BLOCK, &mut block)?;
    }
}
