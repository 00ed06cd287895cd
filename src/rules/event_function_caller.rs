//! Somebody beside its event source can call an event function.

use super::{Finding, Rule, context::Context, evidence, phrase, repair};
use crate::model::RuleId;

pub(super) const RULE: Rule = Rule {
    id: RuleId::EventFunctionCaller,
    title: "an event function can be called by somebody else",
    why: "An event-driven function trusts what it is sent, because only its event source should send. That rests \
          on IAM alone: whoever holds the invoker role can post made-up events to it.",
    fix: "Remove the grant; let the caller publish to the event source instead.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let grants = context.grants_of(RuleId::EventFunctionCaller);
    grants
        .filter_map(|judged| {
            let service = judged.service.as_ref()?;
            let source = if context.expected.has_source(service) {
                "only its event source should"
            } else {
                "it is an event function, and no event source of it was seen"
            };
            let message = format!(
                "`{}` can call `{}` by `{}`{}: {source}",
                judged.grant.principal,
                context.label(service),
                judged.grant.role,
                phrase::under(judged.grant.condition.as_ref())
            );
            let evidence = evidence::phrase(context, service, &judged.grant.principal);
            let mut finding = evidence::with(context.about_grant(judged, message), evidence);
            finding.fix = Some(repair::removal(context, judged));
            Some(finding)
        })
        .collect()
}
