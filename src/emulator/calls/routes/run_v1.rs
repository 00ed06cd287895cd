//! Cloud Run's first version: the Knative shape (<https://cloud.google.com/run/docs/reference/rest/v1>).

use super::{
    Route,
    iam::{read_by_get as read, test, write},
    operation, run,
};
use crate::emulator::{
    calls::{Call, OperationCall, RunCall},
    state::Kind,
};

const V1: &str = "run.v1";

pub(super) const ROUTES: &[Route] = &[
    Route::new(V1, "run.projects.locations.list", "GET", "v1/projects/*/locations", |path| {
        Some(Call::Locations(Kind::Service, path.part(1)))
    }),
    Route::new(
        V1,
        "run.namespaces.services.list",
        "GET",
        "apis/serving.knative.dev/v1/namespaces/*/services",
        |path| run(RunCall::Knatives(Kind::Service, path.namespace())),
    ),
    Route::new(
        V1,
        "run.namespaces.services.create",
        "POST",
        "apis/serving.knative.dev/v1/namespaces/*/services",
        |path| run(RunCall::New(path.namespace())),
    ),
    Route::new(
        V1,
        "run.namespaces.services.get",
        "GET",
        "apis/serving.knative.dev/v1/namespaces/*/services/*",
        |path| run(RunCall::Knative(Kind::Service, path.named("services"))),
    ),
    Route::new(
        V1,
        "run.namespaces.services.replaceService",
        "PUT",
        "apis/serving.knative.dev/v1/namespaces/*/services/*",
        |path| run(RunCall::Replace(path.named("services"))),
    ),
    Route::new(
        V1,
        "run.namespaces.services.delete",
        "DELETE",
        "apis/serving.knative.dev/v1/namespaces/*/services/*",
        |path| run(RunCall::Remove(path.named("services"))),
    ),
    Route::new(
        V1,
        "run.projects.locations.services.list",
        "GET",
        "v1/projects/*/locations/*/services",
        |path| run(RunCall::Knatives(Kind::Service, path.parent())),
    ),
    Route::new(
        V1,
        "run.projects.locations.services.create",
        "POST",
        "v1/projects/*/locations/*/services",
        |path| run(RunCall::New(path.parent())),
    ),
    Route::new(
        V1,
        "run.projects.locations.services.get",
        "GET",
        "v1/projects/*/locations/*/services/*",
        |path| run(RunCall::Knative(Kind::Service, path.name())),
    ),
    Route::new(
        V1,
        "run.projects.locations.services.replaceService",
        "PUT",
        "v1/projects/*/locations/*/services/*",
        |path| run(RunCall::Replace(path.name())),
    ),
    Route::new(
        V1,
        "run.projects.locations.services.delete",
        "DELETE",
        "v1/projects/*/locations/*/services/*",
        |path| run(RunCall::Remove(path.name())),
    ),
    Route::new(
        V1,
        "run.namespaces.revisions.list",
        "GET",
        "apis/serving.knative.dev/v1/namespaces/*/revisions",
        |path| run(RunCall::KnativeRevisions(path.namespace(), None)),
    ),
    Route::new(
        V1,
        "run.namespaces.revisions.get",
        "GET",
        "apis/serving.knative.dev/v1/namespaces/*/revisions/*",
        |path| run(RunCall::KnativeRevisions(path.namespace(), Some(path.last()))),
    ),
    Route::new(
        V1,
        "run.projects.locations.revisions.list",
        "GET",
        "v1/projects/*/locations/*/revisions",
        |path| run(RunCall::KnativeRevisions(path.location(), None)),
    ),
    Route::new(
        V1,
        "run.projects.locations.revisions.get",
        "GET",
        "v1/projects/*/locations/*/revisions/*",
        |path| run(RunCall::KnativeRevisions(path.location(), Some(path.last()))),
    ),
    Route::new(
        V1,
        "run.namespaces.jobs.list",
        "GET",
        "apis/run.googleapis.com/v1/namespaces/*/jobs",
        |path| run(RunCall::Knatives(Kind::RunJob, path.namespace())),
    ),
    Route::new(
        V1,
        "run.namespaces.jobs.get",
        "GET",
        "apis/run.googleapis.com/v1/namespaces/*/jobs/*",
        |path| run(RunCall::Knative(Kind::RunJob, path.named("jobs"))),
    ),
    read(
        V1,
        "run.projects.locations.services.getIamPolicy",
        "v1/projects/*/locations/*/services/*:getIamPolicy",
    ),
    write(
        V1,
        "run.projects.locations.services.setIamPolicy",
        "v1/projects/*/locations/*/services/*:setIamPolicy",
    ),
    test(
        V1,
        "run.projects.locations.services.testIamPermissions",
        "v1/projects/*/locations/*/services/*:testIamPermissions",
    ),
    read(V1, "run.projects.locations.jobs.getIamPolicy", "v1/projects/*/locations/*/jobs/*:getIamPolicy"),
    write(V1, "run.projects.locations.jobs.setIamPolicy", "v1/projects/*/locations/*/jobs/*:setIamPolicy"),
    test(
        V1,
        "run.projects.locations.jobs.testIamPermissions",
        "v1/projects/*/locations/*/jobs/*:testIamPermissions",
    ),
    read(
        V1,
        "run.projects.locations.instances.getIamPolicy",
        "v1/projects/*/locations/*/instances/*:getIamPolicy",
    ),
    write(
        V1,
        "run.projects.locations.instances.setIamPolicy",
        "v1/projects/*/locations/*/instances/*:setIamPolicy",
    ),
    test(
        V1,
        "run.projects.locations.instances.testIamPermissions",
        "v1/projects/*/locations/*/instances/*:testIamPermissions",
    ),
    Route::new(
        V1,
        "run.projects.locations.operations.list",
        "GET",
        "v1/projects/*/locations/*/operations",
        |path| operation(OperationCall::List(Kind::Service, path.parent())),
    ),
    Route::new(
        V1,
        "run.projects.locations.operations.get",
        "GET",
        "v1/projects/*/locations/*/operations/*",
        |path| operation(OperationCall::Get(Kind::Service, path.name())),
    ),
    Route::new(
        V1,
        "run.projects.locations.operations.wait",
        "POST",
        "v1/projects/*/locations/*/operations/*:wait",
        |path| operation(OperationCall::Get(Kind::Service, path.name())),
    ),
    Route::new(
        V1,
        "run.projects.locations.operations.delete",
        "DELETE",
        "v1/projects/*/locations/*/operations/*",
        |path| operation(OperationCall::Delete(Kind::Service, path.name())),
    ),
];
