//! gcloud, the emulator and callmap in one circle: what one writes the other reads.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
};

use callmap::emulator::Emulator;
use serde_json::{Value, json};

use super::{SEARCH, client::Ran, gcloud::Gcloud, started};

const CALLER: &str = "user:mallory@contractor.example";
const MOBILE: &str = "serviceAccount:mobile@shop-edge.iam.gserviceaccount.com";
const HOST: &str = "search-100000000001.us-central1.run.app";
const ON_SEARCH: &str = "search --region us-central1 --format json";
/// A map of one function. There are no dates in it, as nobody tells an apply what time it is.
const MAP: &str = "callmap: 1\nproject: shop-prod\nregion: us-central1\nprojects: [shop-edge]\n\
                   functions:\n  search:\ncallers:\n  \
                   serviceAccount:mobile@shop-edge.iam.gserviceaccount.com: [search]\n";

/// callmap on that map, in the folder that gcloud is run in.
fn callmap(emulator: &Emulator, gcloud: &Gcloud, line: &str) -> Ran {
    fs::write(gcloud.folder().join("map.yaml"), MAP).unwrap();
    let words = shlex::split(&format!("{line} --map map.yaml")).unwrap();
    let variables = [("CALLMAP_EMULATOR_HOST".to_owned(), emulator.address().to_string())];
    Ran::of(Path::new(env!("CARGO_BIN_EXE_callmap")), &words, &variables, gcloud.folder())
}

/// Whether an audit finds that caller on the function.
fn is_found(emulator: &Emulator, gcloud: &Gcloud) -> bool {
    let audit = callmap(emulator, gcloud, "audit --format json").ended(1).json();
    audit["findings"].as_array().unwrap().iter().any(|finding| {
        finding["rule"] == "undeclared-caller" && finding.to_string().contains(&format!("\"{CALLER}\""))
    })
}

/// Whether gcloud lists that caller.
fn is_listed(gcloud: &Gcloud) -> bool {
    gcloud.run(&format!("run services get-iam-policy {ON_SEARCH}")).well().stdout.contains(CALLER)
}

fn bindings(emulator: &Emulator) -> Value {
    emulator.policy(SEARCH).unwrap()["bindings"].clone()
}

#[test]
fn gcloud_adds_a_caller_whom_callmap_finds_and_takes_out() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let before = bindings(&emulator);
    assert!(!is_listed(&gcloud) && !is_found(&emulator, &gcloud));
    let add = format!("run services add-iam-policy-binding {ON_SEARCH} --role roles/run.invoker");
    gcloud.run(&format!("{add} --member {CALLER}")).well();
    assert!(is_listed(&gcloud) && is_found(&emulator, &gcloud));
    callmap(&emulator, &gcloud, "apply --yes").well();
    assert!(!is_listed(&gcloud) && !is_found(&emulator, &gcloud));
    assert_eq!(bindings(&emulator), before);
}

#[test]
fn conditions_that_gcloud_added_outlive_an_apply_on_the_same_policy() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let add = format!("run services add-iam-policy-binding {ON_SEARCH}");
    let condition =
        "--condition 'expression=request.path.startsWith(\"/health\"),title=health,description=d'";
    gcloud.run(&format!("{add} --role roles/run.invoker --member {MOBILE} {condition}")).well();
    gcloud.run(&format!("{add} --role roles/run.viewer --member {CALLER} {condition}")).well();
    let kept = bindings(&emulator);
    let held = json!({ "expression": "request.path.startsWith(\"/health\")", "title": "health", "description": "d" });
    assert_eq!((&kept[1]["condition"], &kept[2]["condition"]), (&held, &held));

    gcloud.run(&format!("{add} --role roles/run.invoker --member {CALLER} --condition None")).well();
    assert!(is_found(&emulator, &gcloud));
    callmap(&emulator, &gcloud, "apply --yes").well();
    assert_eq!(bindings(&emulator), kept);
    let shown = gcloud.run(&format!("run services get-iam-policy {ON_SEARCH}")).well().json();
    assert_eq!((&shown["bindings"], &shown["version"]), (&kept, &json!(3)));
}

/// What the function answers to somebody who brings this token.
fn called(emulator: &Emulator, token: &str) -> String {
    let mut stream = TcpStream::connect(emulator.address()).unwrap();
    let bearer = format!("Authorization: Bearer {token}\r\nConnection: close\r\n\r\n");
    stream.write_all(format!("GET / HTTP/1.1\r\nHost: {HOST}\r\n{bearer}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_whitespace().nth(1).unwrap().to_owned()
}

#[test]
fn a_caller_gets_in_when_gcloud_lets_them_and_no_more_when_callmap_does_not() {
    let emulator = started();
    let Some(gcloud) = Gcloud::at(emulator.address()) else { return };
    let account = "promo@shop-prod.iam.gserviceaccount.com";
    let print = format!(
        "auth print-identity-token --impersonate-service-account {account} --audiences https://{HOST}"
    );
    let token = gcloud.run(&print).well().stdout.trim().to_owned();
    assert_eq!(called(&emulator, &token), "403");
    let add = format!("run services add-iam-policy-binding {ON_SEARCH} --role roles/run.invoker");
    gcloud.run(&format!("{add} --member serviceAccount:{account}")).well();
    assert_eq!(called(&emulator, &token), "200");
    callmap(&emulator, &gcloud, "apply --yes").well();
    assert_eq!(called(&emulator, &token), "403");
}
