//! Projects, folders and organizations: what they are, what stands above and below them.

use serde_json::{Value, json};

use super::{
    Context, Shape,
    filter::Filter,
    page::{Page, Size},
};
use crate::emulator::{
    fault::Fault,
    state::{Kind, container_kind, container_shown},
};

/// What stands above a project, itself first.
pub(super) fn ancestry(name: &str, context: &Context<'_>) -> Result<Value, Fault> {
    let own = checked(name, context)?;
    let chain = std::iter::once(own.as_str()).chain(context.state.names.above(&own));
    let shown: Vec<Value> = chain
        .filter_map(|name| name.split_once('/'))
        .map(|(word, id)| json!({ "resourceId": { "type": word.trim_end_matches('s'), "id": id } }))
        .collect();
    Ok(json!({ "ancestor": shown }))
}

/// One of them.
pub(super) fn get(name: &str, shape: Shape, context: &Context<'_>) -> Result<Value, Fault> {
    let own = checked(name, context)?;
    Ok(container_shown(&own, shape == Shape::New, context.state))
}

/// Those of a kind that stand directly below the parent that the query names.
pub(super) fn children(kind: Kind, shape: Shape, context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Project, "")?;
    let parent = context.request.query("parent").filter(|parent| !parent.is_empty());
    let parent = parent.ok_or_else(|| Fault::invalid("The parent field is required."))?;
    let permission = format!("{}.list", kind.permissions());
    context.permit(&permission, &[parent, &format!("{parent}/{}", kind.collection())])?;
    if !context.state.has_container(parent) {
        return Err(Fault::no_permission());
    }
    let is_deleted = context.request.query("showDeleted") == Some("true");
    let below = context.state.names.below(parent).filter(|name| container_kind(name) == kind);
    let own = below.filter(|name| is_deleted || is_active(name, context));
    let names: Vec<&str> = own.collect();
    let size = context.request.number("pageSize")?;
    let token = context.request.query("pageToken");
    answered(kind, &names, shape, (size, token), context)
}

/// All of a kind that the caller sees, as far as a query means them: it stands in the address or in the body.
pub(super) fn search(kind: Kind, shape: Shape, context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Project, "")?;
    let body = if context.request.method == "POST" { context.request.json()? } else { json!({}) };
    let in_body = |key: &str| body.get(key).and_then(Value::as_str);
    let mut asked = ["query", "filter"].into_iter();
    let query = asked.find_map(|key| in_body(key).or_else(|| context.request.query(key))).unwrap_or_default();
    let query = if kind == Kind::Project { Filter::any(query)? } else { Filter::read(query)? };
    let size = match body.get("pageSize").filter(|size| !size.is_null()) {
        Some(size) => {
            size.as_i64().ok_or_else(|| Fault::invalid("Invalid value at 'page_size' (TYPE_INT32)"))?
        }
        None => context.request.number("pageSize")?,
    };
    let token = in_body("pageToken").or_else(|| context.request.query("pageToken"));
    let parent = query.only("parent").filter(|parent| context.state.has_container(parent));
    let all: Vec<&str> = match parent {
        Some(parent) => context.state.names.below(parent).collect(),
        None => context.state.assets(kind, kind.collection()).map(|(name, _)| name).collect(),
    };
    let permission = format!("{}.get", kind.permissions());
    let is_meant = |name: &str| {
        container_kind(name) == kind
            && (query.is_empty() || query.matches(&queried(name, shape, context)))
            && context.permit(&permission, &[name]).is_ok()
    };
    let names: Vec<&str> = all.into_iter().filter(|name| is_meant(name)).collect();
    answered(kind, &names, shape, (size, token), context)
}

fn answered(
    kind: Kind,
    names: &[&str],
    shape: Shape,
    (size, token): (i64, Option<&str>),
    context: &Context<'_>,
) -> Result<Value, Fault> {
    let page = Page::asked(size, token, names.len(), Size::USUAL)?;
    let items = names.get(page.places.clone()).unwrap_or_default().iter();
    let items = items.map(|name| container_shown(name, shape == Shape::New, context.state)).collect();
    Ok(page.answer(kind.collection(), items).into())
}

/// A container under all the words by which it can be asked for.
fn queried(name: &str, shape: Shape, context: &Context<'_>) -> Value {
    let mut value = container_shown(name, shape == Shape::New, context.state);
    let state = value.get("state").or_else(|| value.get("lifecycleState")).cloned();
    let title = value.get("displayName").or_else(|| value.get("name")).cloned();
    let parent = context.state.names.above(name).first().map(|parent| (*parent).to_owned());
    let Value::Object(fields) = &mut value else { return value };
    fields.insert("state".to_owned(), state.clone().unwrap_or_default());
    fields.insert("lifecycleState".to_owned(), state.unwrap_or_default());
    if let Some(id) = name.strip_prefix("projects/") {
        fields.insert("id".to_owned(), id.into());
        fields.insert("name".to_owned(), title.clone().unwrap_or_default());
        fields.insert("displayName".to_owned(), title.unwrap_or_default());
    }
    if let Some((word, id)) = parent.as_deref().and_then(|parent| parent.split_once('/')) {
        fields.insert("parent".to_owned(), json!({ "type": word.trim_end_matches('s'), "id": id }));
        if shape == Shape::New || !name.starts_with("projects/") {
            fields.insert("parent".to_owned(), format!("{word}/{id}").into());
        }
    }
    value
}

fn is_active(name: &str, context: &Context<'_>) -> bool {
    let shown = container_shown(name, true, context.state);
    shown.get("state").and_then(Value::as_str) != Some("DELETE_REQUESTED")
}

/// The canonical name of something that is there and may be read.
fn checked(name: &str, context: &Context<'_>) -> Result<String, Fault> {
    let kind = container_kind(name);
    context.need_api(kind, name)?;
    context.permit(&format!("{}.get", kind.permissions()), &[name])?;
    if !context.state.has_container(name) {
        return Err(Fault::no_permission());
    }
    Ok(context.state.names.canonical(name))
}
