//! Cloud Functions (<https://cloud.google.com/functions/docs/reference/rest>).

use super::{
    Route,
    iam::{read_by_get as read, test, write},
    operation,
};
use crate::emulator::{
    calls::{Call, FunctionCall, OperationCall},
    state::Kind,
};

const V1: &str = "cloudfunctions.v1";
const V2: &str = "cloudfunctions.v2";

pub(super) const ROUTES: &[Route] = &[
    Route::new(V2, "cloudfunctions.projects.locations.list", "GET", "v2/projects/*/locations", |path| {
        Some(Call::Locations(Kind::Function, path.part(1)))
    }),
    Route::new(
        V2,
        "cloudfunctions.projects.locations.functions.list",
        "GET",
        "v2/projects/*/locations/*/functions",
        |path| Some(Call::List(Kind::Function, path.parent())),
    ),
    Route::new(
        V2,
        "cloudfunctions.projects.locations.functions.get",
        "GET",
        "v2/projects/*/locations/*/functions/*",
        |path| Some(Call::Get(Kind::Function, path.name())),
    ),
    Route::new(
        V2,
        "cloudfunctions.projects.locations.functions.delete",
        "DELETE",
        "v2/projects/*/locations/*/functions/*",
        |path| Some(Call::Function(FunctionCall::Delete(path.name()))),
    ),
    read(
        V2,
        "cloudfunctions.projects.locations.functions.getIamPolicy",
        "v2/projects/*/locations/*/functions/*:getIamPolicy",
    ),
    write(
        V2,
        "cloudfunctions.projects.locations.functions.setIamPolicy",
        "v2/projects/*/locations/*/functions/*:setIamPolicy",
    ),
    test(
        V2,
        "cloudfunctions.projects.locations.functions.testIamPermissions",
        "v2/projects/*/locations/*/functions/*:testIamPermissions",
    ),
    Route::new(
        V2,
        "cloudfunctions.projects.locations.operations.list",
        "GET",
        "v2/projects/*/locations/*/operations",
        |path| operation(OperationCall::List(Kind::Function, path.parent())),
    ),
    Route::new(
        V2,
        "cloudfunctions.projects.locations.operations.get",
        "GET",
        "v2/projects/*/locations/*/operations/*",
        |path| operation(OperationCall::Get(Kind::Function, path.name())),
    ),
    Route::new(V1, "cloudfunctions.projects.locations.list", "GET", "v1/projects/*/locations", |path| {
        Some(Call::Locations(Kind::Function, path.part(1)))
    }),
    Route::new(
        V1,
        "cloudfunctions.projects.locations.functions.list",
        "GET",
        "v1/projects/*/locations/*/functions",
        |path| Some(Call::Function(FunctionCall::Old(path.parent()))),
    ),
    Route::new(
        V1,
        "cloudfunctions.projects.locations.functions.get",
        "GET",
        "v1/projects/*/locations/*/functions/*",
        |path| Some(Call::Function(FunctionCall::OldOne(path.name()))),
    ),
    read(
        V1,
        "cloudfunctions.projects.locations.functions.getIamPolicy",
        "v1/projects/*/locations/*/functions/*:getIamPolicy",
    ),
    write(
        V1,
        "cloudfunctions.projects.locations.functions.setIamPolicy",
        "v1/projects/*/locations/*/functions/*:setIamPolicy",
    ),
    test(
        V1,
        "cloudfunctions.projects.locations.functions.testIamPermissions",
        "v1/projects/*/locations/*/functions/*:testIamPermissions",
    ),
];
