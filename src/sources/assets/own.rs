//! Lines of `asset_type` `callmap/…`: what a snapshot holds that the inventory has no type for.
//!
//! - `callmap/World`: what was asked for, which projects were seen, ids and numbers, first-generation functions.
//!   A file with such a line says all it has to say: its lines imply no other gaps above services.
//! - `callmap/Group`: a group and its direct members.
//! - `callmap/DenyPolicy`: a deny policy as the API gave it.
//! - `callmap/Writer`: a resource of Terraform's that writes a policy or a service.
//! - `callmap/Unreadable`: what was refused.

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{batch::Content, envelope::Envelope, own_writer};
use crate::{
    model::{Container, Principal, PrincipalKind, resource::NameError},
    sources::{
        intern::Interner,
        name,
        snapshot::layer::GapLayer,
        wire::{self, Resource, ShapeError, text::Text},
    },
    world::{Gap, Layer, LayerState},
};

/// What a `callmap/World` line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) layers: BTreeMap<Layer, LayerState>,
    pub(super) seen: Vec<Arc<str>>,
    /// Ids and their numbers.
    pub(super) projects: Vec<(Arc<str>, Arc<str>)>,
    pub(super) gen1_functions: usize,
    /// Projects whose event sources were all listed.
    pub(super) event_source_lists: Vec<Arc<str>>,
    /// Jobs and instances by project.
    pub(super) workloads: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// Projects by the folder or organization above them.
    pub(super) projects_below: BTreeMap<Container, Vec<Arc<str>>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct HeaderWire<'a> {
    #[serde(borrow)]
    layers: BTreeMap<Text<'a>, Text<'a>>,
    #[serde(borrow)]
    seen: Vec<Text<'a>>,
    #[serde(borrow)]
    projects: BTreeMap<Text<'a>, Text<'a>>,
    gen1_functions: usize,
    // What older snapshots do not say was not asked for.
    #[serde(borrow, default)]
    event_source_lists: Vec<Text<'a>>,
    #[serde(borrow, default)]
    workloads: BTreeMap<Text<'a>, Vec<Text<'a>>>,
    #[serde(borrow, default)]
    projects_below: BTreeMap<Text<'a>, Vec<Text<'a>>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct GroupWire<'a> {
    #[serde(borrow)]
    members: Vec<Text<'a>>,
}

/// What a line of this type says.
pub(super) fn content(
    kind: &str,
    envelope: &Envelope<'_>,
    words: &mut Interner,
) -> Result<Content, ShapeError> {
    let name = envelope.name.as_deref().unwrap_or_default();
    match kind {
        "callmap/World" => header(envelope).map(Content::Header),
        "callmap/Group" => {
            let group = words.principal(name);
            if !matches!(group.kind(), PrincipalKind::Group(_)) {
                return Err(ShapeError(format!("`{name}` is not a group; write it as `group:EMAIL`")));
            }
            let GroupWire { members } = needed(envelope)?;
            let members: Vec<Principal> = members.iter().map(|member| words.principal(member)).collect();
            Ok(Content::Group(group, members))
        }
        "callmap/DenyPolicy" => {
            let json: &RawValue = needed(envelope)?;
            let name = name.parse().map_err(|error: NameError| ShapeError(error.to_string()))?;
            Ok(Content::DenyPolicy(name, wire::deny::policy(json.get(), "resource.data", words)?))
        }
        "callmap/Writer" => own_writer::told(envelope, words).map(Content::Told),
        "callmap/Unreadable" => unread(name, envelope),
        _ => Err(ShapeError(format!("`{kind}` is not a type of line that callmap writes; a newer one may"))),
    }
}

pub(super) fn needed<'a, T: Deserialize<'a>>(envelope: &Envelope<'a>) -> Result<T, ShapeError> {
    let json = envelope.resource_text().unwrap_or("{}");
    let Resource { parent: _, data }: Resource<'a, T> = wire::read(json, "resource")?;
    data.ok_or_else(|| ShapeError("has no `resource.data`".to_owned()))
}

fn header(envelope: &Envelope<'_>) -> Result<Header, ShapeError> {
    let HeaderWire { layers, seen, projects, gen1_functions, event_source_lists, workloads, projects_below } =
        needed(envelope)?;
    let mut told = BTreeMap::new();
    for (layer, state) in &layers {
        let layer = Layer::ALL.into_iter().find(|known| known.as_str() == &**layer);
        let state = [LayerState::Read, LayerState::Refused, LayerState::NotAsked]
            .into_iter()
            .find(|known| known.as_str() == &**state);
        // A newer callmap may know more layers; a state that is not known cannot be passed over.
        match (layer, state) {
            (Some(layer), Some(state)) => drop(told.insert(layer, state)),
            (None, _) => {}
            (_, None) => return Err(ShapeError("`resource.data.layers` holds an unknown state".to_owned())),
        }
    }
    let mut below = BTreeMap::new();
    for (name, ids) in &projects_below {
        let name: Container = name
            .parse()
            .map_err(|error: NameError| ShapeError(format!("`resource.data.projects_below`: {error}")))?;
        below.insert(name, words(ids));
    }
    Ok(Header {
        layers: told,
        seen: words(&seen),
        projects: projects.iter().map(|(id, number)| ((&**id).into(), (&**number).into())).collect(),
        gen1_functions,
        event_source_lists: words(&event_source_lists),
        workloads: workloads.iter().map(|(project, names)| ((&**project).into(), words(names))).collect(),
        projects_below: below,
    })
}

fn words(texts: &[Text<'_>]) -> Vec<Arc<str>> {
    texts.iter().map(|text| (&**text).into()).collect()
}

fn unread(full: &str, envelope: &Envelope<'_>) -> Result<Content, ShapeError> {
    let why = envelope.why.as_deref().ok_or_else(|| ShapeError("has no `why`".to_owned()))?;
    let permission = envelope.permission.as_deref();
    let layer = match envelope.layer.as_deref() {
        Some(word) => GapLayer::of_word(word),
        None if full.starts_with("group:") => Some(GapLayer::Group),
        None => permission.and_then(GapLayer::of_permission),
    };
    let Some(layer) = layer else {
        return Err(ShapeError(
            "names no permission that tells what could not be read, such as `run.services.getIamPolicy`"
                .to_owned(),
        ));
    };
    let name = if layer == GapLayer::DenyPolicy { full } else { name::relative(full) };
    Ok(Content::Unread {
        layer,
        name: name.into(),
        gap: Gap { why: why.into(), permission: permission.map(Into::into) },
    })
}
