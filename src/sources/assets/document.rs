//! Finding assets in JSON that is not one a line: lists, pages of `assets.list`, values over several lines.
//!
//! Only brackets and strings are looked at; whether a value is sound is found out where it is taken apart.

use serde::Deserialize;

use super::split::{BLOCK, Chunk, Ending, LARGEST_VALUE, Parts};
use crate::sources::wire::text::Text;

/// What stands around the next value.
enum Frame {
    /// A list.
    List,
    /// The `assets` of a page; the page's own text without them, and its line.
    Page(Vec<u8>, u32),
}

/// A value that has begun.
struct Open {
    line: u32,
    start: usize,
    depth: u32,
    is_page: bool,
}

/// A stream of JSON, taken in blocks.
pub(super) struct Document {
    line: u32,
    frames: Vec<Frame>,
    open: Option<Open>,
    is_in_string: bool,
    is_escaped: bool,
    /// Whole values, and the beginning of the next.
    bytes: Vec<u8>,
    values: Vec<(u32, std::ops::Range<usize>)>,
    ending: Option<Ending>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageEnd<'a> {
    #[serde(borrow, alias = "next_page_token")]
    next_page_token: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct PageMark {
    assets: Option<Vec<serde::de::IgnoredAny>>,
}

/// A line, and what is wrong there.
type Fault = (u32, String);

impl Document {
    pub(super) fn new() -> Self {
        Self {
            line: 1,
            frames: Vec::new(),
            open: None,
            is_in_string: false,
            is_escaped: false,
            bytes: Vec::new(),
            values: Vec::new(),
            ending: None,
        }
    }

    /// Whether a whole value is a page rather than an asset.
    pub(super) fn is_page(value: &[u8]) -> bool {
        serde_json::from_slice(value).is_ok_and(|mark: PageMark| mark.assets.is_some())
    }

    /// How the last page ended, if there were any.
    pub(super) fn ending(&self) -> Option<Ending> {
        self.ending
    }

    /// Whether not even the beginning of a value was found.
    pub(super) fn is_untouched(&self) -> bool {
        self.bytes.is_empty() && self.values.is_empty() && self.ending.is_none() && self.open.is_none()
    }

    /// The values found so far, once they are enough for a chunk or `is_last`.
    pub(super) fn chunk(&mut self, file: usize, is_last: bool) -> Option<Chunk> {
        if self.values.is_empty() || (self.bytes.len() < BLOCK && !is_last) {
            return None;
        }
        let values = std::mem::take(&mut self.values);
        let rest = match &mut self.open {
            Some(open) => {
                let rest = self.bytes.split_off(open.start);
                open.start = 0;
                rest
            }
            None => Vec::new(),
        };
        Some(Chunk { file, bytes: std::mem::replace(&mut self.bytes, rest), parts: Parts::Values(values) })
    }

    /// Takes the next block.
    pub(super) fn push(&mut self, block: &[u8]) -> Result<(), Fault> {
        // Where the part of the open value begins that is not in `bytes` yet.
        let mut from = 0;
        for (at, &byte) in block.iter().enumerate() {
            self.line += u32::from(byte == b'\n');
            if self.is_in_string {
                match byte {
                    _ if self.is_escaped => self.is_escaped = false,
                    b'\\' => self.is_escaped = true,
                    b'"' => self.is_in_string = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' if self.open.is_some() => self.is_in_string = true,
                b'{' if self.open.is_none() => {
                    from = at;
                    self.open =
                        Some(Open { line: self.line, start: self.bytes.len(), depth: 1, is_page: false });
                }
                b'{' | b'[' | b'}' | b']' if self.open.is_some() => {
                    self.bytes.extend_from_slice(&block[from..=at]);
                    from = at + 1;
                    self.bracket(byte)?;
                }
                _ if self.open.is_some() => {}
                b'[' => self.frames.push(Frame::List),
                b']' => {
                    from = at + 1;
                    self.close_list()?;
                }
                b',' if !self.frames.is_empty() => {}
                _ if byte.is_ascii_whitespace() => {}
                _ => {
                    return Err((
                        self.line,
                        format!("has `{}` where an asset should begin", byte.escape_ascii()),
                    ));
                }
            }
        }
        if let Some(open) = &self.open {
            self.bytes.extend_from_slice(&block[from..]);
            if self.bytes.len() - open.start > LARGEST_VALUE {
                return Err((open.line, "holds a value of more than 64 MiB, which no asset has".to_owned()));
            }
        }
        Ok(())
    }

    /// A bracket inside of a value, which is the last byte of `bytes`.
    fn bracket(&mut self, byte: u8) -> Result<(), Fault> {
        let Some(open) = &mut self.open else { return Ok(()) };
        match byte {
            b'[' if open.depth == 1 && begins_assets(&self.bytes[open.start..]) => {
                let page = self.bytes.split_off(open.start);
                self.frames.push(Frame::Page(page, open.line));
                self.open = None;
            }
            b'{' | b'[' => open.depth += 1,
            _ => {
                open.depth -= 1;
                if open.depth == 0 {
                    return self.close_value();
                }
            }
        }
        Ok(())
    }

    fn close_value(&mut self) -> Result<(), Fault> {
        let Some(Open { line, start, depth: _, is_page }) = self.open.take() else { return Ok(()) };
        if !is_page {
            self.values.push((line, start..self.bytes.len()));
            return Ok(());
        }
        let page: Result<PageEnd<'_>, _> = serde_json::from_slice(&self.bytes[start..]);
        let PageEnd { next_page_token } =
            page.map_err(|error| (line, format!("is a page that is not JSON: {error}")))?;
        let is_open = next_page_token.is_some_and(|token| !token.is_empty());
        self.ending = Some(if is_open { Ending::Open } else { Ending::Closed });
        self.bytes.truncate(start);
        Ok(())
    }

    fn close_list(&mut self) -> Result<(), Fault> {
        match self.frames.pop() {
            Some(Frame::List) => {}
            Some(Frame::Page(page, line)) => {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(&page);
                self.bytes.push(b']');
                self.open = Some(Open { line, start, depth: 1, is_page: true });
            }
            None => return Err((self.line, "closes a list that was not opened".to_owned())),
        }
        Ok(())
    }

    /// The end of the stream.
    pub(super) fn finish(&mut self) -> Result<(), Fault> {
        let line = match (&self.open, self.frames.last()) {
            (Some(open), _) => open.line,
            (None, Some(Frame::Page(_, line))) => *line,
            (None, Some(Frame::List)) => self.line,
            (None, None) => return Ok(()),
        };
        self.open = None;
        Err((line, "the file ends inside of what begins here: it was cut off; fetch it again".to_owned()))
    }
}

/// Whether this ends with the key `assets` and the beginning of its list.
fn begins_assets(text: &[u8]) -> bool {
    let before = |text: &'_ [u8], suffix: &[u8]| -> Option<usize> {
        let text = text.trim_ascii_end();
        text.ends_with(suffix).then(|| text.len() - suffix.len())
    };
    let Some(end) = before(text, b"[") else { return false };
    let Some(end) = before(&text[..end], b":") else { return false };
    let Some(end) = before(&text[..end], b"\"assets\"") else { return false };
    before(&text[..end], b"{").or_else(|| before(&text[..end], b",")).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Found = (Vec<(u32, String)>, Option<Ending>);

    fn values(text: &str, block: usize) -> Result<Found, Fault> {
        let mut document = Document::new();
        let mut found = Vec::new();
        let mut keep = |chunk: Option<Chunk>| {
            let Some(Chunk { file: _, bytes, parts: Parts::Values(values) }) = chunk else { return };
            for (line, range) in values {
                found.push((line, String::from_utf8(bytes[range].to_vec()).unwrap()));
            }
        };
        for part in text.as_bytes().chunks(block) {
            document.push(part)?;
            keep(document.chunk(0, true));
        }
        document.finish()?;
        keep(document.chunk(0, true));
        Ok((found, document.ending()))
    }

    #[test]
    fn lists_pages_and_plain_values_hold_the_same_however_they_are_cut() {
        let text = "[{\"a\":\"]}\\\"\"},\n {\"b\":[1,{}]}]\n{ \"readTime\":\"x\", \"assets\" : [ {\"c\":\n1} ],\n \
                    \"nextPageToken\":\"t\"}{\"assets\":[{\"d\":{\"assets\":[{}]}}]}{\n\"e\":1}";
        for block in 1..text.len() {
            let (found, ending) = values(text, block).unwrap();
            let lines: Vec<u32> = found.iter().map(|(line, _)| *line).collect();
            let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
            assert_eq!(
                texts,
                [
                    "{\"a\":\"]}\\\"\"}",
                    "{\"b\":[1,{}]}",
                    "{\"c\":\n1}",
                    "{\"d\":{\"assets\":[{}]}}",
                    "{\n\"e\":1}"
                ]
            );
            assert_eq!(lines, [1, 2, 3, 5, 5]);
            assert_eq!(ending, Some(Ending::Closed));
        }
    }

    #[test]
    fn a_page_that_names_a_next_one_is_open() {
        assert_eq!(values("{\"assets\":[],\"nextPageToken\":\"t\"}", 7).unwrap().1, Some(Ending::Open));
    }

    #[test]
    fn what_is_cut_off_or_no_object_is_told_with_its_line() {
        assert_eq!(values("[{\"a\":1},\n", 3).unwrap_err().0, 2);
        assert_eq!(values("\n{\"a\":\n\n", 3).unwrap_err().0, 2);
        assert_eq!(values("{}\n]", 3).unwrap_err().0, 2);
        assert_eq!(values("[\n1]", 3).unwrap_err().0, 2);
    }
}
