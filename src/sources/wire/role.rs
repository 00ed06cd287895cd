//! Roles and service accounts (<https://cloud.google.com/iam/docs/reference/rest/v1/roles>).

use serde::Deserialize;

use super::{Interner, Resource, ShapeError, text::Text};
use crate::world::{Gap, Observed, RoleDefinition};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a role")]
struct RoleWire<'a> {
    #[serde(borrow, alias = "included_permissions")]
    included_permissions: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    stage: Option<Text<'a>>,
    deleted: Option<bool>,
}

/// What a role holds.
pub(in crate::sources) fn role(
    json: &str,
    words: &mut Interner,
) -> Result<Observed<RoleDefinition>, ShapeError> {
    let resource: Resource<'_, RoleWire<'_>> = super::read(json, "resource")?;
    match resource.data {
        Some(wire) => Ok(Observed::Known(definition(&wire, words))),
        None => Ok(Observed::Unreadable(Gap::new("its RESOURCE content has no data", "iam.roles.get"))),
    }
}

/// What Google's answer says that a role holds.
pub(in crate::sources) fn answer(json: &str, words: &mut Interner) -> Result<RoleDefinition, ShapeError> {
    let wire: RoleWire<'_> = super::read(json, "")?;
    Ok(definition(&wire, words))
}

fn definition(wire: &RoleWire<'_>, words: &mut Interner) -> RoleDefinition {
    let RoleWire { included_permissions, stage, deleted } = wire;
    let is_off = deleted.unwrap_or_default() || stage.as_deref() == Some("DISABLED");
    let listed = included_permissions.iter().flatten();
    RoleDefinition::new(listed.map(|permission| words.word(permission)), is_off)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a service account")]
struct AccountWire<'a> {
    #[serde(borrow)]
    email: Option<Text<'a>>,
    #[serde(borrow, alias = "project_id")]
    project_id: Option<Text<'a>>,
}

/// The address of a service account and the project it says it is of.
pub(in crate::sources) fn account(json: &str) -> Result<(Option<String>, Option<String>), ShapeError> {
    let resource: Resource<'_, AccountWire<'_>> = super::read(json, "resource")?;
    Ok(resource.data.map_or((None, None), |AccountWire { email, project_id }| {
        (email.map(|email| email.to_string()), project_id.map(|project| project.to_string()))
    }))
}
