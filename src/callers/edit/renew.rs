//! An entry that is there gets another end.

use std::ops::Range;

use super::{
    EditError, Entry, Form, Pairs, Patch, Spot, callers, flow, form, lines, named, pair_range, patched,
};
use crate::{
    callers::{
        write::scalar,
        yaml::{self, Node, Style, Value},
    },
    model::{Time, time::rfc3339},
};

/// Gives an edge another end, or none, and another reason where there is one.
///
/// # Errors
/// Where the text is no map, has no such edge, or is written so that this would change something else.
pub fn renew(text: &str, spot: Spot, until: Option<Time>, reason: Option<&str>) -> Result<String, EditError> {
    let root = yaml::parse(text).map_err(|_| EditError::NotAMap)?;
    let (_, _, pairs) = callers(text, &root)?;
    let missing = EditError::Form(spot.function);
    let (_, list) = pairs.iter().find(|(key, _)| key.span == spot.caller).ok_or(missing.clone())?;
    if form(text, list) == Form::Alias {
        return Err(EditError::Alias(list.span));
    }
    let mut items = list.items().ok_or(EditError::NotAMap)?.iter();
    let item = items.find(|item| named(item) == Some(spot.function)).ok_or(missing)?;
    let fields = item.entries().ok_or(EditError::Form(item.span))?;
    if form(text, item) == Form::Alias {
        return Ok(patched(text, vec![written_out(item, fields, until, reason)]));
    }
    let mut patches = vec![match until {
        Some(until) => set(text, item, fields, "until", &rfc3339(until))?,
        None => without(text, item, fields, "until")?,
    }];
    if let Some(reason) = reason {
        patches.push(set(text, item, fields, "reason", &scalar(reason))?);
    }
    Ok(patched(text, patches))
}

fn field<'n, 't>(fields: Pairs<'n, 't>, name: &str) -> Option<&'n (Node<'t>, Node<'t>)> {
    fields.iter().find(|(key, _)| key.text() == Some(name))
}

/// What an alias stands for, with its changes, in the place of the alias.
fn written_out(item: &Node<'_>, fields: Pairs<'_, '_>, until: Option<Time>, reason: Option<&str>) -> Patch {
    let text = |name| field(fields, name).and_then(|(_, value)| value.text()).map(str::to_owned);
    let reason = reason.map(str::to_owned).or_else(|| text("reason"));
    let entry = Entry { function: text("function").unwrap_or_default(), until, reason };
    Patch { range: item.span.range(), text: entry.flow() }
}

/// Gives a field of an entry a value: in the place of the one it has, or behind the last field.
fn set(
    text: &str,
    item: &Node<'_>,
    fields: Pairs<'_, '_>,
    name: &str,
    written: &str,
) -> Result<Patch, EditError> {
    if let Some((key, value)) = field(fields, name) {
        return Ok(replaced(text, key, value, written));
    }
    let last = fields.last().ok_or(EditError::Form(item.span))?;
    let new = format!("{name}: {written}");
    Ok(match form(text, item) {
        Form::Flow => flow::push(item.span.start as usize, Some(pair_range(last).end), &new),
        Form::Block | Form::Alias => {
            let column = item.span.start as usize - lines::start(text, item.span.start as usize);
            lines::insert_behind(text, pair_range(last).end, &[format!("{:column$}{new}", "")])
        }
    })
}

/// A value in the place of another, in the quotes of that one.
fn replaced(text: &str, key: &Node<'_>, value: &Node<'_>, written: &str) -> Patch {
    let old = &text[value.span.range()];
    let range = match &value.value {
        Value::Scalar { style: Style::Block, .. } => {
            let colon = text[key.span.end as usize..].find(':').map_or(0, |colon| colon + 1);
            let range = key.span.end as usize + colon..value.span.end as usize;
            return Patch { range, text: format!(" {written}") };
        }
        _ => value.span.range(),
    };
    let is_plain = !written.starts_with('"');
    let text = match old.chars().next() {
        Some(quote @ ('"' | '\'')) if is_plain => format!("{quote}{written}{quote}"),
        _ => written.to_owned(),
    };
    Patch { range, text }
}

/// Takes a field out of an entry; one that is not there already is.
fn without(text: &str, item: &Node<'_>, fields: Pairs<'_, '_>, name: &str) -> Result<Patch, EditError> {
    let Some(number) = fields.iter().position(|(key, _)| key.text() == Some(name)) else {
        let nowhere = item.span.end as usize;
        return Ok(Patch::cut(nowhere..nowhere));
    };
    let parts: Vec<Range<usize>> = fields.iter().map(pair_range).collect();
    if form(text, item) == Form::Flow {
        return Ok(flow::remove(text, &item.span.range(), &parts, number));
    }
    let part = &parts[number];
    match (lines::indent(text, part.start), parts.get(number + 1)) {
        (Some(_), _) => Ok(lines::cut(text, lines::start(text, part.start)..lines::behind(text, part.end))),
        // The first one stands behind the dash.
        (None, Some(next)) => Ok(Patch::cut(part.start..next.start)),
        (None, None) => Err(EditError::Form(item.span)),
    }
}
