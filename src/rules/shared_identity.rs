//! Several functions that run as one account.

use std::collections::{BTreeMap, BTreeSet};

use super::{Finding, Rule, context::Context};
use crate::model::{Principal, Resource, RuleId, ServiceName};

pub(super) const RULE: Rule = Rule {
    id: RuleId::SharedIdentity,
    title: "functions share one service account",
    why: "A grant to one of them is a grant to all of them: IAM sees the account, not the function.",
    fix: "Give each function an account of its own.",
    find,
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let mut accounts: BTreeMap<Principal, Vec<&ServiceName>> = BTreeMap::new();
    for name in &context.services {
        if let Some(account) = context.world.identity(name) {
            accounts.entry(account).or_default().push(name);
        }
    }
    accounts
        .into_iter()
        .filter_map(|(account, services)| {
            let governed =
                services.iter().filter_map(|name| context.declared.governed.get(*name)).min().copied()?;
            // One function in several regions is one function.
            let labels: BTreeSet<String> = services.iter().map(|name| short(context, name)).collect();
            (labels.len() > 1).then(|| finding(context, account, &labels, governed))
        })
        .collect()
}

fn finding(context: &Context<'_>, account: Principal, labels: &BTreeSet<String>, governed: usize) -> Finding {
    const SHOWN: usize = 4;
    let named: Vec<_> = labels.iter().take(SHOWN).map(|label| format!("`{label}`")).collect();
    let rest = labels.len().saturating_sub(SHOWN);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let email = account.email().unwrap_or_else(|| account.as_str()).to_owned();
    let message = format!("{} functions run as `{email}`: {}{more}", labels.len(), named.join(", "));
    let resource = Resource::Other(format!("projects/-/serviceAccounts/{email}").into());
    let mut finding = context.at_resource(RULE.id, resource, Some(account), message);
    finding.declared_at = Some(context.map.locate(context.map.functions[governed].place));
    finding.fix = Some("give each function an account of its own".to_owned());
    finding
}

/// The function's name without its region.
fn short(context: &Context<'_>, name: &ServiceName) -> String {
    match context.declared.governed.get(name) {
        Some(index) => context.map.functions[*index].name.to_string(),
        None => format!("{}/{}", name.project, name.service),
    }
}
