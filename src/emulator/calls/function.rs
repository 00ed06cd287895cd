//! Functions, beside lists and policies: taken away, and as the first version of the API tells of those of the first
//! generation (<https://cloud.google.com/functions/docs/reference/rest>).

use serde_json::{Map, Value, json};

use super::{
    Context,
    filter::Filter,
    list, missing,
    page::{Page, Size},
    run,
};
use crate::{
    emulator::{
        fault::Fault,
        state::{Kind, location, project},
    },
    model::time,
};

/// A method of functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) enum FunctionCall {
    /// One taken away.
    Delete(String),
    /// Those of the first generation below a parent.
    Old(String),
    /// One of the first generation.
    OldOne(String),
}

/// Does what is asked for.
pub(super) fn answer(call: &FunctionCall, context: &mut Context<'_>) -> Result<Value, Fault> {
    match call {
        FunctionCall::Delete(name) => delete(name, context),
        FunctionCall::Old(parent) => old(parent, context),
        FunctionCall::OldOne(name) => old_one(name, context),
    }
}

/// With it go the service and the trigger that were made for it.
fn delete(name: &str, context: &mut Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Function, name)?;
    let name = context.state.names.canonical(name);
    context.permit("cloudfunctions.functions.delete", &[&name])?;
    let function =
        context.state.resource(Kind::Function, &name).ok_or_else(|| missing(Kind::Function, &name))?;
    for (kind, pointer) in
        [(Kind::Service, "/serviceConfig/service"), (Kind::Trigger, "/eventTrigger/trigger")]
    {
        if let Some(own) = function.pointer(pointer).and_then(Value::as_str) {
            context.state.remove(kind, own);
        }
    }
    if !context.state.remove(Kind::Function, &name) {
        context.state.remove(Kind::Gen1Function, &name);
    }
    let now = time::rfc3339(context.now);
    let metadata = json!({
        "@type": "type.googleapis.com/google.cloud.functions.v2.OperationMetadata",
        "createTime": now,
        "endTime": now,
        "target": name,
        "verb": "delete",
        "apiVersion": "v2",
    });
    let response = json!({ "@type": "type.googleapis.com/google.protobuf.Empty" });
    let place = name.split("/functions/").next().unwrap_or_default();
    Ok(run::done(place, &metadata, &response, context))
}

fn old(parent: &str, context: &Context<'_>) -> Result<Value, Fault> {
    list::permitted(Kind::Gen1Function, parent, context)?;
    let names = list::names(Kind::Gen1Function, parent, &Filter::default(), context);
    let page = Page::of(context.request, names.len(), Size::USUAL)?;
    let items = names.get(page.places.clone()).unwrap_or_default().iter();
    let mut answer = page.answer("functions", items.filter_map(|(_, name)| shown(name, context)).collect());
    let dark = context.state.unreachable();
    if parent.ends_with("/-") && !dark.is_empty() {
        answer.insert("unreachable".to_owned(), dark.iter().map(|name| Value::from(name.as_str())).collect());
    }
    Ok(answer.into())
}

fn old_one(name: &str, context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Gen1Function, name)?;
    context.permit("cloudfunctions.functions.get", &[name])?;
    shown(name, context).ok_or_else(|| {
        let last = name.rsplit('/').next().unwrap_or_default();
        let (place, project) = (location(name).unwrap_or_default(), project(name).unwrap_or_default());
        Fault::not_found(format!("Function {last} in region {place} in project {project} does not exist"))
    })
}

/// As it was given, where that is the shape of the first version.
fn shown(name: &str, context: &Context<'_>) -> Option<Value> {
    let asset = context.state.asset(Kind::Gen1Function, name)?;
    let given = asset.data.as_ref().and_then(Value::as_object);
    let is_second = given.is_some_and(|fields| fields.contains_key("serviceConfig"));
    let mut fields = given.filter(|_| !is_second).cloned().unwrap_or_else(Map::new);
    fields.insert("name".to_owned(), context.state.names.canonical(name).into());
    fields.entry("status").or_insert_with(|| "ACTIVE".into());
    Some(fields.into())
}
