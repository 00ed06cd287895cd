//! A caller loses one of its functions.

use std::ops::Range;

use super::{EditError, Form, Pairs, Patch, Spot, callers, flow, form, lines, named, pair_range, patched};
use crate::callers::yaml::{self, Node};

/// Takes an edge out: the entry, with the caller where it was the last one. Comments stay that stand on no line that
/// goes.
///
/// # Errors
/// Where the text is no map, has no such edge, or is written so that it cannot be taken out without changing something
/// else.
pub fn remove(text: &str, spot: Spot) -> Result<String, EditError> {
    let root = yaml::parse(text).map_err(|_| EditError::NotAMap)?;
    let (key, value, pairs) = callers(text, &root)?;
    let missing = EditError::Form(spot.function);
    let number = pairs.iter().position(|(key, _)| key.span == spot.caller).ok_or(missing.clone())?;
    let list = &pairs[number].1;
    let items = list.items().ok_or(EditError::NotAMap)?;
    let item = items.iter().position(|item| named(item) == Some(spot.function)).ok_or(missing)?;
    let patches = match (items.len(), form(text, list)) {
        (..=1, _) => of_caller(text, (key, value, pairs), number)?,
        (_, Form::Alias) => return Err(EditError::Alias(list.span)),
        (_, Form::Flow) => {
            let parts: Vec<_> = items.iter().map(|item| item.span.range()).collect();
            vec![flow::remove(text, &list.span.range(), &parts, item)]
        }
        (_, Form::Block) => vec![of_item(text, list, items, item)?],
    };
    Ok(patched(text, patches))
}

/// The lines of an item.
fn of_item(text: &str, list: &Node<'_>, items: &[Node<'_>], number: usize) -> Result<Patch, EditError> {
    let dash = dash(text, list, items, number).ok_or(EditError::Form(list.span))?;
    let end = lines::behind(text, items[number].span.end as usize);
    Ok(lines::cut(text, lines::start(text, dash)..end))
}

/// The dash of an item, in the column of the first one.
fn dash(text: &str, list: &Node<'_>, items: &[Node<'_>], number: usize) -> Option<usize> {
    let first = list.span.start as usize;
    let indent = lines::indent(text, first)?;
    let Some(before) = number.checked_sub(1).and_then(|before| items.get(before)) else {
        return Some(first);
    };
    let mut line = lines::behind(text, before.span.end as usize);
    while line < items[number].span.end as usize {
        let rest = text[line..].strip_prefix(indent);
        if rest.is_some_and(|rest| rest.starts_with('-')) {
            return Some(line + indent.len());
        }
        line = lines::behind(text, line);
    }
    None
}

/// A caller with its list; the last one leaves `{}`.
fn of_caller(
    text: &str,
    (key, value, pairs): (&Node<'_>, &Node<'_>, Pairs<'_, '_>),
    number: usize,
) -> Result<Vec<Patch>, EditError> {
    let parts: Vec<_> = pairs.iter().map(pair_range).collect();
    let part = parts[number].clone();
    if form(text, value) == Form::Flow {
        let whole = value.span.range();
        return Ok(vec![match parts.len() {
            1 => Patch::cut(part),
            _ => flow::remove(text, &whole, &parts, number),
        }]);
    }
    let (name, list) = &pairs[number];
    let is_alone = lines::indent(text, part.start).is_some();
    if !is_alone {
        return Err(EditError::Form(name.span));
    }
    let mut patches = own_lines(text, &part, name.span.end as usize, list.span.start as usize);
    if parts.len() == 1 {
        let behind_key = &text[key.span.end as usize..];
        let colon = behind_key.find(':').ok_or(EditError::Form(key.span))?;
        patches.push(Patch::insert(key.span.end as usize + colon + 1, " {}".to_owned()));
    }
    Ok(patches)
}

/// The lines of a caller, but for comments on lines of their own between its key and its list.
fn own_lines(text: &str, part: &Range<usize>, key_end: usize, list: usize) -> Vec<Patch> {
    let mut from = lines::start(text, part.start);
    let list = lines::start(text, list);
    let mut line = lines::behind(text, key_end);
    let mut patches = Vec::new();
    while line < list {
        let end = lines::behind(text, line);
        if lines::is_comment_or_blank(&text[line..end]) {
            patches.push(Patch::cut(from..line));
            from = end;
        }
        line = end;
    }
    patches.push(lines::cut(text, from..lines::behind(text, part.end).max(from)));
    patches
}
