//! Several functions that run as one account.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Finding, Rule,
    context::Context,
    phrase::{counted, listed},
};
use crate::{
    callers::Caller,
    model::{Principal, Resource, RuleId, ServiceName},
};

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
    let accounts = context.running_as.iter().map(|(account, services)| {
        let in_scope = services.iter().copied().filter(|name| context.scope.holds(context.world, name));
        (account, in_scope.collect::<Vec<_>>())
    });
    let shared = accounts.filter(|(_, services)| services.len() > 1);
    shared.filter_map(|(account, services)| finding(context, account.clone(), &services)).collect()
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
    let named: Vec<_> =
        functions.iter().take(SHOWN).map(|(function, name)| named(context, function, name)).collect();
    let rest = functions.len().saturating_sub(SHOWN);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    let email = account.email().unwrap_or_else(|| account.as_str()).to_owned();
    let beyond = beyond(context, &account, &functions);
    let message =
        format!("{} functions run as `{email}`: {}{more}{beyond}", functions.len(), named.join(", "));
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

fn named(context: &Context<'_>, function: &Function<'_>, name: &ServiceName) -> String {
    match function {
        Function::Declared(short) => format!("`{short}`"),
        Function::Undeclared(..) => format!("`{}`", context.label(name)),
    }
}

/// What each of these functions may call only because another one is declared for it: the map lets the account in, and
/// means one function.
fn beyond(context: &Context<'_>, account: &Principal, functions: &Functions<'_>) -> String {
    const SHOWN: usize = 2;
    let edges = context.map.edges.iter().filter(|edge| edge.is_in_force(context.at));
    let edges = edges.filter(|edge| context.declared.principals(edge).contains(account));
    // By the function that is called: which functions are declared for it, and whether the account is by itself.
    let mut targets: BTreeMap<usize, (BTreeSet<&str>, bool)> = BTreeMap::new();
    for edge in edges {
        let (callers, is_open) = targets.entry(edge.function).or_default();
        match &edge.caller {
            Caller::Function(name) => drop(callers.insert(name)),
            Caller::Principal(_) => *is_open = true,
        }
    }
    let mut found = Vec::new();
    for (function, name) in functions {
        let is_beyond = |callers: &BTreeSet<&str>| match function {
            Function::Declared(short) => !callers.contains(short),
            Function::Undeclared(..) => true,
        };
        let beyond = targets.iter().filter(|(_, (callers, is_open))| !is_open && is_beyond(callers));
        let labels: BTreeSet<String> = beyond
            .filter_map(|(index, _)| context.declared.service(*index))
            .filter(|service| *service != *name)
            .map(|service| format!("`{}`", context.label(service)))
            .collect();
        let mut shown: Vec<&str> = labels.iter().take(SHOWN).map(String::as_str).collect();
        let more =
            labels.len().checked_sub(SHOWN).filter(|rest| *rest > 0).map(|rest| format!("{rest} more"));
        shown.extend(more.as_deref());
        if !labels.is_empty() {
            found.push(format!("{} may call {}", named(context, function, name), listed(&shown)));
        }
    }
    let rest = found.len().saturating_sub(SHOWN);
    found.truncate(SHOWN);
    if rest > 0 {
        found.push(format!("and so for {} more", counted(rest, "function")));
    }
    if found.is_empty() { String::new() } else { format!("; so beyond the map {}", found.join("; ")) }
}
