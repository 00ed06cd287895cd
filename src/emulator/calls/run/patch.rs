//! Writes of v2: each answers with an operation that is done
//! (<https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services>).

use serde_json::{Map, Value, json};

use super::{done, write};
use crate::emulator::{
    calls::{Context, missing},
    fault::Fault,
    request::camel,
    shape,
    state::{Kind, service_etag, uid},
};

const TYPE: &str = "type.googleapis.com/google.cloud.run.v2.Service";

/// The fields that nobody writes.
const GIVEN: [&str; 20] = [
    "name",
    "uid",
    "generation",
    "createTime",
    "updateTime",
    "deleteTime",
    "expireTime",
    "creator",
    "lastModifier",
    "observedGeneration",
    "terminalCondition",
    "conditions",
    "latestReadyRevision",
    "latestCreatedRevision",
    "trafficStatuses",
    "uri",
    "urls",
    "satisfiesPzs",
    "reconciling",
    "etag",
];

/// A new service.
pub(super) fn create(parent: &str, context: &mut Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Service, parent)?;
    let own = parent.split("/locations/").next().unwrap_or_default();
    context.permit("run.services.create", &[own, parent])?;
    let last = context.request.query("serviceId").unwrap_or_default();
    let name = context.state.names.canonical(&format!("{parent}/services/{last}"));
    let body = body(context)?;
    write::check_new(&name, context)?;
    stored(&name, None, writable(&body), context)
}

/// Other settings for a service.
pub(super) fn patch(name: &str, context: &mut Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Service, name)?;
    let name = context.state.names.canonical(name);
    let is_there = context.state.asset(Kind::Service, &name).is_some();
    if !is_there && context.request.query("allowMissing") == Some("true") {
        let own = name.split("/locations/").next().unwrap_or_default();
        context.permit("run.services.create", &[own])?;
        let body = body(context)?;
        write::check_new(&name, context)?;
        return stored(&name, None, writable(&body), context);
    }
    context.permit("run.services.update", &[&name])?;
    let before = context.state.service(&name).ok_or_else(|| missing(Kind::Service, &name))?;
    let body = body(context)?;
    check_etag(&name, &before, body.get("etag").and_then(Value::as_str))?;
    let mut next = writable(&before);
    let mask = context.request.query("updateMask").unwrap_or_default();
    let paths: Vec<&str> = mask.split(',').map(str::trim).filter(|path| !path.is_empty()).collect();
    if paths.is_empty() || paths == ["*"] {
        next = writable(&body);
    }
    for path in paths.iter().filter(|path| **path != "*") {
        let path: Vec<String> = path.split('.').map(camel).collect();
        if path.first().is_some_and(|first| GIVEN.contains(&first.as_str())) {
            continue;
        }
        let value = body.pointer(&format!("/{}", path.join("/"))).filter(|value| !value.is_null());
        put(&mut next, &path, value);
    }
    shape::check("run.v2", "GoogleCloudRunV2Service", &Value::Object(next.clone()))?;
    stored(&name, Some(&before), next, context)
}

/// Takes a service away.
pub(super) fn delete(name: &str, context: &mut Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Service, name)?;
    context.permit("run.services.delete", &[name])?;
    let mut before = context.state.service(name).ok_or_else(|| missing(Kind::Service, name))?;
    check_etag(name, &before, context.request.query("etag"))?;
    let (now, _) = write::moment(context);
    before["deleteTime"] = now;
    if context.request.query("validateOnly") != Some("true") {
        context.state.remove(Kind::Service, name);
    }
    Ok(operation(name, before, context))
}

/// The service of a request.
fn body(context: &Context<'_>) -> Result<Value, Fault> {
    let body = context.request.json()?;
    shape::check("run.v2", "GoogleCloudRunV2Service", &body)?;
    Ok(body)
}

/// What of a service is the user's.
fn writable(service: &Value) -> Map<String, Value> {
    let all = write::fields(Some(service)).into_iter();
    all.filter(|(key, value)| !GIVEN.contains(&key.as_str()) && !value.is_null()).collect()
}

/// Puts a value at the end of a path, or takes away what is there.
fn put(fields: &mut Map<String, Value>, path: &[String], value: Option<&Value>) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        match value {
            Some(value) => drop(fields.insert(first.clone(), value.clone())),
            None => drop(fields.shift_remove(first)),
        }
        return;
    }
    let inner = fields.entry(first.clone()).or_insert_with(|| json!({}));
    if let Value::Object(inner) = inner {
        put(inner, rest, value);
    }
}

fn check_etag(name: &str, before: &Value, told: Option<&str>) -> Result<(), Fault> {
    let told = told.filter(|etag| !etag.is_empty());
    if told.is_none_or(|etag| before["etag"] == etag) {
        return Ok(());
    }
    let last = name.rsplit('/').next().unwrap_or_default();
    Err(Fault::new(409, "ABORTED", format!("Conflict for resource '{last}': it has another etag.")))
}

fn stored(
    name: &str,
    before: Option<&Value>,
    mut next: Map<String, Value>,
    context: &mut Context<'_>,
) -> Result<Value, Fault> {
    let is_same = before.is_some_and(|before| writable(before) == next);
    complete(name, before, is_same, &mut next, context);
    let next = Value::Object(next);
    write::permit(name, before, &next, context)?;
    if context.request.query("validateOnly") == Some("true") {
        return Ok(operation(name, next, context));
    }
    context.state.keep_revision(name);
    context.state.put(Kind::Service, name, next);
    let service = context.state.service(name).ok_or_else(|| missing(Kind::Service, name))?;
    Ok(operation(name, service, context))
}

/// What Cloud Run writes itself.
fn complete(
    name: &str,
    before: Option<&Value>,
    is_same: bool,
    next: &mut Map<String, Value>,
    context: &mut Context<'_>,
) {
    let at = |key: &str| before.and_then(|before| before.get(key)).cloned();
    let (now, micros) = write::moment(context);
    let generation = write::number(at("generation").as_ref()) + i64::from(!is_same);
    next.entry("ingress").or_insert_with(|| "INGRESS_TRAFFIC_ALL".into());
    next.entry("launchStage").or_insert_with(|| "GA".into());
    let traffic = next
        .entry("traffic")
        .or_insert_with(|| json!([{ "type": "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", "percent": 100 }]));
    let traffic = traffic.clone();
    let told = next.get("template").and_then(|template| template.get("revision")).and_then(Value::as_str);
    let is_old = before.is_some_and(|before| before.get("template") == next.get("template"));
    let latest = match (told, at("latestCreatedRevision")) {
        (Some(told), _) => format!("{name}/revisions/{told}").into(),
        (None, Some(latest)) if is_old => latest,
        (None, _) => Value::from(format!("{name}/revisions/{}", write::revision(name, generation))),
    };
    let writer = write::writer(context);
    let condition =
        |kind: &str| json!({ "type": kind, "state": "CONDITION_SUCCEEDED", "lastTransitionTime": now });
    let uri = at("uri").unwrap_or_else(|| write::address(name, context).into());
    for (key, value) in [
        ("name", name.into()),
        ("uid", at("uid").unwrap_or_else(|| uid(&format!("{name} {micros}")).into())),
        ("generation", generation.to_string().into()),
        ("observedGeneration", generation.to_string().into()),
        ("createTime", at("createTime").unwrap_or_else(|| now.clone())),
        ("updateTime", now.clone()),
        ("creator", at("creator").unwrap_or_else(|| writer.as_str().into())),
        ("lastModifier", writer.as_str().into()),
        ("latestReadyRevision", latest.clone()),
        ("latestCreatedRevision", latest),
        ("trafficStatuses", traffic),
        ("terminalCondition", condition("Ready")),
        ("conditions", json!([condition("RoutesReady"), condition("ConfigurationsReady")])),
        ("urls", at("urls").unwrap_or_else(|| json!([uri]))),
        ("uri", uri.clone()),
        ("etag", service_etag(name, micros).into()),
    ] {
        next.insert(key.to_owned(), value);
    }
}

fn operation(name: &str, mut service: Value, context: &mut Context<'_>) -> Value {
    service["@type"] = TYPE.into();
    let place = name.split("/services/").next().unwrap_or_default();
    done(place, &service, &service, context)
}
