//! gcloud as somebody: the account of a key file, and tokens for the asking.

use std::fs;

use callmap::emulator::Emulator;
use serde_json::json;

use super::{gcloud::Gcloud, started};

const CHECKOUT: &str = "checkout@shop-prod.iam.gserviceaccount.com";

/// gcloud with the key of an account, whose tokens are Google's to give as far as the file says.
fn with_a_key(emulator: &Emulator) -> Option<Gcloud> {
    let gcloud = Gcloud::at(emulator.address())?.without("CLOUDSDK_AUTH_ACCESS_TOKEN");
    let key = json!({
        "type": "service_account",
        "project_id": "shop-prod",
        "private_key_id": "key-1",
        "private_key": include_str!("../../../src/sources/google/credentials/tests/key.pem"),
        "client_email": CHECKOUT,
        "client_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
    });
    fs::write(gcloud.folder().join("key.json"), key.to_string()).unwrap();
    let activated = gcloud.run("auth activate-service-account --key-file key.json").well();
    assert!(activated.stderr.contains(CHECKOUT), "{}", activated.stderr);
    Some(gcloud)
}

#[test]
fn gcloud_acts_as_the_account_of_a_key_file() {
    let emulator = started();
    let viewer = json!({ "role": "roles/run.viewer", "members": [format!("serviceAccount:{CHECKOUT}")] });
    emulator.set_policy("projects/shop-prod", json!({ "bindings": [viewer] }));
    let Some(gcloud) = with_a_key(&emulator) else { return };
    let listed = gcloud.run("run services list --format 'value(metadata.name)'").well();
    assert_eq!(listed.lines().len(), 8);
    let account = gcloud.run("config get-value account").well();
    assert_eq!(account.lines(), [CHECKOUT]);
}
