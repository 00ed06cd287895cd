//! The variables that send Google's clients to the emulator.

use std::net::SocketAddr;

/// The APIs that gcloud is told where to find, as its own properties are called.
const APIS: [&str; 11] = [
    "run",
    "cloudfunctions",
    "cloudresourcemanager",
    "iam",
    "iamcredentials",
    "cloudasset",
    "eventarc",
    "pubsub",
    "cloudscheduler",
    "cloudtasks",
    "cloudidentity",
];

/// What gcloud needs. Its requests come to the emulator as to a proxy, so that their hosts say which API is meant.
pub(super) fn gcloud(address: SocketAddr) -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = [
        ("CLOUDSDK_AUTH_ACCESS_TOKEN", "ya29.emulator"),
        ("CLOUDSDK_AUTH_TOKEN_HOST", "http://oauth2.googleapis.com/token"),
        ("CLOUDSDK_CORE_PROJECT", "shop-prod"),
        ("CLOUDSDK_CORE_DISABLE_PROMPTS", "1"),
        ("CLOUDSDK_CORE_DISABLE_USAGE_REPORTING", "1"),
        ("CLOUDSDK_CORE_CHECK_GCE_METADATA", "false"),
        ("CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK", "1"),
        ("CLOUDSDK_SURVEY_DISABLE_PROMPTS", "1"),
        ("CLOUDSDK_PROXY_TYPE", "http"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    variables.push(("CLOUDSDK_PROXY_ADDRESS".to_owned(), address.ip().to_string()));
    variables.push(("CLOUDSDK_PROXY_PORT".to_owned(), address.port().to_string()));
    variables.extend(APIS.map(|api| {
        let name = format!("CLOUDSDK_API_ENDPOINT_OVERRIDES_{}", api.to_uppercase());
        (name, format!("http://{api}.googleapis.com/"))
    }));
    variables
}

/// What Google's libraries need to take the emulator for the metadata server.
pub(super) fn libraries(address: SocketAddr) -> Vec<(String, String)> {
    ["GCE_METADATA_HOST", "GCE_METADATA_IP", "GCE_METADATA_ROOT"]
        .map(|name| (name.to_owned(), address.to_string()))
        .into()
}
