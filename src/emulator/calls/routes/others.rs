//! Event sources, and groups.

use super::Route;
use crate::emulator::{
    calls::{Call, GroupCall},
    state::Kind,
};

const GROUPS: &str = "cloudidentity.v1";

pub(super) const ROUTES: &[Route] = &[
    Route::new(
        "eventarc.v1",
        "eventarc.projects.locations.triggers.list",
        "GET",
        "v1/projects/*/locations/*/triggers",
        |path| Some(Call::List(Kind::Trigger, path.parent())),
    ),
    Route::new(
        "eventarc.v1",
        "eventarc.projects.locations.triggers.get",
        "GET",
        "v1/projects/*/locations/*/triggers/*",
        |path| Some(Call::Get(Kind::Trigger, path.name())),
    ),
    Route::new(
        "pubsub.v1",
        "pubsub.projects.subscriptions.list",
        "GET",
        "v1/projects/*/subscriptions",
        |path| Some(Call::List(Kind::Subscription, path.parent())),
    ),
    Route::new(
        "pubsub.v1",
        "pubsub.projects.subscriptions.get",
        "GET",
        "v1/projects/*/subscriptions/*",
        |path| Some(Call::Get(Kind::Subscription, path.name())),
    ),
    Route::new(
        "cloudscheduler.v1",
        "cloudscheduler.projects.locations.jobs.list",
        "GET",
        "v1/projects/*/locations/*/jobs",
        |path| Some(Call::List(Kind::SchedulerJob, path.parent())),
    ),
    Route::new(
        "cloudscheduler.v1",
        "cloudscheduler.projects.locations.jobs.get",
        "GET",
        "v1/projects/*/locations/*/jobs/*",
        |path| Some(Call::Get(Kind::SchedulerJob, path.name())),
    ),
    Route::new(
        "cloudtasks.v2",
        "cloudtasks.projects.locations.queues.list",
        "GET",
        "v2/projects/*/locations/*/queues",
        |path| Some(Call::List(Kind::Queue, path.parent())),
    ),
    Route::new(
        "cloudtasks.v2",
        "cloudtasks.projects.locations.queues.get",
        "GET",
        "v2/projects/*/locations/*/queues/*",
        |path| Some(Call::Get(Kind::Queue, path.name())),
    ),
    Route::new("pubsub.v1", "pubsub.projects.topics.list", "GET", "v1/projects/*/topics", |path| {
        Some(Call::List(Kind::Topic, path.parent()))
    }),
    Route::new("pubsub.v1", "pubsub.projects.topics.get", "GET", "v1/projects/*/topics/*", |path| {
        Some(Call::Get(Kind::Topic, path.name()))
    }),
    Route::new("eventarc.v1", "eventarc.projects.locations.list", "GET", "v1/projects/*/locations", |path| {
        Some(Call::Locations(Kind::Trigger, path.part(1)))
    }),
    Route::new(
        "cloudscheduler.v1",
        "cloudscheduler.projects.locations.list",
        "GET",
        "v1/projects/*/locations",
        |path| Some(Call::Locations(Kind::SchedulerJob, path.part(1))),
    ),
    Route::new(
        "cloudtasks.v2",
        "cloudtasks.projects.locations.list",
        "GET",
        "v2/projects/*/locations",
        |path| Some(Call::Locations(Kind::Queue, path.part(1))),
    ),
    Route::new(GROUPS, "cloudidentity.groups.lookup", "GET", "v1/groups:lookup", |_| {
        Some(Call::Group(GroupCall::Lookup))
    }),
    Route::new(GROUPS, "cloudidentity.groups.get", "GET", "v1/groups/*", |path| {
        Some(Call::Group(GroupCall::Get(path.part(1))))
    }),
    Route::new(GROUPS, "cloudidentity.groups.memberships.list", "GET", "v1/groups/*/memberships", |path| {
        Some(Call::Group(GroupCall::Members(path.part(1))))
    }),
    Route::new(
        GROUPS,
        "cloudidentity.groups.memberships.searchTransitiveMemberships",
        "GET",
        "v1/groups/*/memberships:searchTransitiveMemberships",
        |path| Some(Call::Group(GroupCall::Transitive(path.part(1)))),
    ),
    Route::new(
        GROUPS,
        "cloudidentity.groups.memberships.checkTransitiveMembership",
        "GET",
        "v1/groups/*/memberships:checkTransitiveMembership",
        |path| Some(Call::Group(GroupCall::Check(path.part(1)))),
    ),
];
