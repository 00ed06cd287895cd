//! Operations: what was begun is done at once, and can be asked for afterwards
//! (<https://google.aip.dev/151>).

use serde_json::{Value, json};

use crate::emulator::{
    calls::{
        Context, list,
        page::{Size, page},
    },
    fault::Fault,
    hash::digits,
    state::{Kind, uid},
};

/// A method of operations, with what their permissions begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emulator) enum OperationCall {
    /// Those of a location.
    List(Kind, String),
    /// One.
    Get(Kind, String),
    /// One taken away.
    Delete(Kind, String),
}

/// An operation in a location that is done, and remembered.
pub(in crate::emulator::calls) fn done(
    place: &str,
    metadata: &Value,
    response: &Value,
    context: &mut Context<'_>,
) -> Value {
    let tick = context.state.next_etag(context.now);
    let name = format!(
        "{place}/operations/{}",
        uid(&format!("{place} {tick} {}", digits(&response.to_string(), 8)))
    );
    let operation = json!({ "name": name, "metadata": metadata, "done": true, "response": response });
    context.state.operations.put(&context.state.names.canonical(&name), operation.clone());
    operation
}

/// What was begun.
pub(in crate::emulator::calls) fn remembered(
    call: &OperationCall,
    context: &mut Context<'_>,
) -> Result<Value, Fault> {
    let (OperationCall::List(kind, name)
    | OperationCall::Get(kind, name)
    | OperationCall::Delete(kind, name)) = call;
    context.need_api(*kind, name)?;
    let permission = |verb: &str| format!("{}.operations.{verb}", kind.service());
    match call {
        OperationCall::List(_, parent) => {
            list::known(parent, &permission("list"), context)?;
            let own = parent.split("/locations/").next().unwrap_or(parent);
            context.permit(&permission("list"), &[own, parent])?;
            let prefix = format!("{}/operations/", context.state.names.canonical(parent));
            let all = context.state.operations.below(&prefix).filter(|each| is_of(*kind, each));
            page("operations", all.cloned().collect(), Size::USUAL, context.request).map(Value::Object)
        }
        OperationCall::Get(_, name) => {
            context.permit(&permission("get"), &[name])?;
            found(*kind, name, context)
        }
        OperationCall::Delete(_, name) => {
            context.permit(&permission("delete"), &[name])?;
            found(*kind, name, context)?;
            let name = context.state.names.canonical(name);
            context.state.operations.remove(&name);
            Ok(json!({}))
        }
    }
}

fn found(kind: Kind, name: &str, context: &Context<'_>) -> Result<Value, Fault> {
    let found = context.state.operations.get(&context.state.names.canonical(name));
    let found = found.filter(|operation| is_of(kind, operation)).cloned();
    found.ok_or_else(|| Fault::not_found(format!("Operation '{name}' was not found")))
}

/// Whether an operation is of the API of a kind.
fn is_of(kind: Kind, operation: &Value) -> bool {
    let word = operation.pointer("/metadata/@type").and_then(Value::as_str).unwrap_or_default();
    match kind {
        Kind::Service => word.starts_with("type.googleapis.com/google.cloud.run."),
        Kind::Function => word.starts_with("type.googleapis.com/google.cloud.functions."),
        _ => word.starts_with("type.googleapis.com/google.iam."),
    }
}
