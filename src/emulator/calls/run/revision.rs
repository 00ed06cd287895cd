//! Revisions, as their services name them.

use serde_json::{Value, json};

use super::{knative, selector::Selector};
use crate::emulator::{
    calls::{
        Context, list, missing,
        page::{Page, Size},
    },
    fault::Fault,
    state::{Kind, project},
};

/// The label of a revision that names its service.
const SERVICE: &str = "serving.knative.dev/service";

/// The revisions of a service; `-` stands for every service of its location.
pub(super) fn all(service: &str, context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Service, service)?;
    let (parent, last) = service.rsplit_once("/services/").unwrap_or((service, "-"));
    list::known(parent, "run.revisions.list", context)?;
    context.permit("run.revisions.list", &[if last == "-" { parent } else { service }])?;
    let found = if last == "-" {
        of_parent(parent, context)
    } else {
        let revisions = context.state.revisions(service);
        revisions.into_iter().rev().map(|short| format!("{service}/revisions/{short}")).collect()
    };
    let page = Page::of(context.request, found.len(), Size::USUAL)?;
    let items = found.get(page.places.clone()).unwrap_or_default().iter();
    let items = items.filter_map(|name| {
        let (service, short) = name.rsplit_once("/revisions/")?;
        context.state.revision(service, short)
    });
    Ok(page.answer("revisions", items.collect()).into())
}

/// One revision of a service.
pub(super) fn one(service: &str, short: &str, context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Service, service)?;
    let name = format!("{service}/revisions/{short}");
    context.permit("run.revisions.get", &[service, &name])?;
    context.state.revision(service, short).ok_or_else(|| gone(&name))
}

/// The revisions of a parent, in the Knative shape.
pub(super) fn knatives(parent: &str, context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Service, parent)?;
    list::known(parent, "run.revisions.list", context)?;
    let own = parent.split("/locations/").next().unwrap_or(parent);
    context.permit("run.revisions.list", &[own, parent])?;
    let selector = Selector::read(context.request.query("labelSelector").unwrap_or_default())?;
    let mut found = match selector.only(SERVICE) {
        Some(service) => {
            let name = knative::placed(Kind::Service, &format!("{parent}/services/{service}"), context);
            let revisions = context.state.revisions(&name);
            revisions.into_iter().rev().map(|short| format!("{name}/revisions/{short}")).collect()
        }
        None => of_parent(parent, context),
    };
    let shown = |name: &str| {
        let (service, short) = name.rsplit_once("/revisions/")?;
        context.state.knative_revision(service, short)
    };
    if !selector.is_empty() {
        found.retain(|name| {
            let shown = shown(name);
            let labels = shown.as_ref().and_then(|shown| shown.pointer("/metadata/labels"));
            selector.matches(labels.and_then(Value::as_object))
        });
    }
    let mut answer = knative::page(&found, context, shown)?;
    answer["apiVersion"] = "serving.knative.dev/v1".into();
    answer["kind"] = "RevisionList".into();
    if answer["metadata"].is_null() {
        // gcloud reads on from here, and cannot do without.
        answer["metadata"] = json!({});
    }
    Ok(answer)
}

/// One revision in the Knative shape. Its name alone does not say of which service it is.
pub(super) fn knative(parent: &str, short: &str, context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Service, parent)?;
    let name = format!("{parent}/revisions/{short}");
    let place = parent.split_once("/locations/").map_or("-", |(_, place)| place);
    let services = context.state.listed(Kind::Service, project(parent).unwrap_or_default(), place);
    // A revision is called as its service is, and more.
    let mut near = services.iter().filter(|name| short.starts_with(name.rsplit('/').next().unwrap_or("-")));
    let service = near.find(|service| context.state.revisions(service).contains(short)).map(|name| &**name);
    context.permit("run.revisions.get", &[service.unwrap_or(parent), &name])?;
    service.and_then(|service| context.state.knative_revision(service, short)).ok_or_else(|| gone(&name))
}

/// Every revision of a location, or of all.
fn of_parent(parent: &str, context: &Context<'_>) -> Vec<String> {
    let place = parent.split_once("/locations/").map_or("-", |(_, place)| place);
    let services = context.state.listed(Kind::Service, project(parent).unwrap_or_default(), place);
    let of = |service: &str| {
        let all = context.state.revisions(service);
        all.into_iter().rev().map(|short| format!("{service}/revisions/{short}")).collect::<Vec<_>>()
    };
    services.iter().flat_map(|service| of(service)).collect()
}

fn gone(name: &str) -> Fault {
    let Fault { message, .. } = missing(Kind::Service, name);
    Fault::not_found(message.replace("'SERVICE'", "'REVISION'"))
}
