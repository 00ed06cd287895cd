//! ID tokens: what they say by each way to get one, and that whoever checks them finds them good.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use callmap::emulator::Emulator;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use serde_json::{Value, json};

use super::{
    client::{get, post, raw},
    started,
    tokens::{assertion, form},
};

pub(super) const ACCOUNT: &str = "pay@shop-prod.iam.gserviceaccount.com";
const URL: &str = "https://pay-1001.europe-west1.run.app";

/// What a service account's key file gets.
pub(super) fn of_account(emulator: &Emulator, email: &str, audience: &str) -> String {
    let claims = json!({ "iss": email, "iat": 100, "exp": 3_700, "target_audience": audience });
    let jwt = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let fields = [("grant_type", jwt), ("assertion", &assertion(&claims))];
    form(emulator, "/token", &fields).json()["id_token"].as_str().unwrap().to_owned()
}

/// What gcloud's login of a person gets.
pub(super) fn of_user(emulator: &Emulator, email: &str) -> String {
    let gcloud = "32555940559.apps.googleusercontent.com";
    let fields = [("grant_type", "refresh_token"), ("refresh_token", email), ("client_id", gcloud)];
    form(emulator, "/token", &fields).json()["id_token"].as_str().unwrap().to_owned()
}

pub(super) fn metadata(emulator: &Emulator, path: &str) -> String {
    let text = format!(
        "GET /computeMetadata/v1/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nMetadata-Flavor: Google\r\n\r\n"
    );
    raw(emulator.address(), &text).unwrap().body
}

/// The claims of a token whose signature is the one of the key that is served under its name.
fn checked(emulator: &Emulator, token: &str) -> Value {
    let parts: Vec<&str> = token.split('.').collect();
    let read = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
    let head: Value = serde_json::from_slice(&read(parts[0])).unwrap();
    let keys = get(emulator, "/oauth2/v3/certs").json();
    let key = keys["keys"].as_array().unwrap().iter().find(|key| key["kid"] == head["kid"]).unwrap().clone();
    assert_eq!((&key["kty"], &key["alg"], &head["alg"]), (&json!("RSA"), &json!("RS256"), &json!("RS256")));
    let number = |name: &str| read(key[name].as_str().unwrap());
    let public = RsaPublicKeyComponents { n: number("n"), e: number("e") };
    let text = format!("{}.{}", parts[0], parts[1]);
    public.verify(&RSA_PKCS1_2048_8192_SHA256, text.as_bytes(), &read(parts[2])).unwrap();
    serde_json::from_slice(&read(parts[1])).unwrap()
}

/// The claims that say who and for whom.
fn names(claims: &Value) -> [&Value; 5] {
    ["aud", "azp", "sub", "email", "email_verified"].map(|key| &claims[key])
}

#[test]
fn the_token_of_a_key_file_says_its_address_and_lasts_an_hour() {
    let emulator = started();
    let claims = checked(&emulator, &of_account(&emulator, ACCOUNT, URL));
    let subject = claims["sub"].as_str().unwrap();
    assert!(subject.len() == 21 && subject.bytes().all(|byte| byte.is_ascii_digit()), "{subject}");
    let null = Value::Null;
    assert_eq!(
        names(&claims),
        [&json!(URL), &json!(ACCOUNT), &json!(subject), &json!(ACCOUNT), &json!(true)]
    );
    assert_eq!((&claims["iss"], &claims["google"]), (&json!("https://accounts.google.com"), &null));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 3_600);
}

#[test]
fn the_number_of_an_account_is_its_own_where_it_has_one() {
    let emulator = started();
    let name = format!("projects/shop-prod/serviceAccounts/{ACCOUNT}");
    let data = json!({ "email": ACCOUNT, "uniqueId": "108000000000000000001" });
    emulator.change(|state| state.put(callmap::emulator::Kind::ServiceAccount, &name, data));
    let claims = checked(&emulator, &of_account(&emulator, ACCOUNT, URL));
    assert_eq!(claims["sub"], "108000000000000000001");
    // It is a name of the account as well.
    let path = "/v1/projects/-/serviceAccounts/108000000000000000001:generateIdToken";
    let answer = post(&emulator, path, &json!({ "audience": URL, "includeEmail": true })).json();
    assert_eq!(checked(&emulator, answer["token"].as_str().unwrap())["email"], ACCOUNT);
}

#[test]
fn the_token_of_a_person_is_for_the_client_that_asked() {
    let emulator = started();
    let gcloud = "32555940559.apps.googleusercontent.com";
    for (refresh, email) in [
        ("ana@example.com", "ana@example.com"),
        ("user:ana@example.com", "ana@example.com"),
        ("1//made-up", "owner@example.com"),
    ] {
        let claims = checked(&emulator, &of_user(&emulator, refresh));
        assert_eq!((&claims["aud"], &claims["azp"]), (&json!(gcloud), &json!(gcloud)));
        assert_eq!((&claims["email"], &claims["email_verified"]), (&json!(email), &json!(true)), "{refresh}");
    }
}

#[test]
fn who_acts_as_an_account_is_told_its_address_if_he_asks() {
    let emulator = started();
    let path = format!("/v1/projects/shop-prod/serviceAccounts/{ACCOUNT}:generateIdToken");
    let token = |body: Value| {
        let answer = post(&emulator, &path, &body).json();
        checked(&emulator, answer["token"].as_str().unwrap_or_else(|| panic!("{answer}")))
    };
    let plain = token(json!({ "audience": URL }));
    let null = Value::Null;
    assert_eq!(names(&plain), [&json!(URL), &plain["sub"], &plain["sub"], &null, &null]);
    let full = token(json!({
        "audience": "any", "includeEmail": true, "useEmailAzp": true, "organizationNumberIncluded": true,
    }));
    assert_eq!(names(&full), [&json!("any"), &json!(ACCOUNT), &plain["sub"], &json!(ACCOUNT), &json!(true)]);
    assert_eq!(full["google"], json!({ "organization_number": 9 }));
    assert_eq!(post(&emulator, &path, &json!({})).said(), "Audience is required.");
}

#[test]
fn the_machine_s_token_tells_more_in_the_full_format() {
    let emulator = started();
    let own = "instance/service-accounts/default/identity";
    let query = |more: &str| format!("{own}?audience=https%3A%2F%2Fpay.example.com{more}");
    let plain = checked(&emulator, &metadata(&emulator, &query("&format=standard&licenses=FALSE")));
    let null = Value::Null;
    assert_eq!(
        names(&plain),
        [&json!("https://pay.example.com"), &plain["sub"], &plain["sub"], &null, &null]
    );
    let full = checked(&emulator, &metadata(&emulator, &query("&format=full&licenses=TRUE")));
    assert_eq!(full["email"], "1001-compute@developer.gserviceaccount.com");
    let engine = &full["google"]["compute_engine"];
    assert_eq!(
        (&engine["project_id"], &engine["project_number"], &engine["license_id"]),
        (&json!("shop-prod"), &json!(1001), &json!([]))
    );
    assert_eq!(metadata(&emulator, own), "non-empty audience parameter required\n");
}

#[test]
fn keys_are_served_as_numbers_and_as_certificates() {
    let emulator = started();
    let read = |path: &str| {
        let text = format!("GET {path} HTTP/1.1\r\nHost: www.googleapis.com\r\nConnection: close\r\n\r\n");
        raw(emulator.address(), &text).unwrap()
    };
    let answer = read("/oauth2/v3/certs");
    assert_eq!(answer.head.matches("cache-control: ").count(), 1, "{answer:?}");
    assert!(answer.head.contains("cache-control: public, max-age="), "{answer:?}");
    let keys = answer.json();
    let id = keys["keys"][0]["kid"].as_str().unwrap();
    let certificates = read("/oauth2/v1/certs").json();
    let pem = certificates[id].as_str().unwrap();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n"), "{pem}");
    let told = read("/.well-known/openid-configuration").json();
    assert_eq!(told["jwks_uri"], "https://www.googleapis.com/oauth2/v3/certs");
}

#[test]
fn what_an_account_signs_is_no_token_of_google_s() {
    let emulator = started();
    let path = format!("/v1/projects/-/serviceAccounts/{ACCOUNT}:signJwt");
    let payload = json!({
        "iss": "https://accounts.google.com", "aud": URL, "sub": "1", "email": "ana@example.com",
        "iat": chrono::Utc::now().timestamp(), "exp": chrono::Utc::now().timestamp() + 3_000,
    });
    let answer = post(&emulator, &path, &json!({ "payload": payload.to_string() })).json();
    let (token, id) = (answer["signedJwt"].as_str().unwrap(), answer["keyId"].as_str().unwrap());
    let keys = get(&emulator, &format!("/service_accounts/v1/jwk/{ACCOUNT}")).json();
    assert_eq!(keys["keys"][0]["kid"], id);
    assert_ne!(get(&emulator, "/oauth2/v3/certs").json()["keys"][0]["kid"], id);
    let info = get(&emulator, &format!("/oauth2/v3/tokeninfo?id_token={token}"));
    assert_eq!((info.status, info.json()["error"].clone()), (400, json!("invalid_token")));
    for payload in ["", "[]", r#"{"exp":1}"#, r#"{"exp":"soon"}"#] {
        assert_eq!(post(&emulator, &path, &json!({ "payload": payload })).status, 400, "{payload}");
    }
}

#[test]
fn an_account_signs_any_blob_but_one_that_would_be_a_token_of_google_s() {
    let emulator = started();
    let path = format!("/v1/projects/-/serviceAccounts/{ACCOUNT}:signBlob");
    let sign = |bytes: &[u8]| post(&emulator, &path, &json!({ "payload": STANDARD.encode(bytes) }));
    let answer = sign(b"any blob").json();
    let keys = get(&emulator, &format!("/service_accounts/v1/jwk/{ACCOUNT}")).json();
    let key = &keys["keys"][0];
    assert_eq!(key["kid"], answer["keyId"]);
    let number = |name: &str| URL_SAFE_NO_PAD.decode(key[name].as_str().unwrap()).unwrap();
    let public = RsaPublicKeyComponents { n: number("n"), e: number("e") };
    let signature = STANDARD.decode(answer["signedBlob"].as_str().unwrap()).unwrap();
    public.verify(&RSA_PKCS1_2048_8192_SHA256, b"any blob", &signature).unwrap();
    let token = of_account(&emulator, ACCOUNT, URL);
    let (text, _) = token.rsplit_once('.').unwrap();
    assert_eq!(sign(text.as_bytes()).status, 400);
    assert_eq!(post(&emulator, &path, &json!({ "payload": "?" })).status, 400);
}
