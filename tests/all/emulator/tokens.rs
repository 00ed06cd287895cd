//! Tokens for the asking.

use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use serde_json::{Value, json};

use super::{
    client::{Answer, post, raw, send},
    started,
};
use callmap::emulator::Emulator;

/// A form, sent by somebody without a token.
fn form(emulator: &Emulator, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let text = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    raw(emulator.address(), &text).unwrap()
}

/// A signed assertion as some clients make it: padded, of an audience that is not ours, and with nulls in it.
fn assertion(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE.encode(value.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(&json!({ "alg": "RS256", "typ": "JWT" })), part(claims))
}

#[test]
fn assertions_and_refresh_tokens_give_access_tokens_each_another() {
    let emulator = started();
    let claims = json!({
        "iss": "pay@shop-prod.iam.gserviceaccount.com",
        "sub": null,
        "iat": 100,
        "aud": "https://oauth2.googleapis.com/token",
        "scope": "https://www.googleapis.com/auth/cloud-platform",
    });
    let assertion = assertion(&claims);
    assert!(assertion.contains('='), "no padding to be read: {assertion}");
    let jwt = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let mut tokens = std::collections::BTreeSet::new();
    for path in ["/token", "/o/oauth2/token"] {
        for fields in [
            [("grant_type", jwt), ("assertion", assertion.as_str())],
            [("grant_type", "refresh_token"), ("refresh_token", "any")],
        ] {
            let answer = form(&emulator, path, &fields).json();
            assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(3_599)));
            tokens.insert(answer["access_token"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(tokens.len(), 4);
}

#[test]
fn what_is_no_grant_gives_none() {
    let emulator = started();
    let jwt = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let nobody = assertion(&json!({ "sub": "x" }));
    for (fields, error) in [
        (vec![("grant_type", jwt), ("assertion", "a.b.c")], "invalid_grant"),
        (vec![("grant_type", jwt), ("assertion", nobody.as_str())], "invalid_grant"),
        (vec![("grant_type", "refresh_token")], "invalid_request"),
        (vec![("grant_type", "password")], "unsupported_grant_type"),
        (vec![], "invalid_request"),
    ] {
        let answer = form(&emulator, "/token", &fields);
        assert_eq!((answer.status, answer.json()["error"].clone()), (400, json!(error)), "{fields:?}");
    }
}

#[test]
fn who_may_act_as_an_account_gets_its_token() {
    let emulator = started();
    let path = |email: &str| format!("/v1/projects/-/serviceAccounts/{email}:generateAccessToken");
    let body = json!({ "scope": ["https://www.googleapis.com/auth/cloud-platform"], "lifetime": "600s" });
    let answer = post(&emulator, &path("pay@shop-prod.iam.gserviceaccount.com"), &body).json();
    assert!(answer["accessToken"].is_string());
    let end = callmap::model::time::moment(answer["expireTime"].as_str().unwrap()).unwrap();
    assert!(end > chrono::Utc::now());
    let gone = post(&emulator, &path("gone@shop-prod.iam.gserviceaccount.com"), &body);
    assert_eq!((gone.status, gone.json()["error"]["status"].clone()), (404, json!("NOT_FOUND")));
    assert_eq!(post(&emulator, &path("pay@shop-prod.iam.gserviceaccount.com"), &json!({})).status, 400);
    // Nobody acts as anybody without a token of his own.
    assert_eq!(form(&emulator, &path("pay@shop-prod.iam.gserviceaccount.com"), &[]).status, 401);
}

#[test]
fn tokens_of_others_are_changed_for_one_of_googles() {
    let emulator = started();
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("audience", "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x"),
        ("subject_token", "theirs"),
    ];
    let answer = form(&emulator, "/v1/token", &fields).json();
    assert_eq!(answer["issued_token_type"], "urn:ietf:params:oauth:token-type:access_token");
    assert!(answer["access_token"].is_string());
    assert_eq!(form(&emulator, "/v1/token", &fields[..2]).status, 400);
    assert_eq!(form(&emulator, "/v1/token", &fields[1..]).status, 400);
}

#[test]
fn the_metadata_server_answers_who_knows_what_it_is() {
    let emulator = started();
    let get = |path: &str, flavor: &str| {
        let text = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{flavor}\r\n");
        raw(emulator.address(), &text).unwrap()
    };
    let token = "/computeMetadata/v1/instance/service-accounts/default/token";
    let google = "Metadata-Flavor: Google\r\n";
    assert_eq!(get(token, "").status, 403);
    let answer = get(token, google);
    assert!(answer.head.contains("metadata-flavor: google"), "{}", answer.head);
    assert!(answer.json()["access_token"].is_string());
    for (path, expected) in [
        ("project/project-id", "shop-prod"),
        ("project/numeric-project-id", "1001"),
        ("instance/service-accounts/default/email", "1001-compute@developer.gserviceaccount.com"),
        ("universe/universe-domain", "googleapis.com"),
    ] {
        assert_eq!(get(&format!("/computeMetadata/v1/{path}"), google).body, expected, "{path}");
    }
    assert_eq!(get("/", google).status, 200);
    assert_eq!(send(&emulator, "GET", "/", "").unwrap().status, 404);
}
