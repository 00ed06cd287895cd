//! The second writer: somebody else who writes the policy that is being written.

use serde_json::{Value, json};

use crate::emulator::{
    calls::Call,
    handle::Handle,
    weather::{SecondWriter, Sky, When},
};

/// What the second writer does about one write.
#[derive(Debug)]
pub(super) enum Meddling {
    /// Nothing, or nothing more.
    None,
    /// It puts these bindings back into the policy of this resource.
    PutBack(String, Option<Value>),
}

impl Meddling {
    /// Writes before the write, where it is to.
    pub(super) fn before(call: &Call, handle: &Handle) -> Self {
        let Call::SetPolicy(place) = call else { return Self::None };
        let Some(writer) = handle.sky(Sky::meddler) else { return Self::None };
        if !handle.read(|state| state.asset(place.kind, &place.name).is_some()) {
            return Self::None;
        }
        let policy = handle.policy(&place.name).unwrap_or_else(|| json!({}));
        match writer.when {
            When::Before => {
                handle.set_policy(&place.name, toggled(policy, &writer));
                Self::None
            }
            When::After => Self::PutBack(place.name.clone(), policy.get("bindings").cloned()),
        }
    }

    /// Writes after the write, where it is to.
    pub(super) fn after(self, was_written: bool, handle: &Handle) {
        let Self::PutBack(resource, bindings) = self else { return };
        let Some(Value::Object(mut policy)) = handle.policy(&resource).filter(|_| was_written) else {
            return;
        };
        match bindings {
            Some(bindings) => drop(policy.insert("bindings".to_owned(), bindings)),
            None => drop(policy.shift_remove("bindings")),
        }
        handle.set_policy(&resource, Value::Object(policy));
    }
}

/// The policy with the second writer's member, or without it where it was there.
fn toggled(mut policy: Value, writer: &SecondWriter) -> Value {
    let SecondWriter { member, role, share: _, when: _ } = writer;
    let is_own = |binding: &Value| {
        binding.get("condition").is_none_or(Value::is_null)
            && binding["role"] == **role
            && binding["members"] == json!([member])
    };
    let mut bindings: Vec<Value> =
        policy.get("bindings").and_then(Value::as_array).cloned().unwrap_or_default();
    let before = bindings.len();
    bindings.retain(|binding| !is_own(binding));
    if bindings.len() == before {
        bindings.push(json!({ "role": role, "members": [member] }));
    }
    match &mut policy {
        Value::Object(fields) if bindings.is_empty() => drop(fields.shift_remove("bindings")),
        other => other["bindings"] = bindings.into(),
    }
    policy
}
