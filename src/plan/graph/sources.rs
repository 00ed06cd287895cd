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
    world::{Addresses, EventSource, Token},
};

/// What an edge from an event source comes to, and why where it comes to nothing.
type Outcome = (Kind, Option<&'static str>);

/// An event function's trigger by the function's name, with whom it calls as.
type Trigger = (Arc<str>, Option<Principal>);

/// Adds every event source of a function in scope, with an edge to each function it sends to.
pub(super) fn add(draft: &mut Draft, context: &Context<'_>, audit: &Audit) {
    let addresses = Addresses::new(context.world);
    let (seen, unseen) = (context.world.sources_by_service(), unseen(context));
    let blocked = audit.findings.iter().filter(|finding| finding.rule == RuleId::TriggerBlocked);
    let blocked: BTreeSet<_> =
        blocked.filter_map(|finding| Some((finding.function.as_ref()?, finding.caller.as_ref()?))).collect();
    for (service, _) in &context.services {
        let sources = seen.get(*service).into_iter().flatten();
        let sources = sources.map(|source| {
            let outcome = outcome(context, &addresses, service, source);
            (source.name.clone(), source.label(), source.identity.clone(), outcome)
        });
        let triggers = unseen.get(*service).into_iter().flatten().map(|(name, identity)| {
            let outcome = of_identity(context, service, identity.as_ref());
            (name.clone(), "event trigger".to_owned(), identity.clone(), outcome)
        });
        for (name, label, identity, (kind, why)) in sources.chain(triggers) {
            let is_blocked =
                identity.as_ref().is_some_and(|identity| blocked.contains(&(*service, identity)));
            let kind = if is_blocked { Kind::Missing } else { kind };
            let why = why.or((kind == Kind::Missing).then_some("refused"));
            let key = Key::Source(name);
            draft.node(&key, || gather::node(Shape::Source, vec![label]));
            draft.edge(key, Key::Function((*service).clone()), kind, why.map(str::to_owned));
        }
    }
}

/// Event functions whose trigger was not seen itself, by the service that serves them, with whom they are called as.
fn unseen<'w>(context: &Context<'w>) -> BTreeMap<&'w ServiceName, Vec<Trigger>> {
    let seen: BTreeSet<&str> = context.world.event_sources.iter().map(|source| &*source.name).collect();
    let mut unseen: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (name, function) in &context.world.functions {
        let Some(service) = function.service.as_ref().filter(|_| function.is_event_driven) else { continue };
        if function.trigger.as_ref().is_some_and(|trigger| seen.contains(&**trigger)) {
            continue;
        }
        let identity =
            function.trigger_identity.clone().or_else(|| context.world.default_identity(&name.project));
        unseen.entry(service).or_default().push((name.to_string().into(), identity));
    }
    unseen
}

fn outcome(
    context: &Context<'_>,
    addresses: &Addresses<'_>,
    service: &ServiceName,
    source: &EventSource,
) -> Outcome {
    // Where everybody is let through, nobody looks at tokens.
    if context.access.allows(&Principal::new("allUsers"), service) == Verdict::Yes {
        return (Kind::Event, None);
    }
    if source.token != Token::Id {
        return (Kind::Missing, Some("no ID token"));
    }
    let audience = source.audience.as_deref();
    if audience.is_some_and(|audience| addresses.takes(service, audience) == Some(false)) {
        return (Kind::Missing, Some("wrong audience"));
    }
    of_identity(context, service, source.identity.as_ref())
}

fn of_identity(context: &Context<'_>, service: &ServiceName, identity: Option<&Principal>) -> Outcome {
    match identity.map_or(Verdict::Unknown, |identity| context.access.allows(identity, service)) {
        Verdict::Yes => (Kind::Event, None),
        Verdict::Unknown => (Kind::Unknown, None),
        Verdict::No => (Kind::Missing, None),
    }
}
