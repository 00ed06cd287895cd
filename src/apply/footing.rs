//! What a step rests on, as planned and as it is: the first thing that differs makes it stale.

use std::sync::Arc;

use crate::{
    model::{Principal, Resource},
    plan::{CallerIdentity, Footing, ServiceState},
};

/// What is no longer as planned; `None` where all is: a fragment.
pub fn moved(resource: &Resource, planned: &Footing, now: &Footing) -> Option<String> {
    let Footing { service, callers } = planned;
    let service = match (service, &now.service) {
        (None, None) => None,
        (Some(planned), Some(now)) => changed(resource, planned, now),
        (Some(_), None) => Some(format!("`{resource}` is not there any more")),
        (None, Some(_)) => Some(format!("nothing is said of what `{resource}` was like")),
    };
    service.or_else(|| caller(callers, &now.callers))
}

fn changed(resource: &Resource, planned: &ServiceState, now: &ServiceState) -> Option<String> {
    let ServiceState { uid, is_check_disabled, is_iap_enabled, sources } = planned;
    let turned = |what: &str, is_on: bool| {
        Some(format!("{what} of `{resource}` was turned {}", if is_on { "on" } else { "off" }))
    };
    if uid.is_some() && *uid != now.uid {
        return Some(format!("`{resource}` was deleted and made again"));
    }
    if *is_check_disabled != now.is_check_disabled {
        return turned("the invoker check", *is_check_disabled);
    }
    if *is_iap_enabled != now.is_iap_enabled {
        return turned("the Identity-Aware Proxy", now.is_iap_enabled);
    }
    let (came, went) = (now.sources.difference(sources).next(), sources.difference(&now.sources).next());
    let source = |(name, identity): &(Arc<str>, Option<Principal>), what: &str| {
        let who = identity.as_ref().map(|identity| format!(" as `{identity}`")).unwrap_or_default();
        format!("the event source `{name}` {what} `{resource}`{who}")
    };
    came.map(|came| source(came, "now calls")).or(went.map(|went| source(went, "no longer calls")))
}

fn caller(planned: &[CallerIdentity], now: &[CallerIdentity]) -> Option<String> {
    let of = |all: &[CallerIdentity], caller: &CallerIdentity| {
        all.iter().find(|other| other.service == caller.service).map(|found| found.identity.clone())
    };
    for caller in planned {
        let CallerIdentity { service, identity } = caller;
        match of(now, caller) {
            Some(now) if now == *identity => {}
            Some(now) => {
                return Some(format!("`{service}` runs as `{now}` now, and was planned as `{identity}`"));
            }
            None => {
                return Some(format!("`{service}`, which calls, is not there any more"));
            }
        }
    }
    None
}
