//! The law of plans: nobody who is declared loses what lets them in before they have a grant of their own.

use crate::{
    access::{RoleBook, RoleClass, Verdict, condition},
    model::{Policy, ServiceName, Time},
    plan::Protected,
};

/// The protected edges that would be without an own grant that gives yes at `at`, in these policies. A function
/// whose policy is not known protects nobody.
pub(super) fn unguarded<'p, 'f>(
    protected: impl IntoIterator<Item = &'p Protected>,
    policy: impl Fn(&ServiceName) -> Option<&'f Policy>,
    roles: RoleBook<'_>,
    at: Time,
) -> Vec<&'p Protected> {
    protected
        .into_iter()
        .filter(|edge| {
            policy(&edge.service).is_none_or(|policy| {
                !policy.bindings.iter().any(|binding| {
                    roles.class(&binding.role) == RoleClass::Invoker
                        && condition::holds_at(binding.condition.as_ref(), at) == Verdict::Yes
                        && binding.members.contains(&edge.principal)
                })
            })
        })
        .collect()
}
