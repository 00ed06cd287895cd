//! Operators and functions on values that are known: CEL's own by its library, IAM's here.

use std::sync::{Arc, LazyLock};

use cel::{
    Context, Env, IdedExpr,
    common::ast::{CallExpr, Expr},
};
use regex::{Regex, RegexBuilder};

use super::value::Value;

/// The largest program that a pattern may become, in bytes: patterns come from outside.
const LARGEST_PATTERN: usize = 128 << 10;

/// The functions of CEL, and its grammar without what conditions of IAM do not have.
pub(super) static ENV: LazyLock<Arc<Env>> =
    LazyLock::new(|| Arc::new(Env::stdlib().with_optional_support(false)));

/// Whether there is a method or a function of this name
/// (<https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions>).
pub(super) fn is_known(function: &str, is_method: bool) -> bool {
    match function {
        "startsWith" | "endsWith" | "contains" | "extract" | "hasOnly" | "getFullYear" | "getMonth"
        | "getDate" | "getDayOfMonth" | "getDayOfWeek" | "getDayOfYear" | "getHours" | "getMinutes"
        | "getSeconds" | "getMilliseconds" => is_method,
        "matches" | "size" => true,
        "int" | "uint" | "double" | "string" | "bytes" | "bool" | "timestamp" | "duration" | "dyn" => {
            !is_method
        }
        operator => !is_method && operator.contains(['_', '@']),
    }
}

/// What a function gives for values; `None` is an error.
pub(super) fn call(function: &str, is_method: bool, operands: &[&Value]) -> Option<Value> {
    match (function, operands) {
        ("matches", [Value::Text(text), Value::Text(pattern)]) => {
            Some(Value::Bool(self::pattern(pattern)?.is_match(text)))
        }
        ("extract", [Value::Text(text), Value::Text(template)]) => {
            Some(Value::Text(extract(text, template)?.into()))
        }
        ("hasOnly", [Value::List(items), Value::List(allowed)]) => {
            Some(Value::Bool(items.iter().all(|item| allowed.contains(item))))
        }
        ("matches" | "extract" | "hasOnly", _) => None,
        ("timestamp", [Value::Text(text)]) if !is_timestamp(text) => None,
        ("duration", [Value::Text(text)]) if !is_duration(text) => None,
        ("dyn", [value]) => Some((*value).clone()),
        _ => by_library(function, is_method, operands),
    }
}

fn by_library(function: &str, is_method: bool, operands: &[&Value]) -> Option<Value> {
    let mut context = Context::with_env(Arc::clone(&ENV));
    let mut names = Vec::with_capacity(operands.len());
    for (index, operand) in operands.iter().enumerate() {
        let name = format!("operand{index}");
        context.add_variable_from_value(name.as_str(), operand.to_cel()?);
        names.push(IdedExpr { id: 0, expr: Expr::Ident(name) });
    }
    let mut names = names.into_iter();
    let target = if is_method { names.next().map(Box::new) } else { None };
    let call = CallExpr { func_name: function.to_owned(), target, args: names.collect() };
    let value = context.resolve(&IdedExpr { id: 0, expr: Expr::Call(call) }).ok()?;
    Value::from_cel(&value)
}

/// A pattern in RE2's syntax; `None` for one that cannot be read or is too large.
pub(super) fn pattern(text: &str) -> Option<Regex> {
    RegexBuilder::new(text)
        .size_limit(LARGEST_PATTERN)
        .dfa_size_limit(LARGEST_PATTERN)
        .nest_limit(32)
        .build()
        .ok()
}

/// What stands where a template such as `/buckets/{name}/` has its braces: between the first text before them and
/// the first text after them, empty where either is missing; `None` where the template has no pair of braces
/// (<https://cloud.google.com/iam/docs/conditions-attribute-reference#extract>).
fn extract<'t>(text: &'t str, template: &str) -> Option<&'t str> {
    let (before, rest) = template.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    if name.contains('{') || after.contains(['{', '}']) || before.contains('}') {
        return None;
    }
    let from = text.find(before).map(|at| &text[at + before.len()..]);
    let found = match from {
        Some(rest) if after.is_empty() => Some(rest),
        Some(rest) => rest.split_once(after).map(|(found, _)| found),
        None => None,
    };
    Some(found.unwrap_or_default())
}

/// Whether a text is a time in RFC 3339 to the letter: the library lets more pass.
pub(super) fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |from: usize, length: usize| {
        bytes.get(from..from + length).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let is_at = |at: usize, wanted: u8| bytes.get(at) == Some(&wanted);
    let has_clock = digits(0, 4) && is_at(4, b'-') && digits(5, 2) && is_at(7, b'-') && digits(8, 2);
    let has_time = is_at(10, b'T') && digits(11, 2) && is_at(13, b':') && digits(14, 2) && is_at(16, b':');
    // A second of sixty is no time of CEL.
    let has_second = digits(17, 2) && bytes.get(17).is_some_and(|tens| *tens < b'6');
    has_clock && has_time && has_second && !text.contains(['z', 't', ' '])
}

/// Whether a text is a duration such as `1h30m` or `-1.5s` to the letter: the library overlooks what follows.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix('-').unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut parts = 0;
    while !rest.is_empty() {
        let unit = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = &rest[..rest.len() - unit.len()];
        let is_number = number.parse::<f64>().is_ok() && number.starts_with(|c: char| c.is_ascii_digit());
        // Longer units first: `ms` is no `m`.
        let Some(after) = ["ms", "us", "ns", "h", "m", "s"].iter().find_map(|name| unit.strip_prefix(name))
        else {
            return false;
        };
        if !is_number {
            return false;
        }
        rest = after;
        parts += 1;
    }
    parts > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extract_gives_what_stands_in_the_braces() {
        for (text, template, expected) in [
            ("projects/p/buckets/b/objects/o", "buckets/{name}/", Some("b")),
            ("projects/p/buckets/b/objects/o", "objects/{name}", Some("o")),
            ("projects/p/buckets/b", "{all}/p", Some("projects")),
            ("projects/p", "{all}", Some("projects/p")),
            ("projects/p", "folders/{name}", Some("")),
            ("projects/p", "projects/{name}/", Some("")),
            ("projects/p", "projects", None),
            ("projects/p", "{a}{b}", None),
            ("projects/p", "}{", None),
        ] {
            assert_eq!(extract(text, template), expected, "{text} by {template}");
        }
    }

    #[test]
    fn times_and_durations_are_read_to_the_letter() {
        for right in ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.25+02:00"] {
            assert!(is_timestamp(right), "{right}");
        }
        for wrong in
            ["2026-01-01 00:00:00Z", "2026-01-01t00:00:00z", "2016-12-31T23:59:60Z", "2026-01-01", ""]
        {
            assert!(!is_timestamp(wrong), "{wrong}");
        }
        for right in ["0", "1h", "1h30m", "-1.5s", "10ms", "2592000s"] {
            assert!(is_duration(right), "{right}");
        }
        for wrong in ["", "-", "1", "1d", "1hx", "infs", "1e3s", ".s", "h", "1 h", "1..5s"] {
            assert!(!is_duration(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_cannot_be_computed_is_an_error() {
        let int = Value::Int;
        assert_eq!(call("_+_", false, &[&int(i64::MAX), &int(1)]), None);
        assert_eq!(call("_/_", false, &[&int(1), &int(0)]), None);
        assert_eq!(call("_%_", false, &[&int(i64::MIN), &int(-1)]), None);
        assert_eq!(call("-_", false, &[&int(i64::MIN)]), None);
        assert_eq!(call("nosuch", false, &[]), None);
        assert_eq!(call("_+_", false, &[&int(2), &int(3)]), Some(int(5)));
    }
}
