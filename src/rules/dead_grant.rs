//! A grant that gives nothing, now or later.

use super::{
    Finding, Rule,
    context::Context,
    partition::{FUNCTIONS_INVOKER, Judged},
    phrase,
};
use crate::model::{PrincipalKind, RuleId};

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
                "the grant of `{}` on `{}` to `{}` gives nothing: {}",
                grant.role,
                grant.resource,
                grant.principal,
                cause(context, judged)
            );
            let mut finding = context.about_grant(judged, message);
            finding.fix = phrase::removal(grant);
            finding
        })
        .collect()
}

fn cause(context: &Context<'_>, judged: &Judged) -> &'static str {
    let grant = &judged.grant;
    if grant.role.as_str() == FUNCTIONS_INVOKER {
        return "this role is for first-generation functions";
    }
    if context.roles.would_invoke(&grant.role) {
        return "the role is deleted or disabled";
    }
    match grant.principal.kind() {
        PrincipalKind::Deleted => "the principal was deleted",
        PrincipalKind::Federated => "cloud run does not take federated principals",
        _ => "its condition can never hold again",
    }
}
