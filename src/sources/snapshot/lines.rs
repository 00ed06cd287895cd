//! The lines of a snapshot as they are written.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::Arc,
};

use serde::Serialize;

use super::{GapLayer, Words, is_told};
use crate::{
    model::{Container, Policy, Principal},
    world::Gap,
};

/// Where lines go.
pub(super) struct Out<'a>(pub(super) &'a mut dyn Write);

impl Out<'_> {
    pub(super) fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut *self.0, line)?;
        self.0.write_all(b"\n")
    }

    /// What could not be read, and why.
    pub(super) fn gap(&mut self, layer: GapLayer, name: &str, gap: &Gap) -> io::Result<()> {
        let Gap { why, permission } = gap;
        self.line(&Unreadable {
            name,
            asset_type: "callmap/Unreadable",
            why,
            permission: permission.as_deref(),
            layer: (!is_told(layer, name, gap)).then(|| layer.as_str()),
        })
    }
}

#[derive(Serialize)]
struct Unreadable<'a> {
    name: &'a str,
    asset_type: &'a str,
    why: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layer: Option<&'a str>,
}

/// One asset.
#[derive(Serialize)]
pub(super) struct Line<'a, T> {
    name: String,
    asset_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<Resource<T>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) iam_policy: Option<PolicyOut<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ancestors: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) update_time: Option<String>,
}

#[derive(Serialize)]
struct Resource<T> {
    data: T,
}

impl<T> Line<'_, T> {
    pub(super) fn new(name: String, asset_type: &'static str) -> Self {
        Self { name, asset_type, resource: None, iam_policy: None, ancestors: None, update_time: None }
    }

    pub(super) fn with(mut self, data: T) -> Self {
        self.resource = Some(Resource { data });
        self
    }
}

/// What a line without a resource holds for one.
#[derive(Serialize)]
pub(super) enum Nothing {}

/// Of `callmap/World`.
#[derive(Serialize)]
pub(super) struct Header<'a> {
    pub(super) layers: Words<'a>,
    pub(super) seen: Vec<&'a str>,
    pub(super) projects: Words<'a>,
    pub(super) gen1_functions: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) event_source_lists: Vec<&'a str>,
    #[serde(skip_serializing_if = "Lists::is_empty")]
    pub(super) workloads: Lists<'a>,
    #[serde(skip_serializing_if = "Lists::is_empty")]
    pub(super) projects_below: Lists<'a>,
}

/// Names by the name that they belong to.
pub(super) type Lists<'a> = BTreeMap<String, Vec<&'a str>>;

/// Of a project.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Names<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) project_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) project_number: Option<&'a str>,
}

/// Of a role.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Role<'a> {
    pub(super) included_permissions: &'a [Arc<str>],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) deleted: bool,
}

/// Of `callmap/Group`.
#[derive(Serialize)]
pub(super) struct Members<'a> {
    pub(super) members: Vec<&'a str>,
}

#[derive(Serialize)]
pub(super) struct PolicyOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<&'a str>,
    bindings: Vec<BindingOut<'a>>,
}

#[derive(Serialize)]
struct BindingOut<'a> {
    role: &'a str,
    members: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<ConditionOut<'a>>,
}

#[derive(Serialize)]
struct ConditionOut<'a> {
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    expression: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
}

/// An allow policy; an empty one is written, so that it is not taken for one that was not read.
pub(super) fn policy(policy: &Policy) -> PolicyOut<'_> {
    let Policy { version, etag, bindings } = policy;
    PolicyOut {
        version: *version,
        etag: etag.as_deref(),
        bindings: bindings
            .iter()
            .map(|binding| BindingOut {
                role: binding.role.as_str(),
                members: binding.members.iter().map(Principal::as_str).collect(),
                condition: binding.condition.as_ref().map(|condition| ConditionOut {
                    title: &condition.title,
                    description: condition.description.as_deref(),
                    expression: &condition.expression,
                    location: condition.location.as_deref(),
                }),
            })
            .collect(),
    }
}

/// Ancestors, nearest first.
pub(super) fn chain(containers: &[Container]) -> Vec<String> {
    containers.iter().map(ToString::to_string).collect()
}

/// The address of a service account: Google's JSON leaves out the kind where it can be no other.
pub(super) fn email(account: &Principal) -> &str {
    account.as_str().strip_prefix("serviceAccount:").unwrap_or(account.as_str())
}
