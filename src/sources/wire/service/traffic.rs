//! Where the requests of a service go.

use serde::Deserialize;

use super::super::text::{Text, filled};
use crate::world::Traffic;

/// One entry of `traffic`, `trafficStatuses`, `spec.traffic` or `status.traffic`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an object")]
pub(super) struct Target<'a> {
    /// v2: `…_LATEST` or `…_REVISION`.
    #[serde(borrow, rename = "type")]
    kind: Option<Text<'a>>,
    /// v2, and Knative's word for it.
    #[serde(borrow, alias = "revisionName")]
    revision: Option<Text<'a>>,
    /// Knative: the latest ready one, whatever its name.
    latest_revision: Option<bool>,
    percent: Option<i64>,
    #[serde(borrow)]
    tag: Option<Text<'a>>,
}

/// What was asked for and what came of it.
pub(super) struct Observed<'a> {
    pub(super) asked: &'a [Target<'a>],
    pub(super) answered: &'a [Target<'a>],
    pub(super) latest_ready: Option<&'a str>,
    pub(super) latest_created: Option<&'a str>,
}

impl Observed<'_> {
    /// Whether every request, and every tag, leads to the revision that the template describes.
    pub(super) fn traffic(&self) -> Traffic {
        let Self { asked, answered, latest_ready, latest_created } = *self;
        // While the latest is not ready, the one before it answers.
        let behind = match (latest_ready, latest_created) {
            (Some(ready), Some(created)) if short(ready) != short(created) => Some(ready),
            _ => None,
        };
        // A pinned entry without a name tells nothing where the outcome is told.
        let asked = asked.iter().filter(|target| target.strays(latest_ready, answered.is_empty()));
        let answered = answered.iter().filter(|target| target.strays(latest_ready, true));
        let straying: Vec<_> = asked.chain(answered).collect();
        if behind.is_none() && straying.is_empty() {
            return Traffic::Latest;
        }
        let named = straying.into_iter().filter_map(|target| filled(target.revision.as_ref()));
        let short = behind.into_iter().chain(named).map(short).filter(|name| !name.is_empty());
        Traffic::Split { revisions: short.map(Into::into).collect() }
    }
}

impl Target<'_> {
    fn strays(&self, latest_ready: Option<&str>, is_final: bool) -> bool {
        let Self { kind, revision, latest_revision, percent, tag } = self;
        let carries = percent.unwrap_or_default() > 0 || filled(tag.as_ref()).is_some();
        if !carries || latest_revision.unwrap_or_default() {
            return false;
        }
        match filled(revision.as_ref()) {
            Some(revision) => latest_ready.is_none_or(|latest| short(latest) != short(revision)),
            None => is_final && kind.as_deref() == Some("TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"),
        }
    }
}

/// The last part of a revision's name: some answers give it whole, some do not.
fn short(revision: &str) -> &str {
    revision.rsplit('/').next().unwrap_or(revision)
}
