//! One file: its own keys, and which of them are settings.

use super::{
    Writer,
    draft::{FileDraft, Text},
    read_callers, read_functions, read_settings,
    shape::{Mistakes, key, pairs, text, unknown_key},
    yaml::{Node, Span},
};

/// Every key that is read here; the schema is made from them.
pub(super) const KEYS: [&str; 15] = [
    "callmap",
    "project",
    "region",
    "owner",
    "written_by",
    "functions",
    "callers",
    "environments",
    "accepted",
    "rules",
    "role",
    "expiry",
    "max_until",
    "domains",
    "projects",
];

/// Who else can write a policy.
pub(super) const WRITERS: [&str; 2] = ["terraform", "other"];

/// Reads the top of a file into a draft, with all of its mistakes.
pub(super) fn read(root: &Node<'_>, mistakes: &mut Mistakes) -> FileDraft {
    let mut draft = FileDraft::default();
    let start = Span { start: root.span.start, end: root.span.start };
    let Some(pairs) = pairs(root, "the file", mistakes) else { return draft };
    if !pairs.iter().any(|(name, _)| key(name) == "callmap") {
        let repair = "start every file of a map with `callmap: 1`; keep other YAML in another directory";
        mistakes.add(start, "this YAML file is not a caller map", repair);
        return draft;
    }
    for (index, (name, value)) in pairs.iter().enumerate() {
        if key(name) == "callmap" {
            version(index, name, value, mistakes);
        } else {
            field(&mut draft, name, value, mistakes);
        }
    }
    if draft.functions_at.is_none() && draft.callers_at.is_none() && draft.settings_at.is_none() {
        let repair = "declare `functions:` and their `callers:`, or settings, or remove the file";
        mistakes.add(start, "this file declares nothing", repair);
    }
    if let (Some(at), None) = (draft.functions_at, draft.callers_at) {
        let repair = "add `callers:`; `callers: {}` says on purpose that nobody may call";
        mistakes.add(at, "`functions` without `callers`", repair);
    }
    if let (None, Some(at)) = (draft.functions_at, draft.callers_at) {
        let repair = "declare in this file the functions whose callers it names";
        mistakes.add(at, "`callers` without `functions`", repair);
    }
    draft
}

fn version(index: usize, name: &Node<'_>, value: &Node<'_>, mistakes: &mut Mistakes) {
    if index > 0 {
        let repair = "move `callmap: 1` above everything else";
        mistakes.add(name.span, "`callmap` is not the first key", repair);
    }
    match key(value) {
        "1" => {}
        other => {
            let message = format!("format `{other}` is not one that this callmap knows");
            mistakes.add(value.span, message, "write `callmap: 1`");
        }
    }
}

fn field(draft: &mut FileDraft, name: &Node<'_>, value: &Node<'_>, mistakes: &mut Mistakes) {
    match key(name) {
        "project" => {
            draft.has_project = true;
            draft.project = text(value, "`project`", mistakes);
        }
        "region" => {
            draft.has_region = true;
            draft.region = text(value, "`region`", mistakes);
        }
        "owner" => draft.owner = text(value, "`owner`", mistakes),
        "written_by" => draft.written_by = writer(value, mistakes),
        "functions" => {
            draft.functions_at = Some(name.span);
            draft.functions = read_functions::read(name, value, mistakes);
        }
        "callers" => {
            draft.callers_at = Some(name.span);
            draft.callers = read_callers::read(name, value, mistakes);
        }
        setting if KEYS.contains(&setting) => {
            let at = Text { text: setting.into(), span: name.span };
            draft.settings_at.get_or_insert(at);
            read_settings::read(&mut draft.settings, setting, value, mistakes);
        }
        _ => unknown_key(name, "a caller map", &KEYS, mistakes),
    }
}

/// Who else writes a policy.
pub(super) fn writer(value: &Node<'_>, mistakes: &mut Mistakes) -> Option<Writer> {
    let word = text(value, "`written_by`", mistakes)?;
    match &*word.text {
        "terraform" => Some(Writer::Terraform),
        "other" => Some(Writer::Other),
        other => {
            let message = format!("`{other}` is not a writer");
            mistakes.add(value.span, message, "write `terraform` or `other`");
            None
        }
    }
}

/// A mistake for `functions:` or `callers:` with nothing behind it. Says whether there was one.
pub(super) fn is_missing(name: &Node<'_>, value: &Node<'_>, repair: &str, mistakes: &mut Mistakes) -> bool {
    let is_missing = value.is_null();
    if is_missing {
        mistakes.add(name.span, format!("`{}` is empty", key(name)), repair);
    }
    is_missing
}
