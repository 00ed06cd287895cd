//! What a plan would do besides, if it were asked for.

use std::collections::{BTreeMap, BTreeSet};

use super::{Change, Class, Include, Plan, make};
use crate::{
    access::agent::agent_project,
    model::{Resource, RuleId},
    rules::{Finding, context::Context},
};

/// How many changes each flag that the plan was not made with would add to it, where it would add any.
pub fn offered(context: &Context<'_>, findings: &[Finding], plan: &Plan) -> BTreeMap<Include, usize> {
    let there = all(plan);
    let options = &plan.made.options;
    let worth_trying = Include::ALL
        .into_iter()
        .filter(|what| !options.include.contains(what) && may_matter(*what, findings, plan));
    let counted = worth_trying.map(|what| {
        let mut made = plan.made.clone();
        made.options.include.insert(what);
        let more = make(context, findings, made);
        (what, all(&more).difference(&there).count())
    });
    counted.filter(|(_, count)| *count > 0).collect()
}

fn all(plan: &Plan) -> BTreeSet<(&Resource, &Change)> {
    plan.changes().map(|(step, change)| (&step.resource, change)).collect()
}

/// Whether a plan is worth being made to see what a flag would add.
fn may_matter(what: Include, findings: &[Finding], plan: &Plan) -> bool {
    let has_finding = |rule| findings.iter().any(|finding| finding.rule == rule);
    let has_held =
        |is: &dyn Fn(&Change) -> bool| plan.held.iter().filter_map(|held| held.change.as_ref()).any(is);
    match what {
        Include::Public => has_held(&|change| change.class == Class::Public),
        Include::Agents => has_held(&|change| agent_project(&change.principal).is_some()),
        Include::InheritedJobs => has_held(&|change| change.class == Class::Inherited),
        Include::Inherited => !plan.made.options.is_only_adds && has_finding(RuleId::InheritedCaller),
        Include::Dead => !plan.made.options.is_only_adds && has_finding(RuleId::DeadGrant),
    }
}
