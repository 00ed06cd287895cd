//! The mistakes of a map, each with its source line: for a terminal.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use unicode_width::UnicodeWidthStr;

use super::{escape, style};
use crate::callers::{MapText, Mistake, Place, mistake::MapError};

/// How many mistakes are shown; the others are counted.
const SHOWN: usize = 100;
/// Writes the mistakes with colour, which the stream takes out again where there is no terminal.
///
/// # Errors
/// Where the stream cannot be written to.
pub fn render(error: &MapError, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let MapError { texts, mistakes } = error;
    let shown = &mistakes[..mistakes.len().min(SHOWN)];
    let page = Page { texts, positions: Positions::of(texts, shown), width };
    for mistake in shown {
        page.mistake(mistake, out)?;
        writeln!(out)?;
    }
    match (mistakes.len(), mistakes.len() - shown.len()) {
        (1, _) => writeln!(out, "1 mistake in the caller map"),
        (all, 0) => writeln!(out, "{all} mistakes in the caller map"),
        (all, rest) => writeln!(out, "{all} mistakes in the caller map, of which {rest} are not shown"),
    }
}

struct Page<'a> {
    texts: &'a [MapText],
    positions: Positions,
    width: usize,
}

impl Page<'_> {
    fn mistake(&self, mistake: &Mistake, out: &mut dyn Write) -> io::Result<()> {
        let Mistake { place, message, repair, other } = mistake;
        let (error, bold, dim) = (style::ERROR, style::BOLD, style::DIM);
        writeln!(out, "{error}error{error:#}{bold}: {}{bold:#}", escape::terminal(message))?;
        let places = place.iter().chain(other.as_ref().map(|(place, _)| place));
        let last_line = places.map(|place| self.positions.of_place(*place).0).max();
        let gutter = last_line.map_or(0, |line| line.to_string().len());
        if let Some(place) = place {
            self.source(*place, None, gutter, out)?;
        }
        if let Some((place, label)) = other {
            self.source(*place, Some(label), gutter, out)?;
        }
        match repair {
            Some(repair) => {
                writeln!(out, "{:gutter$} {dim}={dim:#} {bold}help{bold:#}: {}", "", escape::terminal(repair))
            }
            None => Ok(()),
        }
    }

    /// The line of a place, with the place underlined; nothing where there is no such text.
    fn source(
        &self,
        place: Place,
        label: Option<&str>,
        gutter: usize,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let Some(text) = self.texts.get(place.file as usize) else { return Ok(()) };
        let (line, column) = self.positions.of_place(place);
        let excerpt = Excerpt::of(&text.bytes, place, self.width.max(40) - gutter - " | ".len());
        let Excerpt { before, marked, behind } = &excerpt;
        let (arrow, mark, colour) = match label {
            None => ("-->", "^", style::ERROR),
            Some(_) => (":::", "-", style::NOTE),
        };
        let (dim, path) = (style::DIM, escape::terminal(&text.path));
        writeln!(out, "{:gutter$}{dim}{arrow}{dim:#} {path}:{line}:{column}", "")?;
        writeln!(out, "{:gutter$} {dim}|{dim:#}", "")?;
        writeln!(out, "{dim}{line:>gutter$} |{dim:#} {before}{marked}{behind}")?;
        let (indent, marks) = (before.width(), mark.repeat(marked.width().max(1)));
        let label = label.map(|label| format!(" {}", escape::terminal(label))).unwrap_or_default();
        writeln!(out, "{:gutter$} {dim}|{dim:#} {:indent$}{colour}{marks}{label}{colour:#}", "", "")
    }
}

/// The part of a line around a place, ready to be shown.
struct Excerpt {
    before: String,
    marked: String,
    behind: String,
}

impl Excerpt {
    /// As much of the line as has room, from its start where that is possible.
    fn of(bytes: &[u8], place: Place, room: usize) -> Self {
        let start = boundary(bytes, place.start as usize);
        let end = boundary(bytes, (place.end as usize).clamp(start, start + room / 2));
        let earliest = boundary(bytes, start.saturating_sub(room / 2));
        let from = bytes[earliest..start]
            .iter()
            .rposition(|byte| is_break(*byte))
            .map_or(earliest, |at| earliest + at + 1);
        let is_cut = from > 0 && !is_break(bytes[from - 1]);
        let marked_end = line_end(bytes, start, end);
        let latest = boundary(bytes, (from + room).max(marked_end));
        let to = line_end(bytes, marked_end, latest);
        let goes_on = bytes.get(to).is_some_and(|byte| !is_break(*byte));
        Self {
            before: (if is_cut { "…" } else { "" }).to_owned() + &shown(&bytes[from..start]),
            marked: shown(&bytes[start..marked_end]),
            behind: shown(&bytes[marked_end..to]) + if goes_on { "…" } else { "" },
        }
    }
}

/// Where the line ends that holds this range, or the range itself.
fn line_end(bytes: &[u8], from: usize, to: usize) -> usize {
    bytes[from..to].iter().position(|byte| is_break(*byte)).map_or(to, |at| from + at)
}

/// Bytes as text of one width, whatever the terminal makes of tabs.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes).replace('\t', "    ");
    escape::terminal(text.trim_end_matches('\r')).into_owned()
}

fn is_break(byte: u8) -> bool {
    byte == b'\n'
}

/// The first byte from here on that starts a character, or the end.
fn boundary(bytes: &[u8], from: usize) -> usize {
    let from = from.min(bytes.len());
    bytes[from..].iter().position(|byte| !is_inside(*byte)).map_or(bytes.len(), |at| from + at)
}

/// Whether a byte of UTF-8 goes on with a character that another one started.
fn is_inside(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// Lines and columns of places, found in one pass over each text.
pub(super) struct Positions(BTreeMap<(u32, u32), (usize, usize)>);

impl Positions {
    pub(super) fn of(texts: &[MapText], mistakes: &[Mistake]) -> Self {
        let places = mistakes.iter().flat_map(|mistake| {
            mistake.place.into_iter().chain(mistake.other.as_ref().map(|(place, _)| *place))
        });
        let mut found: BTreeMap<_, _> = places.map(|place| ((place.file, place.start), (1, 1))).collect();
        let (mut last, mut line, mut column) = ((0, 0), 1, 1);
        for ((file, start), position) in &mut found {
            if last.0 != *file {
                (last, line, column) = ((*file, 0), 1, 1);
            }
            let bytes = texts.get(*file as usize).map_or(&[][..], |text| &text.bytes);
            let passed = &bytes[(last.1 as usize).min(bytes.len())..(*start as usize).min(bytes.len())];
            let new_line = passed.iter().rposition(|byte| is_break(*byte));
            if let Some(at) = new_line {
                line += passed[..=at].iter().filter(|byte| is_break(**byte)).count();
                column = 1;
            }
            let rest = &passed[new_line.map_or(0, |at| at + 1)..];
            column += rest.iter().filter(|byte| !is_inside(**byte)).count();
            last = (*file, *start);
            *position = (line, column);
        }
        Self(found)
    }

    /// Line and column of a place, both from one, the column in characters.
    pub(super) fn of_place(&self, place: Place) -> (usize, usize) {
        self.0.get(&(place.file, place.start)).copied().unwrap_or((1, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &str, text: &[u8]) -> MapText {
        MapText { path: path.into(), bytes: text.to_vec() }
    }

    fn at(file: u32, text: &[u8], word: &str) -> Place {
        let start = text.windows(word.len()).position(|part| part == word.as_bytes()).unwrap();
        let place = |at: usize| u32::try_from(at).unwrap();
        Place { file, start: place(start), end: place(start + word.len()) }
    }

    fn rendered(error: &MapError) -> String {
        let mut out = Vec::new();
        render(error, 80, &mut out).unwrap();
        anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
    }

    fn mistake(place: Option<Place>, message: &str, repair: Option<&str>) -> Mistake {
        Mistake { place, message: message.into(), repair: repair.map(Into::into), other: None }
    }

    #[test]
    fn a_mistake_is_shown_with_its_line_and_its_repair() {
        let shop = b"callmap: 1\n\nfunctions:\n  pay: { ownr: a@example.com }\n";
        let pay = "callmap: 1\nproject: é\nfunctions: { pay: { resource: projects/x } }\n".as_bytes();
        let texts = vec![text("policies/shop.yaml", shop), text("policies/pay.yaml", pay)];
        let mistakes = vec![
            mistake(Some(at(0, shop, "ownr")), "unknown key `ownr`", Some("did you mean `owner`?")),
            Mistake {
                place: Some(at(1, pay, "pay")),
                message: "`pay` is declared twice".into(),
                repair: Some("keep one of them".into()),
                other: Some((at(0, shop, "pay"), "first here".into())),
            },
            mistake(None, "no file of the map has `callers:`", Some("add `callers: {}` if nobody may call")),
        ];
        insta::assert_snapshot!(rendered(&MapError { texts, mistakes }), @r#"
        error: unknown key `ownr`
         --> policies/shop.yaml:4:10
          |
        4 |   pay: { ownr: a@example.com }
          |          ^^^^
          = help: did you mean `owner`?

        error: `pay` is declared twice
         --> policies/pay.yaml:3:14
          |
        3 | functions: { pay: { resource: projects/x } }
          |              ^^^
         ::: policies/shop.yaml:4:3
          |
        4 |   pay: { ownr: a@example.com }
          |   --- first here
          = help: keep one of them

        error: no file of the map has `callers:`
         = help: add `callers: {}` if nobody may call

        3 mistakes in the caller map
        "#);
    }

    #[test]
    fn a_hostile_and_endless_line_is_shown_in_part_and_harmless() {
        let mut line = vec![b'a'; 100_000];
        line.extend("é\u{1b}[2J\u{202e}wrong\u{9b}".as_bytes());
        line.extend("ü".repeat(50_000).bytes());
        line.extend(b"\xff\xfe\nnext");
        let place = at(0, &line, "wrong");
        let texts = vec![text("a\u{1b}.yaml", &line)];
        let error = MapError { texts, mistakes: vec![mistake(Some(place), "no \u{1b}[1m", None)] };
        insta::assert_snapshot!(rendered(&error), @r#"
        error: no \u{1b}[1m
         --> a\u{1b}.yaml:1:100007
          |
        1 | …aaaaaaaaaaaaaaaaaaaaaaaaaaaaaé\u{1b}[2J\u{202e}wrong\u{9b}üüüüüüüüüüüüüüüü…
          |                                                 ^^^^^

        1 mistake in the caller map
        "#);
    }

    #[test]
    fn what_is_past_a_hundred_mistakes_is_counted() {
        let texts = vec![text("a.yaml", b"callmap: 1\n")];
        let mistakes = (0..250).map(|n| mistake(None, &format!("mistake {n}"), None)).collect();
        let shown = rendered(&MapError { texts, mistakes });
        assert!(shown.contains("mistake 99\n") && !shown.contains("mistake 100\n"));
        assert!(shown.ends_with("250 mistakes in the caller map, of which 150 are not shown\n"));
    }

    #[test]
    fn places_behind_the_end_do_no_harm() {
        let texts = vec![text("a.yaml", "é".as_bytes())];
        for place in [
            Place { file: 0, start: 1, end: 2 },
            Place { file: 0, start: 9, end: 99 },
            Place { file: 7, start: 0, end: 1 },
        ] {
            rendered(&MapError { texts: texts.clone(), mistakes: vec![mistake(Some(place), "x", None)] });
        }
    }
}
