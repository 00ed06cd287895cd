//! Acting as service accounts (<https://cloud.google.com/iam/docs/reference/credentials/rest>).

use super::Route;
use crate::emulator::calls::{Call, CredentialsCall};

pub(super) const ROUTES: &[Route] = &[
    account(
        "iamcredentials.projects.serviceAccounts.generateAccessToken",
        "v1/projects/*/serviceAccounts/*:generateAccessToken",
        |path| Some(Call::Credentials(CredentialsCall::AccessToken, path.name())),
    ),
    account(
        "iamcredentials.projects.serviceAccounts.generateIdToken",
        "v1/projects/*/serviceAccounts/*:generateIdToken",
        |path| Some(Call::Credentials(CredentialsCall::IdToken, path.name())),
    ),
    account(
        "iamcredentials.projects.serviceAccounts.signJwt",
        "v1/projects/*/serviceAccounts/*:signJwt",
        |path| Some(Call::Credentials(CredentialsCall::Jwt, path.name())),
    ),
    account(
        "iamcredentials.projects.serviceAccounts.signBlob",
        "v1/projects/*/serviceAccounts/*:signBlob",
        |path| Some(Call::Credentials(CredentialsCall::Blob, path.name())),
    ),
];

const fn account(id: &'static str, path: &'static str, call: fn(&super::Path<'_>) -> Option<Call>) -> Route {
    Route::new("iamcredentials.v1", id, "POST", path, call)
}
