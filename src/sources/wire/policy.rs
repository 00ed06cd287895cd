//! Allow policies (<https://cloud.google.com/iam/docs/reference/rest/v1/Policy>).

use serde::Deserialize;

use super::{Interner, text::Text};
use crate::model::{Binding, Condition, Policy};

/// An allow policy as it stands in the line.
#[derive(Deserialize)]
#[serde(expecting = "an allow policy")]
pub(in crate::sources) struct PolicyWire<'a> {
    version: Option<i64>,
    #[serde(borrow)]
    etag: Option<Text<'a>>,
    #[serde(borrow)]
    bindings: Option<Vec<BindingWire<'a>>>,
}

#[derive(Deserialize)]
#[serde(expecting = "a binding")]
struct BindingWire<'a> {
    #[serde(borrow)]
    role: Text<'a>,
    #[serde(borrow)]
    members: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    condition: Option<ConditionWire<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "a condition")]
pub(in crate::sources) struct ConditionWire<'a> {
    #[serde(borrow)]
    title: Option<Text<'a>>,
    #[serde(borrow)]
    description: Option<Text<'a>>,
    #[serde(borrow)]
    expression: Option<Text<'a>>,
    #[serde(borrow)]
    location: Option<Text<'a>>,
}

/// An allow policy, with everything that decides or tells two of them apart.
pub(in crate::sources) fn policy(wire: PolicyWire<'_>, words: &mut Interner) -> Policy {
    let PolicyWire { version, etag, bindings } = wire;
    let bindings = bindings.unwrap_or_default();
    Policy {
        version,
        etag: etag.map(|etag| (&*etag).into()),
        bindings: bindings.iter().map(|wire| binding(wire, words)).collect(),
    }
}

fn binding(wire: &BindingWire<'_>, words: &mut Interner) -> Binding {
    let BindingWire { role, members, condition } = wire;
    Binding {
        role: words.role(role),
        members: members.iter().flatten().map(|member| words.principal(member)).collect(),
        condition: condition.as_ref().map(|wire| wire.condition(words)),
    }
}

impl ConditionWire<'_> {
    pub(in crate::sources) fn condition(&self, words: &mut Interner) -> Condition {
        let Self { title, description, expression, location } = self;
        Condition {
            title: words.word(title.as_deref().unwrap_or_default()),
            description: description.as_deref().map(|text| words.word(text)),
            expression: words.word(expression.as_deref().unwrap_or_default()),
            location: location.as_deref().map(|text| words.word(text)),
        }
    }
}
