//! Assets as Cloud Asset Inventory lists them, which is also how an export has them but for the case of its letters
//! (<https://cloud.google.com/asset-inventory/docs/reference/rest/v1/assets>).

use std::{borrow::Cow, collections::BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    Asset, Held, Kind, State, location,
    names::{project, relative},
    object,
};
use crate::model::time;

/// What of an asset is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::emulator) enum Content {
    /// That it is there.
    Name,
    /// What it is.
    Resource,
    /// Its policy.
    Policy,
    /// What the state holds nothing of.
    Nothing,
}

/// Something that is listed.
#[derive(Debug)]
pub(in crate::emulator) enum Listed<'s> {
    /// A resource of a kind that is served.
    Known(Kind, &'s str, &'s Asset, Option<&'s Held>),
    /// A line of another.
    Other(&'s str, &'s Value),
}

impl<'s> Listed<'s> {
    pub(in crate::emulator) fn asset_type(&self) -> &'s str {
        match self {
            Self::Known(kind, ..) => kind.asset_type(),
            Self::Other(kind, _) => kind,
        }
    }

    /// The relative name of what it is in, or of itself.
    pub(in crate::emulator) fn place(&self, state: &State) -> Cow<'s, str> {
        let line = match self {
            Self::Known(_, name, ..) => return Cow::Borrowed(name),
            Self::Other(_, line) => line,
        };
        let above = line.get("ancestors").and_then(|all| all.get(0)).and_then(Value::as_str);
        let name = line.get("name").and_then(Value::as_str).map(relative);
        Cow::Owned(state.names.canonical(above.or(name).unwrap_or_default()))
    }
}

/// The type of a line of an asset that is not served; `None` of what no export has.
fn other(line: &Value) -> Option<&str> {
    let kind = line.get("asset_type").or_else(|| line.get("assetType")).and_then(Value::as_str)?;
    (kind.contains('/') && !kind.starts_with("callmap/")).then_some(kind)
}

fn part<'v>(line: &'v Value, snake: &str, camel: &str) -> Option<&'v Value> {
    line.get(snake).or_else(|| line.get(camel)).filter(|value| !value.is_null())
}

impl State {
    /// Every asset type that there can be.
    pub(in crate::emulator) fn asset_types(&self) -> BTreeSet<&str> {
        let mut all: BTreeSet<&str> = self.others.iter().filter_map(other).collect();
        for kind in Kind::ALL {
            all.insert(kind.asset_type());
        }
        all
    }

    /// Everything that a list of such content has.
    pub(in crate::emulator) fn listable(&self, content: Content) -> impl Iterator<Item = Listed<'_>> {
        let known = self
            .assets
            .iter()
            .map(|(key, asset)| Listed::Known(key.0, key.1.as_str(), asset, self.policies.get(key)));
        let others = self.others.iter().filter_map(|line| Some(Listed::Other(other(line)?, line)));
        known.chain(others).filter(move |listed| match (content, listed) {
            (Content::Name, _) => true,
            (Content::Nothing, _) => false,
            (Content::Resource, Listed::Known(_, _, asset, _)) => asset.data.is_some(),
            (Content::Policy, Listed::Known(_, _, _, held)) => held.is_some(),
            (Content::Resource, Listed::Other(_, line)) => line.get("resource").is_some(),
            (Content::Policy, Listed::Other(_, line)) => part(line, "iam_policy", "iamPolicy").is_some(),
        })
    }

    /// An asset as it is listed.
    pub(in crate::emulator) fn exported(&self, listed: &Listed<'_>, content: Content) -> Value {
        let (kind, name, asset, held) = match listed {
            Listed::Known(kind, name, asset, held) => (*kind, *name, asset, held),
            Listed::Other(kind, line) => return other_shown(kind, line, content),
        };
        let number = project(name).and_then(|project| self.names.number(project));
        // A project is called by its number.
        let shown = match (kind, number) {
            (Kind::Project, Some(number)) => format!("projects/{number}"),
            _ => name.to_owned(),
        };
        let moment = if content == Content::Policy { held.and_then(|held| held.time) } else { asset.time };
        let resource = || {
            let above: Vec<String> = match (kind.is_container(), number) {
                (false, Some(number)) => vec![format!("projects/{number}")],
                _ => self.names.above(name).into_iter().map(str::to_owned).collect(),
            };
            let parent =
                above.first().map(|above| format!("//cloudresourcemanager.googleapis.com/{above}").into());
            let data = asset.data.as_ref()?;
            let is_second =
                kind == Kind::Service && data.get("spec").is_none() && data.get("metadata").is_none();
            Some(object([
                ("version", Some(if is_second || kind == Kind::Function { "v2" } else { "v1" }.into())),
                ("parent", parent),
                ("data", Some(data.clone())),
                ("location", location(name).map(Value::from)),
            ]))
        };
        let policy = || {
            let mut policy = held.map(|held| held.policy.clone())?;
            if let Value::Object(fields) = &mut policy {
                fields.retain(|_, value| !value.is_null());
            }
            Some(policy)
        };
        object([
            ("name", Some(format!("//{}/{shown}", kind.host()).into())),
            ("assetType", Some(kind.asset_type().into())),
            ("resource", (content == Content::Resource).then(resource).flatten()),
            ("iamPolicy", (content == Content::Policy).then(policy).flatten()),
            ("ancestors", Some(asset.ancestors.clone().unwrap_or_else(|| self.ancestors(kind, name)))),
            ("updateTime", moment.map(|moment| time::rfc3339(moment).into())),
        ])
    }

    /// What stands above a resource, in an export's words.
    pub(super) fn ancestors(&self, kind: Kind, name: &str) -> Value {
        let own = match project(name) {
            _ if kind.is_container() => name.to_owned(),
            Some(project) => format!("projects/{project}"),
            // A role of an organization.
            None => name.split('/').take(2).collect::<Vec<_>>().join("/"),
        };
        let number = own.strip_prefix("projects/").and_then(|id| self.names.number(id));
        let first = number.map_or_else(|| own.clone(), |number| format!("projects/{number}"));
        let above = self.names.above(&own);
        std::iter::once(first.as_str()).chain(above).collect()
    }
}

/// A line as it came, in the letters of an answer.
fn other_shown(kind: &str, line: &Value, content: Content) -> Value {
    let resource = line.get("resource").and_then(Value::as_object).map(|resource| {
        let known = |key: &str| {
            Some(match key {
                "version" | "data" | "location" | "parent" => key.to_owned(),
                "discoveryDocumentUri" | "discovery_document_uri" => "discoveryDocumentUri".to_owned(),
                "discoveryName" | "discovery_name" => "discoveryName".to_owned(),
                "resourceUrl" | "resource_url" => "resourceUrl".to_owned(),
                _ => return None,
            })
        };
        let all = resource.iter().filter_map(|(key, value)| Some((known(key)?, value.clone())));
        Value::Object(all.collect::<Map<_, _>>())
    });
    let is = |wanted: Content| content == wanted;
    object([
        ("name", line.get("name").cloned()),
        ("assetType", Some(json!(kind))),
        ("resource", resource.filter(|_| is(Content::Resource))),
        ("iamPolicy", part(line, "iam_policy", "iamPolicy").filter(|_| is(Content::Policy)).cloned()),
        ("ancestors", line.get("ancestors").cloned()),
        ("updateTime", part(line, "update_time", "updateTime").cloned()),
    ])
}
