//! Projects, folders and organizations (<https://cloud.google.com/resource-manager/reference/rest>).

use super::{
    Route,
    iam::{read, test, write},
};
use crate::emulator::{
    calls::{Call, Shape},
    state::Kind,
};

const V1: &str = "cloudresourcemanager.v1";
const V2: &str = "cloudresourcemanager.v2";
const V3: &str = "cloudresourcemanager.v3";

pub(super) const ROUTES: &[Route] = &[
    Route::new(
        V1,
        "cloudresourcemanager.projects.getAncestry",
        "POST",
        "v1/projects/*:getAncestry",
        |path| Some(Call::Ancestry(path.name())),
    ),
    Route::new(V1, "cloudresourcemanager.projects.get", "GET", "v1/projects/*", |path| {
        Some(Call::Container(path.name(), Shape::Old))
    }),
    Route::new(V1, "cloudresourcemanager.organizations.get", "GET", "v1/organizations/*", |path| {
        Some(Call::Container(path.name(), Shape::Old))
    }),
    Route::new(V2, "cloudresourcemanager.folders.get", "GET", "v2/folders/*", |path| {
        Some(Call::Container(path.name(), Shape::Old))
    }),
    Route::new(V2, "cloudresourcemanager.folders.list", "GET", "v2/folders", |_| {
        Some(Call::Children(Kind::Folder, Shape::Old))
    }),
    Route::new(V3, "cloudresourcemanager.projects.get", "GET", "v3/projects/*", |path| {
        Some(Call::Container(path.name(), Shape::New))
    }),
    Route::new(V3, "cloudresourcemanager.organizations.get", "GET", "v3/organizations/*", |path| {
        Some(Call::Container(path.name(), Shape::New))
    }),
    Route::new(V3, "cloudresourcemanager.folders.get", "GET", "v3/folders/*", |path| {
        Some(Call::Container(path.name(), Shape::New))
    }),
    Route::new(V3, "cloudresourcemanager.projects.list", "GET", "v3/projects", |_| {
        Some(Call::Children(Kind::Project, Shape::New))
    }),
    Route::new(V3, "cloudresourcemanager.folders.list", "GET", "v3/folders", |_| {
        Some(Call::Children(Kind::Folder, Shape::New))
    }),
    Route::new(V1, "cloudresourcemanager.projects.list", "GET", "v1/projects", |_| {
        Some(Call::Search(Kind::Project, Shape::Old))
    }),
    Route::new(V1, "cloudresourcemanager.organizations.search", "POST", "v1/organizations:search", |_| {
        Some(Call::Search(Kind::Organization, Shape::Old))
    }),
    Route::new(V2, "cloudresourcemanager.folders.search", "POST", "v2/folders:search", |_| {
        Some(Call::Search(Kind::Folder, Shape::Old))
    }),
    Route::new(V3, "cloudresourcemanager.projects.search", "GET", "v3/projects:search", |_| {
        Some(Call::Search(Kind::Project, Shape::New))
    }),
    Route::new(V3, "cloudresourcemanager.folders.search", "GET", "v3/folders:search", |_| {
        Some(Call::Search(Kind::Folder, Shape::New))
    }),
    Route::new(V3, "cloudresourcemanager.organizations.search", "GET", "v3/organizations:search", |_| {
        Some(Call::Search(Kind::Organization, Shape::New))
    }),
    read(V1, "cloudresourcemanager.projects.getIamPolicy", "v1/projects/*:getIamPolicy"),
    write(V1, "cloudresourcemanager.projects.setIamPolicy", "v1/projects/*:setIamPolicy"),
    test(V1, "cloudresourcemanager.projects.testIamPermissions", "v1/projects/*:testIamPermissions"),
    read(V1, "cloudresourcemanager.organizations.getIamPolicy", "v1/organizations/*:getIamPolicy"),
    write(V1, "cloudresourcemanager.organizations.setIamPolicy", "v1/organizations/*:setIamPolicy"),
    test(
        V1,
        "cloudresourcemanager.organizations.testIamPermissions",
        "v1/organizations/*:testIamPermissions",
    ),
    read(V2, "cloudresourcemanager.folders.getIamPolicy", "v2/folders/*:getIamPolicy"),
    write(V2, "cloudresourcemanager.folders.setIamPolicy", "v2/folders/*:setIamPolicy"),
    test(V2, "cloudresourcemanager.folders.testIamPermissions", "v2/folders/*:testIamPermissions"),
    read(V3, "cloudresourcemanager.projects.getIamPolicy", "v3/projects/*:getIamPolicy"),
    write(V3, "cloudresourcemanager.projects.setIamPolicy", "v3/projects/*:setIamPolicy"),
    test(V3, "cloudresourcemanager.projects.testIamPermissions", "v3/projects/*:testIamPermissions"),
    read(V3, "cloudresourcemanager.folders.getIamPolicy", "v3/folders/*:getIamPolicy"),
    write(V3, "cloudresourcemanager.folders.setIamPolicy", "v3/folders/*:setIamPolicy"),
    test(V3, "cloudresourcemanager.folders.testIamPermissions", "v3/folders/*:testIamPermissions"),
    read(V3, "cloudresourcemanager.organizations.getIamPolicy", "v3/organizations/*:getIamPolicy"),
    write(V3, "cloudresourcemanager.organizations.setIamPolicy", "v3/organizations/*:setIamPolicy"),
    test(
        V3,
        "cloudresourcemanager.organizations.testIamPermissions",
        "v3/organizations/*:testIamPermissions",
    ),
];
