//! Policies read and written by whoever carries out a plan.

use callmap::{
    apply::{Document, LiveReader, LiveWriter, PolicyReader as _, PolicyWriter as _, WriteFailure},
    model::{Container, Principal, Resource, ServiceName},
    sources::google::Google,
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::server::{Asked, Said, Server};

/// A server on a runtime of several threads, and both hands of whoever carries out a plan.
struct Cloud {
    server: Server,
    reader: LiveReader,
    writer: LiveWriter,
    _runtime: Runtime,
}

fn cloud(say: impl Fn(&Asked, usize) -> Said + Send + Sync + 'static) -> Cloud {
    let runtime = Runtime::new().unwrap();
    let server = runtime.block_on(Server::start(say));
    let google = Google::emulator(server.address).unwrap();
    let reader = LiveReader::new(google.clone(), runtime.handle().clone());
    let writer = LiveWriter::new(google, runtime.handle().clone());
    Cloud { server, reader, writer, _runtime: runtime }
}

fn name() -> ServiceName {
    "projects/shop-prod/locations/europe-west1/services/pay".parse().unwrap()
}

/// A policy with much in it that callmap knows nothing of.
fn policy() -> Value {
    json!({
        "version": 1, "etag": "BwWWja0YfJA=", "future": {"x": [1, null]},
        "bindings": [{
            "role": "roles/run.invoker", "bindingId": "b1",
            "members": ["serviceAccount:a@shop-prod.iam.gserviceaccount.com", "deleted:user:x@example.com?uid=1"],
            "condition": {"title": "t", "expression": "true", "futureField": 1},
        }],
        "auditConfigs": [{"service": "allServices", "auditLogConfigs": [{"logType": "DATA_READ"}]}],
    })
}

#[test]
fn what_was_read_is_written_back_as_it_was_but_for_the_version() {
    let stored = |asked: &Asked, _| {
        let is_write = asked.line.contains(":setIamPolicy");
        let policy = if is_write { json!({"etag": "BwYCcnf5oMo=", "version": 3}) } else { policy() };
        Said::json(200, &policy)
    };
    let cloud = cloud(stored);
    let containers = ["projects/shop-prod", "folders/9", "organizations/1"];
    let containers = containers.map(|name| Resource::from(name.parse::<Container>().unwrap()));
    for resource in containers.iter().chain([&Resource::from(name())]) {
        let Document { raw, policy: read } = cloud.reader.policy(resource).unwrap();
        assert_eq!(raw, policy());
        assert_eq!(read.bindings[0].members.len(), 2);
        assert_eq!(read.bindings[0].condition.as_ref().map(|it| &*it.title), Some("t"));
        let written = cloud.writer.replace(resource, &raw).unwrap();
        assert_eq!(written.policy.etag.as_deref(), Some("BwYCcnf5oMo="));
        let asked = cloud.server.asked();
        let sent: Value = serde_json::from_str(&asked.last().unwrap().body).unwrap();
        let mut expected = policy();
        expected["version"] = json!(3);
        // No update mask: Google takes bindings and etag, and leaves audit configurations as they are.
        assert_eq!(sent, json!({ "policy": expected }));
    }
}

#[test]
fn a_policy_without_an_etag_is_not_overwritten() {
    let cloud = cloud(|_, _| Said::json(200, &json!({})));
    let failure = cloud.writer.replace(&name().into(), &json!({"bindings": []})).unwrap_err();
    assert!(matches!(failure, WriteFailure::Refused(_)), "{failure}");
    assert!(cloud.server.asked().is_empty());
}

#[test]
fn a_write_ends_in_one_of_three_ways() {
    let error = |code: u16, message: &str| Said::json(code, &json!({"error": {"message": message}}));
    for (said, is_it) in [
        (error as fn(u16, &str) -> Said, 409),
        (error, 400),
        (error, 503),
        (error, 429),
        (|_, _| Said::Reset, 0),
        (|_, _| Said::json(200, &json!({"bindings": 7})), 200),
    ] {
        let cloud = cloud(move |_, _| said(is_it, "x"));
        let failure = cloud.writer.replace(&name().into(), &policy()).unwrap_err();
        let kind = match failure {
            WriteFailure::Aborted => 409,
            WriteFailure::Refused(_) => 400,
            WriteFailure::Lost(_) => 0,
        };
        let expected = if matches!(is_it, 409 | 400) { is_it } else { 0 };
        assert_eq!((kind, cloud.server.asked().len()), (expected, 1));
    }
}

#[test]
fn a_service_is_read_as_it_is_now_with_the_account_it_runs_as() {
    let cloud = cloud(|asked, _| match asked.line.split('?').next().unwrap() {
        "GET /v2/projects/shop-prod/locations/europe-west1/services/pay" => Said::json(
            200,
            &json!({"name": name().to_string(), "uid": "u1", "template": {"serviceAccount": "pay@example.com"}}),
        ),
        "GET /v2/projects/shop-prod/locations/europe-west1/services/plain" => {
            Said::json(200, &json!({"uid": "u2", "template": {}, "invokerIamDisabled": true}))
        }
        "GET /v1/projects/shop-prod" => {
            Said::json(200, &json!({"projectId": "shop-prod", "projectNumber": "1041"}))
        }
        _ => Said::json(404, &json!({"error": {"code": 404, "status": "NOT_FOUND", "message": "none"}})),
    });
    let of = |service: &str| ServiceName { service: service.into(), ..name() };
    let settings = cloud.reader.service(&of("pay")).unwrap().unwrap();
    assert_eq!(settings.uid.as_deref(), Some("u1"));
    let identity = cloud.reader.identity(&of("pay")).unwrap();
    assert_eq!(identity, Some(Principal::service_account("pay@example.com")));
    let identity = cloud.reader.identity(&of("plain")).unwrap();
    let default = Principal::service_account("1041-compute@developer.gserviceaccount.com");
    assert_eq!(identity, Some(default));
    assert!(cloud.reader.service(&of("plain")).unwrap().unwrap().is_check_disabled);
    assert_eq!(cloud.reader.service(&of("gone")).unwrap(), None);
    assert_eq!(cloud.reader.identity(&of("gone")).unwrap(), None);
}

#[test]
fn what_cannot_be_read_says_why() {
    let cloud = cloud(|_, _| {
        let message = "Permission 'run.services.getIamPolicy' denied on resource 'x' (or it may not exist).";
        Said::json(403, &json!({"error": {"code": 403, "message": message}}))
    });
    let failure = cloud.reader.policy(&name().into()).unwrap_err();
    assert_eq!(failure.to_string(), "the permission `run.services.getIamPolicy` is missing");
    assert!(cloud.reader.service(&name()).is_err());
}
