//! Somebody who can call and is not on the map.

use super::{Finding, Rule, context::Context, phrase, repair};
use crate::model::RuleId;

pub(super) const RULE: Rule = Rule {
    id: RuleId::UndeclaredCaller,
    title: "somebody can call who was never declared",
    why: "The function's own policy gives this principal an invoker role, and the map does not name it as a \
          caller. Nobody has agreed to it, or nobody wrote it down.",
    fix: "Declare the caller in the map, or remove the grant.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let grants = context.grants_of(RuleId::UndeclaredCaller);
    grants
        .filter_map(|judged| {
            let label = context.label(judged.service.as_ref()?);
            let message = format!(
                "`{}` can call `{label}` by `{}`{} and is not declared",
                judged.grant.principal,
                judged.grant.role,
                phrase::under(judged.grant.condition.as_ref())
            );
            let mut finding = context.about_grant(judged, message);
            finding.fix = Some(repair::removal(context, judged));
            Some(finding)
        })
        .collect()
}
