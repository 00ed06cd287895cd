//! What is known of how an account that nobody declared is used: event sources that call as it, functions that run as
//! it.

use super::{Finding, context::Context};
use crate::model::{Principal, ServiceName};

/// That event sources call a function as a principal, where some do.
pub(super) fn sources(context: &Context<'_>, service: &ServiceName, principal: &Principal) -> Option<String> {
    let identities = context.expected.identities(service);
    let sources = identities.get(principal)?;
    Some(context.sources_label(service, sources))
}

/// How a principal is used, where anything is known of that.
pub(super) fn phrase(context: &Context<'_>, service: &ServiceName, principal: &Principal) -> Option<String> {
    let used = sources(context, service, principal).map(|sources| format!("used by {sources}"));
    let running = running(context, principal).map(|running| format!("{running} as it"));
    let known: Vec<_> = used.into_iter().chain(running).collect();
    (!known.is_empty()).then(|| known.join("; "))
}

/// A finding that says so, in its message and beside it.
pub(super) fn with(mut finding: Finding, evidence: Option<String>) -> Finding {
    if let Some(evidence) = &evidence {
        finding.message = format!("{}; {evidence}", finding.message);
    }
    finding.evidence = evidence;
    finding
}

/// Which functions run as an account.
fn running(context: &Context<'_>, principal: &Principal) -> Option<String> {
    const SHOWN: usize = 2;
    let services = context.running_as.get(principal)?;
    let named: Vec<_> =
        services.iter().take(SHOWN).map(|service| format!("`{}`", context.label(service))).collect();
    let rest = services.len().saturating_sub(SHOWN);
    Some(match (services.len(), rest) {
        (1, _) => format!("{} runs", named.concat()),
        (_, 0) => format!("{} run", named.join(" and ")),
        _ => format!("{} and {rest} more run", named.join(", ")),
    })
}
