//! Deny policies of IAM v2 (<https://cloud.google.com/iam/docs/reference/rest/v2/policies>). A write answers with
//! an operation that is done.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    Context,
    page::{Size, page},
};
use crate::{
    emulator::{
        fault::Fault,
        hash::digits,
        iam::check_deny_rule,
        state::{Kind, deny_shown},
    },
    model::time,
};

/// A method of deny policies, with what they are attached to, as the path names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) enum DenyCall {
    /// What there is, without the rules.
    List(String),
    /// One with its rules.
    Get(String, String),
    /// A new one.
    Create(String),
    /// Other rules for one.
    Update(String, String),
    /// One taken away.
    Delete(String, String),
    /// What was begun on one.
    Operation(String, String, String),
}

/// Does what is asked for.
pub(super) fn answer(call: &DenyCall, context: &mut Context<'_>) -> Result<Value, Fault> {
    let (DenyCall::List(on)
    | DenyCall::Create(on)
    | DenyCall::Get(on, _)
    | DenyCall::Update(on, _)
    | DenyCall::Delete(on, _)
    | DenyCall::Operation(on, ..)) = call;
    let on = context.state.names.canonical(on);
    match call {
        DenyCall::List(_) => list(&on, context),
        DenyCall::Create(_) => create(&on, context),
        DenyCall::Get(_, id) => get(&on, id, context),
        DenyCall::Update(_, id) => update(&on, id, context),
        DenyCall::Delete(_, id) => delete(&on, id, context),
        DenyCall::Operation(_, id, operation) => {
            permit("get", &on, Some(id), context)?;
            let found =
                context.state.operations.get(&format!("{on}/denypolicies/{id}/operations/{operation}"));
            found.cloned().ok_or_else(|| Fault::not_found(format!("Operation `{operation}` was not found.")))
        }
    }
}

fn list(on: &str, context: &Context<'_>) -> Result<Value, Fault> {
    permit("list", on, None, context)?;
    let empty = json!({});
    // One that cannot be read is there all the same.
    let below = format!("{on}/denypolicies/");
    let refused = context.state.refused_below(&below);
    let ids: BTreeSet<&str> = context.state.deny.ids(on).into_iter().chain(refused).collect();
    let all = ids.into_iter().map(|id| {
        let policy = context.state.deny.get(on, id).unwrap_or(&empty);
        let mut shown = deny_shown(on, id, policy, &context.state.names);
        if let Value::Object(fields) = &mut shown {
            fields.remove("rules");
        }
        shown
    });
    page("policies", all.collect(), Size::USUAL, context.request).map(Value::Object)
}

fn get(on: &str, id: &str, context: &Context<'_>) -> Result<Value, Fault> {
    permit("get", on, Some(id), context)?;
    let policy = context.state.deny.get(on, id).ok_or_else(|| nowhere(id))?;
    Ok(deny_shown(on, id, policy, &context.state.names))
}

fn create(on: &str, context: &mut Context<'_>) -> Result<Value, Fault> {
    permit("create", on, None, context)?;
    let id = context.request.query("policyId").unwrap_or_default().to_owned();
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    let is_id = (3..=63).contains(&id.len())
        && id.starts_with(|first: char| first.is_ascii_lowercase())
        && id.bytes().all(is_plain);
    if !is_id {
        return Err(Fault::invalid(format!("Invalid policy ID `{id}`.")));
    }
    if context.state.deny.get(on, &id).is_some() {
        return Err(Fault::new(409, "ALREADY_EXISTS", format!("Policy `{id}` already exists.")));
    }
    let mut policy = written(context)?;
    policy.insert("createTime".to_owned(), time::rfc3339(context.now).into());
    Ok(stored(on, &id, policy, context))
}

fn update(on: &str, id: &str, context: &mut Context<'_>) -> Result<Value, Fault> {
    permit("update", on, Some(id), context)?;
    let before = current(on, id, context)?;
    let mut policy = written(context)?;
    is_current(&before, policy.get("etag").and_then(Value::as_str))?;
    for field in ["createTime", "uid"] {
        if let Some(value) = before.get(field) {
            policy.insert(field.to_owned(), value.clone());
        }
    }
    Ok(stored(on, id, policy, context))
}

fn delete(on: &str, id: &str, context: &mut Context<'_>) -> Result<Value, Fault> {
    permit("delete", on, Some(id), context)?;
    let before = current(on, id, context)?;
    is_current(&before, context.request.query("etag").filter(|etag| !etag.is_empty()))?;
    context.state.deny.remove(on, id);
    Ok(operation(on, id, &before, context))
}

/// The policy of a request, as far as it is checked here.
fn written(context: &Context<'_>) -> Result<Map<String, Value>, Fault> {
    let Value::Object(policy) = context.request.json()? else {
        return Err(Fault::invalid("Request contains an invalid argument."));
    };
    let lists = ["deniedPrincipals", "exceptionPrincipals", "deniedPermissions", "exceptionPermissions"];
    let is_texts = |value: &Value| {
        value.as_array().is_some_and(|texts| texts.iter().all(|text| text.as_str().is_some()))
    };
    let is_rule = |rule: &Value| {
        let rule = rule.get("denyRule").and_then(Value::as_object);
        rule.is_some_and(|rule| lists.iter().all(|list| rule.get(*list).is_none_or(is_texts)))
    };
    let rules = policy.get("rules").and_then(Value::as_array).filter(|rules| !rules.is_empty());
    let rules = rules.filter(|rules| rules.iter().all(is_rule));
    let rules =
        rules.ok_or_else(|| Fault::invalid("The policy holds no rules, or a rule that is no deny rule."))?;
    rules.iter().filter_map(|rule| rule.get("denyRule")).try_for_each(check_deny_rule)?;
    Ok(policy)
}

fn stored(on: &str, id: &str, mut policy: Map<String, Value>, context: &mut Context<'_>) -> Value {
    policy.insert("updateTime".to_owned(), time::rfc3339(context.now).into());
    let etag = context.state.next_etag(context.now);
    policy.insert("etag".to_owned(), etag.into());
    policy.remove("name");
    context.state.deny.put(on, id, Value::Object(policy.clone()));
    let shown = deny_shown(on, id, &Value::Object(policy), &context.state.names);
    operation(on, id, &shown, context)
}

fn current(on: &str, id: &str, context: &Context<'_>) -> Result<Value, Fault> {
    let policy = context.state.deny.get(on, id).ok_or_else(|| nowhere(id))?;
    Ok(deny_shown(on, id, policy, &context.state.names))
}

fn is_current(before: &Value, etag: Option<&str>) -> Result<(), Fault> {
    if etag.is_none_or(|etag| before["etag"] == etag) {
        return Ok(());
    }
    let said = "There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.";
    Err(Fault::new(409, "ABORTED", said))
}

fn operation(on: &str, id: &str, policy: &Value, context: &mut Context<'_>) -> Value {
    let name = policy["name"].as_str().unwrap_or_default();
    let mut response = policy.clone();
    response["@type"] = "type.googleapis.com/google.iam.v2.Policy".into();
    let last = digits(&policy.to_string(), 8);
    let operation = json!({
        "name": format!("{name}/operations/{last}"),
        "metadata": {
            "@type": "type.googleapis.com/google.iam.v2.PolicyOperationMetadata",
            "createTime": time::rfc3339(context.now),
        },
        "done": true,
        "response": response,
    });
    let key = format!("{on}/denypolicies/{id}/operations/{last}");
    context.state.operations.put(&key, operation.clone());
    operation
}

fn permit(verb: &str, on: &str, id: Option<&str>, context: &Context<'_>) -> Result<(), Fault> {
    context.need_api(Kind::Role, on)?;
    let permission = format!("iam.denypolicies.{verb}");
    let (all, own) = (format!("{on}/denypolicies"), format!("{on}/denypolicies/{}", id.unwrap_or_default()));
    context.permit(&permission, &[on, &all, &own])?;
    let is_there = context.state.has_container(on) || !context.state.deny.ids(on).is_empty();
    if is_there { Ok(()) } else { Err(Fault::no_access(&permission, on)) }
}

fn nowhere(id: &str) -> Fault {
    Fault::not_found(format!("Policy `{id}` was not found."))
}
