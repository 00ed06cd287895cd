//! `accepted:`: what a reviewer agreed to live with.

use super::{
    draft::AcceptanceDraft,
    read_callers::moment,
    read_settings::rule,
    shape::{Mistakes, key, pairs, some_texts, text, unknown_key},
    yaml::Node,
};
use crate::model::RoleName;

/// Every key that is read here; the schema is made from them.
pub(super) const KEYS: [&str; 7] = ["rule", "caller", "resource", "functions", "role", "reason", "until"];

pub(super) fn read(entry: &Node<'_>, mistakes: &mut Mistakes) -> Option<AcceptanceDraft> {
    let pairs = pairs(entry, "an acceptance", mistakes)?;
    let (mut id, mut caller, mut resource, mut functions, mut role) = (None, None, None, Vec::new(), None);
    let (mut reason, mut until) = (None, None);
    for (name, value) in pairs {
        match key(name) {
            "rule" => id = rule(value, mistakes),
            "caller" => caller = text(value, "`caller`", mistakes),
            "resource" => resource = text(value, "`resource`", mistakes),
            "functions" => functions.extend(some_texts(value, "`functions`", mistakes).into_iter().flatten()),
            "role" => role = text(value, "`role`", mistakes).map(|name| RoleName::new(name.text)),
            "reason" => reason = text(value, "`reason`", mistakes).map(|reason| reason.text),
            "until" => until = moment(value, mistakes).map(|(until, _)| until),
            _ => unknown_key(name, "an acceptance", &KEYS, mistakes),
        }
    }
    let has = |wanted: &str| pairs.iter().any(|(name, _)| key(name) == wanted);
    for wanted in ["rule", "reason", "until"] {
        if !has(wanted) {
            let message = format!("this acceptance has no `{wanted}`");
            mistakes.add(
                entry.span,
                message,
                format!("add `{wanted}:`: nothing is accepted for good or unexplained"),
            );
        }
    }
    if !has("caller") && !has("resource") {
        let repair = "add `caller:` or `resource:`, exactly as the finding names it";
        mistakes.add(entry.span, "this acceptance names neither a caller nor a resource", repair);
        return None;
    }
    // A part that could not be read must not widen what is accepted.
    let is_whole = caller.is_some() == has("caller")
        && resource.is_some() == has("resource")
        && role.is_some() == has("role")
        && functions.is_empty() != has("functions");
    is_whole.then_some(())?;
    Some(AcceptanceDraft {
        span: entry.span,
        rule: id?,
        caller,
        resource,
        functions,
        role,
        reason: reason?,
        until: until?,
    })
}
