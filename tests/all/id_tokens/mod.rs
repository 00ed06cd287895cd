//! ID tokens of every kind, from the local Google: as a library gives them, and as the command prints them.

mod command;
mod secrets;
mod ways;

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use callmap::{
    emulator::{Clock, Emulator, Options, State, estate},
    tokens::{
        Choice, CredentialsError, Endpoint, Environment, Warning,
        id::{self, IdToken, Via, Wanted},
    },
};

const PAYMENTS: &str = "https://payments-100000000001.europe-north1.run.app";
const CHECKOUT: &str = "checkout@shop-prod.iam.gserviceaccount.com";
const GCLOUD: &str = "32555940559.apps.googleusercontent.com";

/// The sample estate at its own time.
fn started() -> Emulator {
    let state = State::read(estate::ASSETS.as_bytes()).unwrap();
    Emulator::start(Options { state, clock: Clock::Fixed(estate::time()), ..Options::default() }).unwrap()
}

/// A token for the payments, in this way.
fn wanted(via: Via) -> Wanted {
    Wanted {
        via,
        audience: PAYMENTS.into(),
        key: None,
        impersonate: None,
        delegates: Vec::new(),
        credentials: Choice::Default,
    }
}

fn on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn got(
    wanted: &Wanted,
    emulator: &Emulator,
    environment: &Environment,
) -> Result<(IdToken, Vec<Warning>), CredentialsError> {
    on(id::id_token(wanted, Endpoint::Emulator(emulator.address()), environment))
}

/// Who callmap is, and by what.
fn me(wanted: &Wanted, emulator: &Emulator, environment: &Environment) -> Result<(String, String), String> {
    let me = on(id::me(wanted, Endpoint::Emulator(emulator.address()), environment));
    me.map(|(principal, way)| (principal.to_string(), way)).map_err(|error| error.to_string())
}

/// Credential files of every kind whose hosts are all on loopback, in a folder.
struct Files {
    key: PathBuf,
    login: PathBuf,
    pool: PathBuf,
    acting_pool: PathBuf,
    acting_login: PathBuf,
}

const KEY: &str = include_str!("../../../src/tokens/credentials/tests/key.pem");

impl Files {
    fn in_folder(folder: &Path, address: SocketAddr) -> Self {
        let write = |name: &str, file: &Value| {
            let path = folder.join(name);
            fs::write(&path, file.to_string()).unwrap();
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            }
            path
        };
        let key = json!({"type": "service_account", "client_email": CHECKOUT, "private_key": KEY,
            "private_key_id": "key-1", "project_id": "shop-prod", "token_uri": format!("http://{address}/token")});
        let login = json!({"type": "authorized_user", "client_id": GCLOUD, "client_secret": "hunter2-client",
            "refresh_token": "nora@example.com", "token_uri": format!("http://{address}/token")});
        // Whom the pool knows as `builds`, by a token of its own provider.
        let subject = folder.join("subject");
        let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"builds"}"#);
        fs::write(&subject, format!("eyJhbGciOiJub25lIn0.{claims}.c2ln")).unwrap();
        let url = format!("http://{address}/v1/projects/-/serviceAccounts/{CHECKOUT}:generateAccessToken");
        let pool = json!({"type": "external_account",
            "audience": "//iam.googleapis.com/projects/100000000001/locations/global/workloadIdentityPools/ci/providers/x",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": format!("http://{address}/v1/token"), "credential_source": {"file": subject}});
        let mut acting_pool = pool.clone();
        acting_pool["service_account_impersonation_url"] = json!(url);
        let acting_login = json!({"type": "impersonated_service_account", "delegates": [],
            "service_account_impersonation_url": url, "source_credentials": login});
        Self {
            key: write("key.json", &key),
            login: write("login.json", &login),
            pool: write("pool.json", &pool),
            acting_pool: write("acting-pool.json", &acting_pool),
            acting_login: write("acting-login.json", &acting_login),
        }
    }
}

/// The program, with nothing of this process's environment, towards an emulator.
fn callmap(address: SocketAddr, folder: &Path, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callmap"));
    command.args(shlex::split(line).unwrap()).current_dir(folder).env_clear();
    command.env("HOME", folder).env("NO_GCE_CHECK", "true").env("CALLMAP_EMULATOR_HOST", address.to_string());
    command
}

/// How it ended, and what it wrote.
fn ended(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// What a JWT says.
fn claims(token: &str) -> Value {
    let payload = token.trim().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
