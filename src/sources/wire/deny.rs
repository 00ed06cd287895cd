//! Deny policies of the IAM v2 API
//! (<https://cloud.google.com/iam/docs/reference/rest/v2/policies>).

use serde::Deserialize;

use super::{
    Interner, ShapeError,
    policy::ConditionWire,
    text::{Text, one_line},
};
use crate::model::{DenyPolicy, DenyRule};

#[derive(Deserialize)]
#[serde(expecting = "a deny policy")]
struct PolicyWire<'a> {
    #[serde(borrow)]
    rules: Option<Vec<RuleWire<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a rule")]
struct RuleWire<'a> {
    #[serde(borrow)]
    deny_rule: Option<DenyRuleWire<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a deny rule")]
struct DenyRuleWire<'a> {
    #[serde(borrow)]
    denied_principals: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    exception_principals: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    denied_permissions: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    exception_permissions: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    denial_condition: Option<ConditionWire<'a>>,
}

/// A deny policy by its JSON, which stands at `at` in its line.
pub(in crate::sources) fn policy(
    json: &str,
    at: &str,
    words: &mut Interner,
) -> Result<DenyPolicy, ShapeError> {
    let PolicyWire { rules } = super::read(json, at)?;
    let rules = rules.iter().flatten().map(|RuleWire { deny_rule }| {
        let DenyRuleWire {
            denied_principals,
            exception_principals,
            denied_permissions,
            exception_permissions,
            denial_condition,
        } = deny_rule.as_ref()?;
        let mut all = |texts: &Option<Vec<Text<'_>>>| {
            texts.iter().flatten().map(|text| words.word(text)).collect::<Vec<_>>()
        };
        Some(DenyRule {
            denied_principals: all(denied_principals),
            exception_principals: all(exception_principals),
            denied_permissions: all(denied_permissions),
            exception_permissions: all(exception_permissions),
            condition: denial_condition.as_ref().map(|wire| wire.condition(words)),
        })
    });
    Ok(DenyPolicy { rules: rules.collect(), text: one_line(json).into() })
}
