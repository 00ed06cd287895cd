//! Phrases that findings of several rules share.

use super::{context::Context, partition::Judged};
use crate::model::Condition;

/// Under which condition a grant counts, where it has one.
pub(super) fn under(condition: Option<&Condition>) -> String {
    condition.map_or_else(String::new, |condition| {
        let title = if condition.title.is_empty() { &condition.expression } else { &condition.title };
        format!(" under the condition `{title}`")
    })
}

/// How many functions a grant above them opens, and the first of them by name.
pub(super) fn opened(context: &Context<'_>, judged: &Judged) -> String {
    const SHOWN: usize = 3;
    let count = judged.opens.len();
    let names: Vec<_> =
        judged.opens.iter().take(SHOWN).map(|name| format!("`{}`", context.label(name))).collect();
    let rest = count.saturating_sub(SHOWN);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{} ({}{more})", counted(count, "function"), names.join(", "))
}

/// `a`, `a and b`, `a, b and c`.
pub(super) fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// `1 function`, `2 functions`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
