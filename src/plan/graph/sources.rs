//! Event sources and whether their calls get through.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Kind,
    draft::{Draft, Key},
    gather,
    kind::Shape,
};
use crate::{
    access::Verdict,
    model::{Principal, RuleId, ServiceName},
    rules::{Audit, context::Context},
    world::{EventSource, Token},
};

/// Adds every event source of a function in scope, with an edge to each function it sends to.
pub(super) fn add(draft: &mut Draft, context: &Context<'_>, audit: &Audit) {
    let by_name: BTreeMap<&str, &EventSource> =
        context.world.event_sources.iter().map(|source| (&*source.name, source)).collect();
    let blocked = audit.findings.iter().filter(|finding| finding.rule == RuleId::TriggerBlocked);
    let blocked: BTreeSet<_> =
        blocked.filter_map(|finding| Some((finding.function.as_ref()?, finding.caller.as_ref()?))).collect();
    let own = own_triggers(context);
    for (service, _) in &context.services {
        for seen in context.expected.sources(service) {
            let (name, identity) = (&seen.name, &seen.identity);
            let source = by_name.get(&**name).copied();
            // A function that names its trigger is no source beside it.
            if own.get(name).is_some_and(|trigger| by_name.contains_key(&**trigger)) {
                continue;
            }
            let label = source.map_or_else(|| "event trigger".to_owned(), EventSource::label);
            let key = Key::Source(name.clone());
            draft.node(&key, || gather::node(Shape::Source, vec![label]));
            let is_refused = seen.is_taken == Some(false);
            let is_blocked = is_refused
                || identity.as_ref().is_some_and(|identity| blocked.contains(&(*service, identity)));
            let kind =
                if is_blocked { Kind::Missing } else { kind(context, service, identity.as_ref(), source) };
            let detail = (kind == Kind::Missing).then(|| "refused".to_owned());
            draft.edge(key, Key::Function((*service).clone()), kind, detail);
        }
    }
}

/// The Eventarc trigger of each function of the Functions API that names one, by the function's relative name.
fn own_triggers(context: &Context<'_>) -> BTreeMap<Arc<str>, Arc<str>> {
    let named = context.world.functions.iter().filter_map(|(name, function)| {
        let trigger = function.trigger.clone()?;
        Some((name.to_string().into(), trigger))
    });
    named.collect()
}

fn kind(
    context: &Context<'_>,
    service: &ServiceName,
    identity: Option<&Principal>,
    source: Option<&EventSource>,
) -> Kind {
    // Without a token that Cloud Run takes, a request is anybody's.
    let has_no_token = source.is_some_and(|source| source.token != Token::Id);
    let verdict = match identity {
        Some(identity) if !has_no_token => context.access.allows(identity, service),
        _ => match context.access.allows(&Principal::new("allUsers"), service) {
            Verdict::No if !has_no_token => Verdict::Unknown,
            verdict => verdict,
        },
    };
    match verdict {
        Verdict::Yes => Kind::Event,
        Verdict::Unknown => Kind::Unknown,
        Verdict::No => Kind::Missing,
    }
}
