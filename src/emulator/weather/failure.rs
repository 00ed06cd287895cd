//! What can be chosen to go wrong, and for which methods.

use serde::{Deserialize, Serialize};
use wildmatch::WildMatch;

/// A failure that was chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Failure {
    /// Google's id of the methods that it befalls, or a path that begins with a slash; stars stand for anything.
    #[serde(default = "any")]
    pub method: String,
    /// How they fail.
    pub kind: FailureKind,
    /// The share of the answers that do, from 0 to 1.
    #[serde(default = "every")]
    pub share: f64,
    /// So many are spared first.
    #[serde(default)]
    pub after: u64,
    /// So many fail, and then no more; `None` for no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
}

/// A way to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FailureKind {
    /// Too many requests; not carried out.
    #[serde(rename = "429")]
    TooMany,
    /// An error inside; not carried out.
    #[serde(rename = "500")]
    Internal,
    /// Not available; not carried out.
    #[serde(rename = "503")]
    Unavailable,
    /// The connection breaks; not carried out.
    Reset,
    /// It is carried out, and the connection breaks before the answer.
    ResetAfter,
    /// It is carried out, and the connection breaks within the answer.
    Truncated,
    /// It is carried out, and the answer comes in small pieces.
    SlowDrip,
    /// It is carried out, and what is answered is no JSON.
    WrongJson,
    /// It is carried out, and what is answered is JSON of another shape.
    WrongShape,
}

/// How often methods may be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limit {
    /// As [`Failure::method`]. What it fits is counted together.
    #[serde(default = "any")]
    pub method: String,
    /// So often in a minute of the clock on the wall; the minute begins with the first request.
    pub per_minute: u64,
}

/// Somebody else who writes the policies that are written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecondWriter {
    /// The share of the writes that it meddles with, from 0 to 1.
    #[serde(default = "every")]
    pub share: f64,
    /// When it writes.
    #[serde(default)]
    pub when: When,
    /// Whom it lets do something: who is there is taken away, and who is not is added.
    #[serde(default = "somebody")]
    pub member: String,
    /// What it lets do.
    #[serde(default = "viewer")]
    pub role: String,
}

/// When the second writer writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum When {
    /// Between the reading and the writing of the first: who holds the etag of before loses the race.
    #[default]
    Before,
    /// Just after: it puts the bindings back that were there before.
    After,
}

fn any() -> String {
    "*".to_owned()
}

fn every() -> f64 {
    1.0
}

fn somebody() -> String {
    "user:second.writer@example.com".to_owned()
}

fn viewer() -> String {
    "roles/run.viewer".to_owned()
}

/// Whether a pattern fits a method: its id, or the path.
pub(super) fn fits(pattern: &str, id: Option<&str>, path: &str) -> bool {
    let text = if pattern.starts_with('/') { path } else { id.unwrap_or("") };
    // What is no method of Google's has no id, and only a star fits it.
    WildMatch::new(pattern).matches(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_ids_or_paths() {
        let id = Some("run.projects.locations.services.getIamPolicy");
        for pattern in ["*", "run.*", "*.getIamPolicy", "/v2/*", "/v2/projects/p:getIamPolicy"] {
            assert!(fits(pattern, id, "/v2/projects/p:getIamPolicy"), "{pattern}");
        }
        for pattern in ["iam.*", "*.setIamPolicy", "/v1/*"] {
            assert!(!fits(pattern, id, "/v2/projects/p:getIamPolicy"), "{pattern}");
        }
        assert!(
            fits("*", None, "/token") && fits("/token", None, "/token") && !fits("run.*", None, "/token")
        );
    }
}
