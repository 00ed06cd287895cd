//! `callers:`: who may call what.

use super::{
    draft::{CallerDraft, TargetDraft, Text},
    read_file::is_missing,
    shape::{Mistakes, items, key, pairs, text, unknown_key},
    yaml::{Node, Span, Value},
};
use crate::model::{
    Time,
    time::{self, TimeError},
};

/// Every key that is read here; the schema is made from them.
pub(super) const KEYS: [&str; 3] = ["function", "until", "reason"];

pub(super) fn read(name: &Node<'_>, value: &Node<'_>, mistakes: &mut Mistakes) -> Vec<CallerDraft> {
    let repair = "name the callers; `callers: {}` says on purpose that nobody may call";
    if is_missing(name, value, repair, mistakes) {
        return Vec::new();
    }
    let Some(pairs) = pairs(value, "`callers`", mistakes) else { return Vec::new() };
    pairs.iter().filter_map(|(name, value)| caller(name, value, mistakes)).collect()
}

fn caller(name: &Node<'_>, value: &Node<'_>, mistakes: &mut Mistakes) -> Option<CallerDraft> {
    let caller = text(name, "a caller", mistakes)?;
    let what = format!("the list of `{}`", caller.text);
    let items = items(value, &what, mistakes)?;
    if items.is_empty() {
        let repair = "name what it may call, or take the caller out";
        mistakes.add(value.span, format!("`{}` may call nothing", caller.text), repair);
    }
    let targets = items.iter().filter_map(|item| target(item, mistakes)).collect();
    Some(CallerDraft { caller, targets })
}

fn target(item: &Node<'_>, mistakes: &mut Mistakes) -> Option<TargetDraft> {
    let Value::Mapping(pairs) = &item.value else {
        let function = text(item, "a function's name", mistakes)?;
        return Some(TargetDraft { function, until: None, reason: None });
    };
    let (mut function, mut until, mut reason) = (None, None, None);
    let mut names_function = false;
    for (name, value) in pairs {
        match key(name) {
            "function" => {
                names_function = true;
                function = text(value, "`function`", mistakes);
            }
            "until" => until = moment(value, mistakes),
            "reason" => reason = text(value, "`reason`", mistakes),
            _ => unknown_key(name, "a caller's function", &KEYS, mistakes),
        }
    }
    if !names_function {
        mistakes.add(item.span, "this entry names no function", "add `function: NAME`");
    }
    Some(TargetDraft { function: function?, until, reason: reason.map(|Text { text, span: _ }| text) })
}

/// The end that a date or a time means.
pub(super) fn moment(value: &Node<'_>, mistakes: &mut Mistakes) -> Option<(Time, Span)> {
    let Text { text, span } = text(value, "`until`", mistakes)?;
    match time::end(&text) {
        Ok(end) => Some((end, span)),
        Err(error) => {
            let repair = match error {
                TimeError::NoZone(_) => format!("add the zone: `{text}Z` is UTC"),
                TimeError::NotATime(_) | TimeError::NotADuration(_) => {
                    "write a date, `2026-12-01`, or a time with its zone, `2026-12-01T18:00:00Z`".to_owned()
                }
            };
            mistakes.add(span, error.to_string(), repair);
            None
        }
    }
}
