//! Cloud Run (<https://cloud.google.com/run/docs/reference/rest>) and functions.

use super::{
    Route,
    iam::{test, write},
};
use crate::emulator::{
    calls::{Call, policy},
    state::Kind,
};

const V1: &str = "run.v1";
const V2: &str = "run.v2";
const FUNCTIONS: &str = "cloudfunctions.v2";

pub(super) const ROUTES: &[Route] = &[
    Route::new(V1, "run.projects.locations.list", "GET", "v1/projects/*/locations", |path| {
        Some(Call::Locations(Kind::Service, path.part(1)))
    }),
    Route::new(
        V1,
        "run.projects.locations.services.list",
        "GET",
        "v1/projects/*/locations/*/services",
        |path| Some(Call::Knative(path.parent(), None)),
    ),
    Route::new(
        V1,
        "run.projects.locations.services.get",
        "GET",
        "v1/projects/*/locations/*/services/*",
        |path| Some(Call::Knative(path.location(), Some(path.name()))),
    ),
    Route::new(
        V1,
        "run.namespaces.services.list",
        "GET",
        "apis/serving.knative.dev/v1/namespaces/*/services",
        |path| Some(Call::Knative(path.namespace(), None)),
    ),
    Route::new(
        V1,
        "run.namespaces.services.get",
        "GET",
        "apis/serving.knative.dev/v1/namespaces/*/services/*",
        |path| {
            Some(Call::Knative(
                path.namespace(),
                Some(format!("{}/services/{}", path.namespace(), path.part(5))),
            ))
        },
    ),
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
        FUNCTIONS,
        "cloudfunctions.projects.locations.list",
        "GET",
        "v2/projects/*/locations",
        |path| Some(Call::Locations(Kind::Function, path.part(1))),
    ),
    Route::new(
        FUNCTIONS,
        "cloudfunctions.projects.locations.functions.list",
        "GET",
        "v2/projects/*/locations/*/functions",
        |path| Some(Call::List(Kind::Function, path.parent())),
    ),
    Route::new(
        FUNCTIONS,
        "cloudfunctions.projects.locations.functions.get",
        "GET",
        "v2/projects/*/locations/*/functions/*",
        |path| Some(Call::Get(Kind::Function, path.name())),
    ),
    read(
        FUNCTIONS,
        "cloudfunctions.projects.locations.functions.getIamPolicy",
        "v2/projects/*/locations/*/functions/*:getIamPolicy",
    ),
    write(
        FUNCTIONS,
        "cloudfunctions.projects.locations.functions.setIamPolicy",
        "v2/projects/*/locations/*/functions/*:setIamPolicy",
    ),
    test(
        FUNCTIONS,
        "cloudfunctions.projects.locations.functions.testIamPermissions",
        "v2/projects/*/locations/*/functions/*:testIamPermissions",
    ),
    read(
        "cloudfunctions.v1",
        "cloudfunctions.projects.locations.functions.getIamPolicy",
        "v1/projects/*/locations/*/functions/*:getIamPolicy",
    ),
    write(
        "cloudfunctions.v1",
        "cloudfunctions.projects.locations.functions.setIamPolicy",
        "v1/projects/*/locations/*/functions/*:setIamPolicy",
    ),
    test(
        "cloudfunctions.v1",
        "cloudfunctions.projects.locations.functions.testIamPermissions",
        "v1/projects/*/locations/*/functions/*:testIamPermissions",
    ),
];

/// `getIamPolicy` by GET.
const fn read(api: &'static str, id: &'static str, path: &'static str) -> Route {
    Route::new(api, id, "GET", path, |path| policy::place(&path.name()).map(Call::GetPolicy))
}
