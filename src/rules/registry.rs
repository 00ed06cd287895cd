//! Every rule there is, by id.

use super::{
    Rule, acceptance, behind_iap, borrowed_caller, broad_role, conditional_caller, dead_grant,
    default_identity, denied_caller, event_function_caller, expired_caller, external_principal,
    iam_check_disabled, identity_changed, impersonable_caller, inherited_caller, missing_caller,
    mistimed_caller, other_writer, privileged_caller, public_function, self_granting, shared_identity,
    trigger_blocked, undeclared_caller, undeclared_function, unknown_function, unreadable,
};

/// Every rule, by id.
pub const RULES: &[Rule] = &[
    behind_iap::RULE,
    borrowed_caller::RULE,
    broad_role::RULE,
    conditional_caller::RULE,
    dead_grant::RULE,
    default_identity::RULE,
    denied_caller::RULE,
    event_function_caller::RULE,
    expired_caller::RULE,
    external_principal::RULE,
    iam_check_disabled::RULE,
    identity_changed::RULE,
    impersonable_caller::RULE,
    inherited_caller::RULE,
    missing_caller::RULE,
    mistimed_caller::RULE,
    other_writer::RULE,
    privileged_caller::RULE,
    public_function::RULE,
    self_granting::RULE,
    shared_identity::RULE,
    trigger_blocked::RULE,
    undeclared_caller::RULE,
    undeclared_function::RULE,
    unknown_function::RULE,
    unreadable::RULE,
    acceptance::RULE,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_stand_by_id_each_once_and_say_everything() {
        assert!(RULES.is_sorted_by(|left, right| left.id.as_str() < right.id.as_str()));
        for rule in RULES {
            assert!(
                !rule.title.is_empty() && rule.why.ends_with('.') && rule.fix.ends_with('.'),
                "{}",
                rule.id
            );
            assert!(!rule.title.ends_with('.') && !rule.why.contains("  "), "{}", rule.id);
        }
    }
}
