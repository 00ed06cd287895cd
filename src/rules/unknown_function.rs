//! The map names a function that is not there.

use super::{Finding, Rule, context::Context, declared::Live, phrase::counted};
use crate::model::{Resource, RuleId};

pub(super) const RULE: Rule = Rule {
    id: RuleId::UnknownFunction,
    title: "a declared function does not exist",
    why: "Its project was read and it is not there: not deployed yet, deleted, or misspelled. Its callers wait: no \
          other rule speaks for them.",
    fix: "Deploy it, correct its name, project or region, or take it off the map.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, function) in context.map.functions.iter().enumerate() {
        if context.declared.live[index] != Live::Missing {
            continue;
        }
        let target = context.world.projects.canonical_service(&function.target);
        let waiting = context.declared.edges[index].len();
        let callers =
            if waiting == 0 { String::new() } else { format!("; {} waiting", counted(waiting, "caller")) };
        let message = format!(
            "`{}` is not live in {} of project `{}`{callers}",
            function.name, target.location, target.project
        );
        let mut finding = context.at_resource(RULE.id, Resource::Service(target.clone()), None, message);
        finding.function = Some(target);
        finding.declared_at = Some(context.map.locate(function.place));
        finding.fix =
            Some("deploy it, correct its name, project or region, or take it off the map".to_owned());
        findings.push(finding);
    }
    findings
}
