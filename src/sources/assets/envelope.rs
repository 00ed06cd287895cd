//! An asset with its parts: those of a known and common kind read at once, the others as text.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::sources::wire::{self, ShapeError, policy::PolicyWire, service::ServiceResource, text::Text};

/// A part of an asset.
pub(super) enum Part<'a, T> {
    /// As text, where it came before it was known what it is.
    Raw(&'a RawValue),
    /// As it is.
    Read(T),
}

/// A resource: of a service as such, of others as text.
pub(super) type ResourcePart<'a> = Part<'a, Box<ServiceResource<'a>>>;

/// One line.
#[derive(Default)]
pub(super) struct Envelope<'a> {
    pub(super) name: Option<Text<'a>>,
    pub(super) asset_type: Option<Text<'a>>,
    pub(super) resource: Option<ResourcePart<'a>>,
    pub(super) iam_policy: Option<Part<'a, PolicyWire<'a>>>,
    pub(super) ancestors: Option<&'a RawValue>,
    pub(super) update_time: Option<Text<'a>>,
    /// Of a page without assets.
    pub(super) read_time: Option<Text<'a>>,
    // Of `callmap/Unreadable`.
    pub(super) why: Option<Text<'a>>,
    pub(super) permission: Option<Text<'a>>,
    pub(super) layer: Option<Text<'a>>,
}

impl<'a> Envelope<'a> {
    /// The resource as text. Nothing where it was read as one of a service, whose lines alone have such.
    pub(super) fn resource_text(&self) -> Option<&'a str> {
        match &self.resource {
            Some(Part::Raw(raw)) => Some(raw.get()),
            Some(Part::Read(_)) | None => None,
        }
    }
}

impl<'a, T: Deserialize<'a>> Part<'a, T> {
    /// The part as it is. `at` is its name.
    pub(super) fn read(self, at: &str) -> Result<T, ShapeError> {
        match self {
            Self::Raw(raw) => wire::read(raw.get(), at),
            Self::Read(part) => Ok(part),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Envelope<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope<'de>, A::Error> {
        let mut line = Envelope::default();
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match &*key {
                "name" => once(&mut line.name, &mut map, "name")?,
                "asset_type" | "assetType" => once(&mut line.asset_type, &mut map, "asset_type")?,
                "resource" => {
                    let is_of_service = line.asset_type.as_deref() == Some("run.googleapis.com/Service");
                    part(&mut line.resource, &mut map, is_of_service, "resource")?;
                }
                "iam_policy" | "iamPolicy" => {
                    let is_known = line.asset_type.as_deref().is_some_and(super::line::is_read);
                    part(&mut line.iam_policy, &mut map, is_known, "iam_policy")?;
                }
                "ancestors" => once(&mut line.ancestors, &mut map, "ancestors")?,
                "update_time" | "updateTime" => once(&mut line.update_time, &mut map, "update_time")?,
                "read_time" | "readTime" => once(&mut line.read_time, &mut map, "read_time")?,
                "why" => once(&mut line.why, &mut map, "why")?,
                "permission" => once(&mut line.permission, &mut map, "permission")?,
                "layer" => once(&mut line.layer, &mut map, "layer")?,
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(line)
    }
}

/// A field that may be there once.
fn once<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    field: &mut Option<T>,
    map: &mut A,
    name: &'static str,
) -> Result<(), A::Error> {
    if field.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *field = map.next_value()?;
    Ok(())
}

fn part<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    field: &mut Option<Part<'de, T>>,
    map: &mut A,
    is_known: bool,
    name: &'static str,
) -> Result<(), A::Error> {
    if field.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *field = if is_known {
        map.next_value::<Option<T>>()?.map(Part::Read)
    } else {
        map.next_value::<Option<&'de RawValue>>()?.map(Part::Raw)
    };
    Ok(())
}
