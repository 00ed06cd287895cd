//! Services of every region, and their policies and revisions, which are asked for as soon as a service is seen.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::value::RawValue;

use super::{
    above::policy_in,
    calls::{MOST_PAGES, Page, Reader, name_of, page, segment, shape},
    gap::{gap, said},
    revisions::{self, Revisions},
};
use crate::{
    model::{Policy, ProjectName, ServiceName, resource::NameError},
    sources::{
        google::{Api, CallError, Refusal},
        intern::Interner,
        wire::{
            self,
            service::{self, ServiceWire},
        },
    },
    world::{Gap, Observed, Settings},
};

const LOCATIONS: &str = "run.locations.list";
const LIST: &str = "run.services.list";
const GET: &str = "run.services.get";
const POLICY: &str = "run.services.getIamPolicy";

/// The services of one project.
#[derive(Default)]
pub(super) struct Services {
    /// By the name that Google gives them, in the order of regions.
    pub(super) found: Vec<Found>,
    /// Lists that could not be had, by relative name.
    pub(super) gaps: BTreeMap<String, Gap>,
}

/// One service.
pub(super) struct Found {
    pub(super) name: ServiceName,
    pub(super) settings: Observed<Settings>,
    pub(super) policy: Observed<Policy>,
    /// Whom those of its revisions run as that its traffic is split to.
    pub(super) revisions: Revisions,
}

impl Services {
    /// The policies that are known.
    pub(super) fn policies(&self) -> impl Iterator<Item = &Policy> {
        self.found.iter().filter_map(|found| found.policy.known())
    }
}

/// Reads the services of a project. Where its regions cannot be listed, those that the map names are read all
/// the same; that there may be others stays a gap.
pub(super) async fn read(reader: &Arc<Reader>, project: &ProjectName, named: BTreeSet<Arc<str>>) -> Services {
    let mut services = Services::default();
    let path = format!("/v1/projects/{}/locations", segment(project));
    let (mut regions, failure) = reader.locations(Api::Run, &path).await;
    if let Some(error) = failure {
        services.gaps.insert(format!("projects/{project}/services"), gap(&error, LOCATIONS));
        // While the API is off there is nothing to be had of any region.
        if error.refusal != Refusal::Disabled {
            regions.extend(named);
        }
    }
    let reads: Vec<_> = regions
        .into_iter()
        .map(|region| {
            let read = tokio::spawn(self::region(reader.clone(), project.clone(), region.clone()));
            (region, read)
        })
        .collect();
    for (region, read) in reads {
        let list = format!("projects/{project}/locations/{region}/services");
        match read.await {
            Ok((found, None)) => services.found.extend(found),
            Ok((found, Some(gap))) => {
                services.found.extend(found);
                services.gaps.insert(list, gap);
            }
            Err(error) => drop(services.gaps.insert(list, said(format!("reading broke off: {error}")))),
        }
    }
    services
}

/// Reads one service alone, of which it is known that it is there.
pub(super) async fn alone(reader: &Reader, name: &ServiceName) -> Services {
    let (body, policy) = tokio::join!(reader.call(reader.google.service(name)), self::policy(reader, name));
    let settings = body.and_then(|body| {
        let item: &RawValue = serde_json::from_slice(&body).map_err(|error| shape(&error.to_string()))?;
        service(item, &name.project, &name.location).map(|(_, settings)| settings)
    });
    let settings = settings.unwrap_or_else(|error| Observed::Unreadable(gap(&error, GET)));
    let revisions = Revisions::default();
    let found = policy.map(|policy| Found { name: name.clone(), settings, policy, revisions });
    Services { found: found.into_iter().collect(), gaps: BTreeMap::new() }
}

/// The services of one region, and why these are not all.
async fn region(reader: Arc<Reader>, project: ProjectName, region: Arc<str>) -> (Vec<Found>, Option<Gap>) {
    let (mut found, mut wrong, mut token) = (Vec::new(), None, None);
    for _ in 0..MOST_PAGES {
        let body = reader.call(reader.google.services(&project, &region, token.as_deref())).await;
        let Page { items, unreachable, next } =
            match body.and_then(|body| page(&body, "services", token.as_deref())) {
                Ok(page) => page,
                Err(error) => {
                    wrong = Some(gap(&error, LIST));
                    token = None;
                    break;
                }
            };
        if !unreachable.is_empty() {
            wrong = Some(said("Google could not reach this region, and so the list is not whole"));
        }
        for item in items {
            match service(&item, &project, &region) {
                // The rest is on its way while the next page is.
                Ok((name, settings)) => {
                    let read = tokio::spawn(rest(reader.clone(), name.clone(), revisions::named(&settings)));
                    found.push((name, settings, read));
                }
                Err(error) => wrong = Some(gap(&error, LIST)),
            }
        }
        token = next;
        if token.is_none() {
            break;
        }
    }
    if token.is_some() {
        wrong = Some(said("the list has no end"));
    }
    let mut services = Vec::with_capacity(found.len());
    for (name, settings, read) in found {
        let (policy, revisions) = match read.await {
            // It is not there any more.
            Ok((None, _)) => continue,
            Ok((Some(policy), revisions)) => (policy, revisions),
            Err(error) => {
                let gap = said(format!("reading broke off: {error}"));
                (Observed::Unreadable(gap.clone()), revisions::unread(&settings, &gap))
            }
        };
        services.push(Found { name, settings, policy, revisions });
    }
    (services, wrong)
}

/// The name and the settings of a service as a list holds it. It is of the region that was asked about; its
/// project may be named by its other name.
fn service(
    item: &RawValue,
    project: &ProjectName,
    region: &Arc<str>,
) -> Result<(ServiceName, Observed<Settings>), CallError> {
    let name: ServiceName = name_of(item)?.parse().map_err(|error: NameError| shape(&error.to_string()))?;
    if name.location != *region {
        return Err(shape(&format!("`{name}` is in the list of another region")));
    }
    let name = ServiceName { project: project.clone(), ..name };
    let unread =
        |why: String| Observed::Unreadable(said(format!("the answer is not what it should be: {why}")));
    let settings = match wire::read::<ServiceWire<'_>>(item.get(), "") {
        Err(error) => unread(error.0),
        Ok(wire) => service::answer(&wire, &mut Interner::default()).map_or_else(unread, Observed::Known),
    };
    Ok((name, settings))
}

/// What is read of a service beside its settings.
async fn rest(
    reader: Arc<Reader>,
    name: ServiceName,
    revisions: BTreeSet<Arc<str>>,
) -> (Option<Observed<Policy>>, Revisions) {
    tokio::join!(policy(&reader, &name), revisions::read(&reader, &name, revisions))
}

/// The policy of a service, with its conditions; `None` where the service is not there any more.
async fn policy(reader: &Reader, name: &ServiceName) -> Option<Observed<Policy>> {
    let body = reader.call(reader.google.service_policy(name)).await;
    let error = match body.and_then(|body| policy_in(&body)) {
        Ok(policy) => return Some(Observed::Known(policy)),
        Err(error) => error,
    };
    // It was listed a moment ago: that it is gone is believed only where the service itself is not there.
    if error.refusal == Refusal::NotFound
        && let Err(gone) = reader.call(reader.google.service(name)).await
        && gone.refusal == Refusal::NotFound
    {
        return None;
    }
    Some(Observed::Unreadable(gap(&error, POLICY)))
}
