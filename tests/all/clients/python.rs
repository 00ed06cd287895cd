//! Google's libraries for Python, in a virtual environment of their own.

use std::{
    env,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use callmap::emulator::Emulator;
use serde_json::json;

use super::{
    PAYMENTS, SEARCH,
    client::{self, Ran},
    environment, started,
};

const CHECKOUT: &str = "checkout@shop-prod.iam.gserviceaccount.com";

/// Names another Python than the one of the virtual environment.
const PYTHON: &str = "CALLMAP_CLIENTS_PYTHON";
const REMEDY: &str = "run `python3 -m venv target/clients && \
                      target/clients/bin/pip install -r tests/clients/requirements.txt`";

fn program() -> Option<PathBuf> {
    let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/clients/bin/python");
    let named = env::var_os(PYTHON).map(PathBuf::from);
    Some(named.unwrap_or_else(usual)).filter(|program| program.is_file())
}

/// Runs a script of `tests/clients` against an emulator; `None` where its libraries are missing.
fn run(script: &str, address: SocketAddr) -> Option<Ran> {
    run_with(script, address, &[])
}

/// Runs a script that takes more words than the emulator's address.
fn run_with(script: &str, address: SocketAddr, more: &[String]) -> Option<Ran> {
    let program = client::found(program(), "Python with Google's libraries", REMEDY)?;
    let home = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(script);
    let variables = environment::of(address, home.path());
    let mut words = vec!["-B".to_owned(), script.display().to_string(), address.to_string()];
    words.extend_from_slice(more);
    Some(Ran::of(&program, &words, &variables, home.path()))
}

fn invokers(emulator: &Emulator, resource: &str) -> serde_json::Value {
    emulator.policy(resource).unwrap()["bindings"][0]["members"].clone()
}

#[test]
fn google_cloud_run_reads_and_writes_over_rest() {
    let emulator = started();
    let Some(ran) = run("services.py", emulator.address()) else { return };
    ran.well();
    let policy = emulator.policy(SEARCH).unwrap();
    assert_eq!(policy["bindings"][1]["members"], json!(["user:ana@example.com"]));
    assert_eq!(policy["bindings"][1]["condition"]["title"], "soon");
}

#[test]
fn google_api_python_client_finds_one_store_behind_every_version() {
    let emulator = started();
    let Some(ran) = run("discovery.py", emulator.address()) else { return };
    ran.well();
    let mobile = "serviceAccount:mobile@shop-edge.iam.gserviceaccount.com";
    assert_eq!(invokers(&emulator, SEARCH), json!([mobile, "user:ana@example.com"]));
}

#[test]
fn every_answer_has_the_shape_that_google_describes() {
    let emulator = started();
    let before = emulator.policy(PAYMENTS);
    let Some(ran) = run("shapes.py", emulator.address()) else { return };
    ran.well();
    assert_eq!(emulator.policy(PAYMENTS), before);
}

#[test]
fn google_auth_gets_access_tokens_from_a_machine_a_key_and_a_pool() {
    let emulator = started();
    let everybody = [
        "serviceAccount:100000000001-compute@developer.gserviceaccount.com",
        "serviceAccount:100000000002-compute@developer.gserviceaccount.com",
        "serviceAccount:checkout@shop-prod.iam.gserviceaccount.com",
        "principalSet://iam.googleapis.com/projects/100000000001/locations/global/workloadIdentityPools/builds/*",
    ];
    let bindings = ["roles/run.viewer", "roles/iam.serviceAccountTokenCreator"]
        .map(|role| json!({ "role": role, "members": everybody }));
    emulator.set_policy("projects/shop-prod", json!({ "bindings": bindings }));
    let Some(ran) = run("auth.py", emulator.address()) else { return };
    ran.well();
}

#[test]
fn google_auth_gets_identity_tokens_that_hold_and_open_the_doors_they_are_for() {
    let emulator = started();
    let account = "serviceAccount:checkout@shop-prod.iam.gserviceaccount.com";
    let bindings = json!([{ "role": "roles/run.invoker", "members": [account] }]);
    emulator.set_policy(PAYMENTS, json!({ "bindings": bindings }));
    let key = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tokens/credentials/tests/key.pem");
    let key = key.display().to_string();
    let Some(ran) = run_with("identity.py", emulator.address(), &[key]) else { return };
    ran.well();
}

#[test]
fn google_auth_finds_that_the_tokens_of_callmap_hold() {
    let emulator = started();
    let home = tempfile::tempdir().unwrap();
    let key = json!({ "type": "service_account", "client_email": CHECKOUT, "private_key_id": "key-1",
        "private_key": include_str!("../../../src/tokens/credentials/tests/key.pem"),
        "token_uri": format!("http://{}/token", emulator.address()) });
    std::fs::write(home.path().join("key.json"), key.to_string()).unwrap();
    let url = "https://payments-100000000001.europe-north1.run.app";
    let token = |words: &str| {
        let line = format!("token {url}/refunds -q {words}");
        let variables = [("CALLMAP_EMULATOR_HOST".to_owned(), emulator.address().to_string())];
        let program = Path::new(env!("CARGO_BIN_EXE_callmap"));
        let ran = Ran::of(program, &shlex::split(&line).unwrap(), &variables, home.path()).well();
        ran.stdout.trim_end().to_owned()
    };
    let machine = "100000000001-compute@developer.gserviceaccount.com";
    let ways = [
        ("--via key --key key.json".to_owned(), CHECKOUT),
        (format!("--via impersonate --impersonate {CHECKOUT}"), CHECKOUT),
        ("--via metadata".to_owned(), machine),
    ];
    let mut more = vec![url.to_owned()];
    more.extend(ways.iter().flat_map(|(words, email)| [token(words), (*email).to_owned()]));
    let Some(ran) = run_with("verify.py", emulator.address(), &more) else { return };
    ran.well();
}
