//! A wide role above functions, which lets its holder call all of them.

use super::{Finding, Rule, context::Context, phrase};
use crate::{access::RoleClass, model::RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId::PrivilegedCaller,
    title: "a privileged role lets its holder call functions",
    why: "Roles such as owner, editor or run.admin carry the right to call beside much else. That is usual for \
          those who run a project, and a way in for everybody else who holds one.",
    fix: "Check that the holder needs the role; replace it by a narrower one, or accept it with a reason.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let grants = context.grants_of(RuleId::PrivilegedCaller);
    grants
        .map(|judged| {
            let can = match judged.class {
                RoleClass::Unknown => "may be able to call",
                RoleClass::Wide | RoleClass::Invoker | RoleClass::None => "can call",
            };
            let message = format!(
                "`{}` {can} {} by `{}` on `{}`{}",
                judged.grant.principal,
                phrase::opened(context, judged),
                judged.grant.role,
                judged.grant.resource,
                phrase::under(judged.grant.condition.as_ref())
            );
            let mut finding = context.about_grant(judged, message);
            finding.fix = Some(
                "check that it needs the role; give it a narrower one, or accept it with a reason".to_owned(),
            );
            finding
        })
        .collect()
}
