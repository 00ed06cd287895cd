//! What single values look like. Where words of an environment may stand, a text with a `$` is let through.

use serde_json::{Value, json};

use crate::callers::read_file;

pub(super) const WRITTEN_BY: &str = "Who else writes this IAM policy. It is then compared, but left to them.";

/// A text of any kind; digits alone are one too.
pub(super) fn plain() -> Value {
    json!({ "type": ["string", "integer"], "pattern": r"\S" })
}

pub(super) fn project() -> Value {
    json!({ "type": ["string", "integer"], "pattern": r"^[a-z0-9.:-]*[a-z0-9.-]$|\$" })
}

pub(super) fn project_without_words() -> Value {
    json!({ "type": ["string", "integer"], "pattern": "^[a-z0-9.:-]*[a-z0-9.-]$" })
}

pub(super) fn region() -> Value {
    json!({ "type": "string", "pattern": r"^[a-z0-9-]*-[a-z0-9-]*$|\$", "examples": ["europe-west1"] })
}

pub(super) fn writer() -> Value {
    json!({ "enum": read_file::WRITERS })
}

pub(super) fn service() -> Value {
    json!({
        "type": "string",
        "pattern": r"^projects/[^/]+/locations/[^/]+/services/[^/]+$|\$",
        "examples": ["projects/shop-prod/locations/europe-west1/services/checkout"],
    })
}

pub(super) fn account() -> Value {
    json!({
        "type": "string",
        "pattern": r"^(serviceAccount:)?[^\s:/@]+@[^\s:/]*\.[^\s:/]*$|\$",
        "examples": ["checkout@shop-prod.iam.gserviceaccount.com"],
    })
}

pub(super) fn function_name() -> Value {
    json!({
        "description": "A service's name, or the id of a function of the Cloud Functions API.",
        "type": "string",
        "pattern": "^[A-Za-z][A-Za-z0-9_-]{0,62}$",
    })
}

/// A short name, or a pattern over the short names of the file.
pub(super) fn function_pattern() -> Value {
    json!({ "type": "string", "pattern": r"^[A-Za-z0-9_*?-]+$" })
}

/// Everybody whom Cloud Run can admit. Kinds that Google may add are let through.
pub(super) fn caller() -> Value {
    json!({
        "description": "A principal as IAM writes it, or `function:NAME` for whatever account that function runs as.",
        "anyOf": [
            { "enum": ["allUsers", "allAuthenticatedUsers"] },
            {
                "pattern": r"^(user|group|serviceAccount):([^\s@]+@[^\s@]*\.[^\s@]*|\S*\$\S*|\S*\.svc\.id\.goog\[\S*\])$",
            },
            { "pattern": r"^domain:([^\s@]*\.[^\s@]*|\S*\$\S*)$" },
            { "pattern": r"^function:([A-Za-z][A-Za-z0-9_-]*|\S*\$\S*)$" },
            { "pattern": r"^principal(Set)?:(?!//iam\.googleapis\.com/)\S+$" },
            {
                "pattern": r"^(?!(user|group|serviceAccount|domain|function|principal|principalSet|deleted|projectOwner|projectEditor|projectViewer):)[^\s:$]+:\S+$",
            },
        ],
    })
}

pub(super) fn until() -> Value {
    json!({
        "description": "When it ends: a date, to the end of that day in UTC, or a time with its zone.",
        "type": "string",
        "pattern": r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])([Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2}))?$",
        "examples": ["2026-12-01", "2026-12-01T18:00:00Z"],
    })
}

pub(super) fn duration() -> Value {
    json!({ "type": "string", "pattern": "^0*[1-9][0-9]*[dhms]$", "examples": ["30d", "8h"] })
}

pub(super) fn domain() -> Value {
    json!({ "type": "string", "pattern": r"^[^\s.@/]([^\s@/]*\.)+[^\s.@/]+$", "examples": ["example.com"] })
}
