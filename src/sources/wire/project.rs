//! Projects: which id goes with which number
//! (<https://cloud.google.com/resource-manager/reference/rest/v1/projects>, and v3, whose `name` holds the
//! number).

use serde::Deserialize;

use super::{
    Resource, ShapeError,
    text::{Digits, Text},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a project")]
struct ProjectWire<'a> {
    #[serde(borrow, alias = "project_id")]
    project_id: Option<Text<'a>>,
    #[serde(alias = "project_number")]
    project_number: Option<Digits>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
}

/// The names of one project that its `resource` tells.
pub(in crate::sources) fn names(json: &str) -> Result<Vec<String>, ShapeError> {
    let resource: Resource<'_, ProjectWire<'_>> = super::read(json, "resource")?;
    let Some(ProjectWire { project_id, project_number, name }) = resource.data else { return Ok(Vec::new()) };
    let in_name = name.as_deref().and_then(|name| name.strip_prefix("projects/")).map(str::to_owned);
    let id = project_id.map(|id| id.to_string());
    Ok([id, project_number.map(|digits| digits.0), in_name].into_iter().flatten().collect())
}
