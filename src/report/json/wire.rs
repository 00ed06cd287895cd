//! The parts that several formats have in common.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    access::{Reason, RoleData},
    callers::Location,
    model::{Condition, Grant, Principal, RoleName, time},
    report::heading::Heading,
    world::{Layer, Source, SourceFile},
};

/// What every format starts with.
#[derive(Serialize, JsonSchema)]
pub(super) struct Head<'a> {
    /// The name of the format and its version.
    format: &'static str,
    /// What wrote this.
    tool: Tool<'a>,
    /// Where the world came from; null where none was read.
    source: Option<SourceWire<'a>>,
    /// The environment of the map.
    pub(super) env: Option<&'a str>,
    /// The time it was judged at, RFC 3339 in UTC.
    #[schemars(extend("format" = "date-time"))]
    at: String,
    /// What was read of the world, by layer: `read`, `refused` or `not asked`.
    read: BTreeMap<&'static str, &'static str>,
}

#[derive(Serialize, JsonSchema)]
struct Tool<'a> {
    /// The version of callmap.
    version: &'static str,
    /// The day of its data about Google's own roles.
    role_data: &'a str,
    /// Whether that is more than 180 days before the time it was judged at, and something rests on it.
    role_data_is_old: bool,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Source")]
struct SourceWire<'a> {
    /// What kind of source.
    kind: &'static str,
    /// The files it was read from.
    files: Vec<FileWire<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "File")]
struct FileWire<'a> {
    /// Its path as given.
    name: &'a str,
    /// How many assets were read from it.
    assets: usize,
    /// How many assets were of types that say nothing about calling, by type.
    skipped: BTreeMap<&'a str, usize>,
    /// The newest time in it, RFC 3339 in UTC: the age of its data.
    newest: Option<String>,
}

impl<'a> Head<'a> {
    pub(super) fn of(format: &'static str, heading: &Heading<'a>) -> Self {
        let Heading { source, layers: _, env, at, stale: _, old_roles } = *heading;
        let read =
            Layer::ALL.into_iter().map(|layer| (layer.as_str(), heading.state(layer).as_str())).collect();
        let mut head = Self { source: Some(SourceWire::of(source)), env, read, ..Self::offline(format, at) };
        head.tool.role_data_is_old = old_roles.is_some();
        head
    }

    /// The head of a format for which no world is read.
    pub(super) fn offline(format: &'static str, at: crate::model::Time) -> Self {
        let tool = Tool {
            version: env!("CARGO_PKG_VERSION"),
            role_data: &RoleData::get().date,
            role_data_is_old: false,
        };
        Self { format, tool, source: None, env: None, at: time::rfc3339(at), read: BTreeMap::new() }
    }

    /// The same of an environment of the map.
    pub(super) fn of_env(self, env: Option<&'a str>) -> Self {
        Self { env, ..self }
    }
}

impl<'a> SourceWire<'a> {
    fn of(source: &'a Source) -> Self {
        let Source { kind, files } = source;
        Self { kind: kind.as_str(), files: files.iter().map(FileWire::of).collect() }
    }
}

impl<'a> FileWire<'a> {
    fn of(file: &'a SourceFile) -> Self {
        let SourceFile { name, assets, skipped, newest } = file;
        let skipped = skipped.iter().map(|(kind, count)| (&**kind, *count)).collect();
        Self { name, assets: *assets, skipped, newest: newest.map(time::rfc3339) }
    }
}

/// A place in a file of the map.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Location")]
pub(super) struct LocationWire<'a> {
    /// The path of the file.
    file: &'a str,
    /// The line, from one.
    line: usize,
    /// The column in characters, from one.
    column: usize,
}

impl<'a> LocationWire<'a> {
    pub(super) fn new(file: &'a str, line: usize, column: usize) -> Self {
        Self { file, line, column }
    }

    pub(super) fn of(location: &'a Location) -> Self {
        let Location { file, line, column } = location;
        Self::new(file, *line, *column)
    }
}

/// A grant as a policy holds it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Grant")]
pub(super) struct GrantWire<'a> {
    /// The resource whose policy holds it.
    resource: String,
    /// The role.
    role: &'a str,
    /// Who.
    member: &'a str,
    /// When it counts; null is always.
    condition: Option<ConditionWire<'a>>,
}

impl<'a> GrantWire<'a> {
    pub(super) fn of(grant: &'a Grant) -> Self {
        let Grant { resource, role, principal, condition } = grant;
        Self {
            resource: resource.to_string(),
            role: role.as_str(),
            member: principal.as_str(),
            condition: condition.as_ref().map(ConditionWire::of),
        }
    }
}

/// A condition as a policy holds it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Condition")]
pub(super) struct ConditionWire<'a> {
    /// Its name.
    title: &'a str,
    /// What it is for.
    description: Option<&'a str>,
    /// The expression in Common Expression Language.
    expression: &'a str,
}

impl<'a> ConditionWire<'a> {
    pub(super) fn of(condition: &'a Condition) -> Self {
        let Condition { title, description, expression, location: _ } = condition;
        Self { title, description: description.as_deref(), expression }
    }
}

/// One thing on the way from a caller to a function.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Reason")]
pub(super) struct ReasonWire<'a> {
    /// What it did.
    #[schemars(extend("enum" = ["allow", "deny", "open", "void", "unknown"]))]
    effect: &'static str,
    /// Where it stands.
    resource: Option<String>,
    /// The role of the binding.
    role: Option<&'a str>,
    /// The member of the binding.
    member: Option<&'a str>,
    /// The condition of the binding.
    condition: Option<ConditionWire<'a>>,
    /// What there is to say about it.
    detail: &'a str,
}

impl<'a> ReasonWire<'a> {
    pub(super) fn of(reason: &'a Reason) -> Self {
        // What could not be read is said in the detail.
        let Reason { effect, resource, role, member, condition, detail, gap: _ } = reason;
        Self {
            effect: effect.as_str(),
            resource: resource.as_ref().map(ToString::to_string),
            role: role.as_ref().map(RoleName::as_str),
            member: member.as_ref().map(Principal::as_str),
            condition: condition.as_ref().map(ConditionWire::of),
            detail,
        }
    }

    pub(super) fn all(reasons: &'a [Reason]) -> Vec<Self> {
        reasons.iter().map(Self::of).collect()
    }
}
