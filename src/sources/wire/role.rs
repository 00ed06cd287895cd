//! Roles and service accounts (<https://cloud.google.com/iam/docs/reference/rest/v1/roles>).

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    Interner, Resource, ShapeError,
    text::{Text, filled},
};
use crate::world::{Gap, Observed, RoleDefinition};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a role")]
struct RoleWire<'a> {
    #[serde(borrow)]
    name: Option<Text<'a>>,
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
    // An answer that is no role would be a role without permissions.
    filled(wire.name.as_ref()).ok_or_else(|| ShapeError("has no `name`, as every role has".to_owned()))?;
    Ok(definition(&wire, words))
}

/// A part of what Google answers when asked for all of its roles, or one role by itself.
pub(in crate::sources) struct Told {
    /// Each role with its name.
    pub(in crate::sources) roles: Vec<(String, RoleDefinition)>,
    /// Whether it is a page, and if so, whether another follows.
    pub(in crate::sources) has_next: Option<bool>,
}

/// One page of `roles.list`, or a role, told apart by its fields.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a page of roles or a role")]
struct PageWire<'a> {
    #[serde(borrow)]
    roles: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    next_page_token: Option<Text<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(expecting = "a role")]
struct NameWire<'a> {
    #[serde(borrow)]
    name: Text<'a>,
}

/// A page of roles, or a role (<https://cloud.google.com/iam/docs/reference/rest/v1/roles/list>).
pub(in crate::sources) fn told(json: &str) -> Result<Told, ShapeError> {
    let words = &mut Interner::default();
    let PageWire { roles, next_page_token, name } = super::read(json, "")?;
    if let Some(name) = &name {
        return Ok(Told { roles: vec![(name.to_string(), answer(json, words)?)], has_next: None });
    }
    let next = filled(next_page_token.as_ref());
    if roles.is_none() && next.is_none() {
        return Err(ShapeError("is neither a page of roles nor a role".to_owned()));
    }
    let mut named = Vec::new();
    for json in roles.iter().flatten().map(|role| role.get()) {
        let NameWire { name } = super::read(json, "roles")?;
        named.push((name.to_string(), answer(json, words)?));
    }
    Ok(Told { roles: named, has_next: Some(next.is_some()) })
}

fn definition(wire: &RoleWire<'_>, words: &mut Interner) -> RoleDefinition {
    let RoleWire { name: _, included_permissions, stage, deleted } = wire;
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
