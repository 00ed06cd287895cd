//! What is tried again, what is not, and what comes of what fails.

use std::{
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use callmap::{
    model::{Container, ServiceName},
    sources::google::{Api, CallError, Connection, Endpoint, Environment, Google, Refusal},
};
use serde_json::{Value, json};

use super::server::{Said, Server};

fn google(server: &Server) -> Google {
    Google::emulator(server.address).unwrap()
}

fn service() -> ServiceName {
    "projects/shop-prod/locations/europe-west1/services/pay".parse().unwrap()
}

fn policy() -> Value {
    json!({"etag": "BwWWja0YfJA=", "version": 3, "bindings": []})
}

fn error(code: u16, status: &str, message: &str) -> Said {
    Said::json(code, &json!({"error": {"code": code, "status": status, "message": message}}))
}

/// What a service's policy is read as where the server says this, and how often it was asked.
async fn read(say: impl Fn(usize) -> Said + Send + Sync + 'static) -> (Result<Value, CallError>, usize) {
    let server = Server::start(move |_, count| say(count)).await;
    let read = google(&server).service_policy(&service()).await;
    (read.map(|body| serde_json::from_slice(&body).unwrap()), server.asked().len())
}

/// The same of a write.
async fn written(say: impl Fn(usize) -> Said + Send + Sync + 'static) -> (Result<Value, CallError>, usize) {
    let server = Server::start(move |_, count| say(count)).await;
    let written = google(&server).set_service_policy(&service(), &policy()).await;
    (written.map(|body| serde_json::from_slice(&body).unwrap()), server.asked().len())
}

#[tokio::test]
async fn a_read_is_tried_again_after_whatever_may_pass() {
    let passing = |count| match count {
        0 => Said::Answer(429, "retry-after: 1\r\n", json!({"error": {"code": 429}}).to_string()),
        1 => error(503, "UNAVAILABLE", "The service is currently unavailable."),
        2 => Said::Reset,
        3 => Said::Cut("{\"etag\": \"AC".to_owned()),
        4 => Said::Answer(200, "", "<html>a proxy</html>".to_owned()),
        _ => Said::json(200, &json!({"etag": "ACAB", "newField": [1]})),
    };
    let (read, asked) = read(passing).await;
    assert_eq!((read, asked), (Ok(json!({"etag": "ACAB", "newField": [1]})), 6));
}

#[tokio::test]
async fn a_read_that_fails_for_good_says_what_failed_and_is_not_lost() {
    let (read, asked) = read(|_| error(503, "UNAVAILABLE", "backend error")).await;
    let error = read.unwrap_err();
    assert_eq!((error.refusal, asked), (Refusal::Unavailable, 6));
    assert_eq!(&*error.message, "Google answered 503: backend error (tried 6 times)");
}

#[tokio::test]
async fn what_will_not_pass_is_not_tried_again() {
    for (code, status, refusal) in [
        (400, "INVALID_ARGUMENT", Refusal::Invalid),
        (401, "UNAUTHENTICATED", Refusal::Unauthenticated),
        (403, "PERMISSION_DENIED", Refusal::Denied),
        (404, "NOT_FOUND", Refusal::NotFound),
    ] {
        let (read, asked) = read(move |_| error(code, status, "no")).await;
        assert_eq!((read.unwrap_err().refusal, asked), (refusal, 1), "{status}");
    }
}

#[tokio::test]
async fn a_write_is_sent_once_whatever_comes_of_it() {
    for (say, refusal) in [
        ((|_| error(503, "UNAVAILABLE", "x")) as fn(usize) -> Said, Refusal::Lost),
        (|_| error(500, "INTERNAL", "x"), Refusal::Lost),
        (|_| Said::Reset, Refusal::Lost),
        (|_| Said::Cut("{\"etag\"".to_owned()), Refusal::Lost),
        (|_| Said::Answer(200, "", "<html>".to_owned()), Refusal::Lost),
        (|_| error(429, "RESOURCE_EXHAUSTED", "x"), Refusal::Unavailable),
        (|_| error(409, "ABORTED", "x"), Refusal::Aborted),
        (|_| error(400, "INVALID_ARGUMENT", "x"), Refusal::Invalid),
        (|_| error(403, "PERMISSION_DENIED", "x"), Refusal::Denied),
    ] {
        let (written, asked) = written(say).await;
        assert_eq!((written.unwrap_err().refusal, asked), (refusal, 1));
    }
    let (written, asked) = written(|_| Said::json(200, &json!({"etag": "BwYCcnf5oMo=", "version": 1}))).await;
    assert_eq!((written, asked), (Ok(json!({"etag": "BwYCcnf5oMo=", "version": 1})), 1));
}

#[tokio::test]
async fn a_write_to_nobody_was_not_written() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let google = Google::emulator(nobody).unwrap();
    let error = google.set_service_policy(&service(), &policy()).await.unwrap_err();
    assert_eq!(error.refusal, Refusal::Unavailable, "{error}");
}

#[tokio::test]
async fn an_api_that_is_off_is_told_from_what_is_not_allowed() {
    let server = Server::start(|asked, _| {
        let details = json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "SERVICE_DISABLED",
            "metadata": {"service": "eventarc.googleapis.com", "consumer": "projects/123"}}]);
        let denied = json!({"code": 403, "status": "PERMISSION_DENIED",
            "message": "Permission 'run.services.get' denied on resource 'x' (or resource may not exist)."});
        let off = json!({"code": 403, "status": "PERMISSION_DENIED", "message": "x", "details": details});
        let is_eventarc = asked.line.contains("triggers");
        Said::json(403, &json!({ "error": if is_eventarc { off } else { denied } }))
    })
    .await;
    let google = google(&server);
    let off = google.get(Api::Eventarc, "/v1/projects/p/locations/-/triggers", &[]).await.unwrap_err();
    assert_eq!((off.refusal, off.permission), (Refusal::Disabled, None));
    let denied = google.service(&service()).await.unwrap_err();
    assert_eq!(denied.refusal, Refusal::Denied);
    assert_eq!(denied.permission.as_deref(), Some("run.services.get"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Server::start(|_, _| Said::json(200, &json!({}))).await;
    let location: &'static str = Box::leak(format!("location: http://{}/\r\n", elsewhere.address).into());
    let server = Server::start(move |_, _| Said::Answer(302, location, String::new())).await;
    let google = google(&server);
    for error in [
        google.service(&service()).await.unwrap_err(),
        google.get(Api::Iam, "/v1/roles/run.invoker", &[]).await.unwrap_err(),
    ] {
        assert_eq!(error.refusal, Refusal::Shape, "{error}");
    }
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn every_call_is_what_googles_own_clients_send() {
    let server = Server::start(|_, _| Said::json(200, &json!({}))).await;
    let google = google(&server);
    let (folder, organization) = (Container::Folder("9".into()), Container::Organization("1".into()));
    let project = Container::Project("shop-prod".into());
    google.services("shop-prod", "europe-west1", Some("next page")).await.unwrap();
    google.service(&service()).await.unwrap();
    google.service_policy(&service()).await.unwrap();
    google.set_service_policy(&service(), &policy()).await.unwrap();
    google.project("shop-prod").await.unwrap();
    google.ancestry("shop-prod").await.unwrap();
    for container in [&project, &folder, &organization] {
        google.container_policy(container).await.unwrap();
        google.set_container_policy(container, &policy()).await.unwrap();
    }
    let asked = server.asked();
    let lines: Vec<String> = asked
        .iter()
        .map(|asked| {
            // What the Google crates add by themselves, and in which order, is theirs.
            let line = asked.line.replace("&alt=json", "").replace("?alt=json", "");
            format!("{line} {}", asked.body).trim().to_owned()
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    GET /v2/projects/shop-prod/locations/europe-west1/services?pageToken=next+page&pageSize=100
    GET /v2/projects/shop-prod/locations/europe-west1/services/pay
    GET /v2/projects/shop-prod/locations/europe-west1/services/pay:getIamPolicy?options.requestedPolicyVersion=3
    POST /v2/projects/shop-prod/locations/europe-west1/services/pay:setIamPolicy {"policy":{"bindings":[],"etag":"BwWWja0YfJA=","version":3}}
    GET /v1/projects/shop-prod
    POST /v1/projects/shop-prod:getAncestry {}
    POST /v1/projects/shop-prod:getIamPolicy {"options":{"requestedPolicyVersion":3}}
    POST /v1/projects/shop-prod:setIamPolicy {"policy":{"bindings":[],"etag":"BwWWja0YfJA=","version":3}}
    POST /v2/folders/9:getIamPolicy {"options":{"requestedPolicyVersion":3}}
    POST /v2/folders/9:setIamPolicy {"policy":{"etag":"BwWWja0YfJA=","version":3,"bindings":[]}}
    POST /v1/organizations/1:getIamPolicy {"options":{"requestedPolicyVersion":3}}
    POST /v1/organizations/1:setIamPolicy {"policy":{"bindings":[],"etag":"BwWWja0YfJA=","version":3}}
    "#);
    assert!(asked.iter().all(|asked| asked.header("authorization") == Some("Bearer emulated")));
    assert!(asked.iter().all(|asked| asked.header("user-agent").unwrap().starts_with("callmap/")));
}

#[tokio::test]
async fn what_a_google_crate_does_not_know_is_read_and_written_all_the_same() {
    let policy = json!({"etag": "BwWWja0YfJA=", "version": 3, "new": {"a": 1}, "bindings": [
        {"role": "roles/run.invoker", "members": ["user:a@example.com"], "bindingId": "x"},
    ]});
    let answer = policy.clone();
    let server = Server::start(move |_, _| Said::json(200, &answer)).await;
    let google = google(&server);
    let read: Value = serde_json::from_slice(&google.service_policy(&service()).await.unwrap()).unwrap();
    assert_eq!(read, policy);
    google.set_service_policy(&service(), &policy).await.unwrap();
    google.set_container_policy(&Container::Project("shop-prod".into()), &policy).await.unwrap();
    for asked in &server.asked()[1..] {
        assert_eq!(serde_json::from_str::<Value>(&asked.body).unwrap(), json!({ "policy": policy }));
    }
    // A type that does not fit is no reason to know nothing.
    let server = Server::start(|_, _| Said::json(200, &json!({"etag": "no base64", "bindings": 5}))).await;
    let read = self::google(&server).service_policy(&service()).await.unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&read).unwrap(), json!({"etag": "no base64", "bindings": 5}));
}

#[tokio::test]
async fn names_that_lead_elsewhere_are_refused_before_anything_is_sent() {
    let server = Server::start(|_, _| Said::json(200, &json!({}))).await;
    let google = google(&server);
    let name = ServiceName { project: "p".into(), location: "l".into(), service: "..%2f..%2fx".into() };
    for error in [
        google.service_policy(&name).await.unwrap_err(),
        google.set_service_policy(&name, &policy()).await.unwrap_err(),
        google.services("p/locations/x", "l", None).await.unwrap_err(),
        google.project("p:setIamPolicy?x").await.unwrap_err(),
        google.container_policy(&Container::Folder("9/../8".into())).await.unwrap_err(),
        google.get(Api::Run, "/v1/../x", &[]).await.unwrap_err(),
    ] {
        assert_eq!(error.refusal, Refusal::Invalid, "{error}");
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn an_emulator_anywhere_but_on_loopback_is_sent_nothing() {
    let google = Google::emulator("192.0.2.1:80".parse().unwrap()).unwrap();
    let error = google.get(Api::Run, "/v1/projects/p/locations", &[]).await.unwrap_err();
    assert_eq!(error.refusal, Refusal::Invalid, "{error}");
}

#[tokio::test]
async fn what_is_not_done_when_the_time_is_over_is_late() {
    let server = Server::start(|_, _| error(503, "UNAVAILABLE", "x")).await;
    let mut connection = Connection::new(Endpoint::Emulator(server.address), Environment::default());
    connection.deadline = Some(std::time::Duration::ZERO);
    let (google, _) = Google::connect(connection).await.unwrap();
    assert_eq!(google.service(&service()).await.unwrap_err().refusal, Refusal::Late);
    let late = google.set_service_policy(&service(), &policy()).await.unwrap_err();
    assert_eq!(late.refusal, Refusal::Late);
    assert!(server.asked().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn no_more_calls_are_under_way_at_once_than_was_asked_for() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, highest) = (now.clone(), most.clone());
    let server = Server::start(move |_, _| {
        highest.fetch_max(counted.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        // Long enough for all that may come to have come.
        std::thread::sleep(std::time::Duration::from_millis(50));
        counted.fetch_sub(1, Ordering::SeqCst);
        Said::json(200, &json!({}))
    })
    .await;
    let mut connection = Connection::new(Endpoint::Emulator(server.address), Environment::default());
    connection.concurrency = NonZeroUsize::new(3).unwrap();
    let (google, _) = Google::connect(connection).await.unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..12 {
        // The bound is one for all clones.
        let google = google.clone();
        calls.spawn(async move { google.service(&service()).await.map(drop) });
    }
    assert_eq!(calls.join_all().await, vec![Ok(()); 12]);
    assert_eq!(server.asked().len(), 12);
    let most = most.load(Ordering::SeqCst);
    assert!((1..=3).contains(&most), "{most}");
}
