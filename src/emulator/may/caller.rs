//! Whom a policy names: whether a member is the caller, or contains it
//! (<https://cloud.google.com/iam/docs/principal-identifiers>).

use std::{cell::RefCell, collections::BTreeSet};

use super::way::account_project;
use crate::{
    access::agent::agent_project,
    emulator::state::State,
    model::{Container, Principal, PrincipalKind},
};

/// A caller that members are held against.
#[derive(Debug)]
pub(super) struct Caller<'c> {
    state: &'c State,
    /// `None` of somebody who counts as no more than anybody.
    principal: Option<&'c Principal>,
    /// Groups that it was not found in.
    outside: RefCell<BTreeSet<String>>,
}

impl<'c> Caller<'c> {
    pub(super) fn new(state: &'c State, principal: &'c Principal) -> Self {
        Self { state, principal: Some(principal), outside: RefCell::default() }
    }

    /// Somebody who counts as no more than anybody.
    pub(super) fn nobody(state: &'c State) -> Self {
        Self { state, principal: None, outside: RefCell::default() }
    }

    pub(super) fn state(&self) -> &'c State {
        self.state
    }

    /// What kind of principal it is.
    fn kind(&self) -> PrincipalKind<'_> {
        self.principal.map_or(PrincipalKind::AllUsers, Principal::kind)
    }

    /// Whether a member is this caller, or contains it.
    pub(super) fn is(&self, member: &str) -> bool {
        let kind = self.kind();
        if kind == PrincipalKind::Deleted {
            return false;
        }
        let (word, rest) = match (member, member.split_once(':')) {
            ("allUsers", _) => return true,
            ("allAuthenticatedUsers", _) => {
                return matches!(kind, PrincipalKind::User(_) | PrincipalKind::ServiceAccount(_));
            }
            (_, Some(parts)) => parts,
            (_, None) => return false,
        };
        match word {
            "user" | "serviceAccount" | "principal" => self.is_same(member),
            "group" => self.is_in_group(rest),
            "domain" => match kind {
                PrincipalKind::User(email) => email
                    .rsplit_once('@')
                    .is_some_and(|(_, domain)| domain == rest || domain == rest.to_lowercase()),
                _ => false,
            },
            "principalSet" => self.is_in_set(member, rest),
            // Who was deleted is nobody any more, and the owners of a project are a word of Cloud Storage's.
            _ => false,
        }
    }

    fn is_same(&self, member: &str) -> bool {
        self.principal.is_some_and(|own| {
            own.as_str() == member
                || (own.key().len() == member.len() || !member.is_ascii()) && *own == Principal::new(member)
        })
    }

    /// Whether a group contains it, through groups in it. Who may see the group does not matter.
    fn is_in_group(&self, email: &str) -> bool {
        let mut left = vec![email.to_lowercase()];
        while let Some(email) = left.pop() {
            if !self.outside.borrow_mut().insert(email.clone()) {
                continue;
            }
            for member in self.state.groups.members(&email) {
                match member.strip_prefix("group:") {
                    Some(inner) => left.push(inner.to_lowercase()),
                    None if self.is(member) => {
                        // It is inside of those that were gone through, or some of them.
                        self.outside.borrow_mut().clear();
                        return true;
                    }
                    None => {}
                }
            }
        }
        false
    }

    fn is_in_set(&self, member: &str, rest: &str) -> bool {
        if let PrincipalKind::ServiceAccountSet(container) = Principal::new(member).kind() {
            return match self.kind() {
                PrincipalKind::ServiceAccount(email) => account_project(self.state, email)
                    .is_some_and(|project| is_below(self.state, &project, &container)),
                _ => false,
            };
        }
        // A whole pool. What group and which attributes an identity has, it does not say itself.
        let own = self.principal.and_then(|own| own.as_str().strip_prefix("principal:"));
        own.zip(rest.strip_suffix('*'))
            .is_some_and(|(own, pool)| pool.ends_with('/') && own.starts_with(pool))
    }

    /// Whether it is a service agent of Google's of a project in a container.
    pub(super) fn is_agent_of(&self, container: &Container) -> bool {
        let number = self.principal.and_then(agent_project);
        number.is_some_and(|number| {
            let project = format!("projects/{}", self.state.names.id(number));
            is_below(self.state, &project, container)
        })
    }

    /// Whether it is a person with an account of Google's.
    pub(super) fn is_user(&self) -> bool {
        matches!(self.kind(), PrincipalKind::User(_))
    }
}

/// Whether a project is, or lies below, a container.
fn is_below(state: &State, project: &str, container: &Container) -> bool {
    let container = state.names.canonical(&container.to_string());
    project == container || state.names.above(project).contains(&container.as_str())
}
