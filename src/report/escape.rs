//! The one way out for text that somebody else wrote: names, titles, members, paths, answers of servers.
//!
//! Control characters, terminal escape sequences, overrides of writing direction and characters without width
//! become visible; what has a meaning in Markdown loses it.

use std::{
    borrow::Cow,
    fmt::Write as _,
    io::{self, Write},
};

use serde_json::ser::{CharEscape, Formatter, PrettyFormatter};

use crate::model::text::is_unseen;

/// Text as one piece of a line on a terminal.
pub fn terminal(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unseen) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        show(character, &mut shown);
    }
    Cow::Owned(shown)
}

/// Text as prose in a line or a table cell of Markdown: nothing in it is markup, a link or a mention.
/// What stands between backticks is shown as code. Not for inside HTML.
pub fn markdown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 16);
    let parts: Vec<&str> = text.split('`').collect();
    // An even number of backticks makes an odd number of parts, of which every second one is code.
    if parts.len().is_multiple_of(2) {
        prose(text, &mut shown);
        return shown;
    }
    for (number, part) in parts.into_iter().enumerate() {
        if number.is_multiple_of(2) {
            prose(part, &mut shown);
        } else {
            shown.push_str(&markdown_code(part));
        }
    }
    shown
}

/// Text as code in a line or a table cell of Markdown. Not for inside HTML.
pub fn markdown_code(text: &str) -> String {
    // No fence helps against a `|` in a table.
    let text = terminal(text).replace('|', r"\u{7c}");
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // One space on either side belongs to the fence, and none is taken where there is nothing but spaces.
    let is_flush = !text.starts_with([' ', '`']) && !text.ends_with([' ', '`']) && !text.is_empty();
    let space = if is_flush { "" } else { " " };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Text as a cell of a table that spreadsheets open: what they would take for a formula is a text to them
/// (<https://owasp.org/www-community/attacks/CSV_Injection>). What separates cells is for the writer to quote.
pub fn csv(text: &str) -> Cow<'_, str> {
    let shown = terminal(text);
    let meant = ['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠'];
    if shown.trim_start().starts_with(meant) { Cow::Owned(format!("'{shown}")) } else { shown }
}

/// Text as a part of a quoted label of Mermaid. What has a meaning there, in its Markdown or in HTML becomes an entity
/// (<https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters>), and so does what begins a
/// directive, which counts wherever it stands.
pub fn mermaid(text: &str) -> String {
    let text = terminal(text);
    let mut shown = String::with_capacity(text.len() + 16);
    for (at, character) in text.char_indices() {
        let (before, behind) = (&text[..at], &text[at + character.len_utf8()..]);
        let is_meant = match character {
            '"' | '#' | '&' | '<' | '>' | '`' | '\'' | '*' | '_' | '~' | '\\' | '%' | '{' | '}' | '['
            | ']' | '|' | ';' | '@' | '$' | '!' => true,
            // A list, or the line below a heading.
            '-' | '+' | '=' => before.trim().is_empty(),
            // A numbered list, or an address that is made a link.
            '.' | ')' => {
                before.bytes().all(|byte| byte.is_ascii_digit())
                    || before.to_ascii_lowercase().ends_with("www")
            }
            ':' => behind.starts_with('/'),
            _ => false,
        };
        if is_meant {
            // Writing to a string cannot fail.
            let _ = write!(shown, "#{};", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Text as a part of a quoted string of Graphviz, which knows the entities of HTML and escapes of its own
/// (<https://graphviz.org/docs/attr-types/escString/>).
pub fn dot(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 16);
    for character in terminal(text).chars() {
        match character {
            '"' | '\\' => shown.extend(['\\', character]),
            '&' => shown.push_str("&amp;"),
            _ => shown.push(character),
        }
    }
    shown
}

fn prose(text: &str, into: &mut String) {
    for (at, character) in text.char_indices() {
        let (before, behind) = (&text[..at], &text[at + character.len_utf8()..]);
        let is_markup = match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '$' | '|' => true,
            // A list, or the line below a heading.
            '-' | '+' | '=' => before.is_empty(),
            '.' | ')' => {
                // A numbered list, or an address that is made a link.
                before.bytes().all(|byte| byte.is_ascii_digit())
                    || before.to_ascii_lowercase().ends_with("www")
            }
            ':' => behind.starts_with('/'),
            _ => false,
        };
        match character {
            // Mentions and references are looked for in what was rendered, so that no escape helps; they are
            // not looked for in code.
            '@' | '#' => into.push_str(&markdown_code(character.encode_utf8(&mut [0; 4]))),
            // A backslash does not keep an address from being made a link, nor a cell from ending everywhere.
            ':' | '.' | '|' | '<' | '>' | '&' if is_markup => {
                // Writing to a string cannot fail.
                let _ = write!(into, "&#{};", u32::from(character));
            }
            _ if is_markup => into.extend(['\\', character]),
            _ if is_unseen(character) => {
                into.push_str(&terminal(character.encode_utf8(&mut [0; 4])).replace('\\', r"\\"));
            }
            _ => into.push(character),
        }
    }
}

/// JSON with two spaces of indentation, in which no character is unseen. It means the same as without.
#[derive(Debug, Clone, Default)]
pub struct Json<'a>(PrettyFormatter<'a>);

impl Formatter for Json<'_> {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, character)) = rest.char_indices().find(|(_, character)| is_unseen(*character)) {
            out.write_all(&rest.as_bytes()[..at])?;
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = &rest[at + character.len_utf8()..];
        }
        out.write_all(rest.as_bytes())
    }
    fn write_char_escape<W: ?Sized + Write>(&mut self, out: &mut W, escape: CharEscape) -> io::Result<()> {
        self.0.write_char_escape(out, escape)
    }
    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_array(out)
    }
    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array(out)
    }
    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }
    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_array_value(out)
    }
    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object(out)
    }
    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object(out)
    }
    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }
    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.begin_object_value(out)
    }
    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

fn show(character: char, into: &mut String) {
    match character {
        '\n' => into.push_str("\\n"),
        '\r' => into.push_str("\\r"),
        '\t' => into.push_str("\\t"),
        _ if is_unseen(character) => into.extend(character.escape_unicode()),
        _ => into.push(character),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Serialize as _;

    use super::*;

    fn json(text: &str) -> String {
        let mut out = Vec::new();
        text.serialize(&mut serde_json::Serializer::with_formatter(&mut out, Json::default())).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown_instead() {
        for (hostile, shown) in [
            ("pay", "pay"),
            ("\u{1b}[31mred\u{1b}[0m", r"\u{1b}[31mred\u{1b}[0m"),
            ("\u{9b}2J", r"\u{9b}2J"),
            ("a\u{202e}b\u{2066}c\u{2069}", r"a\u{202e}b\u{2066}c\u{2069}"),
            ("line\nbreak\r\tback\u{8}", r"line\nbreak\r\tback\u{8}"),
            ("al\u{200b}ice\u{feff}\u{2060}", r"al\u{200b}ice\u{feff}\u{2060}"),
            ("\u{2028}\u{85}\u{7f}\0", r"\u{2028}\u{85}\u{7f}\u{0}"),
            ("tag\u{e0041}", r"tag\u{e0041}"),
            ("日本 é 👋", "日本 é 👋"),
        ] {
            assert_eq!(terminal(hostile), shown);
        }
    }

    #[test]
    fn nothing_is_markup_in_markdown() {
        for (hostile, shown) in [
            ("a|b", "a&#124;b"),
            ("a `", r"a \`"),
            ("<img src=x>", "&#60;img src=x&#62;"),
            ("[a](b)", r"\[a\](b)"),
            ("@octocat #1", "`@`octocat `#`1"),
            ("a\nb\u{202e}", r"a\\nb\\u{202e}"),
            ("https://www.example.com", "https&#58;//www&#46;example.com"),
            ("- a", r"\- a"),
            ("1. a", r"1&#46; a"),
            ("12) a", r"12\) a"),
        ] {
            assert_eq!(markdown(hostile), shown);
        }
    }

    #[test]
    fn code_in_markdown_cannot_be_left() {
        assert_eq!(markdown_code("roles/run.invoker"), "`roles/run.invoker`");
        assert_eq!(markdown_code("a``b|c"), r"```a``b\u{7c}c```");
        assert_eq!(markdown_code("`"), "`` ` ``");
        assert_eq!(markdown_code("a\n# b"), r"`a\n# b`");
        assert_eq!(markdown_code(""), "`  `");
    }

    #[test]
    fn what_messages_put_in_backticks_is_code_in_markdown() {
        assert_eq!(markdown("`user:a@b` cannot call `pay`"), "`user:a@b` cannot call `pay`");
        assert_eq!(markdown("`a` b@c `d"), r"\`a\` b`@`c \`d");
    }

    #[test]
    fn nothing_has_a_meaning_in_a_label_of_mermaid() {
        for (hostile, shown) in [
            ("shop-prod", "shop-prod"),
            ("a\"]; click n1 \"x", "a#34;#93;#59; click n1 #34;x"),
            ("%%{init: {}}%%", "#37;#37;#123;init: #123;#125;#125;#37;#37;"),
            ("<b>&lt;#35;", "#60;b#62;#38;lt#59;#35;35#59;"),
            ("a@example.com", "a#64;example.com"),
            ("https://www.example.com", "https#58;//www#46;example.com"),
            ("1. a", "1#46; a"),
            ("- a_b", "#45; a#95;b"),
            ("a\n---\nb\u{202e}", "a#92;n---#92;nb#92;u#123;202e#125;"),
        ] {
            assert_eq!(mermaid(hostile), shown);
        }
    }

    #[test]
    fn nothing_is_a_formula_in_a_cell() {
        for (hostile, shown) in [
            ("user:a@example.com", "user:a@example.com"),
            ("=HYPERLINK(\"https://evil.example\")", "'=HYPERLINK(\"https://evil.example\")"),
            ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "'  =1"),
            ("\t=1", r"\t=1"),
            ("\r=1", r"\r=1"),
            ("＝1", "'＝1"),
            ("a\nb\u{202e}", r"a\nb\u{202e}"),
            ("", ""),
        ] {
            assert_eq!(csv(hostile), shown);
        }
    }

    #[test]
    fn nothing_has_a_meaning_in_a_string_of_graphviz() {
        for (hostile, shown) in [
            ("shop-prod", "shop-prod"),
            ("a\"]; b", "a\\\"]; b"),
            ("\\N\\", "\\\\N\\\\"),
            ("&lt;<b>", "&amp;lt;<b>"),
            ("a\nb\u{202e}", "a\\\\nb\\\\u{202e}"),
        ] {
            assert_eq!(dot(hostile), shown);
        }
    }

    #[test]
    fn json_means_what_it_meant_and_shows_everything() {
        assert_eq!(json("a\u{9b}\u{202e}\u{e0041}\n\"é"), r#""a\u009b\u202e\udb40\udc41\n\"é""#);
    }

    proptest! {
        #[test]
        fn nothing_unseen_ever_comes_out(text in any::<String>()) {
            prop_assert!(!terminal(&text).chars().any(is_unseen));
            prop_assert!(!markdown(&text).chars().any(is_unseen));
            prop_assert!(!csv(&text).chars().any(is_unseen));
            prop_assert!(!mermaid(&text).chars().any(is_unseen));
            prop_assert!(!dot(&text).chars().any(is_unseen));
            prop_assert!(!json(&text).chars().any(is_unseen));
        }

        #[test]
        fn no_markup_is_left_in_markdown(text in r"[|<>@\[\]&#a-z\n\u{1b}]{0,40}") {
            let shown = markdown(&text).replace("`@`", "").replace("`#`", "");
            prop_assert!(!shown.contains(['|', '<', '>', '@', '\n', '`']));
            for (at, _) in shown.match_indices(['[', ']']) {
                prop_assert!(shown[..at].ends_with('\\'));
            }
        }

        #[test]
        fn no_label_of_mermaid_can_be_left(text in any::<String>()) {
            let shown = mermaid(&text);
            let has_any = shown.contains(['"', '<', '>', '&', '%', '{', '`', '\n']);
            prop_assert!(!has_any);
            for part in shown.split('#').skip(1) {
                let (code, _) = part.split_once(';').unwrap();
                prop_assert!(code.parse::<u32>().is_ok());
            }
        }

        #[test]
        fn no_string_of_graphviz_can_be_left(text in any::<String>()) {
            // Behind whole pairs of a backslash and what it escapes nothing is left that ends the string.
            let mut rest = dot(&text).replace("\\\\", "").replace("\\\"", "");
            rest.retain(|character| character == '"' || character == '\\' || character == '\n');
            prop_assert_eq!(rest, "");
        }

        #[test]
        fn a_code_span_holds_all_of_its_text(text in r"[`a |\n]{0,20}") {
            let shown = markdown_code(&text);
            let fence = shown.len() - shown.trim_start_matches('`').len();
            let inside = &shown[fence..shown.len() - fence];
            prop_assert!(!inside.starts_with('`') && !inside.ends_with('`') && !inside.contains(['|', '\n']));
            prop_assert!(inside.split(|character| character != '`').all(|run| run.len() != fence));
        }

        #[test]
        fn json_reads_back_as_it_was(text in any::<String>()) {
            prop_assert_eq!(serde_json::from_str::<String>(&json(&text)).unwrap(), text);
        }
    }
}
