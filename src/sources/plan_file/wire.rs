//! `callmap-plan/1`: a plan in JSON, for those who read it and for those who carry it out.
//!
//! Every field is there, `null` where there is nothing to say, and no other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    object::{Entries, given, given_object, object, objects},
    text::Text,
};
use crate::{
    model::{Container, Principal, RoleName, RuleId, ServiceName, Time},
    plan::{Class, Deed, Include, StepId},
    world::{Layer, LayerState, SourceKind},
};

/// A plan in the shape that it is written in.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The name of the format and its version.
    pub(super) format: String,
    /// What wrote this.
    #[serde(deserialize_with = "object")]
    pub(super) tool: ToolWire,
    /// Where the world came from.
    #[serde(deserialize_with = "object")]
    pub(super) source: SourceWire,
    /// The environment of the map.
    #[serde(deserialize_with = "given")]
    pub(super) env: Option<String>,
    /// The time it was judged at, RFC 3339 in UTC: when it was made, unless another was asked for (`--at`).
    pub(super) at: Text<Time>,
    /// What was read of the world, by layer: `read`, `refused` or `not asked`.
    pub(super) read: Entries<Text<Layer>, Text<LayerState>>,
    /// When it was made, RFC 3339 in UTC.
    pub(super) made_at: Text<Time>,
    /// The map it was made from.
    #[serde(deserialize_with = "object")]
    pub(super) map_digest: DigestWire,
    /// What was looked at besides the map's projects.
    pub(super) scope: Vec<Text<Container>>,
    /// Which changes were asked for.
    #[serde(deserialize_with = "object")]
    pub(super) options: OptionsWire,
    /// Whether everything that decides was read.
    pub(super) complete: bool,
    /// What is to be done, in order: a step stands behind all that it needs.
    #[serde(deserialize_with = "objects")]
    pub(super) steps: Vec<StepWire>,
    /// What would be done if something did not stand in its way.
    #[serde(deserialize_with = "objects")]
    pub(super) held: Vec<HeldWire>,
    /// Declared calls of functions that are not live yet.
    #[serde(deserialize_with = "objects")]
    pub(super) waiting: Vec<WaitingWire>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Tool")]
pub(super) struct ToolWire {
    /// The version of callmap.
    pub(super) version: String,
    /// The day of its data about Google's own roles.
    pub(super) role_data: String,
    /// Whether that is more than 180 days before the time it was judged at, and something rests on it.
    pub(super) role_data_is_old: bool,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Source")]
pub(super) struct SourceWire {
    /// What kind of source.
    pub(super) kind: Text<SourceKind>,
    /// The files it was read from.
    #[serde(deserialize_with = "objects")]
    pub(super) files: Vec<FileWire>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "File")]
pub(super) struct FileWire {
    /// Its path as given.
    pub(super) name: String,
    /// How many assets were read from it.
    pub(super) assets: usize,
    /// How many assets were of types that say nothing about calling, by type.
    pub(super) skipped: Entries<String, usize>,
    /// The newest time in it, RFC 3339 in UTC: the age of its data.
    #[serde(deserialize_with = "given")]
    pub(super) newest: Option<Text<Time>>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MapDigest")]
pub(super) struct DigestWire {
    /// SHA-256 over the environment and all files in order.
    #[schemars(extend("pattern" = "^[0-9a-f]{64}$"))]
    pub(super) sha256: String,
    /// The files, by the path they were given as.
    pub(super) files: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Options")]
pub(super) struct OptionsWire {
    /// Whether nothing is taken out but what an add replaces (`--only add`).
    pub(super) only_adds: bool,
    /// What is done only where it is asked for (`--include-…`).
    pub(super) include: Vec<Text<Include>>,
    /// Whose grants are taken out whatever event sources call as it (`--ignore-event-sources`).
    pub(super) ignore_event_sources: Vec<Text<Principal>>,
}

/// All changes of one policy: one read, one write.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Step")]
pub(super) struct StepWire {
    /// Its name in the plan.
    pub(super) id: Text<StepId>,
    /// Whose policy it changes: `projects/P/locations/L/services/S`, `projects/P`, `folders/N` or
    /// `organizations/N`.
    pub(super) resource: Text<crate::model::Resource>,
    /// Steps before it that must be done first; one that fails holds this one.
    pub(super) needs: Vec<Text<StepId>>,
    /// What it changes, adds first.
    #[serde(deserialize_with = "objects")]
    pub(super) changes: Vec<ChangeWire>,
    /// What must be as it was when the plan was made.
    #[serde(deserialize_with = "object")]
    pub(super) footing: FootingWire,
    /// Declared callers that what is taken out may carry: each must have its own grant in the policy as it will
    /// be written.
    #[serde(deserialize_with = "objects")]
    pub(super) protects: Vec<ProtectedWire>,
    /// Functions that the grants which are taken out open besides those of the map.
    pub(super) also_opens: Vec<Text<ServiceName>>,
    /// Jobs and instances that the grants which are taken out let somebody run.
    pub(super) also_runs: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Change")]
pub(super) struct ChangeWire {
    /// In or out.
    pub(super) change: Text<Deed>,
    /// What kind of change it is, which decides the flag that it needs.
    pub(super) class: Text<Class>,
    /// The role.
    pub(super) role: Text<RoleName>,
    /// Who, as the policy spells it.
    pub(super) member: Text<Principal>,
    /// When it counts; null is always.
    #[serde(deserialize_with = "given_object")]
    pub(super) condition: Option<ConditionWire>,
    /// The rule whose finding it settles.
    pub(super) rule: Text<RuleId>,
    /// Why.
    pub(super) because: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Condition")]
pub(super) struct ConditionWire {
    /// Its name.
    pub(super) title: String,
    /// What it is for.
    #[serde(deserialize_with = "given")]
    pub(super) description: Option<String>,
    /// The expression in Common Expression Language.
    pub(super) expression: String,
    /// Where the expression was written, for error messages of Google.
    #[serde(deserialize_with = "given")]
    pub(super) location: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Footing")]
pub(super) struct FootingWire {
    /// The function whose policy is changed; null above functions.
    #[serde(deserialize_with = "given_object")]
    pub(super) service: Option<ServiceWire>,
    /// Functions that changes name as callers.
    #[serde(deserialize_with = "objects")]
    pub(super) callers: Vec<CallerWire>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Service")]
pub(super) struct ServiceWire {
    /// What Google calls it for good.
    #[serde(deserialize_with = "given")]
    pub(super) uid: Option<String>,
    /// Whether the invoker check is off.
    pub(super) check_disabled: bool,
    /// Whether the Identity-Aware Proxy stands before it.
    pub(super) iap_enabled: bool,
    /// The event sources that call it.
    #[serde(deserialize_with = "objects")]
    pub(super) sources: Vec<EventSourceWire>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "EventSource")]
pub(super) struct EventSourceWire {
    /// Its relative name.
    pub(super) name: String,
    /// Whom it calls as; null where it sends no token.
    #[serde(deserialize_with = "given")]
    pub(super) identity: Option<Text<Principal>>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Caller")]
pub(super) struct CallerWire {
    /// The function that calls.
    pub(super) function: Text<ServiceName>,
    /// Whom it calls as.
    pub(super) identity: Text<Principal>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Protected")]
pub(super) struct ProtectedWire {
    /// The function it may call.
    pub(super) function: Text<ServiceName>,
    /// Who.
    pub(super) caller: Text<Principal>,
    /// Until when it is declared, RFC 3339 in UTC; null is for good.
    #[serde(deserialize_with = "given")]
    pub(super) until: Option<Text<Time>>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Held")]
pub(super) struct HeldWire {
    /// Whose policy it would change.
    pub(super) resource: String,
    /// The change; null where none is known that would settle the finding.
    #[serde(deserialize_with = "given_object")]
    pub(super) change: Option<ChangeWire>,
    /// The rule whose finding it would settle.
    pub(super) rule: Text<RuleId>,
    /// Whom it is about.
    #[serde(deserialize_with = "given")]
    pub(super) caller: Option<Text<Principal>>,
    /// Why not, and what would help.
    pub(super) reason: String,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Waiting")]
pub(super) struct WaitingWire {
    /// The function.
    pub(super) function: Text<ServiceName>,
    /// The caller, as the map spells it.
    pub(super) caller: String,
    /// Where the map declares it.
    #[serde(deserialize_with = "object")]
    pub(super) declared_at: LocationWire,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Location")]
pub(super) struct LocationWire {
    /// The path of the file.
    pub(super) file: String,
    /// The line, from one.
    pub(super) line: usize,
    /// The column in characters, from one.
    pub(super) column: usize,
}
