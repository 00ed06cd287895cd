//! Several functions that run as one account.

use std::collections::BTreeMap;

use super::{Finding, Rule, context::Context};
use crate::model::{Principal, Resource, RuleId, ServiceName};

pub(super) const RULE: Rule = Rule {
    id: RuleId::SharedIdentity,
    title: "functions share one service account",
    why: "A grant to one of them is a grant to all of them: IAM sees the account, not the function.",
    fix: "Give each function an account of its own.",
    find,
};

/// A function, whatever its regions: one of the map's by its short name, another by project and service.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Function<'a> {
    Declared(&'a str),
    Undeclared(&'a str, &'a str),
}

/// The functions of one account, each with the first of its services.
type Functions<'a> = BTreeMap<Function<'a>, &'a ServiceName>;

fn find(context: &Context<'_>) -> Vec<Finding> {
    let mut accounts: BTreeMap<Principal, Vec<&ServiceName>> = BTreeMap::new();
    for (name, service) in &context.services {
        if let Some(account) = context.world.identity_of(name, service) {
            accounts.entry(account).or_default().push(name);
        }
    }
    let shared = accounts.into_iter().filter(|(_, services)| services.len() > 1);
    shared.filter_map(|(account, services)| finding(context, account, &services)).collect()
}

fn finding(context: &Context<'_>, account: Principal, services: &[&ServiceName]) -> Option<Finding> {
    const SHOWN: usize = 4;
    let governed = services.iter().filter_map(|name| context.declared.governed.get(*name)).min()?;
    let mut functions = Functions::new();
    for name in services {
        functions.entry(function(context, name)).or_insert(name);
    }
    if functions.len() < 2 {
        return None;
    }
    let label = |(function, name): (&Function<'_>, &&ServiceName)| match function {
        Function::Declared(short) => format!("`{short}`"),
        Function::Undeclared(..) => format!("`{}`", context.label(name)),
    };
    let named: Vec<_> = functions.iter().take(SHOWN).map(label).collect();
    let rest = functions.len().saturating_sub(SHOWN);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let email = account.email().unwrap_or_else(|| account.as_str()).to_owned();
    let message = format!("{} functions run as `{email}`: {}{more}", functions.len(), named.join(", "));
    let resource = Resource::Other(format!("projects/-/serviceAccounts/{email}").into());
    let mut finding = context.at_resource(RULE.id, resource, Some(account), message);
    finding.declared_at = Some(context.map.locate(context.map.functions[*governed].place));
    finding.fix = Some("give each function an account of its own".to_owned());
    Some(finding)
}

fn function<'a>(context: &'a Context<'_>, name: &'a ServiceName) -> Function<'a> {
    match context.declared.governed.get(name) {
        Some(index) => Function::Declared(&context.map.functions[*index].name),
        None => Function::Undeclared(&name.project, &name.service),
    }
}
