//! `functions:`: what the map governs.

use super::{
    draft::{FunctionDraft, Text},
    read_file::{is_missing, writer},
    shape::{Mistakes, key, pairs, some_texts, text, unknown_key},
    yaml::{Node, Span},
};

/// Every key that is read here; the schema is made from them.
pub(super) const KEYS: [&str; 8] =
    ["region", "regions", "resource", "runs_as", "trigger", "owner", "written_by", "only"];

pub(super) fn read(name: &Node<'_>, value: &Node<'_>, mistakes: &mut Mistakes) -> Vec<FunctionDraft> {
    let repair = "name the functions that this map governs: an empty map is never \"revoke everything\"";
    if is_missing(name, value, repair, mistakes) {
        return Vec::new();
    }
    let Some(pairs) = pairs(value, "`functions`", mistakes) else { return Vec::new() };
    if pairs.is_empty() {
        mistakes.add(name.span, "`functions` is empty", repair);
    }
    pairs.iter().filter_map(|(name, value)| function(name, value, mistakes)).collect()
}

fn function(name: &Node<'_>, value: &Node<'_>, mistakes: &mut Mistakes) -> Option<FunctionDraft> {
    let name = text(name, "a function's name", mistakes)?;
    if !is_name(&name.text) {
        let message = format!("`{}` cannot be the name of a function", name.text);
        mistakes.add(name.span, message, "use letters, digits, `-` and `_`, and start with a letter");
        return None;
    }
    let mut draft = FunctionDraft {
        name,
        resource: None,
        region: None,
        regions: Vec::new(),
        runs_as: None,
        is_event_driven: false,
        owner: None,
        written_by: None,
        only: None,
    };
    if value.is_null() {
        return Some(draft);
    }
    let what = format!("`{}`", draft.name.text);
    for (name, value) in pairs(value, &what, mistakes)? {
        field(&mut draft, name, value, mistakes);
    }
    places(&draft, mistakes);
    Some(draft)
}

fn field(draft: &mut FunctionDraft, name: &Node<'_>, value: &Node<'_>, mistakes: &mut Mistakes) {
    match key(name) {
        "region" => draft.region = text(value, "`region`", mistakes),
        "regions" => draft.regions = regions(value, mistakes),
        "resource" => draft.resource = text(value, "`resource`", mistakes),
        "runs_as" => draft.runs_as = text(value, "`runs_as`", mistakes),
        "owner" => draft.owner = text(value, "`owner`", mistakes),
        "written_by" => draft.written_by = writer(value, mistakes),
        "only" => draft.only = some_texts(value, "`only`", mistakes),
        "trigger" => match text(value, "`trigger`", mistakes).as_ref().map(|word| &*word.text) {
            Some("event") => draft.is_event_driven = true,
            Some(other) => {
                let message = format!("`{other}` is not a trigger");
                mistakes.add(value.span, message, "write `trigger: event`, or take it out");
            }
            None => {}
        },
        _ => unknown_key(name, "a function", &KEYS, mistakes),
    }
}

fn regions(value: &Node<'_>, mistakes: &mut Mistakes) -> Vec<Text> {
    let Some(regions) = some_texts(value, "`regions`", mistakes) else { return Vec::new() };
    let mut once: Vec<Text> = Vec::with_capacity(regions.len());
    for region in regions {
        if once.iter().any(|earlier| earlier.text == region.text) {
            mistakes.add(region.span, format!("`{}` is named twice", region.text), "name it once");
        } else {
            once.push(region);
        }
    }
    once
}

/// Of the three ways to say where a function is, one at most.
fn places(draft: &FunctionDraft, mistakes: &mut Mistakes) {
    let resource = draft.resource.as_ref().map(|text| text.span);
    let region = draft.region.as_ref().map(|text| text.span);
    let regions = draft.regions.first().map(|text| text.span);
    let said: Vec<Span> = [resource, region, regions].into_iter().flatten().collect();
    if let [_, second, ..] = said[..] {
        let message = format!("`{}` says twice where it is", draft.name.text);
        mistakes.add(second, message, "keep one of `resource`, `region` and `regions`");
    }
}

/// Whether this can be the name of a service or the id of a function
/// (<https://cloud.google.com/functions/docs/reference/rest/v2/projects.locations.functions>).
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}
