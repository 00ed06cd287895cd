//! A grant that gives nothing, now or later.

use super::{
    Finding, Rule,
    context::Context,
    partition::{FUNCTIONS_INVOKER, Judged},
    phrase, repair,
};
use crate::{
    access::condition::why,
    model::{Permission, PrincipalKind, RuleId},
};

pub(super) const RULE: Rule = Rule {
    id: RuleId::DeadGrant,
    title: "a grant lets nobody call",
    why: "It looks like access and is none: its principal was deleted or is one that Cloud Run does not take, its \
          condition can never hold again, its role is off, or it is a role for first-generation functions. \
          Somebody may believe that it works.",
    fix: "Remove the grant. If the access is wanted: a federated principal needs a service account to \
          impersonate, and a second-generation function needs `roles/run.invoker` on its service.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let grants = context.grants_of(RuleId::DeadGrant);
    grants
        .map(|judged| {
            let grant = &judged.grant;
            let message = format!(
                "`{}` of `{}` on {}{} gives nothing: {}",
                grant.role,
                grant.principal,
                place(context, judged),
                phrase::under(grant.condition.as_ref()),
                cause(context, judged)
            );
            let mut finding = context.about_grant(judged, message);
            finding.fix = Some(repair::removal(context, judged));
            finding
        })
        .collect()
}

/// The function by its label, anything else by its resource.
fn place(context: &Context<'_>, judged: &Judged) -> String {
    let on = &judged.grant.resource;
    match &judged.service {
        Some(service) if *on == service.clone().into() => format!("`{}`", context.label(service)),
        _ => format!("`{on}`"),
    }
}

fn cause(context: &Context<'_>, judged: &Judged) -> String {
    let grant = &judged.grant;
    if grant.role.as_str() == FUNCTIONS_INVOKER {
        return "this role is for functions of the first generation".to_owned();
    }
    if context.roles.would_invoke(&grant.role) {
        return "the role is deleted or disabled".to_owned();
    }
    match grant.principal.kind() {
        PrincipalKind::Deleted => "the principal was deleted".to_owned(),
        PrincipalKind::Federated if sets_policies(context, judged) => {
            "Cloud Run does not take federated principals, but by this role it sets policies, and may let in everybody"
                .to_owned()
        }
        PrincipalKind::Federated => "Cloud Run does not take federated principals".to_owned(),
        _ => grant
            .condition
            .as_ref()
            .and_then(|condition| why(condition, context.at))
            .unwrap_or_else(|| "its condition cannot hold any more".to_owned()),
    }
}

/// Whether a role that lets call also sets the policies of functions.
fn sets_policies(context: &Context<'_>, judged: &Judged) -> bool {
    let given = context.roles.gives(&judged.grant.role);
    given.is_some_and(|given| given.has(Permission::SetServicePolicy))
}
