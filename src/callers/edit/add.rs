//! A caller gets one more function.

use super::{EditError, Entry, Form, Pairs, Patch, callers, flow, form, lines, pair_range, patched};
use crate::callers::{
    write::literal,
    yaml::{self, Node, Span},
};

/// How far things stand in below what they belong to, where nobody says.
const STEP: usize = 2;

/// Puts an entry into the list of the caller whose key stands at `known`, or of a new caller where there is none.
///
/// # Errors
/// Where the text is no map, or is written so that the entry cannot be put in without changing something else.
pub fn add(text: &str, known: Option<Span>, caller: &str, entry: &Entry) -> Result<String, EditError> {
    let root = yaml::parse(text).map_err(|_| EditError::NotAMap)?;
    let (key, value, pairs) = callers(text, &root)?;
    let patches = match pairs.iter().find(|(key, _)| Some(key.span) == known) {
        Some((_, list)) => vec![into_list(text, list, entry)?],
        None => new_caller(text, &root, (key, value, pairs), caller, entry)?,
    };
    Ok(patched(text, patches))
}

fn into_list(text: &str, list: &Node<'_>, entry: &Entry) -> Result<Patch, EditError> {
    match form(text, list) {
        Form::Alias => Err(EditError::Alias(list.span)),
        Form::Flow => {
            let items = list.items().ok_or(EditError::NotAMap)?;
            let end = items.last().map(|item| item.span.end as usize);
            Ok(flow::push(list.span.start as usize, end, &entry.flow()))
        }
        Form::Block => {
            let indent = lines::indent(text, list.span.start as usize).ok_or(EditError::Form(list.span))?;
            Ok(lines::insert_behind(text, list.span.end as usize, &entry.block(indent)))
        }
    }
}

fn new_caller(
    text: &str,
    root: &Node<'_>,
    (key, value, pairs): (&Node<'_>, &Node<'_>, Pairs<'_, '_>),
    caller: &str,
    entry: &Entry,
) -> Result<Vec<Patch>, EditError> {
    let name = literal(caller);
    let (key_end, start) = (key.span.end as usize, value.span.start as usize);
    match (form(text, value), pairs) {
        // Only what comes out as it was when the caller goes again.
        (Form::Flow, [])
            if form(text, root) == Form::Block && &text[key_end..value.span.end as usize] == ": {}" =>
        {
            let outer = lines::indent(text, key.span.start as usize).ok_or(EditError::Form(key.span))?;
            let indent = format!("{outer}{:STEP$}", "");
            let mut new = vec![format!("{indent}{name}:")];
            new.extend(entry.block(&format!("{indent}{:STEP$}", "")));
            Ok(vec![Patch::cut(key_end + 1..start + 2), lines::insert_behind(text, start, &new)])
        }
        (Form::Flow, _) => {
            let last = pairs.last().map(|pair| pair_range(pair).end);
            Ok(vec![flow::push(start, last, &format!("{name}: [{}]", entry.flow()))])
        }
        (Form::Block, [(first, _), ..]) => {
            let indent = lines::indent(text, first.span.start as usize).ok_or(EditError::Form(first.span))?;
            let new = lines_of(text, indent, (key, pairs), &name, entry);
            Ok(vec![lines::insert_behind(text, value.span.end as usize, &new)])
        }
        (Form::Block | Form::Alias, _) => Err(EditError::Form(value.span)),
    }
}

/// A new caller with its list, written as the last ones before it are.
fn lines_of(
    text: &str,
    indent: &str,
    (key, pairs): (&Node<'_>, Pairs<'_, '_>),
    name: &str,
    entry: &Entry,
) -> Vec<String> {
    let last = pairs.last().map(|(_, list)| form(text, list));
    if entry.is_plain() && last != Some(Form::Block) {
        return vec![format!("{indent}{name}: [{}]", entry.flow())];
    }
    let dashes = pairs.iter().rev().filter(|(_, list)| form(text, list) == Form::Block);
    let mut dashes = dashes.filter_map(|(_, list)| lines::indent(text, list.span.start as usize));
    let usual = || {
        let outer = lines::indent(text, key.span.start as usize).map_or(0, str::len);
        format!("{indent}{:1$}", "", indent.len().saturating_sub(outer).max(1))
    };
    let dash = dashes.next().map_or_else(usual, str::to_owned);
    let mut new = vec![format!("{indent}{name}:")];
    new.extend(entry.block(&dash));
    new
}
