//! Every usable grant belongs to exactly one rule, by what it is and where it hangs.
//!
//! Grants are judged over [t, ∞): one that opens tomorrow, or every night, is seen today.

use std::sync::Arc;

use super::{context::Context, declared::InForce};
use crate::{
    access::{RoleClass, agent::agent_project, condition::can_hold_from},
    model::{Binding, Container, Grant, Level, Policy, Principal, Resource, RoleName, RuleId, ServiceName},
};

/// The role for callers of first-generation functions: it lets nobody call a Cloud Run service
/// (<https://cloud.google.com/functions/docs/reference/iam/roles>).
pub const FUNCTIONS_INVOKER: &str = "roles/cloudfunctions.invoker";

/// A grant and the one rule that speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The grant.
    pub grant: Grant,
    /// What its role gives.
    pub class: RoleClass,
    /// The rule.
    pub rule: RuleId,
    /// The level that the rule gives this kind of grant.
    pub level: Level,
    /// Whether its principal is declared, or expected without being declared, for all that it opens.
    pub is_declared: bool,
    /// The function it hangs on; `None` where it hangs above functions.
    pub service: Option<ServiceName>,
    /// The functions in scope below it, where it hangs above functions.
    pub opens: Arc<[ServiceName]>,
}

/// Every grant that a rule speaks for, each once, in order of resource, role, principal and condition.
pub fn judge(context: &Context<'_>) -> Vec<Judged> {
    let mut judged = Vec::new();
    for (name, service) in &context.services {
        if let Some(policy) = service.policy.known() {
            each_once(on_function(context, name, policy), &mut judged);
        }
    }
    for (container, opens) in &context.above {
        let policy = context.world.policies.get(container).and_then(|policy| policy.known());
        if let Some(policy) = policy {
            each_once(above_functions(context, container, policy, opens), &mut judged);
        }
    }
    each_once(on_functions_api(context), &mut judged);
    judged
}

/// Adds the grants of one policy in order, each once. One may stand there in several spellings: which of them is
/// shown must not depend on their order.
fn each_once(mut found: Vec<Judged>, judged: &mut Vec<Judged>) {
    found.sort_by(|left, right| left.grant.cmp_spelled(&right.grant));
    found.dedup_by(|left, right| left.grant == right.grant);
    judged.append(&mut found);
}

/// What a grant is, before it is asked who holds it.
enum Use {
    /// It can let somebody call.
    Usable(RoleClass),
    /// It is meant to and never will.
    Dead(RoleClass),
    /// It has nothing to do with calling.
    Nothing,
}

fn use_of(context: &Context<'_>, binding: &Binding, class: RoleClass, principal: &Principal) -> Use {
    if class == RoleClass::None {
        let is_off = context.roles.would_invoke(&binding.role);
        return if is_off { Use::Dead(class) } else { Use::Nothing };
    }
    if !principal.is_nobody() && can_hold_from(binding.condition.as_ref(), context.at) {
        return Use::Usable(class);
    }
    // A role that may carry nothing of the kind is not called dead.
    if class == RoleClass::Unknown { Use::Nothing } else { Use::Dead(class) }
}

fn on_function(context: &Context<'_>, name: &ServiceName, policy: &Policy) -> Vec<Judged> {
    let mut judged = Vec::new();
    let governed = context.declared.governed.get(name).copied();
    let expected = context.expected.of(name);
    let resource = Resource::Service(name.clone());
    for binding in &policy.bindings {
        let given = context.roles.class(&binding.role);
        for principal in &binding.members {
            let declared = governed.and_then(|index| context.declared.caller(index, principal));
            let is_declared = declared == Some(InForce::Now) || expected.has(principal);
            let (class, found) = match use_of(context, binding, given, principal) {
                Use::Usable(class) if principal.is_public() => (class, public(class, is_declared)),
                Use::Usable(class) => {
                    let own = |_| own(class, is_declared, declared, expected.is_event_driven);
                    (class, governed.and_then(own))
                }
                Use::Dead(class) => (class, governed.map(|_| (RuleId::DeadGrant, Level::Warning))),
                Use::Nothing if binding.role.as_str() == FUNCTIONS_INVOKER => {
                    (RoleClass::None, governed.map(|_| (RuleId::DeadGrant, Level::Warning)))
                }
                Use::Nothing => continue,
            };
            let Some((rule, level)) = found else { continue };
            judged.push(Judged {
                grant: Grant::of(&resource, binding, principal),
                class,
                rule,
                level,
                is_declared,
                service: Some(name.clone()),
                opens: Arc::default(),
            });
        }
    }
    judged
}

/// Whether a principal is declared for a function, or expected there without being declared.
fn is_in_order(context: &Context<'_>, service: &ServiceName, principal: &Principal) -> bool {
    context.declared.is_declared(service, principal) || context.expected.is_expected(service, principal)
}

/// The rule for a usable grant of a public member on a function itself, where one speaks for it.
fn public(class: RoleClass, is_declared: bool) -> Option<(RuleId, Level)> {
    let is_fine = is_declared && class == RoleClass::Invoker;
    (!is_fine).then_some((RuleId::PublicFunction, Level::Error))
}

/// The rule for a usable grant of anybody else on a governed function itself, where one speaks for it.
fn own(
    class: RoleClass,
    is_declared: bool,
    declared: Option<InForce>,
    is_event_driven: bool,
) -> Option<(RuleId, Level)> {
    match class {
        RoleClass::Invoker if is_declared => None,
        RoleClass::Invoker if declared == Some(InForce::Past) => Some((RuleId::ExpiredCaller, Level::Error)),
        RoleClass::Invoker if is_event_driven => Some((RuleId::EventFunctionCaller, Level::Error)),
        RoleClass::Invoker => Some((RuleId::UndeclaredCaller, Level::Error)),
        RoleClass::Wide | RoleClass::Unknown | RoleClass::None => {
            Some((RuleId::BroadRole, if is_declared { Level::Warning } else { Level::Error }))
        }
    }
}

fn above_functions(
    context: &Context<'_>,
    container: &Container,
    policy: &Policy,
    opens: &Arc<[ServiceName]>,
) -> Vec<Judged> {
    let mut judged = Vec::new();
    let resource = Resource::Container(container.clone());
    for binding in &policy.bindings {
        let given = context.roles.class(&binding.role);
        for principal in &binding.members {
            let is_declared = || opens.iter().all(|service| is_in_order(context, service, principal));
            let (class, is_declared, (rule, level)) = match use_of(context, binding, given, principal) {
                Use::Usable(class) => {
                    let is_declared = is_declared();
                    (class, is_declared, inherited(context, &binding.role, class, principal, is_declared))
                }
                Use::Dead(class) => (class, false, (RuleId::DeadGrant, Level::Warning)),
                Use::Nothing => continue,
            };
            judged.push(Judged {
                grant: Grant::of(&resource, binding, principal),
                class,
                rule,
                level,
                is_declared,
                service: None,
                opens: opens.clone(),
            });
        }
    }
    judged
}

/// The rule for a usable grant above functions.
fn inherited(
    context: &Context<'_>,
    role: &RoleName,
    class: RoleClass,
    principal: &Principal,
    is_declared: bool,
) -> (RuleId, Level) {
    if principal.is_public() {
        return (RuleId::PublicFunction, Level::Error);
    }
    if class == RoleClass::Invoker {
        return (RuleId::InheritedCaller, if is_declared { Level::Warning } else { Level::Error });
    }
    let level = if is_declared {
        Level::Note
    } else if role.is_custom() || context.ours.is_external(principal) {
        Level::Error
    } else if is_usual(role) || agent_project(principal).is_some() {
        Level::Note
    } else {
        Level::Warning
    };
    (RuleId::PrivilegedCaller, level)
}

/// A role that those who run a project hold.
fn is_usual(role: &RoleName) -> bool {
    matches!(role.as_str(), "roles/owner" | "roles/editor" | "roles/run.admin")
}

/// `cloudfunctions.invoker` on a function of the Functions API opens nothing: callers of second-generation
/// functions are granted on the service (<https://cloud.google.com/functions/docs/securing/managing-access-iam>).
fn on_functions_api(context: &Context<'_>) -> Vec<Judged> {
    let mut judged = Vec::new();
    for (name, function) in &context.world.functions {
        let (Some(service), Some(policy)) = (&function.service, &function.policy) else { continue };
        if !context.declared.governed.contains_key(service) {
            continue;
        }
        let resource = Resource::Other(name.to_string().into());
        for binding in policy.bindings.iter().filter(|binding| binding.role.as_str() == FUNCTIONS_INVOKER) {
            judged.extend(binding.members.iter().map(|principal| Judged {
                grant: Grant::of(&resource, binding, principal),
                class: RoleClass::None,
                rule: RuleId::DeadGrant,
                level: Level::Warning,
                is_declared: is_in_order(context, service, principal),
                service: Some(service.clone()),
                opens: Arc::default(),
            }));
        }
    }
    judged
}
