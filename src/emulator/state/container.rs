//! Projects, folders and organizations as the versions of Resource Manager show them
//! (<https://cloud.google.com/resource-manager/reference/rest>).

use serde_json::{Value, json};

use super::{Kind, State, container_kind, object};
use crate::emulator::{hash::digits, shape::fit};

/// What is known of a container.
struct Known<'s> {
    name: &'s str,
    id: &'s str,
    number: Option<&'s str>,
    parent: Option<&'s str>,
    title: &'s str,
    life: &'s str,
    given: Option<&'s Value>,
}

impl Known<'_> {
    fn at(&self, key: &str) -> Option<Value> {
        self.given.and_then(|data| data.get(key)).filter(|value| !value.is_null()).cloned()
    }

    fn made(&self) -> Option<Value> {
        self.at("createTime").or_else(|| self.at("creationTime"))
    }

    fn customer(&self) -> Option<Value> {
        self.at("directoryCustomerId").or_else(|| self.given?.pointer("/owner/directoryCustomerId").cloned())
    }

    fn project(&self) -> Value {
        let parent = self.parent.and_then(|parent| parent.split_once('/'));
        object([
            ("projectNumber", self.number.map(Value::from)),
            ("projectId", Some(self.id.into())),
            ("lifecycleState", Some(self.life.into())),
            ("name", Some(self.title.into())),
            ("parent", parent.map(|(word, id)| json!({ "type": word.trim_end_matches('s'), "id": id }))),
            ("createTime", self.made()),
            ("labels", self.at("labels")),
        ])
    }

    fn organization(&self) -> Value {
        object([
            ("name", Some(self.name.into())),
            ("displayName", Some(self.title.into())),
            ("lifecycleState", Some(self.life.into())),
            ("owner", self.customer().map(|id| json!({ "directoryCustomerId": id }))),
            ("creationTime", self.made()),
        ])
    }

    fn folder(&self) -> Value {
        object([
            ("name", Some(self.name.into())),
            ("parent", self.parent.map(Value::from)),
            ("displayName", Some(self.title.into())),
            ("lifecycleState", Some(self.life.into())),
            ("createTime", self.made()),
        ])
    }

    /// Of v3, in which all three are much alike.
    fn third(&self, is_project: bool) -> Value {
        let number = self.number.filter(|_| is_project);
        let full = number.map_or_else(|| self.name.to_owned(), |number| format!("projects/{number}"));
        let etag = self.at("etag").unwrap_or_else(|| format!("W/\"{}\"", digits(self.name, 8)).into());
        object([
            ("name", Some(full.into())),
            ("parent", self.parent.map(Value::from)),
            ("projectId", is_project.then(|| self.id.into())),
            ("state", Some(self.life.into())),
            ("displayName", Some(self.title.into())),
            ("directoryCustomerId", self.customer()),
            ("createTime", self.made()),
            ("updateTime", self.at("updateTime")),
            ("labels", self.at("labels")),
            ("etag", Some(etag)),
        ])
    }
}

/// A container by its canonical name: of v3, or of v1 and v2.
pub(in crate::emulator) fn shown(name: &str, is_new: bool, state: &State) -> Value {
    let kind = container_kind(name);
    let given = state.asset(kind, name).and_then(|asset| asset.data.as_ref());
    let text = |key: &str| given.and_then(|data| data.get(key)).and_then(Value::as_str);
    let id = name.split_once('/').map_or(name, |(_, id)| id);
    let title = text("displayName").or_else(|| text("name").filter(|name| !name.contains('/'))).unwrap_or(id);
    let known = Known {
        name,
        id,
        number: state.names.number(id),
        parent: state.names.above(name).first().copied(),
        title,
        life: text("lifecycleState").or_else(|| text("state")).unwrap_or("ACTIVE"),
        given,
    };
    let (version, word, mut value) = match (kind, is_new) {
        (Kind::Project, false) => ("v1", "Project", known.project()),
        (Kind::Organization, false) => ("v1", "Organization", known.organization()),
        (_, false) => ("v2", "Folder", known.folder()),
        (Kind::Project, true) => ("v3", "Project", known.third(true)),
        (Kind::Folder, true) => ("v3", "Folder", known.third(false)),
        (_, true) => ("v3", "Organization", known.third(false)),
    };
    fit(&format!("cloudresourcemanager.{version}"), word, &mut value);
    value
}
