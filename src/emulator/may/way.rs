//! The way from a resource up: everything whose policies count for it
//! (<https://cloud.google.com/iam/docs/resource-hierarchy-access-control>).

use crate::{
    emulator::state::{Kind, State, container_kind},
    world::account::address_project,
};

/// Everything whose policies count for a permission on a resource, nearest first.
#[derive(Debug)]
pub(super) struct Way {
    /// The resource itself, and what it is a part of, short of its project.
    own: Vec<(Kind, String)>,
    /// Its project, folders and organization; itself, where it is one of them.
    containers: Vec<String>,
}

impl Way {
    /// The way of the resource of this relative name.
    pub(super) fn of(state: &State, permission: &str, name: &str) -> Self {
        let name = canonical(state, name);
        let parts: Vec<&str> = name.split('/').collect();
        let container = match parts[..] {
            [word @ ("projects" | "folders" | "organizations"), id, ..] => format!("{word}/{id}"),
            _ => return Self { own: Vec::new(), containers: Vec::new() },
        };
        let service = permission.split('.').next().unwrap_or_default();
        let mut own = Vec::new();
        for length in (4..=parts.len()).rev().filter(|length| length % 2 == 0) {
            let part = parts[..length].join("/");
            let kinds = Kind::ALL.into_iter().filter(|kind| {
                !kind.is_container() && kind.collection() == parts[length - 2] && kind.service() == service
            });
            own.extend(kinds.map(|kind| (kind, part.clone())));
        }
        let above = state.names.above(&container).into_iter().map(str::to_owned);
        let containers = std::iter::once(container.clone()).chain(above).collect();
        Self { own, containers }
    }

    /// Everything on it, by kind and name.
    pub(super) fn places(&self) -> impl Iterator<Item = (Kind, &str)> {
        let own = self.own.iter().map(|(kind, name)| (*kind, name.as_str()));
        own.chain(self.containers().map(|name| (container_kind(name), name)))
    }

    /// The project, folders and organization on it.
    pub(super) fn containers(&self) -> impl Iterator<Item = &str> {
        self.containers.iter().map(String::as_str)
    }
}

/// The name with the project's id; of a service account that is named by its number, or under `projects/-`, the one
/// with its address and the project that this tells.
pub(in crate::emulator) fn canonical(state: &State, name: &str) -> String {
    let account = name.strip_prefix("projects/").and_then(|rest| rest.split_once("/serviceAccounts/"));
    let told = match account {
        Some((_, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(state.account(number).name)
        }
        Some(("-", email)) => {
            account_project(state, email).map(|own| format!("{own}/serviceAccounts/{email}"))
        }
        Some(_) | None => None,
    };
    told.unwrap_or_else(|| state.names.canonical(name))
}

/// The project of a service account, `projects/ID`, as its address tells.
pub(super) fn account_project(state: &State, email: &str) -> Option<String> {
    let project = address_project(&email.to_lowercase())?;
    Some(format!("projects/{}", state.names.id(&project)))
}
