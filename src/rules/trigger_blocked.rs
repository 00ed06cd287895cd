//! An event source that cannot call what it sends to.

use std::collections::BTreeMap;

use super::{
    Finding, Rule, context::Context, declared::InForce, event_source::SeenSource, fingerprint,
    phrase::listed, repair, rewire, through,
};
use crate::{
    access::Verdict,
    model::{Principal, Resource, RuleId, ServiceName},
    world::{EventSourceKind, Token},
};

pub(super) const RULE: Rule = Rule {
    id: RuleId::TriggerBlocked,
    title: "an event source cannot call its target",
    why: "A trigger, push subscription, scheduled job or queue sends to this function as an account that holds \
          nothing there, with a token that the function does not take, or with none: every delivery ends in 403 or \
          401, is tried again for a while, and is lost. So it is with all callers of a function behind the \
          Identity-Aware Proxy whose own account cannot call.",
    fix: "Grant the account the invoker role on the function: `plan` does so for an event function and for the \
          account of the proxy. For any other function declare it as a caller, as a grant that nobody declared is \
          taken out again. Where the token is refused, let the source send an ID token for the function's own URL. \
          If the source is not wanted, take the source away.",
    find,
};

/// Why a source is refused, the want of a grant aside.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Audience,
    AccessToken,
    NoToken,
}

fn find(context: &Context<'_>) -> Vec<Finding> {
    let nobody = Principal::new("allUsers");
    let mut findings = Vec::new();
    for (service, _) in &context.services {
        if context.expected.is_behind_proxy(service) {
            findings.extend(of_proxy(context, service));
            continue;
        }
        for (identity, sources) in context.expected.judged(service) {
            if context.access.allows(identity, service) == Verdict::No {
                findings.push(of_grant(context, service, identity, &sources));
            }
        }
        let refused = refused(context, service);
        // Where everybody is let through, nobody looks at tokens.
        if !refused.is_empty() && context.access.allows(&nobody, service) == Verdict::No {
            let found = refused.into_iter();
            findings.extend(found.filter_map(|(key, sources)| of_token(context, service, key, &sources)));
        }
    }
    findings
}

/// The account of the proxy before a function, where it cannot call
/// (<https://cloud.google.com/run/docs/securing/identity-aware-proxy-cloud-run>).
fn of_proxy(context: &Context<'_>, service: &ServiceName) -> Option<Finding> {
    let agent = context.expected.proxy(service)?;
    let is_blocked = context.access.allows(agent, service) == Verdict::No;
    is_blocked.then(|| {
        let message = format!(
            "the Identity-Aware Proxy before `{}` calls it as `{agent}`, which gets 403 there, and so do all who \
             sign in",
            context.label(service)
        );
        let grant = repair::addition(context, &repair::own(context, service, agent, None));
        unless_denied(context, service, agent, message, grant)
    })
}

/// Sources that call as an account which is not let in.
fn of_grant(
    context: &Context<'_>,
    service: &ServiceName,
    identity: &Principal,
    sources: &[&SeenSource],
) -> Finding {
    let label = context.label(service);
    let call = context.sources_call(service, sources);
    let message = format!("{call} `{label}` as `{identity}`, which gets 403 there");
    let function = context.declared.governed.get(service);
    let declared = function.and_then(|function| context.declared.caller(*function, identity));
    let is_to_be_declared =
        function.is_some() && declared != Some(InForce::Now) && !context.expected.is_event_driven(service);
    let fix = if is_to_be_declared {
        format!(
            "declare `{identity}` as a caller of `{label}`, since only sources of an event function may call undeclared; \
             or take the source away"
        )
    } else {
        let end = context.declared.end_of(service, identity).flatten();
        repair::addition(context, &repair::own(context, service, identity, end))
    };
    unless_denied(context, service, identity, message, fix)
}

/// A finding about who is not let in: what a grant cannot put right, another word does.
fn unless_denied(
    context: &Context<'_>,
    service: &ServiceName,
    identity: &Principal,
    message: String,
    fix: String,
) -> Finding {
    let mut finding = context.about(RULE.id, service, message);
    finding.caller = Some(identity.clone());
    finding.fingerprint = fingerprint(RULE.id, &finding.resource, Some(identity), None);
    finding.fix = Some(fix);
    if repair::is_denied(context, identity, service) {
        let denial = through::denial(context, identity, service).unwrap_or_default();
        finding.message = format!("{}: {denial}", finding.message);
        finding.fix = Some(repair::of_denial(context, identity, service));
    }
    finding
}

/// Why, and of whom, tokens are refused.
type Key<'a> = (Cause, Option<&'a Principal>);

/// The sources of a function whose tokens it does not take, or that send none.
fn refused<'a>(context: &'a Context<'_>, service: &ServiceName) -> BTreeMap<Key<'a>, Vec<&'a SeenSource>> {
    let mut refused: BTreeMap<_, Vec<&SeenSource>> = BTreeMap::new();
    for source in context.expected.sources(service) {
        let cause = match source.token {
            Token::Id if source.is_taken == Some(false) => Cause::Audience,
            Token::Access => Cause::AccessToken,
            // What a trigger without an account sends is not known, and the tasks of a queue bring tokens of their own
            // (<https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks#httprequest>).
            Token::None
                if !matches!(source.kind, Some(EventSourceKind::Trigger | EventSourceKind::Queue)) =>
            {
                Cause::NoToken
            }
            Token::Id | Token::None => continue,
        };
        refused.entry((cause, source.identity.as_ref())).or_default().push(source);
    }
    refused
}

fn of_token(
    context: &Context<'_>,
    service: &ServiceName,
    (cause, identity): Key<'_>,
    sources: &[&SeenSource],
) -> Option<Finding> {
    let (first, label) = (*sources.first()?, context.label(service));
    let call = context.sources_call(service, sources);
    // Whoever sends a token for somebody else is refused as anybody would be.
    let who = identity.filter(|_| cause != Cause::Audience);
    let who = who.map_or_else(String::new, |identity| format!(" as `{identity}`"));
    let (outcome, fix) = match cause {
        Cause::Audience => {
            let audience = first.audience.as_deref()?;
            let outcome = format!("with a token for `{audience}` and gets 401: {}", taken(context, service));
            (outcome, rewire::audience(context, service, first, audience))
        }
        Cause::AccessToken => {
            let outcome = "with an OAuth access token and gets 401: Cloud Run takes ID tokens alone";
            (outcome.to_owned(), rewire::token(context, service, first))
        }
        Cause::NoToken => {
            let outcome = "without a token and gets 403: it is not public";
            (outcome.to_owned(), rewire::token(context, service, first))
        }
    };
    let outcome = if sources.len() > 1 { outcome.replacen("and gets", "and get", 1) } else { outcome };
    let mut finding = context.about(RULE.id, service, format!("{call} `{label}`{who} {outcome}"));
    finding.caller = identity.cloned();
    // Another cause is another difference, though it is about the same function and account.
    let difference = Resource::Other(format!("{service} {}", cause.as_str()).into());
    finding.fingerprint = fingerprint(RULE.id, &difference, identity, None);
    finding.fix = Some(fix);
    Some(finding)
}

/// Which audiences a function takes.
fn taken(context: &Context<'_>, service: &ServiceName) -> String {
    const SHOWN: usize = 3;
    let settings = context.world.services.get(service).and_then(|service| service.settings.known());
    let own =
        settings.into_iter().flat_map(|settings| settings.urls.iter().chain(&settings.custom_audiences));
    let mut words: Vec<String> = own.map(|audience| format!("`{audience}`")).collect();
    words.dedup();
    let rest = words.len().saturating_sub(SHOWN);
    words.truncate(SHOWN);
    if rest > 0 {
        words.push(format!("{rest} more"));
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.is_empty() { "it takes its own URL".to_owned() } else { format!("it takes {}", listed(&words)) }
}

impl Cause {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Audience => "audience",
            Self::AccessToken => "access token",
            Self::NoToken => "no token",
        }
    }
}
