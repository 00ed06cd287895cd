//! Text to tree, guarded: expressions come from outside, and the parser needs more stack than a thread has.

use std::thread;

use super::{
    call::{self, ENV},
    lower::lower,
    tree::{Attribute, Tree},
    value::{Possibilities, Value},
};
use crate::model::time;

/// The longest expression that is read, in characters.
const LONGEST: usize = 4096;

/// How deep the grammar may go.
const DEEPEST: u16 = 32;

/// The stack for the parser, which needs much of it on texts that are made to be nested.
const STACK: usize = 64 << 20;

/// Reads an expression.
///
/// # Errors
/// Why it cannot be read, as a lowercase fragment.
pub(super) fn read(text: &str) -> Result<Tree, String> {
    if let Some(tree) = bound(text) {
        return Ok(tree);
    }
    if text.trim().is_empty() {
        return Err("the expression is empty".to_owned());
    }
    if text.chars().count() > LONGEST {
        return Err(format!("the expression is longer than {LONGEST} characters"));
    }
    let owned = text.to_owned();
    let parser = thread::Builder::new().stack_size(STACK).spawn(move || parse(&owned));
    let parser = parser.map_err(|error| format!("there is no room to read the expression: {error}"))?;
    parser.join().unwrap_or_else(|_| Err("the expression is nothing that the parser can take".to_owned()))
}

/// What is parsed here is let go of here: that goes as deep.
fn parse(text: &str) -> Result<Tree, String> {
    match ENV.parser().max_recursion_depth(DEEPEST).parse(text) {
        Ok(expression) => lower(&expression),
        Err(errors) => {
            let place = errors.errors.first().map(|error| error.pos);
            Err(match place {
                _ if errors.errors.iter().any(|error| error.msg.contains("recursion")) => {
                    "the expression is nested too deeply".to_owned()
                }
                Some((line, column)) if line > 0 && column > 0 => {
                    format!("the expression breaks off or goes wrong at {line}:{column}")
                }
                _ => "the expression breaks off or goes wrong".to_owned(),
            })
        }
    }
}

/// The commonest expression by far, `request.time OP timestamp("…")` or the same turned round, read without a
/// parser: there may be as many of them as grants.
fn bound(text: &str) -> Option<Tree> {
    let (operator, symbol) = [("_<=_", "<="), ("_>=_", ">="), ("_<_", "<"), ("_>_", ">")]
        .into_iter()
        .find(|(_, symbol)| text.contains(symbol))?;
    let (left, right) = text.split_once(symbol)?;
    let time = || Tree::Attribute(Attribute::Time);
    let operands = match (left.trim_matches(' '), right.trim_matches(' ')) {
        ("request.time", moment) => vec![time(), timestamp(moment)?],
        (moment, "request.time") => vec![timestamp(moment)?, time()],
        _ => return None,
    };
    Some(Tree::Call { function: operator.into(), is_method: false, operands })
}

/// The moment in `timestamp("…")`, in one kind of quotes or the other.
fn timestamp(text: &str) -> Option<Tree> {
    let inner = text.strip_prefix("timestamp(")?.strip_suffix(')')?;
    let quoted = ['"', '\''].into_iter().find_map(|quote| inner.strip_prefix(quote)?.strip_suffix(quote))?;
    let is_plain = quoted.bytes().all(|byte| byte.is_ascii_digit() || b"-:.+TZ".contains(&byte));
    let moment = time::moment(quoted).ok().filter(|_| is_plain && call::is_timestamp(quoted))?;
    // Years before the first are no times of CEL.
    let is_time = chrono::Datelike::year(&moment) > 0;
    is_time.then(|| Tree::Constant(Possibilities::known(Value::Time(moment))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_read_as_the_parser_reads_it() {
        let mut read = 0;
        for text in [
            "request.time < timestamp(\"2026-12-01T00:00:00Z\")",
            "request.time<=timestamp('2026-12-01T00:00:00.5+01:00')",
            "timestamp(\"2026-12-01T00:00:00Z\") > request.time",
            "  timestamp('0001-01-01T00:00:00Z')  >= request.time ",
            "request.time < timestamp(\"2026-12-01 00:00:00Z\")",
            "request.time < timestamp(\"2026-12-01T00:00:60Z\")",
            "request.time < timestamp(\"0001-01-01T00:00:00+23:00\")",
            "request.time < timestamp(\"2026-12-01T00:00:00Z')",
            "request.time <== timestamp(\"2026-12-01T00:00:00Z\")",
            "request.time < timestamp(\"x\\\"2026-12-01T00:00:00Z\")",
        ] {
            let Some(bound) = bound(text) else { continue };
            read += 1;
            assert_eq!(format!("{bound:?}"), format!("{:?}", parse(text).unwrap()), "{text}");
        }
        assert_eq!(read, 4);
    }
}
