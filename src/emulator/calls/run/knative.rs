//! Services and jobs in the Knative shape, as gcloud asks for them.

use serde_json::{Value, json};

use super::selector::Selector;
use crate::emulator::{
    calls::{Context, filter::Filter, list, missing},
    fault::Fault,
    state::{Kind, location, project},
};

/// One of a kind.
pub(super) fn one(kind: Kind, name: &str, context: &Context<'_>) -> Result<Value, Fault> {
    context.need_api(kind, name)?;
    let name = placed(kind, name, context);
    context.permit(&format!("{}.get", kind.permissions()), &[&name])?;
    shown(kind, &name, context).ok_or_else(|| missing(kind, &name))
}

fn shown(kind: Kind, name: &str, context: &Context<'_>) -> Option<Value> {
    if kind == Kind::Service { context.state.knative(name) } else { context.state.knative_job(name) }
}

/// The name with its location: where the host did not say which, that of the first that has it.
pub(super) fn placed(kind: Kind, name: &str, context: &Context<'_>) -> String {
    if location(name).is_some() {
        return name.to_owned();
    }
    let last = name.rsplit('/').next().unwrap_or_default();
    let all = context.state.listed(kind, project(name).unwrap_or_default(), "-");
    let found = all.iter().filter(|each| each.rsplit('/').next() == Some(last)).min();
    found.map_or_else(|| name.to_owned(), ToString::to_string)
}

/// Those of a kind below a parent.
pub(super) fn all(kind: Kind, parent: &str, context: &Context<'_>) -> Result<Value, Fault> {
    list::permitted(kind, parent, context)?;
    let selector = Selector::read(context.request.query("labelSelector").unwrap_or_default())?;
    let names = list::names(kind, parent, &Filter::default(), context);
    let mut found: Vec<&str> = names.iter().map(|(_, name)| &**name).collect();
    if !selector.is_empty() {
        found.retain(|name| {
            let shown = shown(kind, name, context);
            let labels = shown.as_ref().and_then(|shown| shown.pointer("/metadata/labels"));
            selector.matches(labels.and_then(Value::as_object))
        });
    }
    let (version, word) = match kind {
        Kind::Service => ("serving.knative.dev/v1", "ServiceList"),
        _ => ("run.googleapis.com/v1", "JobList"),
    };
    let mut answer = page(&found, context, |name| shown(kind, name, context))?;
    answer["apiVersion"] = version.into();
    answer["kind"] = word.into();
    if !context.state.unreachable().is_empty() && location(parent).is_none() {
        answer["unreachable"] = context.state.unreachable().iter().map(|name| json!(name)).collect();
    }
    Ok(answer)
}

/// A page of these names, as Knative has it.
pub(super) fn page<N: AsRef<str>>(
    names: &[N],
    context: &Context<'_>,
    shown: impl Fn(&str) -> Option<Value>,
) -> Result<Value, Fault> {
    let start = match context.request.query("continue").filter(|token| !token.is_empty()) {
        Some(token) => token.parse().map_err(|_| Fault::invalid("Invalid continue token."))?,
        None => 0_usize,
    };
    let limit = match usize::try_from(context.request.number("limit")?) {
        Ok(0) => usize::MAX,
        Ok(limit) => limit,
        Err(_) => return Err(Fault::invalid("limit must not be negative.")),
    };
    let end = names.len().min(start.saturating_add(limit));
    let page = names.get(start..end).unwrap_or_default();
    let items: Vec<Value> = page.iter().filter_map(|name| shown(name.as_ref())).collect();
    let mut answer = json!({});
    if end < names.len() {
        answer["metadata"] = json!({ "continue": end.to_string() });
    }
    if !items.is_empty() {
        answer["items"] = items.into();
    }
    Ok(answer)
}
