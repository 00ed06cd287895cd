//! Every path, and what it means.

use super::*;
use crate::emulator::{
    calls::{AssetCall, RunCall, Shape},
    state::Kind,
};

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
        (
            "GET",
            "/v1/projects/p/locations/l/services",
            Call::Run(RunCall::Knatives(Kind::Service, location())),
        ),
        (
            "GET",
            "/v1/projects/p/locations/l/services/s",
            Call::Run(RunCall::Knative(Kind::Service, service())),
        ),
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
            Call::Run(RunCall::Knatives(Kind::Service, "projects/p/locations/europe-west1".to_owned())),
        ),
        ("GET", "/v1/folders/1:searchAllIamPolicies", Call::Asset(AssetCall::Search("folders/1".to_owned()))),
        (
            "GET",
            "eventarc.googleapis.com|/v1/projects/p/locations",
            Call::Locations(Kind::Trigger, "p".to_owned()),
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
    assert_eq!(call("DELETE", "/v2/projects/p/locations/l/jobs/j"), None);
}

/// The methods of a description, with what it says of each.
fn described(api: &str) -> Option<serde_json::Map<String, serde_json::Value>> {
    let path = format!("{}/src/emulator/discovery/{api}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).ok()?;
    let description: serde_json::Value = serde_json::from_str(&text).unwrap();
    Some(description["methods"].as_object().unwrap().clone())
}

#[test]
fn every_method_is_in_googles_description_of_its_api_and_nothing_else_is_kept_of_it() {
    let mut kept: BTreeSet<(&str, String)> = BTreeSet::new();
    let apis: BTreeSet<&str> = all().map(|route| route.api).collect();
    for api in &apis {
        kept.extend(described(api).into_iter().flatten().map(|(id, _)| (*api, id)));
    }
    for route in all() {
        let Some(methods) = described(route.api) else {
            // Its description is not among those that Google's client library ships.
            assert_eq!(route.api, "cloudfunctions.v1");
            continue;
        };
        let method = methods.get(route.id).unwrap_or_else(|| panic!("no {} in {}", route.id, route.api));
        assert_eq!(method["verb"], route.verb, "{}", route.id);
        let path = method["path"].as_str().unwrap();
        // A name may be a word of ours where the description has any.
        let (one, other): (Vec<_>, Vec<_>) =
            (route.path.split(['/', ':']).collect(), path.split(['/', ':']).collect());
        let is_alike =
            one.len() == other.len() && one.iter().zip(&other).all(|(own, any)| own == any || *any == "*");
        assert!(is_alike, "{} {path}", route.path);
        kept.remove(&(route.api, route.id.to_owned()));
    }
    assert_eq!(kept, BTreeSet::new());
}
