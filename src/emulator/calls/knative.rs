//! Services in the Knative shape, as gcloud asks for them.

use serde_json::{Value, json};

use super::{Context, list, missing};
use crate::emulator::{
    fault::Fault,
    state::{Kind, location, project},
};

/// The services of a parent, or one of them.
pub(super) fn answer(parent: &str, name: Option<&str>, context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(Kind::Service, parent)?;
    match name {
        Some(name) => one(name, context),
        None => all(parent, context),
    }
}

fn one(name: &str, context: &Context<'_>) -> Result<Value, Fault> {
    let answered = |name: &str| {
        context.permit("run.services.get", &[name])?;
        context.state.knative(name).ok_or_else(|| missing(Kind::Service, name))
    };
    if location(name).is_some() {
        return answered(name);
    }
    // The host did not say which location: the first one that has it.
    let last = name.rsplit('/').next().unwrap_or_default();
    let prefix = project(name).map(|project| format!("projects/{}/", context.state.names.id(project)));
    let prefix = prefix.unwrap_or_default();
    let mut names = context.state.assets(Kind::Service, &prefix).map(|(name, _)| name);
    let found = names.find(|name| name.rsplit('/').next() == Some(last));
    answered(found.unwrap_or(name))
}

fn all(parent: &str, context: &Context<'_>) -> Result<Value, Fault> {
    list::known(parent, "run.services.list", context)?;
    let own = parent.split("/locations/").next().unwrap_or(parent);
    context.permit("run.services.list", &[own, parent, &format!("{parent}/services")])?;
    let names = list::items(Kind::Service, parent, context.state);
    let names: Vec<&str> =
        names.iter().filter_map(|service| service.get("name").and_then(Value::as_str)).collect();
    let start = match context.request.query("continue").filter(|token| !token.is_empty()) {
        Some(token) => token.parse().map_err(|_| Fault::invalid("Invalid continue token."))?,
        None => 0_usize,
    };
    let limit = usize::try_from(context.request.number("limit")?).unwrap_or(0);
    let limit = if limit == 0 { usize::MAX } else { limit };
    let page = names.iter().skip(start).take(limit);
    let items: Vec<Value> = page.filter_map(|name| context.state.knative(name)).collect();
    let mut answer = json!({ "apiVersion": "serving.knative.dev/v1", "kind": "ServiceList" });
    let end = start.saturating_add(items.len());
    if end < names.len() {
        answer["metadata"] = json!({ "continue": end.to_string() });
    }
    if !items.is_empty() {
        answer["items"] = items.into();
    }
    if !context.state.unreachable().is_empty() && location(parent).is_none() {
        answer["unreachable"] = context.state.unreachable().iter().map(|name| json!(name)).collect();
    }
    Ok(answer)
}
