//! An invoker role above functions.

use super::{Finding, Rule, context::Context, phrase, repair};
use crate::model::RuleId;

pub(super) const RULE: Rule = Rule {
    id: RuleId::InheritedCaller,
    title: "an invoker role above functions opens all of them",
    why: "A grant on a project, folder or organization counts for every function below it, also those that are \
          made tomorrow. With `roles/run.invoker` it also runs every job and calls every instance.",
    fix: "Grant each caller the role on the functions it needs, then remove the grant above.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let grants = context.grants_of(RuleId::InheritedCaller);
    grants
        .map(|judged| {
            let declared =
                if judged.is_declared { ", all of it declared" } else { ", not all of it declared" };
            let message = format!(
                "`{}` can call {} by `{}` on `{}`{}{declared}",
                judged.grant.principal,
                phrase::opened(context, judged),
                judged.grant.role,
                judged.grant.resource,
                phrase::under(judged.grant.condition.as_ref())
            );
            let mut finding = context.about_grant(judged, message);
            finding.fix = Some(format!(
                "once its callers hold their own grants on the functions: {}",
                repair::removal(context, judged)
            ));
            finding
        })
        .collect()
}
