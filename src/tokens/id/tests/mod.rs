//! Each way to an ID token, against endpoints on loopback.

mod answers;
mod refusals;

use std::{fs, path::PathBuf};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    super::{
        Endpoint,
        server::{Asked, Said, Server},
    },
    *,
};

const PAYMENTS: &str = "https://payments-100000000001.europe-north1.run.app";
const CALLMAP: &str = "callmap@shop-prod.iam.gserviceaccount.com";
const CHECKOUT: &str = "checkout@shop-prod.iam.gserviceaccount.com";
const BETWEEN: &str = "between@shop-prod.iam.gserviceaccount.com";

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

/// An ID token for an audience, of somebody, that holds for an hour from so many seconds on.
fn token(audience: &str, email: &str, from: i64) -> String {
    let from = Utc::now().timestamp() + from;
    let claims = json!({"aud": audience, "iss": "https://accounts.google.com", "sub": "1", "email": email,
        "iat": from, "exp": from + 3600});
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// What a JWT says.
fn said(jwt: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

/// A field of a form.
fn field(asked: &Asked, name: &str) -> String {
    let mut pairs = url::form_urlencoded::parse(asked.body.as_bytes());
    pairs.find(|(key, _)| key == name).unwrap().1.into_owned()
}

/// An environment whose credential file holds this.
fn with_file(file: &Value) -> (Environment, PathBuf, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("credentials.json");
    fs::write(&path, file.to_string()).unwrap();
    make(&path, 0o600);
    (Environment { credentials_file: Some(path.clone()), ..Environment::default() }, path, dir)
}

fn make(path: &std::path::Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
}

async fn got(
    wanted: &Wanted,
    server: &Server,
    environment: &Environment,
) -> Result<(IdToken, Vec<Warning>), CredentialsError> {
    id_token(wanted, Endpoint::Emulator(server.address), environment).await
}

/// Why there is no token.
async fn why(wanted: &Wanted, server: &Server, environment: &Environment) -> String {
    got(wanted, server, environment).await.unwrap_err().to_string()
}

fn key(server: &Server) -> Value {
    json!({
        "type": "service_account", "client_email": CALLMAP, "private_key_id": "key-1", "project_id": "shop-prod",
        "private_key": include_str!("../../credentials/tests/key.pem"),
        "token_uri": format!("http://{}/token", server.address),
    })
}

fn login(server: &Server) -> Value {
    json!({
        "type": "authorized_user", "client_id": "client.apps.googleusercontent.com",
        "client_secret": "hunter2-client", "refresh_token": "hunter2-refresh",
        "token_uri": format!("http://{}/token", server.address),
    })
}

fn workload(server: &Server, source: &Value, account: Option<&str>) -> Value {
    let url = |email| {
        format!("http://{}/v1/projects/-/serviceAccounts/{email}:generateAccessToken", server.address)
    };
    json!({
        "type": "external_account", "audience": "//iam.googleapis.com/projects/1/x",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": format!("http://{}/sts", server.address), "credential_source": source,
        "service_account_impersonation_url": account.map(url),
    })
}

/// Gives access tokens to whoever asks, and ID tokens of accounts to whoever brings one.
fn google(asked: &Asked) -> Said {
    let is_acting = asked.line.ends_with(":generateIdToken");
    if !is_acting {
        let body = json!({"access_token": "hunter2-access", "expires_in": 3600, "token_type": "Bearer",
            "issued_token_type": "urn:ietf:params:oauth:token-type:access_token"});
        return Said::json(200, &body);
    }
    assert_eq!(asked.header("authorization"), Some("Bearer hunter2-access"));
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    assert_eq!(body["includeEmail"], true);
    let account = asked.line.rsplit('/').next().unwrap().split(':').next().unwrap();
    Said::json(200, &json!({"token": token(body["audience"].as_str().unwrap(), account, 0)}))
}
