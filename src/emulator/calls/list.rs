//! Lists of what is below a project or in a location, and the locations.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Value, json};

use super::{
    Context,
    filter::Filter,
    page::{Page, Size, page},
};
use crate::emulator::{
    fault::Fault,
    state::{Kind, location},
};

/// The locations of a project, as the API of a kind tells them: those that anything of the estate is in.
pub(super) fn locations(kind: Kind, project: &str, context: &Context<'_>) -> Result<Value, Fault> {
    let own = format!("projects/{project}");
    may_list_locations(kind, &own, context).or_else(|fault| {
        // Where the host does not say it, Cloud Tasks may be asked, which has the same path as functions have.
        let is_told = context.request.host.contains("googleapis.com");
        let is_shared = kind == Kind::Function && !is_told;
        if is_shared { may_list_locations(Kind::Queue, &own, context).map_err(|_| fault) } else { Err(fault) }
    })?;
    let mut names: Vec<&str> = context.state.locations().into_iter().collect();
    if names.is_empty() {
        names.push("us-central1");
    }
    let shown = names.iter().map(
        |name| json!({ "name": format!("{own}/locations/{name}"), "locationId": name, "displayName": name }),
    );
    page("locations", shown.collect(), Size::USUAL, context.request).map(Value::Object)
}

fn may_list_locations(kind: Kind, own: &str, context: &Context<'_>) -> Result<(), Fault> {
    let permission = format!("{}.locations.list", kind.service());
    context.need_api(kind, own)?;
    known(own, &permission, context)?;
    let (locations, below) = (format!("{own}/locations"), format!("{own}/{}", kind.collection()));
    context.permit(&permission, &[own, &locations, &below])
}

/// What of a kind is below a parent.
pub(super) fn list(kind: Kind, parent: &str, context: &Context<'_>) -> Result<Value, Fault> {
    let place = permitted(kind, parent, context)?;
    let (project, _) = parts(parent);
    let is_run = matches!(kind, Kind::Service | Kind::RunJob | Kind::Instance);
    if place == "-" && is_run && !context.state.takes_wildcard {
        return Err(Fault::invalid(
            "Location must be a valid Google Cloud region, and cannot be the \"-\" wildcard.",
        ));
    }
    let filter = match kind {
        Kind::Function => Filter::read(context.request.query("filter").unwrap_or_default())?,
        _ => Filter::default(),
    };
    let names = names(kind, parent, &filter, context);
    let page = Page::of(context.request, names.len(), Size::USUAL)?;
    let items = names.get(page.places.clone()).unwrap_or_default();
    let items = items.iter().filter_map(|(kind, name)| context.state.resource(*kind, name));
    let mut answer = page.answer(kind.collection(), items.collect());
    let dark = context.state.unreachable();
    if place == "-" && !dark.is_empty() {
        let names = dark.iter().map(|name| Value::from(format!("{project}/locations/{name}")));
        answer.insert("unreachable".to_owned(), names.collect());
    }
    Ok(Value::Object(answer))
}

/// The project and the location of a parent; an empty one where it names none.
fn parts(parent: &str) -> (&str, &str) {
    parent.split_once("/locations/").unwrap_or((parent, ""))
}

/// The location of a parent whose list may be read, and answers.
pub(super) fn permitted<'p>(kind: Kind, parent: &'p str, context: &Context<'_>) -> Result<&'p str, Fault> {
    let permission = format!("{}.list", kind.permissions());
    context.need_api(kind, parent)?;
    known(parent, &permission, context)?;
    let (project, place) = parts(parent);
    let collection = kind.collection();
    let here = format!("{parent}/{collection}");
    let everywhere = format!("{project}/locations/-/{collection}");
    let anywhere = format!("{project}/{collection}");
    context.permit(&permission, &[project, parent, &here, &everywhere, &anywhere])?;
    Ok(place)
}

/// The names of all of a kind below a parent, in the order of Google's lists, where they can be reached.
pub(super) fn names(
    kind: Kind,
    parent: &str,
    filter: &Filter,
    context: &Context<'_>,
) -> Vec<(Kind, Arc<str>)> {
    let state = &*context.state;
    let (project, place) = parts(parent);
    let project = project.strip_prefix("projects/").unwrap_or(project);
    let both = [Kind::Function, Kind::Gen1Function];
    let kinds = if kind == Kind::Function { both.as_slice() } else { std::slice::from_ref(&kind) };
    let dark = state.unreachable();
    let nothing = BTreeSet::new();
    let are_all = context.request.query("showDeleted") == Some("true");
    let deleted = if are_all { &nothing } else { state.deleted() };
    let is_shown = |kind: Kind, name: &str| {
        let is_lit = dark.is_empty() || location(name).is_none_or(|location| !dark.contains(location));
        is_lit
            && (deleted.is_empty() || !deleted.contains(&(kind, name.to_owned())))
            && (filter.is_empty()
                || state.resource(kind, name).is_some_and(|resource| filter.matches(&resource)))
    };
    let all = kinds.iter().map(|kind| (*kind, state.listed(*kind, project, place)));
    let mut found = Vec::new();
    for (kind, list) in all {
        let own = list.iter().filter(|name| is_shown(kind, name));
        found.extend(own.map(|name| (kind, Arc::clone(name))));
    }
    found
}

/// Refuses what is below a project that nobody knows.
pub(super) fn known(parent: &str, permission: &str, context: &Context<'_>) -> Result<(), Fault> {
    let project = parent.split("/locations/").next().unwrap_or(parent);
    if context.state.has_container(project) { Ok(()) } else { Err(Fault::no_access(permission, parent)) }
}
