//! Grants that are taken out.

use super::{
    Change, Class, Deed, Include, above, hold,
    proposal::{Case, Proposal},
};
use crate::{
    access::{RoleClass, condition::can_hold_from},
    model::{Grant, Level, PrincipalKind, Resource, RuleId},
    rules::{
        context::Context,
        partition::{FUNCTIONS_INVOKER, Judged},
        repair,
    },
};

/// What the findings about grants ask for.
pub(super) fn of_grants(case: &Case<'_>) -> Vec<Proposal> {
    if case.options.is_only_adds {
        return Vec::new();
    }
    case.context.grants.iter().filter_map(|judged| of_grant(case, judged)).collect()
}

fn of_grant(case: &Case<'_>, judged: &Judged) -> Option<Proposal> {
    if case.context.level_or(judged.rule, judged.level) == Level::Ignore {
        return None;
    }
    let class = class(case.context, judged)?;
    let is_asked_for = match class {
        Class::Inherited => case.includes(Include::Inherited) || case.includes(Include::InheritedJobs),
        Class::Dead => case.includes(Include::Dead),
        Class::Add | Class::Public | Class::Remove => true,
    };
    let Grant { resource, role, principal, condition } = &judged.grant;
    let change = Change {
        deed: Deed::Remove,
        class,
        role: role.clone(),
        principal: principal.clone(),
        condition: condition.clone(),
        rule: judged.rule,
        because: hold::with_doubt(case, Deed::Remove, &judged.grant, because(judged.rule, class).to_owned()),
    };
    is_asked_for.then(|| Proposal {
        resource: resource.clone(),
        change: Some(change),
        rule: judged.rule,
        principal: Some(principal.clone()),
        hold: hold_of(case, &judged.grant, class),
    })
}

/// Why a grant that is to go stays, the law aside.
pub(super) fn hold_of(case: &Case<'_>, grant: &Grant, class: Class) -> Option<String> {
    let is_inert = gives_nothing_at_all(case.context, grant);
    hold::of_resource(case, &grant.resource)
        .or_else(|| hold::of_writer(case, Deed::Remove, grant))
        .or_else(|| hold::of_removal(case, grant))
        .or_else(|| above::hold(case, grant, is_inert))
        .or_else(|| {
            let is_invoker = case.context.roles.class(&grant.role) == RoleClass::Invoker;
            (class == Class::Dead && !is_inert && !is_invoker)
                .then(|| format!("it lets nobody call, but `{}` may give other things", grant.role))
        })
}

/// Whether a grant gives nothing whatever its role is for.
pub(super) fn gives_nothing_at_all(context: &Context<'_>, grant: &Grant) -> bool {
    grant.principal.kind() == PrincipalKind::Deleted
        || !can_hold_from(grant.condition.as_ref(), context.at)
        || context.roles.would_invoke(&grant.role)
        || (grant.role.as_str() == FUNCTIONS_INVOKER && matches!(grant.resource, Resource::Service(_)))
}

/// Whether a grant looks as if it let somebody call, and gives nothing, now or later.
pub(super) fn is_dead(context: &Context<'_>, grant: &Grant) -> bool {
    match context.roles.class(&grant.role) {
        RoleClass::Invoker | RoleClass::Wide => {
            grant.principal.is_nobody() || !can_hold_from(grant.condition.as_ref(), context.at)
        }
        RoleClass::None => gives_nothing_at_all(context, grant) && is_about_calling(context, grant),
        RoleClass::Unknown => false,
    }
}

/// Whether a role that carries nothing would carry the right to call if it were on, or looks as if it did.
fn is_about_calling(context: &Context<'_>, grant: &Grant) -> bool {
    context.roles.would_invoke(&grant.role) || grant.role.as_str() == FUNCTIONS_INVOKER
}

/// What kind of change takes a grant out, where one does.
pub(super) fn class(context: &Context<'_>, judged: &Judged) -> Option<Class> {
    let is_invoker = judged.class == RoleClass::Invoker;
    let is_governed = match &judged.grant.resource {
        Resource::Service(name) => context.declared.governed.contains_key(name),
        Resource::Container(_) | Resource::Other(_) => false,
    };
    match judged.rule {
        RuleId::UndeclaredCaller
        | RuleId::PublicFunction
        | RuleId::EventFunctionCaller
        | RuleId::ExpiredCaller => (is_invoker && is_governed).then_some(Class::Remove),
        RuleId::InheritedCaller => is_above_governed(context, judged).then_some(Class::Inherited),
        RuleId::DeadGrant => {
            let condition = judged.grant.condition.as_ref();
            if is_governed && is_invoker && condition.is_some_and(repair::is_until_condition) {
                return Some(Class::Remove);
            }
            let is_near = judged.service.is_some() || is_above_governed(context, judged);
            is_near.then_some(Class::Dead)
        }
        _ => None,
    }
}

/// Whether a grant above functions opens one that the map governs.
fn is_above_governed(context: &Context<'_>, judged: &Judged) -> bool {
    judged.opens.iter().any(|service| context.declared.governed.contains_key(service))
}

fn because(rule: RuleId, class: Class) -> &'static str {
    match (rule, class) {
        (RuleId::PublicFunction, _) => "everybody can call, and the map does not say so",
        (RuleId::EventFunctionCaller, _) => "only its event source should call it",
        (RuleId::ExpiredCaller, _) => "its time is up",
        (RuleId::InheritedCaller, _) => "it opens every function below, whoever is declared there",
        (RuleId::DeadGrant, Class::Remove) => "callmap made it for a time that is up",
        (RuleId::DeadGrant, _) => "it gives nothing",
        _ => "it is not declared",
    }
}
