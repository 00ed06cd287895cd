//! Somebody who can call and is not on the map.

use super::{Finding, Rule, context::Context, evidence, phrase, repair};
use crate::model::RuleId;

pub(super) const RULE: Rule = Rule {
    id: RuleId::UndeclaredCaller,
    title: "somebody can call who was never declared",
    why: "The function's own policy gives this principal an invoker role, and the map does not name it as a \
          caller. Nobody has agreed to it, or nobody wrote it down.",
    fix: "Declare the caller in the map, or remove the grant. An account that an event source or a function uses is \
          most likely wanted: declare it, or take away what uses it first.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let grants = context.grants_of(RuleId::UndeclaredCaller);
    grants
        .filter_map(|judged| {
            let service = judged.service.as_ref()?;
            let label = context.label(service);
            let principal = &judged.grant.principal;
            let message = format!(
                "`{principal}` can call `{label}` by `{}`{} and is not declared",
                judged.grant.role,
                phrase::under(judged.grant.condition.as_ref())
            );
            let evidence = evidence::phrase(context, service, principal);
            let mut finding = evidence::with(context.about_grant(judged, message), evidence);
            let removal = repair::removal(context, judged);
            finding.fix = Some(match evidence::sources(context, service, principal) {
                Some(sources) => format!(
                    "declare `{principal}` as a caller of `{label}`; or, without {sources}: {removal}"
                ),
                None => removal,
            });
            Some(finding)
        })
        .collect()
}
