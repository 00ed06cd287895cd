//! `callmap rule`: what a rule says, why, and how to fix it.

use super::{Console, Error, Exit};
use crate::{model::RuleId, report::rules, rules::RULES};

/// Prints the page of a rule, or the list of all.
///
/// # Errors
/// Where there is no such rule, or nothing can be printed.
pub fn rule(id: Option<&str>, console: &mut Console<'_>) -> Result<Exit, Error> {
    let mut text = Vec::new();
    match id {
        None => rules::list(RULES, console.width, &mut text),
        Some(id) => match RULES.iter().find(|rule| rule.id.as_str() == id) {
            Some(rule) => rules::page(rule, console.width, &mut text),
            None => return Err(Error::NoRule { id: id.to_owned(), near: near(id) }),
        },
    }
    .map_err(Error::Print)?;
    console.print(&text)?;
    Ok(Exit::Done)
}

fn near(id: &str) -> Option<&'static str> {
    let likeness = |rule: RuleId| strsim::jaro_winkler(rule.as_str(), &id.to_lowercase());
    let nearest =
        RULES.iter().map(|rule| rule.id).max_by(|left, right| likeness(*left).total_cmp(&likeness(*right)));
    nearest.filter(|rule| likeness(*rule) > 0.8).map(RuleId::as_str)
}
