//! Values that stand in a plan file as one string.

use std::{fmt, marker::PhantomData, sync::Arc};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, Visitor},
};

use crate::{
    model::{Container, Principal, Resource, RoleName, RuleId, ServiceName, Time, time},
    plan::{Class, Deed, Include, StepId},
    world::{Layer, LayerState, SourceKind},
};

/// A value as one string, read strictly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Text<T>(pub(super) T);

/// What a string in a plan file may be.
pub(super) trait Spelled: Sized {
    /// The value of a string.
    fn read(text: &str) -> Result<Self, String>;
    /// The string of a value.
    fn spell(&self) -> String;
    /// What a schema says of it beside that it is a string.
    fn limits() -> Schema {
        json_schema!({})
    }
}

impl<T: Spelled> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.spell())
    }
}

impl<'de, T: Spelled> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor(PhantomData)).map(Self)
    }
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: Spelled> Visitor<'_> for TextVisitor<T> {
    type Value = T;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::read(text).map_err(E::custom)
    }
}

impl<T: Spelled> JsonSchema for Text<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let mut schema = T::limits();
        schema.insert("type".into(), "string".into());
        schema
    }
}

/// One of a few words.
fn word<T: Copy>(text: &str, all: &[T], as_str: impl Fn(T) -> &'static str, what: &str) -> Result<T, String> {
    let known = all.iter().copied().find(|one| as_str(*one) == text);
    known.ok_or_else(|| {
        let words: Vec<_> = all.iter().map(|one| format!("`{}`", as_str(*one))).collect();
        format!("`{text}` is no {what}, which is one of {}", words.join(", "))
    })
}

macro_rules! words {
    ($($type:ty: $what:literal;)+) => {
        $(impl Spelled for $type {
            fn read(text: &str) -> Result<Self, String> {
                word(text, &Self::ALL, Self::as_str, $what)
            }
            fn spell(&self) -> String {
                self.as_str().to_owned()
            }
            fn limits() -> Schema {
                json_schema!({ "enum": Self::ALL.map(Self::as_str) })
            }
        })+
    };
}

words! {
    Deed: "change";
    Class: "class of changes";
    Include: "kind of change that is to be asked for";
    SourceKind: "kind of source";
    Layer: "layer";
    LayerState: "state of a layer";
}

impl Spelled for RuleId {
    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error: crate::model::rule::WordError| error.to_string())
    }
    fn spell(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Spelled for Time {
    fn read(text: &str) -> Result<Self, String> {
        time::moment(text).map_err(|error| error.to_string())
    }
    fn spell(&self) -> String {
        time::rfc3339(*self)
    }
    fn limits() -> Schema {
        json_schema!({ "format": "date-time" })
    }
}

impl Spelled for StepId {
    fn read(text: &str) -> Result<Self, String> {
        let number = text.strip_prefix('s').and_then(|digits| digits.parse().ok()).map(Self);
        // Only one spelling of each, so that two names are never one step.
        let one = number.filter(|id| id.to_string() == text && id.0 > 0);
        one.ok_or_else(|| format!("`{text}` is not the name of a step, such as `s1`"))
    }
    fn spell(&self) -> String {
        self.to_string()
    }
    fn limits() -> Schema {
        json_schema!({ "pattern": "^s[1-9][0-9]*$" })
    }
}

/// Whether every part of a name can stand in an address as it is, and means no other place there.
fn is_plain(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    name.split('/').all(|part| part.bytes().all(is_allowed) && !part.bytes().all(|byte| byte == b'.'))
}

/// A name that is written to, or that says whose policy is.
fn plain<T>(text: &str, value: Result<T, String>) -> Result<T, String> {
    value.and_then(|value| {
        is_plain(text)
            .then_some(value)
            .ok_or_else(|| format!("`{text}` holds what no name of Google Cloud holds"))
    })
}

impl Spelled for ServiceName {
    fn read(text: &str) -> Result<Self, String> {
        plain(text, text.parse().map_err(|error: crate::model::resource::NameError| error.to_string()))
    }
    fn spell(&self) -> String {
        self.to_string()
    }
    fn limits() -> Schema {
        json_schema!({ "pattern": "^projects/[^/]+/locations/[^/]+/services/[^/]+$" })
    }
}

impl Spelled for Container {
    fn read(text: &str) -> Result<Self, String> {
        plain(text, text.parse().map_err(|error: crate::model::resource::NameError| error.to_string()))
    }
    fn spell(&self) -> String {
        self.to_string()
    }
    fn limits() -> Schema {
        json_schema!({ "pattern": "^(projects/[^/]+|folders/[0-9]+|organizations/[0-9]+)$" })
    }
}

/// Whatever has a policy that a step may change.
impl Spelled for Resource {
    fn read(text: &str) -> Result<Self, String> {
        let Ok(resource) = text.parse();
        match resource {
            Self::Service(_) | Self::Container(_) => plain(text, Ok(resource)),
            Self::Other(_) => Err(format!(
                "`{text}` is neither a service (`projects/P/locations/L/services/S`) nor a project, folder or \
                 organization (`projects/P`, `folders/N`, `organizations/N`)"
            )),
        }
    }
    fn spell(&self) -> String {
        self.to_string()
    }
}

/// Text that is not empty.
fn filled(text: &str, what: &str) -> Result<Arc<str>, String> {
    if text.is_empty() { Err(format!("is an empty {what}")) } else { Ok(text.into()) }
}

impl Spelled for RoleName {
    fn read(text: &str) -> Result<Self, String> {
        filled(text, "role").map(Self::new)
    }
    fn spell(&self) -> String {
        self.as_str().to_owned()
    }
    fn limits() -> Schema {
        json_schema!({ "minLength": 1 })
    }
}

impl Spelled for Principal {
    fn read(text: &str) -> Result<Self, String> {
        filled(text, "member").map(Self::new)
    }
    fn spell(&self) -> String {
        self.as_str().to_owned()
    }
    fn limits() -> Schema {
        json_schema!({ "minLength": 1 })
    }
}
