//! From changes to edits of one policy by position, and their application.
//!
//! Whoever writes a policy as it was read, field by field, carries out the same edits on it: what is not edited
//! keeps its order and its spelling.

use super::{Change, Deed};
use crate::model::{Binding, Condition, Policy, Principal, RoleName};

/// One edit of a policy. Edits are carried out one after the other: a position is one in the policy as the edits
/// before it left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// A member is put behind those of a binding.
    AddMember {
        /// Which binding.
        binding: usize,
        /// Whom.
        member: Principal,
    },
    /// A binding of one member is put behind all others.
    NewBinding {
        /// Its role.
        role: RoleName,
        /// Its one member.
        member: Principal,
        /// Its condition.
        condition: Option<Condition>,
    },
    /// A member is taken out of a binding.
    RemoveMember {
        /// Which binding.
        binding: usize,
        /// Which of its members.
        member: usize,
    },
    /// A binding that was emptied is taken out.
    DropBinding {
        /// Which binding.
        binding: usize,
    },
}

/// What carries these changes out on this policy: adds first. What is there already is not added, and what is
/// gone already is not removed.
///
/// An add goes into the first binding of its role and its very condition, else into a new binding at the end. A
/// removal takes every spelling of its principal out of every binding of its role and its very condition.
pub fn edits<'c>(policy: &Policy, changes: impl IntoIterator<Item = &'c Change>) -> Vec<Edit> {
    let (adds, removals): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| change.deed == Deed::Add);
    let mut edited = policy.clone();
    let mut edits = Vec::new();
    for change in adds {
        if is_done(change, &edited) {
            continue;
        }
        let place = edited.bindings.iter().position(|binding| is_of(change, binding));
        let edit = match place {
            Some(binding) => Edit::AddMember { binding, member: change.principal.clone() },
            None => Edit::NewBinding {
                role: change.role.clone(),
                member: change.principal.clone(),
                condition: change.condition.clone(),
            },
        };
        edit.carry_out(&mut edited);
        edits.push(edit);
    }
    for change in removals {
        for edit in removal(change, &edited) {
            edit.carry_out(&mut edited);
            edits.push(edit);
        }
    }
    edits
}

/// From the last to the first, so that no edit moves what a later one is about.
fn removal(change: &Change, policy: &Policy) -> Vec<Edit> {
    let mut edits = Vec::new();
    for (at, binding) in policy.bindings.iter().enumerate().rev().filter(|(_, found)| is_of(change, found)) {
        let members = binding.members.iter().enumerate().rev();
        let named: Vec<usize> =
            members.filter(|(_, found)| **found == change.principal).map(|(at, _)| at).collect();
        let is_emptied = !named.is_empty() && named.len() == binding.members.len();
        edits.extend(named.into_iter().map(|member| Edit::RemoveMember { binding: at, member }));
        edits.extend(is_emptied.then_some(Edit::DropBinding { binding: at }));
    }
    edits
}

fn is_of(change: &Change, binding: &Binding) -> bool {
    binding.role == change.role && binding.condition == change.condition
}

/// The policy after these edits. Its version and etag are left as they are.
pub fn apply(policy: &Policy, edits: &[Edit]) -> Policy {
    let mut edited = policy.clone();
    for edit in edits {
        edit.carry_out(&mut edited);
    }
    edited
}

/// The policy after these changes: see [`edits`].
pub fn changed<'c>(policy: &Policy, changes: impl IntoIterator<Item = &'c Change>) -> Policy {
    apply(policy, &edits(policy, changes))
}

/// Whether what an add adds is there, or what a removal removes is gone, whoever did it.
pub fn is_done(change: &Change, policy: &Policy) -> bool {
    let is_there = policy
        .bindings
        .iter()
        .any(|binding| is_of(change, binding) && binding.members.contains(&change.principal));
    match change.deed {
        Deed::Add => is_there,
        Deed::Remove => !is_there,
    }
}

impl Edit {
    /// Positions that are not there are left alone: edits are made for the policy they are carried out on.
    fn carry_out(&self, policy: &mut Policy) {
        let bindings = &mut policy.bindings;
        match self {
            Self::AddMember { binding, member } => {
                if let Some(found) = bindings.get_mut(*binding) {
                    found.members.push(member.clone());
                }
            }
            Self::NewBinding { role, member, condition } => bindings.push(Binding {
                role: role.clone(),
                members: vec![member.clone()],
                condition: condition.clone(),
            }),
            Self::RemoveMember { binding, member } => {
                if let Some(found) = bindings.get_mut(*binding).filter(|found| *member < found.members.len())
                {
                    found.members.remove(*member);
                }
            }
            Self::DropBinding { binding } => {
                if *binding < bindings.len() {
                    bindings.remove(*binding);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::RuleId, plan::Class};

    const INVOKER: &str = "roles/run.invoker";

    fn titled(title: &str) -> Condition {
        let expression = "request.time < timestamp(\"2026-12-01T00:00:00Z\")".into();
        Condition { title: title.into(), description: None, expression, location: None }
    }

    fn binding(role: &str, members: &[&str], condition: Option<Condition>) -> Binding {
        let members = members.iter().map(|member| Principal::new(*member)).collect();
        Binding { role: RoleName::new(role), members, condition }
    }

    fn policy(bindings: Vec<Binding>) -> Policy {
        Policy { bindings, ..Policy::empty() }
    }

    fn change(deed: Deed, member: &str, condition: Option<Condition>) -> Change {
        Change {
            deed,
            class: Class::Add,
            role: RoleName::new(INVOKER),
            principal: Principal::new(member),
            condition,
            rule: RuleId::MissingCaller,
            because: String::new(),
        }
    }

    fn members(policy: &Policy) -> Vec<Vec<&str>> {
        let of = |binding: &'_ Binding| binding.members.len();
        assert!(policy.bindings.iter().all(|binding| of(binding) > 0), "an empty binding is left");
        policy
            .bindings
            .iter()
            .map(|binding| binding.members.iter().map(Principal::as_str).collect())
            .collect()
    }

    #[test]
    fn an_add_joins_the_binding_of_its_role_and_condition_or_makes_one() {
        let before = policy(vec![
            binding("roles/viewer", &["user:a@example.com"], None),
            binding(INVOKER, &["user:a@example.com"], Some(titled("other"))),
            binding(INVOKER, &["user:a@example.com"], None),
        ]);
        let changes = [
            change(Deed::Add, "user:b@example.com", None),
            change(Deed::Add, "user:b@example.com", Some(titled("mine"))),
            change(Deed::Add, "user:c@example.com", Some(titled("mine"))),
            change(Deed::Add, "USER:a@example.com", None),
            change(Deed::Add, "user:A@example.com", None),
        ];
        let after = changed(&before, &changes);
        assert_eq!(
            members(&after),
            [
                vec!["user:a@example.com"],
                vec!["user:a@example.com"],
                vec!["user:a@example.com", "user:b@example.com", "USER:a@example.com"],
                vec!["user:b@example.com", "user:c@example.com"],
            ]
        );
        assert!(changes.iter().all(|change| is_done(change, &after)));
        assert!(edits(&after, &changes).is_empty(), "what is done is not done again");
    }

    #[test]
    fn a_removal_takes_every_spelling_and_drops_what_it_emptied() {
        let before = policy(vec![
            binding(INVOKER, &["user:Bob@example.com", "user:a@example.com", "user:bob@example.com"], None),
            binding(INVOKER, &["user:bob@example.com"], None),
            binding(INVOKER, &["user:bob@example.com"], Some(titled("other"))),
            binding("roles/viewer", &["user:bob@example.com"], None),
        ]);
        let removal = change(Deed::Remove, "user:bob@example.com", None);
        assert!(!is_done(&removal, &before));
        let after = changed(&before, [&removal]);
        assert_eq!(
            members(&after),
            [vec!["user:a@example.com"], vec!["user:bob@example.com"], vec!["user:bob@example.com"]]
        );
        assert!(is_done(&removal, &after));
    }

    #[test]
    fn adds_come_first_so_that_a_binding_they_join_is_not_dropped() {
        let before = policy(vec![binding(INVOKER, &["allUsers"], None)]);
        let changes = [change(Deed::Remove, "allUsers", None), change(Deed::Add, "user:a@example.com", None)];
        assert_eq!(
            edits(&before, &changes),
            [
                Edit::AddMember { binding: 0, member: Principal::new("user:a@example.com") },
                Edit::RemoveMember { binding: 0, member: 0 },
            ]
        );
    }
}
