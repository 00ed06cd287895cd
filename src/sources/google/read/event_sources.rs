//! Triggers, push subscriptions, jobs and queues of a project: what calls functions by itself, and as whom.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::{
    Project,
    calls::{Listed, Reader, name_of, segment, shape},
    functions::last,
    gap::{gap, is_off, said},
};
use crate::{
    sources::{
        google::{Api, CallError},
        intern::Interner,
        wire::event_source,
    },
    world::{EventSource, EventSourceKind, Gap},
};

/// What calls by itself in one project.
#[derive(Default)]
pub(super) struct EventSources {
    pub(super) found: Vec<EventSource>,
    /// Lists that could not be had, by relative name.
    pub(super) gaps: BTreeMap<String, Gap>,
}

/// One list of one kind.
struct List<'a> {
    kind: EventSourceKind,
    api: Api,
    path: String,
    field: &'a str,
    /// The relative name of the list.
    name: String,
    permission: &'a str,
}

/// Reads all four kinds, of a project that goes by `names`. An API that is off in the project has nothing that
/// could call: triggers, subscriptions, jobs and queues do nothing while it is.
pub(super) async fn read(reader: &Reader, project: &Project) -> EventSources {
    let at = segment(&project.name);
    let triggers = List {
        kind: EventSourceKind::Trigger,
        api: Api::Eventarc,
        path: format!("/v1/projects/{at}/locations/-/triggers"),
        field: "triggers",
        name: format!("projects/{}/locations/-/triggers", project.name),
        permission: "eventarc.triggers.list",
    };
    let subscriptions = List {
        kind: EventSourceKind::Subscription,
        api: Api::PubSub,
        path: format!("/v1/projects/{at}/subscriptions"),
        field: "subscriptions",
        name: format!("projects/{}/subscriptions", project.name),
        permission: "pubsub.subscriptions.list",
    };
    let (triggers, subscriptions, jobs, queues) = tokio::join!(
        one(reader, project, triggers),
        one(reader, project, subscriptions),
        located(reader, project, Located::JOBS),
        located(reader, project, Located::QUEUES),
    );
    let mut all = EventSources::default();
    for EventSources { found, gaps } in [triggers, subscriptions, jobs, queues] {
        all.found.extend(found);
        all.gaps.extend(gaps);
    }
    all
}

/// A kind that is listed location by location.
#[derive(Clone, Copy)]
struct Located {
    kind: EventSourceKind,
    api: Api,
    version: &'static str,
    field: &'static str,
    locations: &'static str,
    permission: &'static str,
}

impl Located {
    const JOBS: Self = Self {
        kind: EventSourceKind::Job,
        api: Api::Scheduler,
        version: "v1",
        field: "jobs",
        locations: "cloudscheduler.locations.list",
        permission: "cloudscheduler.jobs.list",
    };
    const QUEUES: Self = Self {
        kind: EventSourceKind::Queue,
        api: Api::Tasks,
        version: "v2",
        field: "queues",
        locations: "cloudtasks.locations.list",
        permission: "cloudtasks.queues.list",
    };
}

async fn located(reader: &Reader, project: &Project, of: Located) -> EventSources {
    let Located { kind, api, version, field, locations: permission, .. } = of;
    let path = format!("/{version}/projects/{}/locations", segment(&project.name));
    let (locations, failure) = reader.locations(api, &path).await;
    let mut all = EventSources::default();
    if let Some(error) = failure.filter(|error| !is_off(error, api, project)) {
        all.gaps.insert(format!("projects/{}/locations/-/{field}", project.name), gap(&error, permission));
    }
    let lists = locations.iter().map(|location| List {
        kind,
        api,
        path: format!("{path}/{}/{field}", segment(location)),
        field,
        name: format!("projects/{}/locations/{location}/{field}", project.name),
        permission: of.permission,
    });
    for EventSources { found, gaps } in join_all(lists.map(|list| one(reader, project, list))).await {
        all.found.extend(found);
        all.gaps.extend(gaps);
    }
    all
}

async fn one(reader: &Reader, project: &Project, list: List<'_>) -> EventSources {
    let List { kind, api, path, field, name, permission } = list;
    let Listed { items, unreachable, failure } = reader.list(api, &path, &[("pageSize", "500")], field).await;
    let mut all = EventSources::default();
    if let Some(error) = failure.filter(|error| !is_off(error, api, project)) {
        all.gaps.insert(name.clone(), gap(&error, permission));
    }
    for place in unreachable {
        let list = format!("projects/{}/locations/{}/{field}", project.name, last(&place));
        all.gaps.insert(list, said("Google could not reach this region, and so the list is not whole"));
    }
    for item in items {
        match name_of(&item).and_then(|name| told(kind, &name, item.get())) {
            Ok(source) => all.found.extend(source),
            Err(error) => drop(all.gaps.insert(name.clone(), gap(&error, permission))),
        }
    }
    all
}

fn told(kind: EventSourceKind, name: &str, json: &str) -> Result<Option<EventSource>, CallError> {
    event_source::answer(kind, name, json, &mut Interner::default()).map_err(|error| shape(&error.0))
}
