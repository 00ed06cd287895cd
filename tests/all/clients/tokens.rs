//! gcloud as somebody: the account of a key file, and tokens for the asking.

use std::fs;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use callmap::emulator::Emulator;
use serde_json::{Value, json};

use super::{SEARCH, gcloud::Gcloud, started};

const CHECKOUT: &str = "checkout@shop-prod.iam.gserviceaccount.com";
/// Whom the tokens of gcloud's people are for.
const GCLOUD: &str = "32555940559.apps.googleusercontent.com";
const PAYMENTS: &str = "https://payments-100000000001.europe-north1.run.app";

/// gcloud with the key of an account, whose tokens are Google's to give as far as the file says.
fn with_a_key(emulator: &Emulator) -> Option<Gcloud> {
    let gcloud = Gcloud::at(emulator.address())?.without("CLOUDSDK_AUTH_ACCESS_TOKEN");
    let key = json!({
        "type": "service_account",
        "project_id": "shop-prod",
        "private_key_id": "key-1",
        "private_key": include_str!("../../../src/tokens/credentials/tests/key.pem"),
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
    assert_eq!(listed.lines().len(), 11);
    let account = gcloud.run("config get-value account").well();
    assert_eq!(account.lines(), [CHECKOUT]);
}

/// What a JWT says.
fn claims(token: &str) -> Value {
    let payload = token.trim().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[test]
fn gcloud_prints_an_identity_token_by_a_key_file() {
    let emulator = started();
    let Some(gcloud) = with_a_key(&emulator) else { return };
    let token = gcloud.run(&format!("auth print-identity-token --audiences {PAYMENTS}")).well().stdout;
    let claims = claims(&token);
    assert_eq!((&claims["aud"], &claims["email"]), (&json!(PAYMENTS), &json!(CHECKOUT)));
    assert_eq!(claims["email_verified"], true);
}

#[test]
fn gcloud_prints_an_identity_token_by_impersonation() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let print =
        format!("auth print-identity-token --impersonate-service-account {CHECKOUT} --audiences {PAYMENTS}");
    let token = gcloud.run(&format!("{print} --include-email")).well().stdout;
    assert_eq!((&claims(&token)["aud"], &claims(&token)["email"]), (&json!(PAYMENTS), &json!(CHECKOUT)));
    let token = gcloud.run(&print).well().stdout;
    assert_eq!((&claims(&token)["aud"], claims(&token).get("email")), (&json!(PAYMENTS), None));
    emulator.change(|state| {
        state.refuse("iam.serviceAccounts.getAccessToken", &format!("projects/-/serviceAccounts/{CHECKOUT}"));
    });
    gcloud.run(&print).failed("Failed to impersonate");
}

#[test]
fn callmap_takes_the_login_of_gcloud() {
    let emulator = started();
    let Some(gcloud) = with_a_key(&emulator) else { return };
    let ran = gcloud.callmap(&format!("token {PAYMENTS} --via gcloud")).well();
    assert_eq!(
        (&claims(&ran.stdout)["aud"], &claims(&ran.stdout)["email"]),
        (&json!(PAYMENTS), &json!(CHECKOUT))
    );
    assert!(
        ran.stderr.contains(&format!("by the login of gcloud, as serviceAccount:{CHECKOUT}")),
        "{}",
        ran.stderr
    );
    let creator = json!({ "role": "roles/iam.serviceAccountTokenCreator", "members": [format!("serviceAccount:{CHECKOUT}")] });
    emulator.set_policy("projects/shop-prod", json!({ "bindings": [creator] }));
    let other = "search@shop-prod.iam.gserviceaccount.com";
    let ran = gcloud.callmap(&format!("token {PAYMENTS} --via gcloud --impersonate {other}")).well();
    assert_eq!(
        (&claims(&ran.stdout)["aud"], &claims(&ran.stdout)["email"]),
        (&json!(PAYMENTS), &json!(other))
    );
    assert!(ran.stderr.contains("by `generateIdToken`, with the login of gcloud"), "{}", ran.stderr);
}

#[test]
fn a_configuration_of_its_own_is_enough_for_gcloud_to_be_asked() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let mut gcloud = gcloud.without("CLOUDSDK_AUTH_ACCESS_TOKEN");
    // The file itself says where its account is given tokens.
    for name in ["HOST", "PORT", "ADDRESS", "TYPE"].map(|word| format!("CLOUDSDK_PROXY_{word}")) {
        gcloud = gcloud.without(&name);
    }
    let gcloud = gcloud.without("CLOUDSDK_AUTH_TOKEN_HOST");
    let key = json!({ "type": "service_account", "project_id": "shop-prod", "private_key_id": "key-1",
        "private_key": include_str!("../../../src/tokens/credentials/tests/key.pem"), "client_email": CHECKOUT,
        "client_id": "1", "token_uri": format!("http://{}/token", emulator.address()) });
    fs::write(gcloud.folder().join("key.json"), key.to_string()).unwrap();
    gcloud.run("auth activate-service-account --key-file key.json").well();
    let ran = gcloud.callmap(&format!("token {PAYMENTS} --via gcloud")).well();
    assert_eq!(
        (&claims(&ran.stdout)["aud"], &claims(&ran.stdout)["email"]),
        (&json!(PAYMENTS), &json!(CHECKOUT))
    );
    let gcloud = gcloud.without("CLOUDSDK_CONFIG");
    let refused = gcloud.callmap(&format!("token {PAYMENTS} --via gcloud")).ended(2);
    assert!(refused.stderr.contains("gcloud's usual login is Google's"), "{}", refused.stderr);
}

#[test]
fn callmap_says_that_the_token_of_a_person_s_gcloud_is_for_nobody_in_particular() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let gcloud = gcloud.without("CLOUDSDK_AUTH_ACCESS_TOKEN");
    // On the emulator an address is its own login.
    gcloud.run("auth activate-refresh-token nora@example.com nora@example.com").well();
    let ran = gcloud.callmap(&format!("token {PAYMENTS} --via gcloud")).well();
    assert_eq!(
        (&claims(&ran.stdout)["aud"], &claims(&ran.stdout)["email"]),
        (&json!(GCLOUD), &json!("nora@example.com"))
    );
    assert!(ran.stderr.contains("warning: this token is for no function in particular"), "{}", ran.stderr);
}

#[test]
fn gcloud_is_refused_what_the_account_of_its_key_may_not() {
    let emulator = started();
    let viewer = json!({ "role": "roles/run.viewer", "members": [format!("serviceAccount:{CHECKOUT}")] });
    emulator.set_policy("projects/shop-prod", json!({ "bindings": [viewer] }));
    let Some(gcloud) = with_a_key(&emulator) else { return };
    let before = emulator.policy(SEARCH);
    let add = "run services add-iam-policy-binding search --region us-central1 \
               --member user:ana@example.com --role roles/run.invoker";
    gcloud.run(add).failed(&format!(
        "PERMISSION_DENIED: Permission 'run.services.setIamPolicy' denied on resource '{SEARCH}' (or resource may \
         not exist)."
    ));
    assert_eq!(emulator.policy(SEARCH), before);
}
