//! Every method of the table is asked, and its answer held to Google's description of it: no field that there is not,
//! and none of another type.

mod requests;
mod schema;

use std::collections::{BTreeMap, BTreeSet};

use callmap::emulator::{Emulator, methods};
use serde_json::{Value, json};

use super::{client::send, serving};
use requests::{Asked, REQUESTS};
use schema::{Description, faults};

const ESTATE: &str = include_str!("estate.ndjson");

fn descriptions() -> BTreeMap<&'static str, Description> {
    let apis: BTreeSet<&str> = methods().map(|method| method.api).collect();
    apis.into_iter().filter_map(|api| Some((api, Description::of(api)?))).collect()
}

/// Sends a request to the host of an API.
fn ask(emulator: &Emulator, api: &str, verb: &str, path: &str, body: &str) -> super::client::Answer {
    let host = api.split('.').next().unwrap();
    send(emulator, verb, &format!("http://{host}.googleapis.com/{path}"), body).unwrap()
}

/// The path with the names in it that an answer gave before.
fn filled(path: &str, names: &BTreeMap<&str, String>) -> String {
    names.iter().fold(path.to_owned(), |path, (word, name)| path.replace(&format!("{{{word}}}"), name))
}

#[test]
fn every_answer_of_every_method_is_of_the_type_that_google_describes() {
    let descriptions = descriptions();
    let emulator = serving(ESTATE);
    emulator.take_wildcard(true);
    let mut asked: BTreeSet<(&str, &str)> = BTreeSet::new();
    let mut names: BTreeMap<&str, String> = BTreeMap::new();
    let mut wrong = Vec::new();
    for Asked { api, id, verb, path, body, remember } in REQUESTS {
        let path = filled(path, &names);
        let answer = ask(&emulator, api, verb, &path, body);
        let log = emulator.log();
        assert_eq!(log.last().unwrap().api_method.as_deref(), Some(*id), "{verb} {path}");
        assert_eq!(answer.status, 200, "{id} {path}: {}", answer.body);
        asked.insert((api, id));
        if let Some(word) = remember {
            names.insert(word, answer.json()["name"].as_str().unwrap().to_owned());
        }
        let Some(description) = descriptions.get(api) else { continue };
        if let (Some(schema), false) = (description.request(id), body.is_empty()) {
            let body: Value = serde_json::from_str(body).unwrap();
            assert_eq!(faults(&schema, &body), Vec::<String>::new(), "the request of {id}");
        }
        let value = answer.json();
        wrong.extend(
            faults(&description.answer(id), &value).into_iter().map(|fault| format!("{id} {path} {fault}")),
        );
        wrong.extend(untyped(&value, &descriptions).into_iter().map(|fault| format!("{id} {path} {fault}")));
    }
    assert_eq!(wrong, Vec::<String>::new());
    let all: BTreeSet<(&str, &str)> = methods().map(|method| (method.api, method.id)).collect();
    assert_eq!(all.difference(&asked).collect::<Vec<_>>(), Vec::<&(&str, &str)>::new(), "never asked");
}

/// What is wrong with what operations hold, which says itself what it is.
fn untyped(answer: &Value, descriptions: &BTreeMap<&str, Description>) -> Vec<String> {
    let all = answer["operations"].as_array().cloned().unwrap_or_else(|| vec![answer.clone()]);
    let parts = all.iter().flat_map(|operation| ["metadata", "response"].map(|part| operation[part].clone()));
    let mut wrong = Vec::new();
    for mut part in parts {
        let Some(kind) = part.get("@type").and_then(Value::as_str).map(str::to_owned) else { continue };
        part.as_object_mut().unwrap().remove("@type");
        let (api, name) = match kind.strip_prefix("type.googleapis.com/").unwrap() {
            "google.cloud.run.v2.Service" => ("run.v2", "run.projects.locations.services.get"),
            "google.iam.v2.Policy" => ("iam.v2", "iam.policies.get"),
            "google.protobuf.Empty" => {
                assert_eq!(part, json!({}));
                continue;
            }
            "google.cloud.functions.v2.OperationMetadata" | "google.iam.v2.PolicyOperationMetadata" => {
                continue;
            }
            other => panic!("{other}"),
        };
        wrong.extend(faults(&descriptions[api].answer(name), &part));
    }
    wrong
}

/// A body of an error (<https://cloud.google.com/apis/design/errors>).
fn is_fault(status: u16, body: &Value) -> bool {
    let error = &body["error"];
    let fields: BTreeSet<&str> = error.as_object().unwrap().keys().map(String::as_str).collect();
    let is_told = error["message"].as_str().is_some_and(|text| !text.is_empty());
    let is_word = error["status"].as_str().is_some_and(|text| {
        text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') && !text.is_empty()
    });
    let details = error["details"].as_array().cloned().unwrap_or_default();
    body.as_object().unwrap().len() == 1
        && fields.is_subset(&BTreeSet::from(["code", "message", "status", "details"]))
        && error["code"] == status
        && is_told
        && is_word
        && details
            .iter()
            .all(|detail| detail["@type"].as_str().is_some_and(|kind| kind.contains("/google.rpc.")))
}

#[test]
fn every_error_of_every_method_has_googles_shape() {
    let emulator = serving(ESTATE);
    let mut refused: BTreeSet<&str> = BTreeSet::new();
    let operation = "projects/shop-prod/locations/europe-west1/operations/none";
    let deny = "policies/cloudresourcemanager.googleapis.com%2Fprojects%2Fshop-prod/denypolicies/no-calls/operations/none";
    let names: BTreeMap<&str, String> = [
        ("operation", operation),
        ("operation2", operation),
        ("function", operation),
        ("deny", deny),
        ("group", "groups/none"),
    ]
    .into_iter()
    .map(|(word, name)| (word, name.to_owned()))
    .collect();
    for Asked { api, id, verb, path, body, .. } in REQUESTS {
        let path = filled(path, &names);
        let nowhere = path
            .replace("shop-prod", "shop-nowhere")
            .replace("roles/run.invoker", "roles/run.nobody")
            .replace("folders/40", "folders/41")
            .replace("organizations/9", "organizations/8");
        for (path, body) in
            [(nowhere.as_str(), *body), (&format!("{path}?pageSize=-1"), "["), (&path, "{\"x\":1}")]
        {
            let answer = ask(&emulator, api, verb, path, body);
            if answer.status != 200 {
                assert!(is_fault(answer.status, &answer.json()), "{path} {}", answer.body);
                refused.insert(id);
            }
        }
    }
    let never: Vec<&str> = REQUESTS.iter().map(|asked| asked.id).filter(|id| !refused.contains(id)).collect();
    assert_eq!(never, Vec::<&str>::new());
}

#[test]
fn types_are_held_to_strictly() {
    let description = Description::of("run.v2").unwrap();
    let schema = description.answer("run.projects.locations.services.get");
    let sound = json!({ "name": "x", "generation": "4", "createTime": "2026-04-01T00:00:00Z" });
    assert_eq!(faults(&schema, &sound), Vec::<String>::new());
    for (field, value) in [
        ("later", json!(1)),
        ("generation", json!(4)),
        ("createTime", json!("2026-04-01")),
        ("ingress", json!("all")),
        ("template", json!({ "later": 1 })),
        ("labels", json!({ "a": 1 })),
        ("uri", Value::Null),
    ] {
        let mut value_with = sound.clone();
        value_with[field] = value;
        assert_eq!(faults(&schema, &value_with).len(), 1, "{field}");
    }
}
