//! Tokens for the asking.

use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use serde_json::{Value, json};

use super::{
    client::{Answer, post, raw, send},
    id_tokens::metadata,
    started,
};
use callmap::emulator::Emulator;

/// Whose an access token is, where it has an address.
fn holder(emulator: &Emulator, token: &str) -> String {
    let info = form(emulator, "/oauth2/v3/tokeninfo", &[("access_token", token)]);
    assert_eq!(info.status, 200, "{info:?}");
    info.json()["email"].as_str().unwrap_or("nobody with an address").to_owned()
}

/// A form, sent by somebody without a token.
pub(super) fn form(emulator: &Emulator, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let text = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    raw(emulator.address(), &text).unwrap()
}

/// A signed assertion as some clients make it: padded, of an audience that is not ours, and with nulls in it.
pub(super) fn assertion(claims: &Value) -> String {
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
fn a_token_acts_as_who_asked_for_it() {
    let emulator = started();
    let jwt = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let scope = "https://www.googleapis.com/auth/cloud-platform";
    let of_key = |email: &str| assertion(&json!({ "iss": email, "scope": scope, "iat": 1, "exp": 3_601 }));
    let pay = "pay@shop-prod.iam.gserviceaccount.com";
    for (fields, expected) in [
        ([("grant_type", jwt), ("assertion", of_key(pay).as_str())], pay),
        (
            [("grant_type", jwt), ("assertion", of_key("ci@other.iam.gserviceaccount.com").as_str())],
            "ci@other.iam.gserviceaccount.com",
        ),
        ([("grant_type", "refresh_token"), ("refresh_token", "ana@example.com")], "ana@example.com"),
        ([("grant_type", "refresh_token"), ("refresh_token", "user:ana@example.com")], "ana@example.com"),
        ([("grant_type", "refresh_token"), ("refresh_token", "1//0any@thing")], "owner@example.com"),
    ] {
        let token = form(&emulator, "/token", &fields).json()["access_token"].clone();
        assert_eq!(holder(&emulator, token.as_str().unwrap()), expected, "{fields:?}");
    }
    let body = json!({ "scope": [scope] });
    let path = format!("/v1/projects/-/serviceAccounts/{pay}:generateAccessToken");
    let token = post(&emulator, &path, &body).json()["accessToken"].clone();
    assert_eq!(holder(&emulator, token.as_str().unwrap()), pay);
    let info = send(&emulator, "GET", "/oauth2/v1/tokeninfo?access_token=any", "").unwrap().json();
    assert_eq!((&info["email"], &info["verified_email"]), (&json!("owner@example.com"), &json!(true)));
    assert_eq!((&info["expires_in"], &info["azp"]), (&json!(3_599), &Value::Null));
    let info = send(&emulator, "GET", "/oauth2/v3/userinfo", "").unwrap().json();
    assert_eq!((&info["email"], &info["email_verified"]), (&json!("owner@example.com"), &json!(true)));
}

#[test]
fn a_key_of_no_account_gives_no_token() {
    let emulator = started();
    let jwt = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let pay = "pay@shop-prod.iam.gserviceaccount.com";
    for (claims, status, error, what) in [
        (
            json!({ "iss": "gone@shop-prod.iam.gserviceaccount.com", "scope": "x" }),
            400,
            "invalid_grant",
            "Invalid grant: account not found",
        ),
        (json!({ "iss": "nobody", "scope": "x" }), 400, "invalid_grant", "Invalid grant: account not found"),
        (json!({ "iss": pay }), 400, "invalid_scope", "Empty or missing scope not allowed."),
        (
            json!({ "iss": pay, "scope": "x", "iat": 1, "exp": 7_202 }),
            400,
            "invalid_grant",
            "Invalid JWT: Token must",
        ),
        (json!({ "iss": pay, "scope": "x", "exp": "soon" }), 400, "invalid_grant", "Invalid JWT: Token must"),
        (
            json!({ "iss": pay, "scope": "x", "sub": "ana@example.com" }),
            401,
            "unauthorized_client",
            "Client is",
        ),
    ] {
        let answer = form(&emulator, "/token", &[("grant_type", jwt), ("assertion", &assertion(&claims))]);
        assert_eq!((answer.status, &answer.json()["error"]), (status, &json!(error)), "{claims}");
        let said = answer.json()["error_description"].as_str().unwrap().to_owned();
        assert!(said.starts_with(what), "{said}");
    }
}

#[test]
fn a_token_that_was_never_given_out_or_has_run_out_is_401_and_any_other_is_the_owner() {
    let emulator = started();
    let list = |token: &str| {
        let text = format!(
            "GET /v1/projects/shop-prod/locations HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Authorization: Bearer {token}\r\n\r\n"
        );
        raw(emulator.address(), &text).unwrap()
    };
    assert_eq!(list("made-up").status, 200);
    for token in ["ya29.emulated-1", "ya29.emulated-x"] {
        let answer = list(token);
        assert_eq!(answer.status, 401, "{token}");
        assert_eq!(answer.json()["error"]["details"][0]["reason"], "ACCESS_TOKEN_EXPIRED");
    }
}

#[test]
fn no_token_is_in_the_log() {
    let emulator = started();
    let pay = "pay@shop-prod.iam.gserviceaccount.com";
    let body = json!({ "scope": ["x"], "audience": "x", "payload": "{}" });
    for verb in ["generateAccessToken", "generateIdToken", "signJwt"] {
        assert_eq!(
            post(&emulator, &format!("/v1/projects/-/serviceAccounts/{pay}:{verb}"), &body).status,
            200
        );
    }
    form(&emulator, "/token", &[("grant_type", "refresh_token"), ("refresh_token", "secret")]);
    send(&emulator, "GET", "/oauth2/v3/tokeninfo?access_token=secret", "").unwrap();
    let log = emulator.log();
    assert!(log.iter().all(|entry| entry.body.is_none() && !entry.target.contains("secret")), "{log:?}");
    let ids: Vec<_> = log.iter().filter_map(|entry| entry.api_method.as_deref()).collect();
    assert_eq!(ids[1], "iamcredentials.projects.serviceAccounts.generateIdToken");
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
    let end = answer["expireTime"].as_str().unwrap();
    // Google's own libraries take whole seconds alone.
    assert_eq!((end.len(), &end[19..]), (20, "Z"), "{end}");
    let end = callmap::model::time::moment(end).unwrap();
    assert!(end > chrono::Utc::now());
    let gone = post(&emulator, &path("gone@shop-prod.iam.gserviceaccount.com"), &body);
    assert_eq!((gone.status, gone.json()["error"]["status"].clone()), (404, json!("NOT_FOUND")));
    assert_eq!(post(&emulator, &path("pay@shop-prod.iam.gserviceaccount.com"), &json!({})).status, 400);
    // An hour is the most, and a lifetime is a number of seconds.
    let scope = json!(["https://www.googleapis.com/auth/cloud-platform"]);
    for (lifetime, status) in [("3600s", 200), ("1.5s", 200), ("3601s", 400), ("0s", 400), ("1h", 400)] {
        let body = json!({ "scope": scope, "lifetime": lifetime });
        let answer = post(&emulator, &path("pay@shop-prod.iam.gserviceaccount.com"), &body);
        assert_eq!(answer.status, status, "{lifetime}");
    }
    // The project of the account is as good as a dash, and another is not.
    for (project, status) in [("shop-prod", 200), ("1001", 200), ("other", 404)] {
        let name = format!("{project}/serviceAccounts/pay@shop-prod.iam.gserviceaccount.com");
        let answer = post(&emulator, &format!("/v1/projects/{name}:generateAccessToken"), &body);
        assert_eq!(answer.status, status, "{project}");
    }
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
fn an_account_that_may_not_be_acted_as_is_refused_and_so_is_a_chain_to_it() {
    let emulator = started();
    let pay = "pay@shop-prod.iam.gserviceaccount.com";
    let ship = "ship@shop-ops.iam.gserviceaccount.com";
    let path = format!("/v1/projects/-/serviceAccounts/{pay}:generateIdToken");
    let asked =
        |delegates: Value| post(&emulator, &path, &json!({ "audience": "a", "delegates": delegates }));
    let link = format!("projects/-/serviceAccounts/{ship}");
    // The owner may act as anybody; the one in between needs the right of its own.
    assert_eq!(asked(Value::Null).status, 200);
    assert_eq!(asked(json!([link])).status, 403);
    let creator = json!({ "bindings": [{
        "role": "roles/iam.serviceAccountTokenCreator",
        "members": [format!("serviceAccount:{ship}")],
    }] });
    emulator.set_policy("projects/shop-prod", creator);
    assert_eq!(asked(json!([link])).status, 200);
    assert_eq!(asked(json!([ship])).status, 400);
    let refuse = |permission: &str, name: &str| emulator.change(|state| state.refuse(permission, name));
    refuse("iam.serviceAccounts.implicitDelegation", &format!("projects/shop-ops/serviceAccounts/{ship}"));
    assert_eq!(
        asked(json!([link])).json()["error"],
        json!({
            "code": 403,
            "message": "Permission 'iam.serviceAccounts.implicitDelegation' denied on resource (or it may not exist).",
            "status": "PERMISSION_DENIED",
            "details": [{
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "IAM_PERMISSION_DENIED",
                "domain": "iam.googleapis.com",
                "metadata": { "permission": "iam.serviceAccounts.implicitDelegation" },
            }],
        })
    );
    assert_eq!(asked(Value::Null).status, 200);
    refuse("iam.serviceAccounts.getOpenIdToken", &format!("projects/-/serviceAccounts/{pay}"));
    assert_eq!(asked(Value::Null).status, 403);
}

#[test]
fn who_is_somebody_may_act_as_an_account_where_the_policies_say_so() {
    let emulator = started();
    let pay = "pay@shop-prod.iam.gserviceaccount.com";
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "ana@example.com")];
    let ana = form(&emulator, "/token", &fields).json()["access_token"].as_str().unwrap().to_owned();
    let asked = |verb: &str| {
        let body = json!({ "scope": ["x"], "audience": "a", "payload": "{}" }).to_string();
        let text = format!(
            "POST /v1/projects/-/serviceAccounts/{pay}:{verb} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Authorization: Bearer {ana}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        raw(emulator.address(), &text).unwrap().status
    };
    let verbs = ["generateAccessToken", "generateIdToken", "signJwt"];
    let policy = |role: &str| json!({ "bindings": [{ "role": role, "members": ["user:ana@example.com"] }] });
    for (role, expected) in [
        ("roles/viewer", [403, 403, 403]),
        ("roles/iam.serviceAccountOpenIdTokenCreator", [403, 200, 403]),
        ("roles/iam.serviceAccountTokenCreator", [200, 200, 200]),
        ("roles/iam.workloadIdentityUser", [200, 200, 403]),
    ] {
        emulator.set_policy("projects/shop-prod", policy(role));
        assert_eq!(verbs.map(asked), expected, "{role}");
    }
}

#[test]
fn an_exchange_is_asked_for_in_either_form() {
    let emulator = started();
    let body = json!({
        "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x",
        "subjectToken": assertion(&json!({ "sub": "ci" })),
        "subjectTokenType": "urn:ietf:params:oauth:token-type:jwt",
        "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
    });
    let token = post(&emulator, "/v1/token", &body).json()["access_token"].clone();
    assert_eq!(holder(&emulator, token.as_str().unwrap()), "nobody with an address");
    // A token of Google's own is exchanged for one of the same holder.
    let fields = [("grant_type", "refresh_token"), ("refresh_token", "ana@example.com")];
    let own = form(&emulator, "/token", &fields).json()["access_token"].clone();
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", own.as_str().unwrap()),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
    ];
    let token = form(&emulator, "/v1/token", &fields).json()["access_token"].clone();
    assert_eq!(holder(&emulator, token.as_str().unwrap()), "ana@example.com");
}

#[test]
fn the_metadata_server_shows_what_is_below_a_path() {
    let emulator = started();
    let get = |path: &str| metadata(&emulator, path);
    let email = "1001-compute@developer.gserviceaccount.com";
    assert_eq!(get(""), "instance/\nproject/\nuniverse/\n");
    assert_eq!(get("instance/service-accounts/"), format!("default/\n{email}/\n"));
    assert_eq!(get("instance/service-accounts/default/"), "aliases\nemail\nscopes\n");
    assert_eq!(get("instance/zone"), "projects/1001/zones/europe-west1-b");
    assert_eq!(get("instance/region"), "projects/1001/regions/europe-west1");
    assert_eq!(get("instance/id"), "4001001001001001001");
    assert_eq!(
        get("instance/service-accounts/default/scopes"),
        "https://www.googleapis.com/auth/cloud-platform\n"
    );
    let account: Value =
        serde_json::from_str(&get("instance/service-accounts/default/?recursive=true")).unwrap();
    assert_eq!((&account["email"], &account["aliases"]), (&json!(email), &json!(["default"])));
    let all: Value = serde_json::from_str(&get("?recursive=true")).unwrap();
    assert_eq!(all["project"]["numericProjectId"], 1001);
    assert_eq!(all["instance"]["serviceAccounts"][email]["email"], email);
    assert_eq!(get("instance/nothing"), "Not Found\n");
    let token: Value = serde_json::from_str(&get("instance/service-accounts/default/token")).unwrap();
    assert_eq!(holder(&emulator, token["access_token"].as_str().unwrap()), email);
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
