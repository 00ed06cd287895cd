//! Breaches of YAML's grammar in the words of the person who wrote the text.

use std::borrow::Cow;

use granit_parser::ErrorKind as Kind;

use super::{Mistake, Span, alias, layout, mistake::clip};

/// What is wrong, and what to do about it.
type Words = (Cow<'static, str>, Cow<'static, str>);

/// Where the grammar stops making sense of the text, and why.
pub(super) fn breach(kind: &Kind, text: &str, place: usize) -> Mistake {
    let span = Span::of_character(text, place);
    let place = span.start as usize;
    if is_about_tabs(kind) {
        return layout::tab(layout::stumbling_tab(text, place));
    }
    if is_about_lines(kind)
        && let Some(tab) = layout::indenting_tab(text, place)
    {
        return layout::tab(tab);
    }
    let word = word(&text[place..]);
    match kind {
        Kind::RecursionLimitExceeded => alias::too_deep(span),
        Kind::MissingAnchorOrAliasName => alias::unquoted_sign(span, span.of(text), ""),
        // The key is an alias that has swallowed its colon.
        Kind::SimpleKeyExpected if word.starts_with('*') && word.ends_with(':') => {
            alias::undefined(text, Span::new(place, place + word.len()))
        }
        Kind::UnexpectedCharacter { character } => unexpected(*character, text, place),
        _ if is_about_tags(kind) => tag(Span::new(place, place + word.len()), word),
        _ => {
            let (message, repair) = words(kind, span.of(text));
            Mistake::new(span, message, repair)
        }
    }
}

/// Content of a kind that this floor has not heard of.
pub(super) fn unknown(span: Span) -> Mistake {
    Mistake::new(span, "this is not understood", "write it in a simpler way")
}

pub(super) fn tag(span: Span, written: &str) -> Mistake {
    let message = format!("tags mean nothing here, and `{}` is one", clip(written));
    Mistake::new(span, message, "remove it; a value in double quotes is text, whatever it looks like")
}

pub(super) fn comment_inside(text: &str, place: usize) -> Mistake {
    breach(&Kind::CommentInterceptedScalar, text, place)
}

/// What stands there, to the next blank.
fn word(text: &str) -> &str {
    text.split([' ', '\t', '\n', '\r']).next().unwrap_or_default()
}

fn unexpected(character: char, text: &str, place: usize) -> Mistake {
    let found = text[place..].find(character).map_or(place, |back| place + back);
    let span = Span::of_character(text, found);
    match character {
        '`' => Mistake::new(
            span,
            "a value without quotes cannot start with a backtick",
            "put it in double quotes",
        ),
        '@' | '%' => {
            let message = format!("a value without quotes cannot start with `{character}`");
            Mistake::new(span, message, "put it in double quotes")
        }
        _ => {
            let message = format!("the character U+{:04X} cannot stand in YAML", u32::from(character));
            let repair = "remove it; text in double quotes can hold it as an escape, `\\u` and four digits";
            Mistake::new(span, message, repair)
        }
    }
}

fn is_about_tabs(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::TabNotAllowed
            | Kind::TabInBlockIndentation
            | Kind::TabInIndentation
            | Kind::TabAtBlockScalarStart
            | Kind::TabInPlainScalar
            | Kind::InvalidBlockEntryWhitespace
            | Kind::InvalidMappingValueWhitespace
    )
}

/// Whether the indentation may be to blame.
fn is_about_lines(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::ExpectedDocumentStart
            | Kind::ExpectedBlockMappingKey
            | Kind::ExpectedBlockSequenceEntry
            | Kind::BlockSequenceEntryNotAllowed
            | Kind::MappingKeyNotAllowed
            | Kind::MappingValueNotAllowed
            | Kind::SimpleKeyExpected
            | Kind::InvalidSimpleKey
            | Kind::InvalidIndentation
    )
}

fn is_about_tags(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::UndeclaredTagHandle
            | Kind::ExpectedTagBang
            | Kind::InvalidGlobalTagCharacter
            | Kind::InvalidTagTerminator
            | Kind::MissingTagUri
            | Kind::UnclosedVerbatimTag
            | Kind::InvalidTagEscape
            | Kind::InvalidTagUtf8LeadingByte
            | Kind::InvalidTagUtf8TrailingByte
            | Kind::InvalidTagUtf8
    )
}

fn words(kind: &Kind, here: &str) -> Words {
    let words = brackets(kind, here)
        .or_else(|| fixed(lines(kind)))
        .or_else(|| fixed(scalars(kind)))
        .or_else(|| fixed(documents(kind)));
    words.unwrap_or_else(|| {
        ("this is not YAML".into(), "check the indentation, the quotes and the brackets before it".into())
    })
}

fn fixed(words: Option<(&'static str, &'static str)>) -> Option<Words> {
    words.map(|(message, repair)| (message.into(), repair.into()))
}

fn brackets(kind: &Kind, here: &str) -> Option<Words> {
    let closing = |open: &char| if *open == '[' { "close it with `]`" } else { "close it with `}`" };
    Some(match kind {
        Kind::UnclosedFlowCollection { open } => {
            (format!("this `{open}` is never closed").into(), closing(open).into())
        }
        Kind::MismatchedFlowCollectionEnd { open, close } => {
            (format!("this `{open}` is closed by a `{close}`").into(), closing(open).into())
        }
        Kind::MisplacedFlowCollectionEnd => (
            format!("this `{here}` closes nothing").into(),
            "remove it, or quote the value it belongs to".into(),
        ),
        Kind::UnexpectedEofFlowSequence
        | Kind::UnexpectedEofFlowMapping
        | Kind::UnexpectedEofImplicitFlowMapping
            if here == "," =>
        {
            ("nothing stands before this `,`".into(), "remove it, or write what is missing".into())
        }
        Kind::UnexpectedEofFlowSequence
        | Kind::UnexpectedEofFlowMapping
        | Kind::UnexpectedEofImplicitFlowMapping
        | Kind::ExpectedFlowMappingSeparator
        | Kind::ExpectedFlowSequenceSeparator => (
            "a `,` or the closing bracket is missing before this".into(),
            "put `,` between entries; quote a value that holds brackets, commas or `: `".into(),
        ),
        Kind::BlockEntryInFlowCollection | Kind::PlainScalarStartsWithDashFlowIndicator => (
            "`-` cannot start an entry inside brackets".into(),
            "put `,` between entries, or quote the `-`".into(),
        ),
        Kind::InvalidColonPlacement | Kind::FlowMappingValueAdjacentCollection => (
            "this `:` is not where a key could end".into(),
            "write `key: value` on one line; quote a value that holds `:`".into(),
        ),
        _ => return None,
    })
}

fn lines(kind: &Kind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        Kind::ExpectedBlockMappingKey | Kind::UnexpectedEofBlockMapping => (
            "a key is expected here",
            "line it up with the keys above, or indent it further to put it below one of them",
        ),
        Kind::ExpectedBlockSequenceEntry | Kind::UnexpectedEofBlockSequence => {
            ("a `- ` is expected here", "line it up with the entries above, or indent it further")
        }
        Kind::SimpleKeyExpected | Kind::InvalidSimpleKey => {
            ("a `: ` is missing behind this", "write `key: value` on one line")
        }
        Kind::MappingValueNotAllowed => (
            "this `:` is not where a key could end",
            "quote the value if it holds `: `, otherwise check the indentation of the line and the one above",
        ),
        Kind::MappingKeyNotAllowed => ("a key cannot start here", "start it on a line of its own"),
        Kind::BlockSequenceEntryNotAllowed => {
            ("a list cannot start here", "start it on a line of its own, below the key")
        }
        Kind::ExpectedNodeContent | Kind::UnexpectedEof => ("a value is expected here", "write one"),
        Kind::InvalidIndentation | Kind::InvalidFlowScalarIndent | Kind::InvalidQuotedScalarIndent => {
            ("this is not indented far enough", "indent it further than the key it belongs to")
        }
        Kind::ExpectedWhitespace => ("a space is missing here", "put one in"),
        Kind::CommentInterceptedScalar => {
            ("a comment cuts this value in two", "move the comment to a line above the value")
        }
        Kind::CommentNotSeparated => {
            ("a space is missing before this `#`", "put one in to start a comment, or quote the value")
        }
        _ => return None,
    })
}

fn scalars(kind: &Kind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        Kind::UnclosedQuotedScalar => ("this quote is never closed", "close it at the end of the value"),
        Kind::DocumentIndicatorInQuotedScalar => (
            "a line of text in quotes cannot start with `---` or `...`",
            "close the quote before it, or indent the line",
        ),
        Kind::InvalidTrailingSingleQuotedScalar | Kind::InvalidTrailingDoubleQuotedScalar => {
            ("this stands behind the closing quote", "put all of the value between the quotes, on one line")
        }
        Kind::UnknownQuotedScalarEscape
        | Kind::InvalidQuotedScalarHexEscape
        | Kind::InvalidLowSurrogateHexEscape
        | Kind::InvalidLowSurrogate
        | Kind::MissingLowSurrogate
        | Kind::UnpairedLowSurrogate
        | Kind::InvalidUnicodeEscape => (
            "this text holds a `\\` that starts no escape",
            "write `\\\\` for one backslash, or put the text in single quotes",
        ),
        Kind::ZeroBlockScalarIndent | Kind::InvalidBlockScalarHeader => {
            ("the text of a `|` or `>` starts on the next line", "move what stands behind the sign")
        }
        Kind::InvalidBlockScalarIndent => {
            ("a blank line above is indented deeper than this text", "take the blanks out of that line")
        }
        _ => return None,
    })
}

fn documents(kind: &Kind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        Kind::ExpectedDocumentStart => (
            "this belongs to nothing that stands before it",
            "check the indentation and the brackets above; a line that starts with `%` needs a `---` below it",
        ),
        Kind::InvalidDocumentEnd => ("nothing can stand behind `...`", "remove it"),
        Kind::BomInsideDocument => ("there is a byte-order mark inside of the text", "remove it"),
        Kind::DuplicateVersionDirective
        | Kind::UnsupportedYamlMajorVersion
        | Kind::DuplicateTagDirective
        | Kind::MissingDocumentEndBeforeDirective
        | Kind::ExpectedTagDirectiveBang
        | Kind::InvalidDirectiveTerminator
        | Kind::MissingYamlVersionSeparator
        | Kind::MissingDirectiveName
        | Kind::InvalidDirectiveName
        | Kind::DirectiveByteLimitExceeded { .. }
        | Kind::TooManyReservedDirectiveParams { .. }
        | Kind::YamlVersionTooLong
        | Kind::MissingYamlVersion
        | Kind::InvalidTagDirectiveTerminator => {
            ("this is not a directive of YAML 1.2", "remove the line, or quote a value that starts with `%`")
        }
        _ => return None,
    })
}
