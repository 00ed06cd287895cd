//! Cloud Asset Inventory (<https://cloud.google.com/asset-inventory/docs/reference/rest>).

use super::Route;
use crate::emulator::calls::{AssetCall, Call};

const V1: &str = "cloudasset.v1";

pub(super) const ROUTES: &[Route] = &[
    Route::new(V1, "cloudasset.searchAllIamPolicies", "GET", "v1/projects/*:searchAllIamPolicies", |path| {
        Some(Call::Asset(AssetCall::Search(path.name())))
    }),
    Route::new(V1, "cloudasset.assets.list", "GET", "v1/projects/*/assets", |path| {
        Some(Call::Asset(AssetCall::List(path.parent())))
    }),
    Route::new(V1, "cloudasset.searchAllIamPolicies", "GET", "v1/folders/*:searchAllIamPolicies", |path| {
        Some(Call::Asset(AssetCall::Search(path.name())))
    }),
    Route::new(V1, "cloudasset.assets.list", "GET", "v1/folders/*/assets", |path| {
        Some(Call::Asset(AssetCall::List(path.parent())))
    }),
    Route::new(
        V1,
        "cloudasset.searchAllIamPolicies",
        "GET",
        "v1/organizations/*:searchAllIamPolicies",
        |path| Some(Call::Asset(AssetCall::Search(path.name()))),
    ),
    Route::new(V1, "cloudasset.assets.list", "GET", "v1/organizations/*/assets", |path| {
        Some(Call::Asset(AssetCall::List(path.parent())))
    }),
    Route::new(
        V1,
        "cloudasset.effectiveIamPolicies.batchGet",
        "GET",
        "v1/projects/*/effectiveIamPolicies:batchGet",
        |path| Some(Call::Asset(AssetCall::Effective(path.parent()))),
    ),
    Route::new(
        V1,
        "cloudasset.effectiveIamPolicies.batchGet",
        "GET",
        "v1/folders/*/effectiveIamPolicies:batchGet",
        |path| Some(Call::Asset(AssetCall::Effective(path.parent()))),
    ),
    Route::new(
        V1,
        "cloudasset.effectiveIamPolicies.batchGet",
        "GET",
        "v1/organizations/*/effectiveIamPolicies:batchGet",
        |path| Some(Call::Asset(AssetCall::Effective(path.parent()))),
    ),
];
