//! The JSON Schema of the caller map, held to what the readers take.

use std::{collections::BTreeSet, fs, path::Path, sync::LazyLock};

use callmap::callers::{MapText, check, schema};
use jsonschema::Validator;
use serde_json::Value;

use crate::maps::at;

static VALIDATOR: LazyLock<Validator> = LazyLock::new(|| jsonschema::validator_for(&schema()).unwrap());

/// The text as JSON has it, and what the schema says against it.
fn objections(text: &str) -> Vec<String> {
    let value: Value = serde_yaml::from_str(text).unwrap();
    VALIDATOR.iter_errors(&value).map(|error| error.to_string()).collect()
}

/// Asserts that the schema takes a file that the readers take.
#[track_caller]
pub(crate) fn takes(text: &str) {
    assert_eq!(objections(text), [""; 0], "{text}");
}

fn is_read(text: &str) -> bool {
    check(vec![MapText { path: "map.yaml".into(), bytes: text.as_bytes().to_vec() }], at()).is_ok()
}

#[test]
fn the_schema_of_the_map_is_the_one_that_is_published() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/callmap.schema.json");
    let schema = schema();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        fs::write(&path, serde_json::to_string_pretty(&schema).unwrap() + "\n").unwrap();
    }
    let published: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(published, schema, "run with UPDATE_SCHEMAS=1");
}

#[test]
fn the_maps_of_this_project_are_valid() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = yaml_below(&root.join("policies"));
    assert!(example.len() >= 3, "{example:?}");
    for path in &example {
        takes(&fs::read_to_string(path).unwrap());
    }
    for path in yaml_below(&root.join("tests")) {
        let text = fs::read_to_string(path).unwrap();
        if is_read(&text) {
            takes(&text);
        }
    }
}

fn yaml_below(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(yaml_below(&path));
        } else if path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml") {
            found.push(path);
        }
    }
    found
}

/// Every key that some mapping of the schema takes, with the mapping's keys.
fn mappings(schema: &Value, found: &mut Vec<BTreeSet<String>>) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Object(properties)) = fields.get("properties") {
                assert_eq!(fields["additionalProperties"], false);
                for (key, value) in properties {
                    let text = value["description"].as_str().unwrap_or_default();
                    assert!(text.ends_with('.') && !text.contains("  "), "`{key}` is not described: {text}");
                }
                found.push(properties.keys().cloned().collect());
            }
            fields.values().for_each(|value| mappings(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| mappings(value, found)),
        _ => {}
    }
}

/// The texts before `=>` in a reader's `match key(name)`.
fn arms(reader: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/callers").join(reader);
    let text = fs::read_to_string(path).unwrap();
    let start = text.find("match key(name)").or_else(|| text.find("match setting")).unwrap();
    let indent = " ".repeat(text[..start].len() - text[..start].rfind('\n').unwrap() - 1);
    let end = text[start..].find(&format!("\n{indent}}}")).map_or(text.len(), |end| start + end);
    let arm = format!("\n{indent}    \"");
    text[start..end]
        .split(&arm)
        .skip(1)
        .filter_map(|arm| Some(arm.split_once("\" => ")?.0.to_owned()))
        .collect()
}

#[test]
fn the_schema_has_every_key_that_a_reader_takes_and_no_other() {
    let mut found = Vec::new();
    mappings(&schema(), &mut found);
    let keys = |known: &[&str]| -> Vec<&BTreeSet<String>> {
        found.iter().filter(|keys| known.iter().all(|key| keys.contains(*key))).collect()
    };
    let mut file = arms("read_file.rs");
    file.extend(arms("read_settings.rs"));
    file.insert("callmap".to_owned());
    for (known, reader) in [
        (&["callmap"][..], file),
        (&["runs_as"], arms("read_functions.rs")),
        (&["function", "until"], arms("read_callers.rs")),
        (&["rule", "until"], arms("read_accepted.rs")),
    ] {
        assert!(reader.len() > 2, "{reader:?}");
        let keys = keys(known);
        assert!(!keys.is_empty() && keys.iter().all(|keys| **keys == reader), "{keys:?}\n{reader:?}");
    }
}

/// A map with every key there is, and every way to write what they take.
const EVERYTHING: &str = r#"
callmap: 1
project: $project
region: europe-west1
owner: shop-team@example.com
written_by: terraform
functions:
  a:
  b: { region: europe-north1, runs_as: b@$project.iam.gserviceaccount.com, owner: 7, written_by: other }
  c: { resource: projects/shop-finance/locations/europe-west1/services/c_c }
  d: { regions: [europe-west1, us-central1], only: [prod] }
  e: { trigger: event, runs_as: "serviceAccount:e@x.iam.gserviceaccount.com" }
callers:
  allUsers: [a]
  allAuthenticatedUsers: [{ function: b, reason: everybody has one }]
  function:b: [c, "d*"]
  serviceAccount:m@$edge.iam.gserviceaccount.com: [c]
  serviceAccount:x.svc.id.goog[ns/name]: [c]
  domain:example.com: [c]
  principalSet://cloudresourcemanager.googleapis.com/projects/12/type/ServiceAccount: [c]
  robot:x: [c]
  user:alice@example.com:
    - { function: c, until: 2026-12-01, reason: SHOP-123 }
    - { function: d, until: "2026-12-01T18:00:00+01:00" }
    - function: b
environments:
  staging: { project: shop-staging, edge: shop-edge-stg }
  prod: { project: shop-prod, edge: 1041 }
accepted:
  - { rule: privileged-caller, caller: "group:sre@example.com", role: roles/run.developer, functions: [a], reason: x, until: 2027-01-31 }
  - { rule: unreadable, resource: organizations/9000, reason: x y, until: 2027-01-31T00:00:00Z }
rules: { undeclared-function: error, public-function: warning, behind-iap: ignore }
role: roles/run.servicesInvoker
expiry: map
max_until: 90d
domains: [example.com]
projects: [shop-edge, 1041]
"#;

#[test]
fn a_map_with_everything_is_taken_by_both() {
    let text = EVERYTHING.trim_start();
    let bytes = text.as_bytes().to_vec();
    if let Err(error) = check(vec![MapText { path: "map.yaml".into(), bytes }], at()) {
        panic!("{:#?}", error.mistakes);
    }
    takes(text);
}

#[test]
fn a_wrong_map_is_refused_by_both() {
    let map = |change: &str, into: &str| {
        let text = EVERYTHING.trim_start().replacen(change, into, 1);
        assert_ne!(text, EVERYTHING.trim_start(), "{change}");
        text
    };
    let mut wrong: Vec<_> = [
        ("callmap: 1\n", ""),
        ("callmap: 1", "callmap: 2"),
        ("owner: shop", "ownr: shop"),
        ("owner: shop-team@example.com", "owner:"),
        ("written_by: terraform", "written_by: pulumi"),
        ("region: europe-west1", "region: Europe"),
        ("project: $project", "project: Shop Prod"),
        ("  a:\n", "  1a:\n"),
        ("  a:\n", "  a: yes it is\n"),
        ("region: europe-north1,", "region: europe-north1, regions: [europe-west1],"),
        ("runs_as: b@", "runs_at: b@"),
        ("runs_as: b@$project.iam.gserviceaccount.com", "runs_as: bob"),
        ("projects/shop-finance/locations/europe-west1/services/c_c", "services/c"),
        ("[europe-west1, us-central1]", "[]"),
        ("[europe-west1, us-central1]", "[europe-west1, europe-west1]"),
        ("only: [prod]", "only: []"),
        ("trigger: event", "trigger: http"),
        ("allUsers: [a]", "allUsers: [\"a*\"]"),
        ("allUsers: [a]", "allUsers: [{ function: a, until: 2026-12-01 }]"),
        ("allUsers: [a]", "allUsers: []"),
        ("allUsers: [a]", "allUsers: a"),
        ("allUsers: [a]", "allusers: [a]"),
        ("function:b: [c", "function:1: [c"),
        ("robot:x", "alice@example.com"),
        ("robot:x", "user:alice"),
        ("robot:x", "domain:a@b.com"),
        ("robot:x", "deleted:user:a@example.com?uid=1"),
        ("robot:x", "projectOwner:shop-prod"),
        (
            "robot:x",
            "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/s",
        ),
        ("robot:x", "$kind:a@example.com"),
        ("robot:x", "robot:"),
        ("until: 2026-12-01,", "untl: 2026-12-01,"),
        ("until: 2026-12-01,", "until: soon,"),
        ("2026-12-01T18:00:00+01:00", "2026-12-01T18:00:00"),
        ("    - function: b", "    - reason: b"),
        ("staging: { project", "staging: { 1project"),
        ("edge: shop-edge-stg", "edge: $project"),
        ("rule: unreadable, ", ""),
        ("rule: unreadable", "rule: unread"),
        ("resource: organizations/9000, ", ""),
        ("reason: x y, ", ""),
        (", until: 2027-01-31T00:00:00Z", ""),
        ("functions: [a]", "functions: []"),
        ("undeclared-function: error", "undeclared-functions: error"),
        ("undeclared-function: error", "undeclared-function: fatal"),
        ("public-function: warning", "public-function: note"),
        ("behind-iap: ignore", "unreadable: warning"),
        ("roles/run.servicesInvoker", "roles/editor"),
        ("expiry: map", "expiry: never"),
        ("max_until: 90d", "max_until: 90"),
        ("max_until: 90d", "max_until: 0h"),
        ("domains: [example.com]", "domains: [\"@example.com\"]"),
        ("projects: [shop-edge", "projects: [\"a b\""),
        ("projects: [shop-edge", "project_s: [shop-edge"),
    ]
    .into_iter()
    .map(|(change, into)| map(change, into))
    .collect();
    wrong.extend(
        [
            "callmap: 1\n",
            "callmap: 1\nproject: p-1\n",
            "callmap: 1\nproject: p-1\nregion: r-1\nfunctions: { a: }\n",
            "callmap: 1\ncallers: {}\n",
            "callmap: 1\nproject: p-1\nregion: r-1\nfunctions: {}\ncallers: {}\n",
            "callmap: 1\nproject: p-1\nregion: r-1\nfunctions: { a: }\ncallers:\n",
            "callmap: 1\nenvironments: {}\n",
            "- a\n",
        ]
        .map(str::to_owned),
    );
    for text in wrong {
        assert!(!is_read(&text), "the readers take it:\n{text}");
        assert!(!objections(&text).is_empty(), "the schema takes it:\n{text}");
    }
}
