//! The invoker check is off.

use super::{Finding, Rule, context::Context, repair};
use crate::{
    model::{Principal, RuleId, ServiceName},
    world::Service,
};

pub(super) const RULE: Rule = Rule {
    id: RuleId::IamCheckDisabled,
    title: "the invoker check is off",
    why: "With `invokerIamDisabled` everybody can call the service, whatever its policy says. Nothing in IAM shows \
          it.",
    fix: "Turn the check on again, or declare `allUsers` for the function if it is public on purpose.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, service) in &context.services {
        if !is_undeclared(context, name, service) {
            continue;
        }
        let message = format!("anybody can call `{}`: its invoker check is off", context.label(name));
        let mut finding = context.about(RULE.id, name, message);
        finding.fix = Some(repair::check_on(context, name));
        findings.push(finding);
    }
    findings
}

/// Whether the check of a service is off, and nobody said that it is public.
pub(super) fn is_undeclared(context: &Context<'_>, name: &ServiceName, service: &Service) -> bool {
    let is_off = service.settings.known().is_some_and(|settings| settings.is_check_disabled);
    is_off && !context.declared.is_declared(name, &Principal::new("allUsers"))
}
