//! Projects, folders and organizations: what they are, what stands above and below them.

use serde_json::{Map, Value, json};

use super::{Context, Shape, page::page};
use crate::emulator::{
    fault::Fault,
    state::{Kind, State, container_kind},
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
    Ok(shown(&own, shape, context.state))
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
    let below = context.state.names.parents().filter(|(_, above)| *above == parent);
    let own = below.filter(|(name, _)| container_kind(name) == kind);
    let shown = own.map(|(name, _)| shown(name, shape, context.state)).collect();
    page(kind.collection(), shown, context.request).map(Value::Object)
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

fn shown(name: &str, shape: Shape, state: &State) -> Value {
    let kind = container_kind(name);
    let given = state.asset(kind, name).and_then(|asset| asset.data.as_ref());
    let text = |key: &str| given.and_then(|data| data.get(key)).and_then(Value::as_str);
    let id = name.split_once('/').map_or(name, |(_, id)| id);
    let number = state.names.number(id);
    let parent = state.names.above(name).first().copied();
    let is_new = shape == Shape::New;
    let title = text("displayName").or_else(|| text("name").filter(|name| !name.contains('/'))).unwrap_or(id);
    let life = text("lifecycleState").or_else(|| text("state")).unwrap_or("ACTIVE");
    let mut fields = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(key.to_owned(), value);
        }
    };
    match kind {
        Kind::Project if !is_new => {
            put("projectNumber", number.map(Value::from));
            put("projectId", Some(id.into()));
            put("lifecycleState", Some(life.into()));
            put("name", Some(title.into()));
            let parent = parent.and_then(|parent| parent.split_once('/'));
            put("parent", parent.map(|(word, id)| json!({ "type": word.trim_end_matches('s'), "id": id })));
        }
        Kind::Project => {
            put(
                "name",
                Some(number.map_or_else(|| name.to_owned(), |number| format!("projects/{number}")).into()),
            );
            put("parent", parent.map(Value::from));
            put("projectId", Some(id.into()));
            put("state", Some(life.into()));
            put("displayName", Some(title.into()));
        }
        _ => {
            put("name", Some(name.into()));
            put("parent", parent.map(Value::from));
            put("displayName", Some(title.into()));
            put(if is_new { "state" } else { "lifecycleState" }, Some(life.into()));
        }
    }
    put("createTime", text("createTime").map(Value::from));
    put("labels", given.and_then(|data| data.get("labels")).cloned());
    Value::Object(fields)
}
