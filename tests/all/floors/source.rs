//! The words of a Rust file, and the paths they make. Comments, texts and tests inside the file are left out.

/// One word or sign of a file, with its line from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    pub(super) text: &'t str,
    pub(super) line: usize,
}

/// A path such as `crate::model::Time`, whether a `use` line or the code says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path<'t> {
    pub(super) parts: Vec<&'t str>,
    pub(super) line: usize,
    /// How many modules stand around it inside the file.
    pub(super) depth: usize,
}

/// The words and signs of a file. `::` is one sign; a text, a character or a lifetime is none.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(next) = text[at..].chars().next() {
        let rest = &text[at..];
        let length = skipped(rest).unwrap_or_else(|| {
            let length =
                word(rest).unwrap_or_else(|| if rest.starts_with("::") { 2 } else { next.len_utf8() });
            found.push(Token { text: &rest[..length], line });
            length
        });
        line += rest[..length].matches('\n').count();
        at += length;
    }
    found
}

/// The length of what is no word and no sign here: white space, a comment, a text, a character, a lifetime.
fn skipped(rest: &str) -> Option<usize> {
    let first = rest.chars().next()?;
    if first.is_whitespace() {
        return Some(first.len_utf8());
    }
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(block_comment(rest));
    }
    if let Some(length) = raw_text(rest) {
        return Some(length);
    }
    let prefix = usize::from(rest.starts_with("b\"") || rest.starts_with("b'") || rest.starts_with("c\""));
    match rest[prefix..].chars().next()? {
        '"' => Some(prefix + quoted(&rest[prefix..], '"')),
        '\'' => Some(prefix + character(&rest[prefix..])),
        _ => None,
    }
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn raw_text(rest: &str) -> Option<usize> {
    let start = ["br", "cr", "r"].iter().find(|start| rest.starts_with(**start))?.len();
    let hashes = rest[start..].bytes().take_while(|byte| *byte == b'#').count();
    let open = start + hashes;
    rest[open..].starts_with('"').then_some(())?;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = rest[open + 1..].find(&close).map_or(rest.len(), |end| open + 1 + end + close.len());
    Some(end)
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, next) in rest.char_indices().skip(1) {
        match next {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if next == quote => return at + quote.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// A character, or a lifetime, which nothing closes.
fn character(rest: &str) -> usize {
    let mut inner = rest.chars().skip(1);
    match (inner.next(), inner.next()) {
        (Some('\\'), _) | (Some(_), Some('\'')) => quoted(rest, '\''),
        _ => 1 + word(&rest[1..]).unwrap_or(0),
    }
}

fn word(rest: &str) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    (length > 0).then_some(length)
}

/// The words and signs without what `#[cfg(test)]` stands before.
pub(super) fn without_tests<'t>(tokens: &[Token<'t>]) -> Vec<Token<'t>> {
    const TEST: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at..].iter().map(|token| token.text).take(TEST.len()).eq(TEST) {
            at = end_of_item(tokens, at + TEST.len());
        } else {
            kept.push(tokens[at]);
            at += 1;
        }
    }
    kept
}

/// Behind the `;` or the last `}` of the item that starts here.
fn end_of_item(tokens: &[Token<'_>], start: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        match token.text {
            "{" => depth += 1,
            "}" if depth == 1 => return at + 1,
            "}" => depth -= 1,
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// Every path that starts at `crate`, at `super`, at `self` or at a crate's name, with groups taken apart.
pub(super) fn paths<'t>(tokens: &[Token<'t>]) -> Vec<Path<'t>> {
    let mut found = Vec::new();
    // For each open brace, whether a module's name stands before it.
    let mut braces: Vec<bool> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let is_module = |at: usize| at >= 2 && tokens[at - 2].text == "mod";
        match tokens[at].text {
            "{" => braces.push(is_module(at)),
            "}" => _ = braces.pop(),
            _ => {}
        }
        let continues = at > 0 && tokens[at - 1].text == "::";
        if word(tokens[at].text).is_some() && text_at(tokens, at + 1) == "::" && !continues {
            let depth = braces.iter().filter(|is_module| **is_module).count();
            at = path(tokens, at, (&[], depth), &mut found);
        } else {
            at += 1;
        }
    }
    found
}

fn text_at<'t>(tokens: &[Token<'t>], at: usize) -> &'t str {
    tokens.get(at).map_or("", |token| token.text)
}

/// Reads the path that starts here, behind the parts that a group stands for; gives where it ends.
fn path<'t>(
    tokens: &[Token<'t>],
    start: usize,
    (before, depth): (&[&'t str], usize),
    found: &mut Vec<Path<'t>>,
) -> usize {
    let mut parts = before.to_vec();
    let mut at = start;
    loop {
        match text_at(tokens, at) {
            "{" => {
                at += 1;
                while !matches!(text_at(tokens, at), "}" | "") {
                    let next = path(tokens, at, (&parts, depth), found);
                    // An item of a group ends with its comma, whatever stands before that.
                    at = (next..tokens.len())
                        .find(|at| matches!(tokens[*at].text, "," | "}"))
                        .unwrap_or(tokens.len());
                    at += usize::from(text_at(tokens, at) == ",");
                }
                return at + 1;
            }
            part if word(part).is_some() => parts.push(part),
            _ => {}
        }
        if text_at(tokens, at + 1) == "::" && at + 2 < tokens.len() {
            at += 2;
            continue;
        }
        found.push(Path { parts, line: tokens[start].line, depth });
        return at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    fn shown(text: &str) -> Vec<String> {
        paths(&tokens(text)).iter().map(|path| path.parts.join("::")).collect()
    }

    #[test]
    fn comments_texts_characters_and_lifetimes_are_no_words() {
        let text =
            "a // b\n/* c /* d */ e */ f \"g \\\" h\" r#\"i \" j\"# 'k' '\\'' &'l m b\"n\" b'o' r\"p\" q";
        assert_eq!(words(text), ["a", "f", "&", "m", "q"]);
    }

    #[test]
    fn lines_are_counted_through_comments_and_texts() {
        let text = "a\n/* \n */ \"\n\" b";
        assert_eq!(tokens(text).last(), Some(&Token { text: "b", line: 4 }));
    }

    #[test]
    fn groups_are_taken_apart() {
        assert_eq!(
            shown("use crate::{\n    a::{self, B},\n    c::D as E, f,\n};\nuse super::g::*;"),
            ["crate::a::self", "crate::a::B", "crate::c::D", "crate::f", "super::g"]
        );
    }

    #[test]
    fn paths_in_code_are_found() {
        assert_eq!(
            shown(
                "fn a(b: crate::x::Y) -> Option<std::io::Error> { if c { super::d::e(Vec::<u8>::new()) } }"
            ),
            ["crate::x::Y", "std::io::Error", "super::d::e", "Vec"]
        );
    }

    #[test]
    fn modules_inside_a_file_are_counted() {
        let depths: Vec<_> = paths(&tokens("use a::b; mod c { use super::d; fn e() { f::g() } } use h::i;"))
            .into_iter()
            .map(|path| path.depth)
            .collect();
        assert_eq!(depths, [0, 1, 1, 0]);
    }

    #[test]
    fn what_only_tests_see_is_left_out() {
        let text = "a #[cfg(test)] mod tests { b { c } } d #[cfg(test)] mod e; f";
        let all = tokens(text);
        let kept: Vec<_> = without_tests(&all).into_iter().map(|token| token.text).collect();
        assert_eq!(kept, ["a", "d", "f"]);
    }
}
