//! The bindings of one policy that have to do with calling, sorted for quick questions.

use std::collections::BTreeMap;

use super::{Candidate, RoleBook, RoleClass, Verdict, condition};
use crate::{
    model::{Binding, Policy, Principal, PrincipalKind, RoleName, Time},
    world::{Gap, Observed},
};

/// A binding that carries, may carry, or looks as if it carried the right to call.
#[derive(Debug)]
pub(super) struct Carried<'w> {
    pub(super) binding: &'w Binding,
    /// Whether its role carries it.
    pub(super) role: Verdict,
    /// Whether its condition holds.
    pub(super) condition: Verdict,
}

impl Carried<'_> {
    /// What it gives to whoever it names.
    pub(super) fn gives(&self) -> Verdict {
        self.role.min(self.condition)
    }
}

/// What one policy gives, or why it is not known.
#[derive(Debug)]
pub(super) enum Given<'w> {
    /// It was read.
    Known(Grants<'w>),
    /// It was not.
    Unread(Gap),
}

/// The bindings of one policy that have to do with calling.
#[derive(Debug)]
pub(super) struct Grants<'w> {
    pub(super) bindings: Vec<Carried<'w>>,
    /// What each member is given, by key in order: found by name alone.
    named: Vec<(&'w str, Verdict)>,
    /// What members are given that may contain others.
    sets: Vec<(&'w Principal, Verdict)>,
    /// What a request without a token is given.
    anyone: Verdict,
}

impl<'w> Given<'w> {
    /// What this policy gives at a time.
    pub(super) fn new(policy: &'w Observed<Policy>, roles: RoleBook<'_>, at: Time) -> Self {
        match policy {
            Observed::Known(policy) => Self::Known(Grants::new(policy, roles, at)),
            Observed::Unreadable(gap) => Self::Unread(gap.clone()),
        }
    }

    /// What it gives this caller.
    pub(super) fn to(&self, candidate: &Candidate<'_, '_>) -> Verdict {
        match self {
            Self::Known(grants) => grants.to(candidate),
            Self::Unread(_) => Verdict::Unknown,
        }
    }

    /// What it gives a request without a token.
    pub(super) fn to_anyone(&self) -> Verdict {
        match self {
            Self::Known(grants) => grants.anyone,
            Self::Unread(_) => Verdict::Unknown,
        }
    }

    /// Its bindings that have to do with calling; none where it was not read.
    pub(super) fn bindings(&self) -> &[Carried<'w>] {
        match self {
            Self::Known(grants) => &grants.bindings,
            Self::Unread(_) => &[],
        }
    }
}

impl<'w> Grants<'w> {
    fn new(policy: &'w Policy, roles: RoleBook<'_>, at: Time) -> Self {
        let carried = |binding: &'w Binding| {
            let role = carries(roles, &binding.role)?;
            let condition = condition::holds_at(binding.condition.as_ref(), at);
            Some(Carried { binding, role, condition })
        };
        let bindings: Vec<_> = policy.bindings.iter().filter_map(carried).collect();
        let mut named = BTreeMap::new();
        for carried in bindings.iter().filter(|carried| carried.gives() > Verdict::No) {
            for member in &carried.binding.members {
                let given = named.entry(member).or_insert(Verdict::No);
                *given = carried.gives().max(*given);
            }
        }
        let contains = |(member, given): (&&'w Principal, &Verdict)| {
            may_contain_others(member).then_some((*member, *given))
        };
        let sets = named.iter().filter_map(contains).collect();
        let named: Vec<_> = named.into_iter().map(|(member, given)| (member.key(), given)).collect();
        let anyone =
            named.iter().find(|(key, _)| *key == "allUsers").map_or(Verdict::No, |(_, given)| *given);
        Self { bindings, named, sets, anyone }
    }

    fn to(&self, candidate: &Candidate<'_, '_>) -> Verdict {
        let principal = candidate.principal;
        let by_name = match self.named.binary_search_by(|(key, _)| (*key).cmp(principal.key())) {
            Ok(found) => self.named[found].1.min(candidate.matches(principal)),
            Err(_) => Verdict::No,
        };
        let mut given = self.anyone.min(candidate.matches_anyone()).max(by_name);
        for (member, gives) in &self.sets {
            if given == Verdict::Yes {
                break;
            }
            if *gives > given {
                given = given.max(candidate.matches(member).min(*gives));
            }
        }
        given
    }
}

/// Whether a role carries the right to call; `None` where it has nothing to do with it. Roles that are off,
/// and the one role whose name makes people think that it lets them call, are a no worth saying.
fn carries(roles: RoleBook<'_>, role: &RoleName) -> Option<Verdict> {
    match roles.class(role) {
        RoleClass::Invoker | RoleClass::Wide => Some(Verdict::Yes),
        RoleClass::Unknown => Some(Verdict::Unknown),
        RoleClass::None => (roles.would_invoke(role) || is_first_generation(role)).then_some(Verdict::No),
    }
}

/// `roles/cloudfunctions.invoker` opens functions of the first generation only
/// (<https://cloud.google.com/functions/docs/securing/authenticating>).
pub(super) fn is_first_generation(role: &RoleName) -> bool {
    role.as_str() == "roles/cloudfunctions.invoker"
}

/// Whether a member may match callers of another name, `allUsers` aside.
pub(super) fn may_contain_others(member: &Principal) -> bool {
    match member.kind() {
        PrincipalKind::AllAuthenticatedUsers
        | PrincipalKind::Group(_)
        | PrincipalKind::Domain(_)
        | PrincipalKind::ServiceAccountSet(_)
        | PrincipalKind::ProjectRole(_)
        | PrincipalKind::Other => true,
        PrincipalKind::AllUsers
        | PrincipalKind::User(_)
        | PrincipalKind::ServiceAccount(_)
        | PrincipalKind::Federated
        | PrincipalKind::Deleted => false,
    }
}
