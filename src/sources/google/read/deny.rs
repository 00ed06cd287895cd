//! Deny policies of everything on the paths, from IAM v2
//! (<https://cloud.google.com/iam/docs/reference/rest/v2/policies>).
//!
//! A list leaves the rules out, so that each policy takes a call of its own; and there are five calls a minute. So
//! they are made one after the other, the lists first (whether there is anything at all), then the policies above
//! most services. What was read before and is unchanged, by its etag in the list, comes from a cache; no list does.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{
    DenyAsked,
    calls::{Listed, Reader, answer, segment, shape, text},
    gap::gap,
};
use crate::{
    model::{Container, DenyPolicy, DenyPolicyName},
    sources::{
        google::{
            Api, CallError,
            deny_cache::{Cache, Stamp},
        },
        intern::Interner,
        wire::deny,
    },
    world::{Gap, Layer, LayerState, Observed, World},
};

/// What a list takes.
const LIST: &str = "iam.denypolicies.list";
/// What a policy takes.
const GET: &str = "iam.denypolicies.get";

/// Reads the deny policies of every project, folder and organization of this world.
pub(super) async fn read(reader: &Reader, asked: &DenyAsked, world: &mut World) {
    let mut cache =
        asked.cache.as_deref().map(|path| Cache::open(path, &reader.google.host(Api::DenyPolicies)));
    let mut found = Vec::new();
    for container in order(world) {
        let (stamps, gap) = list(reader, &container).await;
        found.extend(stamps.into_iter().map(|stamp| (container.clone(), stamp)));
        if let Some(gap) = gap {
            let name = DenyPolicyName { attachment: container, id: None };
            world.deny_policies.insert(name, Observed::Unreadable(gap));
        }
    }
    for (attachment, stamp) in found {
        let kept = cache.as_mut().and_then(|cache| cache.take(&stamp));
        let policy = match kept {
            Some(policy) => Observed::Known(policy),
            None => one(reader, &attachment, &stamp, cache.as_mut())
                .await
                .map_or_else(|error| Observed::Unreadable(gap(&error, GET)), Observed::Known),
        };
        world.deny_policies.insert(DenyPolicyName { attachment, id: Some(stamp.id().into()) }, policy);
    }
    if let Some(cache) = cache {
        cache.close();
    }
    let is_refused = world.deny_policies.values().any(|policy| policy.gap().is_some());
    let state = if is_refused { LayerState::Refused } else { LayerState::Read };
    world.layers.insert(Layer::DenyPolicies, state);
}

/// Those above most services first; of as many, the widest.
fn order(world: &World) -> Vec<Container> {
    let mut below: BTreeMap<&Container, usize> = world.policies.keys().map(|name| (name, 0)).collect();
    for ancestors in world.services.values().filter_map(|service| service.ancestors.known()) {
        for container in &**ancestors {
            *below.entry(container).or_default() += 1;
        }
    }
    let mut order: Vec<_> = below.into_iter().collect();
    order.sort_by_key(|(container, count)| (Reverse(*count), Reverse(*container)));
    order.into_iter().map(|(container, _)| container.clone()).collect()
}

/// The path of all that is attached there.
fn path(attachment: &Container) -> String {
    // The name of what it is attached to is one part of the path.
    format!(
        "/v2/policies/{}/denypolicies",
        segment(&format!("cloudresourcemanager.googleapis.com/{attachment}"))
    )
}

async fn list(reader: &Reader, attachment: &Container) -> (Vec<Stamp>, Option<Gap>) {
    let Listed { items, unreachable: _, failure } =
        reader.list(Api::DenyPolicies, &path(attachment), &[], "policies").await;
    let mut failure = failure;
    let mut stamps = Vec::new();
    for item in items {
        match answer::<Stamp>(item.get().as_bytes()) {
            Ok(stamp) if stamp.is_plain() => stamps.push(stamp),
            Ok(_) => drop(failure.get_or_insert_with(|| shape("a policy in the list has no id"))),
            Err(error) => drop(failure.get_or_insert(error)),
        }
    }
    (stamps, failure.map(|error| gap(&error, LIST)))
}

async fn one(
    reader: &Reader,
    attachment: &Container,
    listed: &Stamp,
    cache: Option<&mut Cache>,
) -> Result<DenyPolicy, CallError> {
    let path = format!("{}/{}", path(attachment), segment(listed.id()));
    let body = reader.limited(Api::DenyPolicies, &path).await?;
    let stamp: Stamp = answer(&body)?;
    if stamp.id() != listed.id() {
        return Err(shape("it is another policy"));
    }
    let json = text(&body)?;
    let policy = deny::policy(json, "", &mut Interner::default()).map_err(|error| shape(&error.0))?;
    if let Some(cache) = cache {
        cache.keep(stamp, &policy);
    }
    Ok(policy)
}
