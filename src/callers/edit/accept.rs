//! Findings that are accepted, as entries of `accepted`.

use super::EditError;
use crate::{
    callers::{
        write::{literal, scalar},
        yaml::{self, Node, Span},
    },
    model::RuleId,
};

/// An entry of `accepted` to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAcceptance {
    /// Findings of which rule.
    pub rule: RuleId,
    /// Of exactly this caller, `kind:name`.
    pub caller: Option<String>,
    /// About exactly this resource.
    pub resource: Option<String>,
    /// Only of this role.
    pub role: Option<String>,
    /// Why.
    pub reason: String,
    /// Until when: a date or an RFC 3339 time.
    pub until: String,
}

/// Adds entries to `accepted`, which is made if there is none.
///
/// # Errors
/// Where the text is no map, or its `accepted` is no list.
pub fn accept(text: &str, entries: &[NewAcceptance]) -> Result<String, EditError> {
    let root = yaml::parse(text).map_err(|_| EditError::NotAMap)?;
    let pairs = root.entries().ok_or(EditError::NotAMap)?;
    let Some((key, value)) = pairs.iter().find(|(key, _)| key.text() == Some("accepted")) else {
        let block: String = entries.iter().map(|entry| block(entry, "  ")).collect();
        return Ok(insert(text, text.len(), &format!("\naccepted:\n{block}")));
    };
    if value.is_null() {
        let block: String = entries.iter().map(|entry| block(entry, "  ")).collect();
        return Ok(insert(text, line_end(text, key.span.end), &block));
    }
    let items = value.items().ok_or(EditError::NotAList)?;
    if text[value.span.range()].starts_with('[') {
        return Ok(into_flow(text, value.span, items, entries));
    }
    let indent = indentation(text, value.span.start);
    let block: String = entries.iter().map(|entry| block(entry, &indent)).collect();
    Ok(insert(text, line_end(text, value.span.end), &block))
}

/// Puts whole lines in at the start of a line, or behind a text that does not end its last one.
fn insert(text: &str, at: usize, lines: &str) -> String {
    let (before, behind) = text.split_at(at);
    let newline = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    format!("{before}{newline}{lines}{behind}")
}

/// The first byte behind the line that a byte stands in.
fn line_end(text: &str, at: u32) -> usize {
    let at = at as usize;
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}

/// What stands before the first `-` of a block list, which is white space.
fn indentation(text: &str, at: u32) -> String {
    let before = &text[..at as usize];
    let line = &before[before.rfind('\n').map_or(0, |newline| newline + 1)..];
    line.chars().take_while(|c| *c == ' ').collect()
}

fn fields(entry: &NewAcceptance) -> Vec<(&'static str, String)> {
    let NewAcceptance { rule, caller, resource, role, reason, until } = entry;
    let mut fields = vec![("rule", rule.to_string())];
    fields.extend(caller.as_ref().map(|caller| ("caller", literal(caller))));
    fields.extend(resource.as_ref().map(|resource| ("resource", literal(resource))));
    fields.extend(role.as_ref().map(|role| ("role", scalar(role))));
    fields.push(("reason", scalar(reason)));
    fields.push(("until", scalar(until)));
    fields
}

fn block(entry: &NewAcceptance, indent: &str) -> String {
    let mut block = String::new();
    for (index, (name, value)) in fields(entry).into_iter().enumerate() {
        let dash = if index == 0 { "- " } else { "  " };
        block.extend([indent, dash, name, ": ", &value, "\n"]);
    }
    block
}

fn into_flow(text: &str, list: Span, items: &[Node<'_>], entries: &[NewAcceptance]) -> String {
    let written: Vec<_> = entries
        .iter()
        .map(|entry| {
            let fields: Vec<_> =
                fields(entry).into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
            format!("{{ {} }}", fields.join(", "))
        })
        .collect();
    let at = items.last().map_or(list.start as usize + 1, |last| last.span.end as usize);
    let comma = if items.is_empty() { "" } else { ", " };
    let (before, behind) = text.split_at(at);
    format!("{before}{comma}{}{behind}", written.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> NewAcceptance {
        NewAcceptance {
            rule: RuleId::BroadRole,
            caller: Some("user:a@example.com".into()),
            resource: None,
            role: Some("roles/editor".into()),
            reason: "SEC-1: later".into(),
            until: "2027-01-31".into(),
        }
    }

    const WRITTEN: &str = "rule: broad-role\n    caller: user:a@example.com\n    role: roles/editor\n    \
                           reason: \"SEC-1: later\"\n    until: 2027-01-31\n";

    #[test]
    fn an_entry_goes_behind_the_others_and_nothing_else_changes() {
        let text = "callmap: 1 # a map\naccepted:\n  # why\n  - rule: x   # one\n    until: y # two\n# three\nrules: {}\n";
        let changed = accept(text, &[entry()]).unwrap();
        let expected = text.replace("# two\n", &format!("# two\n  - {WRITTEN}"));
        assert_eq!(changed, expected);
    }

    #[test]
    fn a_list_that_is_not_there_is_made() {
        let changed = accept("callmap: 1\nrules: {}", &[entry()]).unwrap();
        assert_eq!(changed, format!("callmap: 1\nrules: {{}}\n\naccepted:\n  - {WRITTEN}"));
        let changed = accept("callmap: 1\naccepted: # none yet\nrules: {}\n", &[entry()]).unwrap();
        assert_eq!(changed, format!("callmap: 1\naccepted: # none yet\n  - {WRITTEN}rules: {{}}\n"));
    }

    #[test]
    fn a_list_in_brackets_stays_in_brackets() {
        let flow = "{ rule: broad-role, caller: user:a@example.com, role: roles/editor, reason: \"SEC-1: later\", \
                    until: 2027-01-31 }";
        let changed = accept("callmap: 1\naccepted: [] # none\n", &[entry()]).unwrap();
        assert_eq!(changed, format!("callmap: 1\naccepted: [{flow}] # none\n"));
        let changed = accept("callmap: 1\naccepted: [{rule: x}]\n", &[entry()]).unwrap();
        assert_eq!(changed, format!("callmap: 1\naccepted: [{{rule: x}}, {flow}]\n"));
    }

    #[test]
    fn what_is_no_list_is_left_alone() {
        assert_eq!(accept("callmap: 1\naccepted: {}\n", &[entry()]), Err(EditError::NotAList));
        assert_eq!(accept("- a\n", &[entry()]), Err(EditError::NotAMap));
    }
}
