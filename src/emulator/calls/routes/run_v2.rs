//! Cloud Run's second version (<https://cloud.google.com/run/docs/reference/rest/v2>).

use super::{
    Route,
    iam::{read_by_get as read, test, write},
    operation, run,
};
use crate::emulator::{
    calls::{Call, OperationCall, RunCall},
    state::Kind,
};

const V2: &str = "run.v2";

pub(super) const ROUTES: &[Route] = &[
    Route::new(
        V2,
        "run.projects.locations.services.list",
        "GET",
        "v2/projects/*/locations/*/services",
        |path| Some(Call::List(Kind::Service, path.parent())),
    ),
    Route::new(
        V2,
        "run.projects.locations.services.get",
        "GET",
        "v2/projects/*/locations/*/services/*",
        |path| Some(Call::Get(Kind::Service, path.name())),
    ),
    Route::new(V2, "run.projects.locations.jobs.list", "GET", "v2/projects/*/locations/*/jobs", |path| {
        Some(Call::List(Kind::RunJob, path.parent()))
    }),
    Route::new(V2, "run.projects.locations.jobs.get", "GET", "v2/projects/*/locations/*/jobs/*", |path| {
        Some(Call::Get(Kind::RunJob, path.name()))
    }),
    Route::new(
        V2,
        "run.projects.locations.instances.list",
        "GET",
        "v2/projects/*/locations/*/instances",
        |path| Some(Call::List(Kind::Instance, path.parent())),
    ),
    Route::new(
        V2,
        "run.projects.locations.instances.get",
        "GET",
        "v2/projects/*/locations/*/instances/*",
        |path| Some(Call::Get(Kind::Instance, path.name())),
    ),
    Route::new(
        V2,
        "run.projects.locations.services.create",
        "POST",
        "v2/projects/*/locations/*/services",
        |path| run(RunCall::Create(path.parent())),
    ),
    Route::new(
        V2,
        "run.projects.locations.services.patch",
        "PATCH",
        "v2/projects/*/locations/*/services/*",
        |path| run(RunCall::Patch(path.name())),
    ),
    Route::new(
        V2,
        "run.projects.locations.services.delete",
        "DELETE",
        "v2/projects/*/locations/*/services/*",
        |path| run(RunCall::Delete(path.name())),
    ),
    Route::new(
        V2,
        "run.projects.locations.services.revisions.list",
        "GET",
        "v2/projects/*/locations/*/services/*/revisions",
        |path| run(RunCall::Revisions(path.parent(), None)),
    ),
    Route::new(
        V2,
        "run.projects.locations.services.revisions.get",
        "GET",
        "v2/projects/*/locations/*/services/*/revisions/*",
        |path| run(RunCall::Revisions(path.above(2), Some(path.last()))),
    ),
    read(
        V2,
        "run.projects.locations.services.getIamPolicy",
        "v2/projects/*/locations/*/services/*:getIamPolicy",
    ),
    write(
        V2,
        "run.projects.locations.services.setIamPolicy",
        "v2/projects/*/locations/*/services/*:setIamPolicy",
    ),
    test(
        V2,
        "run.projects.locations.services.testIamPermissions",
        "v2/projects/*/locations/*/services/*:testIamPermissions",
    ),
    read(V2, "run.projects.locations.jobs.getIamPolicy", "v2/projects/*/locations/*/jobs/*:getIamPolicy"),
    write(V2, "run.projects.locations.jobs.setIamPolicy", "v2/projects/*/locations/*/jobs/*:setIamPolicy"),
    test(
        V2,
        "run.projects.locations.jobs.testIamPermissions",
        "v2/projects/*/locations/*/jobs/*:testIamPermissions",
    ),
    read(
        V2,
        "run.projects.locations.instances.getIamPolicy",
        "v2/projects/*/locations/*/instances/*:getIamPolicy",
    ),
    write(
        V2,
        "run.projects.locations.instances.setIamPolicy",
        "v2/projects/*/locations/*/instances/*:setIamPolicy",
    ),
    test(
        V2,
        "run.projects.locations.instances.testIamPermissions",
        "v2/projects/*/locations/*/instances/*:testIamPermissions",
    ),
    Route::new(
        V2,
        "run.projects.locations.operations.list",
        "GET",
        "v2/projects/*/locations/*/operations",
        |path| operation(OperationCall::List(Kind::Service, path.parent())),
    ),
    Route::new(
        V2,
        "run.projects.locations.operations.get",
        "GET",
        "v2/projects/*/locations/*/operations/*",
        |path| operation(OperationCall::Get(Kind::Service, path.name())),
    ),
    Route::new(
        V2,
        "run.projects.locations.operations.wait",
        "POST",
        "v2/projects/*/locations/*/operations/*:wait",
        |path| operation(OperationCall::Get(Kind::Service, path.name())),
    ),
    Route::new(
        V2,
        "run.projects.locations.operations.delete",
        "DELETE",
        "v2/projects/*/locations/*/operations/*",
        |path| operation(OperationCall::Delete(Kind::Service, path.name())),
    ),
];
