//! Resources as their APIs answer them: what was given, held to the type that the API has, and what every one has.

use serde_json::{Map, Value, json};

use super::{Asset, Kind, State, job, object, project, service::uid};
use crate::{
    emulator::{hash::digits, shape::fit},
    model::time,
};

/// The type of a kind: the API and its version, and the name there.
fn kind_of(kind: Kind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        Kind::Instance => ("run.v2", "GoogleCloudRunV2Instance"),
        Kind::Function | Kind::Gen1Function => ("cloudfunctions.v2", "Function"),
        Kind::Trigger => ("eventarc.v1", "Trigger"),
        Kind::Topic => ("pubsub.v1", "Topic"),
        Kind::Subscription => ("pubsub.v1", "Subscription"),
        Kind::SchedulerJob => ("cloudscheduler.v1", "Job"),
        Kind::Queue => ("cloudtasks.v2", "Queue"),
        Kind::Role => ("iam.v1", "Role"),
        Kind::ServiceAccount => ("iam.v1", "ServiceAccount"),
        Kind::Organization | Kind::Folder | Kind::Project | Kind::Service | Kind::RunJob => return None,
    })
}

impl State {
    /// A resource as it is answered; `None` where it is not there. A project, folder or organization has more shapes
    /// than one, and is not answered here.
    pub(in crate::emulator) fn resource(&self, kind: Kind, name: &str) -> Option<Value> {
        if kind == Kind::Service {
            return self.service(name);
        }
        let Some(asset) = self.asset(kind, name) else {
            // One list holds both generations of functions.
            return (kind == Kind::Function).then(|| self.resource(Kind::Gen1Function, name)).flatten();
        };
        let name = self.names.canonical(name);
        let empty = json!({});
        let data = asset.data.as_ref().unwrap_or(&empty);
        if kind == Kind::RunJob {
            return Some(job::v2(&name, data));
        }
        let mut value = if kind == Kind::Gen1Function { second_generation(data) } else { data.clone() };
        if let Some((api, kind)) = kind_of(kind) {
            fit(api, kind, &mut value);
        }
        if let Value::Object(fields) = &mut value {
            complete(kind, &name, asset, fields);
        }
        Some(value)
    }

    /// A job in the Knative shape.
    pub(in crate::emulator) fn knative_job(&self, name: &str) -> Option<Value> {
        let name = self.names.canonical(name);
        let number = project(&name).and_then(|project| self.names.number(project));
        let empty = json!({});
        let asset = self.asset(Kind::RunJob, &name)?;
        Some(job::knative(&name, number, asset.data.as_ref().unwrap_or(&empty)))
    }
}

/// What every one of a kind has.
fn complete(kind: Kind, name: &str, asset: &Asset, fields: &mut Map<String, Value>) {
    fields.insert("name".to_owned(), name.into());
    let mut usual = |key: &str, value: Value| {
        fields.entry(key).or_insert(value);
    };
    let moment = || asset.time.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), time::rfc3339);
    match kind {
        Kind::Instance => usual("uid", uid(name).into()),
        Kind::Function | Kind::Gen1Function => {
            usual("state", "ACTIVE".into());
            usual("environment", if kind == Kind::Function { "GEN_2" } else { "GEN_1" }.into());
            usual("updateTime", moment().into());
            if let Some(Value::Object(trigger)) = fields.get_mut("eventTrigger") {
                let kind = trigger.get("eventType").cloned();
                if !trigger.contains_key("pubsubTopic") {
                    trigger.entry("eventFilters").or_insert_with(|| filters(kind));
                }
            }
        }
        Kind::Trigger => {
            usual("uid", uid(name).into());
            usual("updateTime", moment().into());
            usual("eventFilters", filters(None));
            usual("etag", format!("\"{}\"", digits(name, 8)).into());
        }
        Kind::Subscription => {
            usual("topic", "_deleted-topic_".into());
            usual("state", "ACTIVE".into());
        }
        Kind::SchedulerJob => usual("state", "ENABLED".into()),
        Kind::Queue => usual("state", "RUNNING".into()),
        Kind::Role => usual("etag", etag(name)),
        Kind::ServiceAccount => complete_account(name, fields),
        Kind::Organization | Kind::Folder | Kind::Project | Kind::Service | Kind::RunJob | Kind::Topic => {}
    }
}

/// What a trigger waits for that does not tell: every trigger has filters, and gcloud cannot do without.
fn filters(kind: Option<Value>) -> Value {
    let kind = kind.unwrap_or_else(|| "google.cloud.pubsub.topic.v1.messagePublished".into());
    json!([{ "attribute": "type", "value": kind }])
}

fn complete_account(name: &str, fields: &mut Map<String, Value>) {
    let last = name.rsplit('/').next().unwrap_or_default();
    let project = project(name).unwrap_or_default();
    let email = fields.entry("email").or_insert_with(|| last.into()).as_str().unwrap_or_default().to_owned();
    // Its name is of its address, however it was named where it was read.
    fields.insert("name".to_owned(), format!("projects/{project}/serviceAccounts/{email}").into());
    fields.entry("projectId").or_insert_with(|| project.into());
    let unique = fields.entry("uniqueId").or_insert_with(|| {
        let number = u64::from_str_radix(&digits(name, 7), 16).unwrap_or_default();
        format!("1{number:020}").into()
    });
    let unique = unique.clone();
    fields.entry("oauth2ClientId").or_insert(unique);
    fields.entry("etag").or_insert_with(|| "MDEwMjE5MjA=".into());
}

fn etag(name: &str) -> Value {
    let micros = i64::from_str_radix(&digits(name, 6), 16).unwrap_or_default();
    crate::emulator::iam::etag::of_micros(micros).into()
}

/// A function of the first generation as v2 tells of it
/// (<https://cloud.google.com/functions/docs/reference/rest/v1/projects.locations.functions>).
fn second_generation(data: &Value) -> Value {
    if data.get("serviceConfig").is_some() || data.get("buildConfig").is_some() {
        return data.clone();
    }
    let at = |pointer: &str| data.pointer(pointer).filter(|value| !value.is_null()).cloned();
    let seconds = at("/timeout").and_then(|text| super::service::seconds(&text));
    let build = object([
        ("runtime", at("/runtime")),
        ("entryPoint", at("/entryPoint")),
        ("dockerRegistry", at("/dockerRegistry")),
    ]);
    let service = object([
        ("serviceAccountEmail", at("/serviceAccountEmail")),
        ("ingressSettings", at("/ingressSettings")),
        ("securityLevel", at("/httpsTrigger/securityLevel")),
        ("timeoutSeconds", seconds),
        ("availableMemory", at("/availableMemoryMb").map(|number| format!("{number}M").into())),
        ("revision", at("/versionId")),
        ("uri", at("/httpsTrigger/url")),
        ("environmentVariables", at("/environmentVariables")),
    ]);
    let trigger = data.get("eventTrigger").map(|trigger| {
        let resource = trigger.get("resource").cloned();
        object([
            ("eventType", trigger.get("eventType").cloned()),
            ("service", trigger.get("service").cloned()),
            (
                "eventFilters",
                resource.map(|resource| json!([{ "attribute": "resource", "value": resource }])),
            ),
        ])
    });
    object([
        ("description", at("/description")),
        ("state", at("/status")),
        ("labels", at("/labels")),
        ("updateTime", at("/updateTime")),
        ("environment", Some("GEN_1".into())),
        ("url", at("/httpsTrigger/url")),
        ("buildConfig", Some(build)),
        ("serviceConfig", Some(service)),
        ("eventTrigger", trigger),
    ])
}
