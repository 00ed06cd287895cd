//! Every path, and what it means.

use super::*;
use crate::emulator::{calls::Shape, state::Kind};

fn call(method: &str, target: &str) -> Option<Call> {
    let (host, path) = target.split_once('|').unwrap_or(("", target));
    let request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        host: host.to_owned(),
        ..Request::default()
    };
    route(&request).map(|routed| routed.call)
}

#[test]
fn one_path_is_one_method() {
    let location = || "projects/p/locations/l".to_owned();
    let service = || "projects/p/locations/l/services/s".to_owned();
    for (method, path, expected) in [
        ("GET", "/v1/projects/p/locations", Call::Locations(Kind::Service, "p".to_owned())),
        ("GET", "/v2/projects/p/locations/l/services", Call::List(Kind::Service, location())),
        ("GET", "/v1/projects/p/locations/l/services", Call::Knative(location(), None)),
        ("GET", "/v1/projects/p/locations/l/services/s", Call::Knative(location(), Some(service()))),
        ("GET", "/v2/projects/p/locations/l/services/s", Call::Get(Kind::Service, service())),
        ("GET", "/v1/projects/p/locations/l/jobs", Call::List(Kind::SchedulerJob, location())),
        ("GET", "/v2/projects/p/locations/l/jobs", Call::List(Kind::RunJob, location())),
        ("GET", "/v1/projects/p/subscriptions", Call::List(Kind::Subscription, "projects/p".to_owned())),
        ("GET", "/v1/roles/run.invoker", Call::Role("roles/run.invoker".to_owned())),
        ("GET", "/v3/folders", Call::Children(Kind::Folder, Shape::New)),
        ("GET", "/v1/projects/p", Call::Container("projects/p".to_owned(), Shape::Old)),
        ("POST", "/v1/projects/p:getAncestry", Call::Ancestry("projects/p".to_owned())),
        (
            "GET",
            "europe-west1-run.googleapis.com|/apis/serving.knative.dev/v1/namespaces/p/services",
            Call::Knative("projects/p/locations/europe-west1".to_owned(), None),
        ),
    ] {
        assert_eq!(call(method, path), Some(expected), "{method} {path}");
    }
}

#[test]
fn policies_have_the_versions_and_methods_of_their_apis() {
    let has = |method: &str, path: &str| call(method, path).is_some();
    for version in ["v1", "v2"] {
        for thing in ["services/s", "jobs/s", "instances/s", "functions/s"] {
            let name = format!("/{version}/projects/p/locations/l/{thing}");
            assert!(
                has("GET", &format!("{name}:getIamPolicy")) && !has("POST", &format!("{name}:getIamPolicy"))
            );
            assert!(
                has("POST", &format!("{name}:setIamPolicy")) && !has("GET", &format!("{name}:setIamPolicy"))
            );
        }
    }
    for (versions, name) in
        [(["v1", "v3"], "projects/p"), (["v2", "v3"], "folders/1"), (["v1", "v3"], "organizations/1")]
    {
        for version in ["v1", "v2", "v3"] {
            let expected = versions.contains(&version);
            assert_eq!(has("POST", &format!("/{version}/{name}:getIamPolicy")), expected, "{version} {name}");
            assert!(!has("GET", &format!("/{version}/{name}:getIamPolicy")));
        }
    }
}

#[test]
fn other_paths_mean_nothing() {
    for path in
        ["/", "/v9/projects/p", "/v2/projects/p", "/v1/projects/p/", "/v2/projects//locations/l/services"]
    {
        assert_eq!(call("GET", path), None, "{path}");
    }
    assert_eq!(call("DELETE", "/v2/projects/p/locations/l/services/s"), None);
}
