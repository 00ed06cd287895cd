//! Writes in the Knative shape (<https://cloud.google.com/run/docs/reference/rest/v1/namespaces.services>).

use serde_json::{Map, Value, json};

use super::{knative, write};
use crate::emulator::{
    calls::{Context, missing},
    fault::Fault,
    shape,
    state::{Kind, is_knative, knative_version, location, object, said_version, service_v2, uid},
};

const INGRESS: &str = "run.googleapis.com/ingress";

/// A new service.
pub(super) fn create(parent: &str, context: &mut Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Service, parent)?;
    let body = body(context)?;
    let last = body.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    let place = body.pointer("/metadata/labels/cloud.googleapis.com~1location").and_then(Value::as_str);
    let parent = match (location(parent), place, parent.split_once("/locations/")) {
        (None, Some(place), Some((project, _))) => format!("{project}/locations/{place}"),
        _ => parent.to_owned(),
    };
    let own = parent.split("/locations/").next().unwrap_or_default();
    context.permit("run.services.create", &[own, &parent])?;
    let name = context.state.names.canonical(&format!("{parent}/services/{last}"));
    write::check_new(&name, context)?;
    stored(&name, &body, None, context)
}

/// Another service in the place of the one that was there.
pub(super) fn replace(name: &str, context: &mut Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Service, name)?;
    let name = context.state.names.canonical(&knative::placed(Kind::Service, name, context));
    context.permit("run.services.update", &[&name])?;
    let before = context.state.knative(&name).ok_or_else(|| missing(Kind::Service, &name))?;
    let body = body(context)?;
    let last = name.rsplit('/').next().unwrap_or_default();
    if body.pointer("/metadata/name").and_then(Value::as_str).is_some_and(|told| told != last) {
        return Err(Fault::invalid("metadata.name: it must be the name of the service in the path."));
    }
    let version = |value: &Value| {
        let version = value.pointer("/metadata/resourceVersion").and_then(Value::as_str);
        version.unwrap_or_default().to_owned()
    };
    let told = version(&body);
    if !told.is_empty() && told != version(&before) {
        let said = format!("Conflict for resource '{last}' for version '{}'.", said_version(&told));
        return Err(Fault::new(409, "ABORTED", said));
    }
    stored(&name, &body, Some(&before), context)
}

/// Takes a service away.
pub(super) fn remove(name: &str, context: &mut Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Service, name)?;
    let name = knative::placed(Kind::Service, name, context);
    context.permit("run.services.delete", &[&name])?;
    let before = context.state.knative(&name).ok_or_else(|| missing(Kind::Service, &name))?;
    if context.request.query("dryRun") != Some("all") {
        context.state.remove(Kind::Service, &name);
    }
    Ok(json!({
        "status": "Success",
        "details": {
            "name": before["metadata"]["name"],
            "group": "serving.knative.dev",
            "kind": "services",
            "uid": before["metadata"]["uid"],
        },
    }))
}

/// The service of a request.
fn body(context: &Context<'_>) -> Result<Value, Fault> {
    let body = context.request.json()?;
    shape::check("run.v1", "Service", &body)?;
    for (key, word) in [("apiVersion", "serving.knative.dev/v1"), ("kind", "Service")] {
        if body.get(key).and_then(Value::as_str).is_some_and(|told| told != word) {
            return Err(Fault::invalid(format!("{key}: it should be {word}.")));
        }
    }
    if !is_knative(&body) {
        return Err(Fault::invalid("The request has no service."));
    }
    Ok(body)
}

fn stored(
    name: &str,
    body: &Value,
    before: Option<&Value>,
    context: &mut Context<'_>,
) -> Result<Value, Fault> {
    let next = written(name, body, before, context)?;
    let before = context.state.service(name);
    write::permit(name, before.as_ref(), &service_v2(name, &next), context)?;
    if context.request.query("dryRun") == Some("all") {
        return Ok(next);
    }
    context.state.keep_revision(name);
    context.state.put(Kind::Service, name, next);
    context.state.knative(name).ok_or_else(|| missing(Kind::Service, name))
}

/// The service as it is from now on.
fn written(
    name: &str,
    body: &Value,
    before: Option<&Value>,
    context: &mut Context<'_>,
) -> Result<Value, Fault> {
    let at = |pointer: &str| before.and_then(|before| before.pointer(pointer)).cloned();
    let (now, micros) = write::moment(context);
    let mut spec = write::fields(body.get("spec"));
    spec.entry("traffic").or_insert_with(write::usual_traffic);
    let annotations = annotations(body, before, context);
    let own = |all: &Value| {
        write::fields(Some(all)).into_iter().filter(|(key, _)| !is_kept(key)).collect::<Map<_, _>>()
    };
    let is_same = at("/spec").as_ref() == body.get("spec")
        && at("/metadata/annotations").as_ref().map(own) == Some(own(&annotations));
    let generation =
        write::number(at("/metadata/generation").as_ref()) + i64::from(before.is_none() || !is_same);
    let latest = revision(name, generation, &mut spec, before)?;
    let url = at("/status/url").unwrap_or_else(|| write::address(name, context).into());
    let is_latest = |target: &Value| target.get("latestRevision") == Some(&Value::Bool(true));
    let traffic = spec.get("traffic").map(|list| write::served(list, &latest, "revisionName", is_latest));
    let condition = |kind: &str| json!({ "type": kind, "status": "True", "lastTransitionTime": now });
    Ok(json!({
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": object([
            ("name", name.rsplit('/').next().map(Value::from)),
            ("uid", at("/metadata/uid").or_else(|| Some(uid(&format!("{name} {micros}")).into()))),
            ("resourceVersion", Some(knative_version(micros).into())),
            ("generation", Some(generation.into())),
            ("creationTimestamp", at("/metadata/creationTimestamp").or_else(|| before.is_none().then(|| now.clone()))),
            ("labels", body.pointer("/metadata/labels").cloned()),
            ("annotations", Some(annotations)),
        ]),
        "spec": spec,
        "status": object([
            ("observedGeneration", Some(generation.into())),
            ("conditions", Some(["Ready", "ConfigurationsReady", "RoutesReady"].map(condition).into_iter().collect())),
            ("latestReadyRevisionName", Some(latest.as_str().into())),
            ("latestCreatedRevisionName", Some(latest.as_str().into())),
            ("traffic", traffic),
            ("url", Some(url.clone())),
            ("address", Some(json!({ "url": url }))),
        ]),
    }))
}

/// Annotations that Cloud Run writes itself.
fn is_kept(key: &str) -> bool {
    matches!(
        key,
        "serving.knative.dev/creator"
            | "serving.knative.dev/lastModifier"
            | "run.googleapis.com/ingress-status"
            | "run.googleapis.com/urls"
            | "run.googleapis.com/operation-id"
    )
}

fn annotations(body: &Value, before: Option<&Value>, context: &Context<'_>) -> Value {
    let pointer = format!("/metadata/annotations/{}", INGRESS.replace('/', "~1"));
    let told = write::fields(body.pointer("/metadata/annotations"));
    let mut all: Map<String, Value> = told.into_iter().filter(|(key, _)| !is_kept(key)).collect();
    let earlier = write::fields(before.and_then(|before| before.pointer("/metadata/annotations")));
    all.extend(earlier.into_iter().filter(|(key, _)| is_kept(key)));
    let writer = write::writer(context);
    all.entry("serving.knative.dev/creator").or_insert_with(|| writer.as_str().into());
    all.insert("serving.knative.dev/lastModifier".to_owned(), writer.into());
    // Where it was not told before, nobody knows it.
    let is_unknown = before.is_some_and(|before| before.pointer(&pointer).is_none());
    if !is_unknown || all.contains_key(INGRESS) {
        let ingress = all.entry(INGRESS).or_insert_with(|| "all".into()).clone();
        all.insert(format!("{INGRESS}-status"), ingress);
    }
    all.into()
}

/// What its latest revision is called: a new one where the template is not what it was.
fn revision(
    name: &str,
    generation: i64,
    spec: &mut Map<String, Value>,
    before: Option<&Value>,
) -> Result<String, Fault> {
    let at = |pointer: &str| before.and_then(|before| before.pointer(pointer));
    let template = spec.get("template");
    let told = template.and_then(|template| template.pointer("/metadata/name")).and_then(Value::as_str);
    let latest = at("/status/latestCreatedRevisionName").and_then(Value::as_str);
    let is_same = before.is_some() && at("/spec/template") == template;
    match (told, latest) {
        (Some(told), _)
            if !is_same && Some(told) == at("/spec/template/metadata/name").and_then(Value::as_str) =>
        {
            let said = format!("Revision named '{told}' with different configuration already exists.");
            Err(Fault::new(409, "ALREADY_EXISTS", said))
        }
        (Some(told), _) => Ok(told.to_owned()),
        (None, Some(latest)) if is_same => Ok(latest.to_owned()),
        (None, _) => Ok(write::revision(name, generation)),
    }
}
