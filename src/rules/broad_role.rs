//! A role on the function that gives more than calling.

use super::{Finding, Rule, context::Context, phrase, repair};
use crate::{access::RoleClass, model::RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId::BroadRole,
    title: "a role on a function gives more than calling",
    why: "This role lets its holder call the function and do more to it, such as change or delete it. A caller \
          needs `run.routes.invoke` and nothing else.",
    fix: "Give the caller an invoker role on the function, declare it, and remove the wider role.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let grants = context.grants_of(RuleId::BroadRole);
    grants
        .filter_map(|judged| {
            let label = context.label(judged.service.as_ref()?);
            let can = match judged.class {
                RoleClass::Unknown => "may be able to call",
                RoleClass::Wide | RoleClass::Invoker | RoleClass::None => "can call",
            };
            let declared = match (judged.is_declared, judged.class) {
                (false, _) => "and is not declared",
                (true, RoleClass::Unknown) => "of which nobody knows what else it gives",
                (true, _) => "which gives more than calling",
            };
            let message = format!(
                "`{}` {can} `{label}` by `{}`{}, {declared}",
                judged.grant.principal,
                judged.grant.role,
                phrase::under(judged.grant.condition.as_ref())
            );
            let mut finding = context.about_grant(judged, message);
            let removal = repair::removal(context, judged);
            finding.fix = Some(if judged.is_declared {
                format!("once it holds an invoker role of its own: {removal}")
            } else {
                removal
            });
            Some(finding)
        })
        .collect()
}
