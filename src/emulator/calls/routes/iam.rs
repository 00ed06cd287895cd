//! Roles and deny policies (<https://cloud.google.com/iam/docs/reference/rest>), and the methods of allow policies that
//! are asked for by POST.

use super::Route;
use crate::emulator::{
    calls::{Call, DenyCall, policy},
    request::decoded,
};

const V1: &str = "iam.v1";
const V2: &str = "iam.v2";

pub(super) const ROUTES: &[Route] = &[
    role("iam.roles.get", "v1/roles/*"),
    role("iam.projects.roles.get", "v1/projects/*/roles/*"),
    role("iam.organizations.roles.get", "v1/organizations/*/roles/*"),
    Route::new(V1, "iam.roles.list", "GET", "v1/roles", |_| Some(Call::Roles(String::new()))),
    Route::new(V1, "iam.projects.roles.list", "GET", "v1/projects/*/roles", |path| {
        Some(Call::Roles(path.parent()))
    }),
    Route::new(V1, "iam.organizations.roles.list", "GET", "v1/organizations/*/roles", |path| {
        Some(Call::Roles(path.parent()))
    }),
    Route::new(V1, "iam.roles.queryGrantableRoles", "POST", "v1/roles:queryGrantableRoles", |_| {
        Some(Call::GrantableRoles)
    }),
    Route::new(V1, "iam.projects.serviceAccounts.list", "GET", "v1/projects/*/serviceAccounts", |path| {
        Some(Call::Accounts(path.parent()))
    }),
    Route::new(V1, "iam.projects.serviceAccounts.get", "GET", "v1/projects/*/serviceAccounts/*", |path| {
        Some(Call::Account(path.name()))
    }),
    read(V1, "iam.projects.serviceAccounts.getIamPolicy", "v1/projects/*/serviceAccounts/*:getIamPolicy"),
    write(V1, "iam.projects.serviceAccounts.setIamPolicy", "v1/projects/*/serviceAccounts/*:setIamPolicy"),
    test(
        V1,
        "iam.projects.serviceAccounts.testIamPermissions",
        "v1/projects/*/serviceAccounts/*:testIamPermissions",
    ),
    Route::new(V2, "iam.policies.listPolicies", "GET", "v2/policies/*/denypolicies", |path| {
        Some(Call::Deny(DenyCall::List(attachment(&path.part(1))?)))
    }),
    Route::new(V2, "iam.policies.createPolicy", "POST", "v2/policies/*/denypolicies", |path| {
        Some(Call::Deny(DenyCall::Create(attachment(&path.part(1))?)))
    }),
    Route::new(V2, "iam.policies.get", "GET", "v2/policies/*/denypolicies/*", |path| {
        Some(Call::Deny(DenyCall::Get(attachment(&path.part(1))?, path.part(3))))
    }),
    Route::new(V2, "iam.policies.update", "PUT", "v2/policies/*/denypolicies/*", |path| {
        Some(Call::Deny(DenyCall::Update(attachment(&path.part(1))?, path.part(3))))
    }),
    Route::new(V2, "iam.policies.delete", "DELETE", "v2/policies/*/denypolicies/*", |path| {
        Some(Call::Deny(DenyCall::Delete(attachment(&path.part(1))?, path.part(3))))
    }),
    Route::new(
        V2,
        "iam.policies.operations.get",
        "GET",
        "v2/policies/*/denypolicies/*/operations/*",
        |path| Some(Call::Deny(DenyCall::Operation(attachment(&path.part(1))?, path.part(3), path.part(5)))),
    ),
];

const fn role(id: &'static str, path: &'static str) -> Route {
    Route::new(V1, id, "GET", path, |path| Some(Call::Role(path.name())))
}

/// What a deny policy is attached to.
fn attachment(part: &str) -> Option<String> {
    // The name of a policy holds `%2F` itself, and gcloud encodes that once more.
    let again = decoded(part);
    let part = if part.contains('/') { part } else { &again };
    part.strip_prefix("cloudresourcemanager.googleapis.com/").map(str::to_owned)
}

/// `getIamPolicy` by GET.
pub(super) const fn read_by_get(api: &'static str, id: &'static str, path: &'static str) -> Route {
    Route::new(api, id, "GET", path, |path| policy::place(&path.name()).map(Call::GetPolicy))
}

/// `getIamPolicy` by POST.
pub(super) const fn read(api: &'static str, id: &'static str, path: &'static str) -> Route {
    Route::new(api, id, "POST", path, |path| policy::place(&path.name()).map(Call::GetPolicy))
}

/// `setIamPolicy`.
pub(super) const fn write(api: &'static str, id: &'static str, path: &'static str) -> Route {
    Route::new(api, id, "POST", path, |path| policy::place(&path.name()).map(Call::SetPolicy))
}

/// `testIamPermissions`.
pub(super) const fn test(api: &'static str, id: &'static str, path: &'static str) -> Route {
    Route::new(api, id, "POST", path, |path| policy::place(&path.name()).map(Call::TestPermissions))
}
