//! The front door: who is let through to which function, and what the others are told.

mod same;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use callmap::{
    emulator::{Clock, Emulator, Kind},
    model::time::moment,
};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};

use super::{
    client::{Answer, post, raw},
    id_tokens::{metadata, of_account, of_user},
    serving,
};

const PAY: &str = "projects/shop-prod/locations/europe-west1/services/pay";
const PROJECT: &str = "projects/shop-prod";
const HOST: &str = "pay-x-ew.a.run.app";
const URL: &str = "https://pay-x-ew.a.run.app";
const ACCOUNT: &str = "web@shop-prod.iam.gserviceaccount.com";
const OTHER: &str = "other@shop-prod.iam.gserviceaccount.com";

fn asset(kind: &str, host: &str, name: &str, parts: &Value) -> String {
    let mut line = json!({
        "name": format!("//{host}/{name}"),
        "asset_type": kind,
        "ancestors": ["projects/1001", "folders/40", "organizations/9"],
    });
    for (key, value) in parts.as_object().unwrap() {
        line[key] = value.clone();
    }
    line.to_string()
}

fn service(name: &str, data: &Value, policy: &Value) -> String {
    let mut data = data.clone();
    data["name"] = json!(name);
    let parts = json!({ "resource": { "data": data }, "iam_policy": policy });
    asset("run.googleapis.com/Service", "run.googleapis.com", name, &parts)
}

/// A service as exports have it.
fn knative(name: &str) -> String {
    let data = json!({
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": { "annotations": { "run.googleapis.com/urls": "[\"https://pay-z-ue.a.run.app\"]" } },
        "spec": { "template": { "spec": {} } },
        "status": { "url": "https://pay-y-ue.a.run.app" },
    });
    let parts =
        json!({ "resource": { "data": data }, "iam_policy": binding("roles/run.invoker", &["allUsers"]) });
    asset("run.googleapis.com/Service", "run.googleapis.com", name, &parts)
}

fn binding(role: &str, members: &[&str]) -> Value {
    json!({ "bindings": [{ "role": role, "members": members }] })
}

/// One function that one account may call, and others beside it.
fn started() -> Emulator {
    let invoker = binding("roles/run.invoker", &[&format!("serviceAccount:{ACCOUNT}")]);
    let pay = json!({
        "uri": URL,
        "urls": [
            "https://pay-1001.europe-west1.run.app",
            "https://europe-west1-shop-prod.cloudfunctions.net/pay",
            URL,
        ],
        "customAudiences": ["pay.example.com"],
    });
    let none = json!({});
    let lines = [
        service(PAY, &pay, &invoker),
        knative("projects/shop-prod/locations/us-east1/services/pay"),
        service("projects/shop-prod/locations/europe-west1/services/ship-it", &none, &none),
        asset(
            "cloudfunctions.googleapis.com/Function",
            "cloudfunctions.googleapis.com",
            "projects/shop-prod/locations/europe-west1/functions/shipIt",
            &json!({ "resource": { "data": { "environment": "GEN_2", "serviceConfig": {
                "service": "projects/shop-prod/locations/europe-west1/services/ship-it"
            } } } }),
        ),
    ];
    serving(&lines.join("\n"))
}

/// A request with these header lines.
fn ask(emulator: &Emulator, method: &str, target: &str, headers: &[&str]) -> Answer {
    let headers: String = headers.iter().flat_map(|line| [*line, "\r\n"]).collect();
    let text = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n");
    raw(emulator.address(), &text).unwrap()
}

/// A call of the function, as somebody who brings this token.
fn call(emulator: &Emulator, token: &str) -> Answer {
    let host = format!("Host: {HOST}");
    ask(emulator, "GET", "/a", &[&host, &format!("Authorization: Bearer {token}")])
}

fn anybody(emulator: &Emulator) -> Answer {
    ask(emulator, "GET", "/a", &[&format!("Host: {HOST}")])
}

/// Why somebody was not let through.
fn why(answer: &Answer) -> &str {
    answer.head.lines().find_map(|line| line.strip_prefix("x-callmap-why: ")).unwrap_or_default()
}

fn set(emulator: &Emulator, key: &str, value: Value) {
    emulator.change(|state| state.data_mut(Kind::Service, PAY).unwrap()[key] = value);
}

#[test]
fn who_may_call_is_let_through_and_the_function_sees_the_token_without_its_signature() {
    let emulator = started();
    let token = of_account(&emulator, ACCOUNT, URL);
    let (text, _) = token.rsplit_once('.').unwrap();
    let answer = call(&emulator, &token);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        answer.json(),
        json!({
            "function": PAY,
            "caller": format!("serviceAccount:{ACCOUNT}"),
            "method": "GET",
            "path": "/a",
            "authorization": format!("Bearer {text}.SIGNATURE_REMOVED_BY_GOOGLE"),
        })
    );
}

#[test]
fn without_a_token_it_is_403_with_a_bad_one_401_and_without_the_right_403() {
    let emulator = started();
    let answer = anybody(&emulator);
    assert_eq!(answer.status, 403);
    assert!(why(&answer).starts_with("the request was not authenticated."), "{answer:?}");
    assert!(
        answer
            .body
            .contains("Your client does not have permission to get URL <code>/a</code> from this server.")
    );
    let good = of_account(&emulator, ACCOUNT, URL);
    let (text, signature) = good.rsplit_once('.').unwrap();
    let access = "ya29.any";
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    let body = text.split_once('.').unwrap().1;
    for bad in [
        access.to_owned(),
        "a.b.c".to_owned(),
        format!("{text}."),
        format!("{text}.{}", signature.replace(&signature[..2], "xx")),
        format!("{none}.{body}."),
        of_account(&emulator, ACCOUNT, "https://elsewhere.example.com"),
        of_account(&emulator, ACCOUNT, "32555940559.apps.googleusercontent.com"),
    ] {
        let answer = call(&emulator, &bad);
        assert_eq!(answer.status, 401, "{bad}");
        assert!(answer.head.contains("www-authenticate: bearer error=\"invalid_token\""), "{answer:?}");
    }
    let host = format!("Host: {HOST}");
    let bearer = format!("Authorization: Bearer {good}");
    for headers in [&[&*bearer, &*bearer][..], &["Authorization: Basic eDp5"], &["Authorization:"]] {
        let headers: Vec<&str> = headers.iter().copied().chain([host.as_str()]).collect();
        assert_eq!(ask(&emulator, "GET", "/", &headers).status, 401, "{headers:?}");
    }
    let stranger = call(&emulator, &of_account(&emulator, OTHER, URL));
    assert_eq!(stranger.status, 403);
    assert_eq!(why(&stranger), format!("serviceaccount:{OTHER} does not have run.routes.invoke"));
}

#[test]
fn people_come_with_the_token_of_gcloud() {
    let emulator = started();
    assert_eq!(call(&emulator, &of_user(&emulator, "ana@example.com")).status, 403);
    emulator.set_policy(PAY, binding("roles/run.invoker", &["user:Ana@example.com"]));
    let answer = call(&emulator, &of_user(&emulator, "ana@example.com"));
    assert_eq!((answer.status, answer.json()["caller"].clone()), (200, json!("user:ana@example.com")));
}

#[test]
fn the_header_of_its_own_goes_before_the_common_one() {
    let emulator = started();
    let host = format!("Host: {HOST}");
    let good = of_account(&emulator, ACCOUNT, URL);
    let own = format!("X-Serverless-Authorization: Bearer {good}");
    let answer = ask(&emulator, "GET", "/", &[&host, &own, "Authorization: Bearer mine"]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["authorization"], "Bearer mine");
    let seen = answer.json()["x_serverless_authorization"].as_str().unwrap().to_owned();
    assert!(seen.ends_with(".SIGNATURE_REMOVED_BY_GOOGLE"), "{seen}");
    let common = format!("Authorization: Bearer {good}");
    let answer = ask(&emulator, "GET", "/", &[&host, &common, "X-Serverless-Authorization: Bearer mine"]);
    assert_eq!(answer.status, 401);
}

#[test]
fn a_function_answers_at_all_of_its_addresses() {
    let emulator = started();
    let token = of_account(&emulator, ACCOUNT, URL);
    let bearer = format!("Authorization: Bearer {token}");
    for (target, host, path) in [
        ("/a/b", "pay-x-ew.a.run.app", "/a/b"),
        ("/a", "pay-1001.europe-west1.run.app:80", "/a"),
        ("/", "green---pay-x-ew.a.run.app", "/"),
        ("/pay/a", "europe-west1-shop-prod.cloudfunctions.net", "/a"),
        ("/pay", "europe-west1-shop-prod.cloudfunctions.net", "/"),
        ("http://pay-x-ew.a.run.app/a?b=c", "127.0.0.1", "/a"),
        ("/_front/europe-west1/pay/a/b", "127.0.0.1", "/a/b"),
        ("/_front/projects/shop-prod/locations/europe-west1/services/pay", "127.0.0.1", "/"),
        ("/_front/projects/shop-prod/locations/europe-west1/services/pay/a/b", "127.0.0.1", "/a/b"),
    ] {
        let answer = ask(&emulator, "POST", target, &[&format!("Host: {host}"), &bearer]);
        assert_eq!(answer.status, 200, "{target} of {host}: {answer:?}");
        let body = answer.json();
        assert_eq!((&body["function"], &body["path"]), (&json!(PAY), &json!(path)), "{target} of {host}");
        assert_eq!(body["method"], "POST");
    }
    for (target, host) in
        [("/", "pay-2002.europe-west1.run.app"), ("/ship", "us-east1-shop-prod.cloudfunctions.net")]
    {
        assert_eq!(ask(&emulator, "GET", target, &[&format!("Host: {host}"), &bearer]).status, 404, "{host}");
    }
}

#[test]
fn a_name_of_several_functions_or_of_none_is_told_which_there_are() {
    let emulator = started();
    let here = "Host: 127.0.0.1";
    let several = ask(&emulator, "GET", "/_front/pay", &[here]);
    assert_eq!(several.status, 300);
    assert_eq!(
        several.body,
        "Several functions are called so:\n\
         /_front/projects/shop-prod/locations/europe-west1/services/pay\n\
         /_front/projects/shop-prod/locations/us-east1/services/pay\n"
    );
    for target in
        ["/_front/gone", "/_front/", "/_front/projects/p/locations/l/services/s", "/_front/europe-west1/gone"]
    {
        let none = ask(&emulator, "GET", target, &[here]);
        assert_eq!((none.status, none.body.matches("/_front/projects/").count()), (404, 3), "{target}");
    }
    // By the name of its service, of its function, and where its function answers.
    for (target, host) in [
        ("/_front/ship-it", "127.0.0.1"),
        ("/_front/shipIt/x", "127.0.0.1"),
        ("/shipIt", "europe-west1-shop-prod.cloudfunctions.net"),
        ("/", "ship-it-1001.europe-west1.run.app"),
    ] {
        assert_eq!(ask(&emulator, "GET", target, &[&format!("Host: {host}")]).status, 403, "{target}");
    }
}

#[test]
fn the_policy_as_it_is_now_decides() {
    let emulator = started();
    let token = of_account(&emulator, ACCOUNT, URL);
    assert_eq!(call(&emulator, &token).status, 200);
    let policy = json!({ "policy": binding("roles/run.servicesInvoker", &["user:ana@example.com"]) });
    assert_eq!(post(&emulator, &format!("/v2/{PAY}:setIamPolicy"), &policy).status, 200);
    assert_eq!(call(&emulator, &token).status, 403);
    // What is above it counts as much, and so do the members of groups.
    emulator.set_policy("folders/40", binding("roles/run.invoker", &["group:webs@example.com"]));
    emulator
        .change(|state| state.put_group("group:webs@example.com", &[&format!("serviceAccount:{ACCOUNT}")]));
    assert_eq!(call(&emulator, &token).status, 200);
    let denial = json!({ "rules": [{ "denyRule": {
        "deniedPrincipals": [format!("principal://iam.googleapis.com/projects/-/serviceAccounts/{ACCOUNT}")],
        "deniedPermissions": ["run.googleapis.com/routes.invoke"],
    } }] });
    emulator.change(|state| assert!(state.put_deny_policy("projects/shop-prod/denypolicies/no", denial)));
    assert_eq!(call(&emulator, &token).status, 403);
}

#[test]
fn where_everybody_may_call_nobody_looks_at_tokens() {
    let emulator = started();
    emulator.set_policy(PAY, binding("roles/run.invoker", &["allUsers"]));
    let answer = anybody(&emulator);
    assert_eq!((answer.status, answer.json()["caller"].clone()), (200, Value::Null));
    let answer = call(&emulator, "mine");
    assert_eq!((answer.status, answer.json()["authorization"].clone()), (200, json!("Bearer mine")));
    emulator.set_policy(PAY, binding("roles/run.invoker", &["allAuthenticatedUsers"]));
    assert_eq!(anybody(&emulator).status, 403);
    assert_eq!(call(&emulator, &of_user(&emulator, "who@elsewhere.example.com")).status, 200);
    emulator.set_policy(PAY, json!({}));
    set(&emulator, "invokerIamDisabled", json!(true));
    assert_eq!(anybody(&emulator).status, 200);
}

#[test]
fn what_the_state_does_not_hold_lets_nobody_through_and_is_told() {
    let emulator = started();
    emulator.set_policy(PAY, binding("roles/run.invoker", &["group:webs@example.com"]));
    let answer = call(&emulator, &of_account(&emulator, ACCOUNT, URL));
    assert_eq!(answer.status, 403);
    assert!(why(&answer).contains("the emulator cannot tell"), "{answer:?}");
    assert!(answer.body.contains("group:webs@example.com"), "{answer:?}");
    // What is only not told to those who ask for it is known here.
    emulator.change(|state| {
        state.put_group("group:webs@example.com", &[&format!("serviceAccount:{ACCOUNT}")]);
        state.hide_group("group:webs@example.com");
        state.refuse("run.services.getIamPolicy", PAY);
        state.refuse("resourcemanager.projects.getIamPolicy", PROJECT);
    });
    assert_eq!(call(&emulator, &of_account(&emulator, ACCOUNT, URL)).status, 200);
}

#[test]
fn a_gap_of_the_state_is_not_an_empty_policy() {
    let gap = json!({
        "name": "//cloudresourcemanager.googleapis.com/folders/40", "asset_type": "callmap/Unreadable",
        "why": "denied", "permission": "resourcemanager.folders.getIamPolicy",
    });
    let own = service(PAY, &json!({ "uri": URL }), &json!({ "bindings": [] }));
    let emulator = serving(&format!("{own}\n{gap}"));
    let answer = anybody(&emulator);
    assert_eq!(answer.status, 403);
    assert!(why(&answer).contains("folders/40"), "{answer:?}");
}

#[test]
fn the_clock_of_the_emulator_decides_conditions_and_ends_tokens() {
    let emulator = started();
    let start = moment("2026-11-23T12:00:00Z").unwrap();
    emulator.clock(Clock::Fixed(start));
    let mut policy = binding("roles/run.invoker", &[&format!("serviceAccount:{ACCOUNT}")]);
    policy["bindings"][0]["condition"] =
        json!({ "title": "today", "expression": "request.time < timestamp('2026-11-23T12:30:00Z')" });
    emulator.set_policy(PAY, policy);
    let token = of_account(&emulator, ACCOUNT, URL);
    let at = |minutes| {
        emulator.clock(Clock::Fixed(start + TimeDelta::minutes(minutes)));
        call(&emulator, &token).status
    };
    assert_eq!([at(0), at(29), at(30), at(59), at(60)], [200, 200, 403, 403, 401]);
    // A new token is good again.
    assert_eq!(call(&emulator, &of_account(&emulator, ACCOUNT, URL)).status, 403);
}

#[test]
fn of_several_changes_each_decides_in_its_turn() {
    let emulator = started();
    let start = moment("2026-11-23T12:00:00Z").unwrap();
    let at = |seconds| emulator.clock(Clock::Fixed(start + TimeDelta::seconds(seconds)));
    at(0);
    emulator.change(|state| state.delay_policies(60));
    let token = of_account(&emulator, OTHER, URL);
    emulator.set_policy(PAY, binding("roles/run.invoker", &[&format!("serviceAccount:{OTHER}")]));
    at(30);
    emulator.set_policy(PAY, json!({}));
    // One policy has not taken effect at any of these times, and not always the same.
    let status = |seconds| {
        at(seconds);
        call(&emulator, &token).status
    };
    assert_eq!([30, 59, 60, 89, 90, 89, 59].map(status), [403, 403, 200, 200, 403, 200, 403]);
}

#[test]
fn conditions_on_the_path_and_the_host_are_decided_here() {
    let emulator = started();
    let mut policy = binding("roles/run.invoker", &[&format!("serviceAccount:{ACCOUNT}")]);
    let expression = "request.path.startsWith('/a') && request.host.endsWith('.a.run.app')";
    policy["bindings"][0]["condition"] = json!({ "title": "t", "expression": expression });
    emulator.set_policy(PAY, policy.clone());
    let bearer = format!("Authorization: Bearer {}", of_account(&emulator, ACCOUNT, URL));
    let at = |host: &str, path: &str| ask(&emulator, "GET", path, &[&format!("Host: {host}"), &bearer]);
    assert_eq!(at(HOST, "/a").status, 200);
    assert_eq!(at(HOST, "/b").status, 403);
    assert_eq!(at("pay-1001.europe-west1.run.app", "/a").status, 403);
    // Above it as well; what depends on tags is not known here.
    emulator.set_policy(PAY, json!({}));
    emulator.set_policy(PROJECT, policy.clone());
    assert_eq!([at(HOST, "/a").status, at(HOST, "/b").status], [200, 403]);
    assert_eq!(why(&at(HOST, "/b")), format!("serviceaccount:{ACCOUNT} does not have run.routes.invoke"));
    policy["bindings"][0]["condition"]["expression"] =
        json!("request.path == '/a' && resource.matchTag('1/env', 'prod')");
    emulator.set_policy(PROJECT, policy);
    let answer = at(HOST, "/a");
    assert_eq!(answer.status, 403);
    assert!(why(&answer).contains("the emulator cannot tell"), "{answer:?}");
}

#[test]
fn every_token_of_the_emulator_opens_the_door_it_is_for() {
    let emulator = started();
    emulator.set_policy(
        PAY,
        binding("roles/run.invoker", &["serviceAccount:1001-compute@developer.gserviceaccount.com"]),
    );
    // Neither of them says an address.
    let path = format!("instance/service-accounts/default/identity?audience={URL}");
    assert_eq!(call(&emulator, &metadata(&emulator, &path)).status, 200);
    let name = "projects/-/serviceAccounts/1001-compute@developer.gserviceaccount.com";
    let token = |body: Value| {
        let answer = post(&emulator, &format!("/v1/{name}:generateIdToken"), &body).json();
        answer["token"].as_str().unwrap().to_owned()
    };
    assert_eq!(call(&emulator, &token(json!({ "audience": URL }))).status, 200);
    assert_eq!(call(&emulator, &token(json!({ "audience": "pay.example.com" }))).status, 200);
    // What the account signs itself is no token of Google's.
    let now = Utc::now().timestamp();
    let claims = json!({
        "iss": "https://accounts.google.com", "aud": URL, "sub": "1", "iat": now, "exp": now + 60,
        "email": "1001-compute@developer.gserviceaccount.com",
    });
    let answer =
        post(&emulator, &format!("/v1/{name}:signJwt"), &json!({ "payload": claims.to_string() })).json();
    assert_eq!(call(&emulator, answer["signedJwt"].as_str().unwrap()).status, 401);
}

#[test]
fn a_token_of_another_run_is_as_good() {
    let (one, other) = (started(), started());
    let token = of_account(&one, ACCOUNT, URL);
    assert_eq!(call(&other, &token).status, 200);
    // By its number alone the account is found among those that there are.
    let name = format!("{PROJECT}/serviceAccounts/{ACCOUNT}");
    other.change(|state| state.put(Kind::ServiceAccount, &name, json!({ "email": ACCOUNT })));
    let path = format!("/v1/projects/-/serviceAccounts/{ACCOUNT}:generateIdToken");
    let answer = post(&one, &path, &json!({ "audience": URL })).json();
    assert_eq!(call(&other, answer["token"].as_str().unwrap()).status, 200);
}

#[test]
fn ingress_shows_as_if_there_were_nothing() {
    let emulator = started();
    let bearer = format!("Authorization: Bearer {}", of_account(&emulator, ACCOUNT, URL));
    let host = format!("Host: {HOST}");
    let from =
        |word: &str| ask(&emulator, "GET", "/", &[&host, &bearer, &format!("X-Callmap-From: {word}")]).status;
    for (ingress, expected) in [
        ("INGRESS_TRAFFIC_ALL", [200, 200, 200]),
        ("INGRESS_TRAFFIC_INTERNAL_ONLY", [404, 404, 200]),
        ("INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER", [404, 200, 200]),
        ("INGRESS_TRAFFIC_NONE", [404, 404, 404]),
    ] {
        set(&emulator, "ingress", json!(ingress));
        assert_eq!(["internet", "load-balancer", "internal"].map(from), expected, "{ingress}");
    }
    set(&emulator, "ingress", json!("INGRESS_TRAFFIC_ALL"));
    set(&emulator, "defaultUriDisabled", json!(true));
    assert_eq!(from("internet"), 404);
    let answer = ask(&emulator, "GET", "/pay", &["Host: europe-west1-shop-prod.cloudfunctions.net", &bearer]);
    assert_eq!(answer.status, 200);
}

#[test]
fn before_iap_come_its_own_answers_and_then_the_right_of_its_own_account() {
    let emulator = started();
    set(&emulator, "iapEnabled", json!(true));
    let is_iap = |answer: &Answer| answer.head.contains("x-goog-iap-generated-response: true");
    let host = format!("Host: {HOST}");
    let nobody = anybody(&emulator);
    assert!(nobody.status == 302 && is_iap(&nobody), "{nobody:?}");
    assert!(nobody.head.contains("location: https://accounts.google.com/"), "{nobody:?}");
    let post = ask(&emulator, "POST", "/", &[&host]);
    assert!(
        post.status == 401 && is_iap(&post) && post.body.starts_with("Invalid IAP credentials: empty token")
    );
    let bad = call(&emulator, "mine");
    assert!(bad.status == 401 && is_iap(&bad), "{bad:?}");
    // Who may call the function may not pass the proxy, and the other way round.
    let token = of_account(&emulator, ACCOUNT, URL);
    let denied = call(&emulator, &token);
    assert!(denied.status == 403 && is_iap(&denied), "{denied:?}");
    emulator.set_policy(
        "organizations/9",
        binding("roles/iap.httpsResourceAccessor", &[&format!("serviceAccount:{ACCOUNT}")]),
    );
    let stopped = call(&emulator, &token);
    assert!(stopped.status == 403 && !is_iap(&stopped), "{stopped:?}");
    assert_eq!(
        why(&stopped),
        "the account of iap, serviceaccount:service-1001@gcp-sa-iap.iam.gserviceaccount.com, does not have \
         run.routes.invoke"
    );
    let agent = "serviceAccount:service-1001@gcp-sa-iap.iam.gserviceaccount.com";
    emulator.set_policy(PAY, binding("roles/run.invoker", &[agent]));
    let passed = call(&emulator, &token);
    assert_eq!(passed.status, 200, "{passed:?}");
    let body = passed.json();
    assert_eq!(
        (&body["caller"], &body["through"]),
        (&json!(format!("serviceAccount:{ACCOUNT}")), &json!(agent))
    );
    // Everybody may call the function, and still nobody comes by the proxy.
    emulator.set_policy(PAY, binding("roles/run.invoker", &["allUsers"]));
    assert_eq!(anybody(&emulator).status, 302);
}

#[test]
fn visits_are_in_the_log_and_tokens_are_not() {
    let emulator = started();
    let token = of_account(&emulator, ACCOUNT, URL);
    emulator.clear_log();
    let bearer = format!("Authorization: Bearer {token}");
    let host = format!("Host: {HOST}");
    ask(&emulator, "GET", "/v2/projects/shop-prod/locations/x/services?key=secret", &[&host, &bearer]);
    ask(&emulator, "GET", "/_front/europe-west1/pay", &["Host: x"]);
    let log = emulator.log();
    let told: Vec<_> = log.iter().map(|entry| (entry.target.as_str(), entry.status)).collect();
    assert_eq!(
        told,
        [
            ("http://pay-x-ew.a.run.app/v2/projects/shop-prod/locations/x/services", Some(200)),
            ("/_front/europe-west1/pay", Some(403)),
        ]
    );
    assert!(log.iter().all(|entry| entry.api_method.is_none() && entry.body.is_none()), "{log:?}");
    assert!(!format!("{log:?}").contains(&token[..20]));
}

#[test]
fn there_is_no_tunnel() {
    let emulator = started();
    let answer = ask(&emulator, "CONNECT", "pay-x-ew.a.run.app:443", &["Host: pay-x-ew.a.run.app:443"]);
    assert_eq!(answer.status, 405);
    assert!(answer.body.contains("ask for http://"), "{answer:?}");
    assert_eq!(emulator.log()[0].target, "pay-x-ew.a.run.app");
}

#[test]
fn a_grant_lets_through_once_it_has_taken_effect() {
    let emulator = started();
    let begun = Utc::now();
    emulator.clock(Clock::Fixed(begun));
    post(&emulator, "/_weather", &json!({ "propagationSeconds": 120 }));
    let token = of_account(&emulator, OTHER, URL);
    let both = binding(
        "roles/run.invoker",
        &[&format!("serviceAccount:{ACCOUNT}"), &format!("serviceAccount:{OTHER}")],
    );
    assert_eq!(post(&emulator, &format!("/v2/{PAY}:setIamPolicy"), &json!({ "policy": both })).status, 200);
    let at = |seconds| {
        emulator.clock(Clock::Fixed(begun + TimeDelta::seconds(seconds)));
        call(&emulator, &token).status
    };
    assert_eq!([at(0), at(119), at(120)], [403, 403, 200]);
    // Taking it away takes its time as well.
    assert_eq!(post(&emulator, &format!("/v2/{PAY}:setIamPolicy"), &json!({ "policy": {} })).status, 200);
    assert_eq!([at(121), at(239), at(240)], [200, 200, 403]);
}

#[test]
fn nothing_answers_in_a_location_that_does_not() {
    let emulator = started();
    let token = of_account(&emulator, ACCOUNT, URL);
    post(&emulator, "/_weather", &json!({ "unreachable": ["europe-west1"] }));
    assert_eq!(call(&emulator, &token).status, 503);
    assert_eq!(anybody(&emulator).status, 503);
    post(&emulator, "/_weather", &json!({ "unreachable": ["us-east1"] }));
    assert_eq!(call(&emulator, &token).status, 200);
}
