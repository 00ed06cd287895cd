//! Anybody can call, and no map says so.

use super::{Finding, Rule, context::Context, phrase, repair};
use crate::{
    access::RoleClass,
    model::{PrincipalKind, RuleId},
};

pub(super) const RULE: Rule = Rule {
    id: RuleId::PublicFunction,
    title: "anybody can call a function that was not declared public",
    why: "`allUsers` is everybody on the internet, and `allAuthenticatedUsers` is everybody with any Google \
          account. What a map declares is calling and nothing more: a wider role for the public, or one above \
          functions, is never in order.",
    fix: "Remove the public member, or declare `allUsers` for the function if it is public on purpose.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let grants = context.grants_of(RuleId::PublicFunction);
    grants
        .map(|judged| {
            let who = match judged.grant.principal.kind() {
                PrincipalKind::AllAuthenticatedUsers => "anybody with a Google account",
                _ => "anybody",
            };
            let (role, on) = (&judged.grant.role, &judged.grant.resource);
            let (what, place) = match &judged.service {
                Some(service) => (format!("`{}`", context.label(service)), String::new()),
                None => (phrase::opened(context, judged), format!(" on `{on}`")),
            };
            let by = match (judged.class, &judged.service) {
                (RoleClass::Invoker, Some(_)) => String::new(),
                (RoleClass::Invoker, None) => format!(" by `{role}`{place}"),
                (RoleClass::Wide, _) => format!(" and do more, by `{role}`{place}"),
                (RoleClass::Unknown | RoleClass::None, _) => format!(" if `{role}`{place} lets them"),
            };
            let condition = phrase::under(judged.grant.condition.as_ref());
            let declared = if judged.is_declared { ", which is more than was declared" } else { "" };
            let mut finding =
                context.about_grant(judged, format!("{who} can call {what}{by}{condition}{declared}"));
            finding.fix = Some(repair::removal(context, judged));
            finding
        })
        .collect()
}
