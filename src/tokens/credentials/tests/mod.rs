//! Each kind of credential, against endpoints on loopback.

mod asking;

use std::{
    fs,
    path::{Path, PathBuf},
};

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{
    super::{
        Hosts,
        server::{Asked, Said, Server},
        transport::Transport,
    },
    Choice, CredentialsError, Environment, Found, Warning, find,
};

/// An environment whose credential file holds this, and where that file is.
fn with_file(file: &Value) -> (Environment, PathBuf, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("credentials.json");
    fs::write(&path, file.to_string()).unwrap();
    (Environment { credentials_file: Some(path.clone()), ..Environment::default() }, path, dir)
}

async fn found(environment: &Environment) -> Result<Found, CredentialsError> {
    find(environment, Choice::Default, None, &Transport::ready(Hosts::Loopback).unwrap()).await
}

async fn token_of(environment: &Environment) -> Result<String, CredentialsError> {
    Ok(found(environment).await?.tokens.token().await?.expose_secret().to_owned())
}

fn login(server: &Server) -> Value {
    json!({
        "type": "authorized_user", "client_id": "client", "client_secret": "hunter2-client",
        "refresh_token": "hunter2-refresh", "quota_project_id": "shop-bills",
        "token_uri": format!("http://{}/token", server.address),
    })
}

fn granted(asked: &Asked) -> Said {
    let is_token = asked.line == "POST /token";
    Said::json(if is_token { 200 } else { 404 }, &json!({"access_token": "access", "expires_in": 3600}))
}

#[tokio::test]
async fn a_login_is_exchanged_where_its_file_says() {
    let server = Server::start(|asked, _| granted(asked)).await;
    let (environment, path, _dir) = with_file(&login(&server));
    make(&path, 0o600);
    let found = found(&environment).await.unwrap();
    assert_eq!(found.quota_project.as_deref(), Some("shop-bills"));
    assert_eq!(found.warnings, []);
    assert_eq!(found.tokens.token().await.unwrap().expose_secret(), "access");
    assert_eq!(
        server.asked()[0].body,
        "grant_type=refresh_token&client_id=client&client_secret=hunter2-client&refresh_token=hunter2-refresh"
    );
}

#[cfg(unix)]
fn make(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_with_a_login_that_others_can_read_is_a_warning() {
    let server = Server::start(|asked, _| granted(asked)).await;
    let (environment, path, _dir) = with_file(&login(&server));
    for (mode, is_open) in [(0o600, false), (0o640, true), (0o604, true), (0o400, false)] {
        make(&path, mode);
        let warnings = found(&environment).await.unwrap().warnings;
        assert_eq!(warnings == [Warning::Readable(path.clone())], is_open, "{mode:o}");
    }
}

#[tokio::test]
async fn the_key_of_a_service_account_signs_for_its_token() {
    let server = Server::start(|asked, _| granted(asked)).await;
    let (environment, _, _dir) = with_file(&key(&server));
    assert_eq!(token_of(&environment).await.unwrap(), "access");
    let body = &server.asked()[0].body;
    assert!(body.starts_with("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="));
}

fn key(server: &Server) -> Value {
    json!({
        "type": "service_account", "client_email": "callmap@shop-prod.iam.gserviceaccount.com",
        "private_key": include_str!("key.pem"), "private_key_id": "k", "project_id": "shop-prod",
        "token_uri": format!("http://{}/token", server.address), "universe_domain": "googleapis.com",
    })
}

fn workload(server: &Server, source: &Value) -> Value {
    json!({
        "type": "external_account", "audience": "//iam.googleapis.com/projects/1/x",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": format!("http://{}/token", server.address), "credential_source": source,
    })
}

#[tokio::test]
async fn the_token_of_another_provider_is_exchanged() {
    let server = Server::start(|asked, _| match asked.line.as_str() {
        "GET /subject" if asked.header("x-key") == Some("hunter2") => {
            Said::json(200, &json!({"value": "theirs"}))
        }
        "POST /token" if asked.body.contains("subject_token=theirs") => granted(asked),
        line => panic!("{line} {}", asked.body),
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("subject");
    fs::write(&file, "theirs").unwrap();
    for source in [
        json!({"file": file}),
        json!({"url": format!("http://{}/subject", server.address), "headers": {"X-Key": "hunter2"},
               "format": {"type": "json", "subject_token_field_name": "value"}}),
    ] {
        let (environment, _, _dir) = with_file(&workload(&server, &source));
        assert_eq!(token_of(&environment).await.unwrap(), "access", "{source}");
    }
    for source in [
        json!({"executable": {"command": "x"}}),
        json!({"environment_id": "aws1"}),
        json!({"file": file, "format": {"type": "json", "subject_token_field_name": "value"}}),
        json!({"url": format!("http://{}/subject", server.address), "headers": {"bad name": "x"}}),
        json!({"url": format!("http://{}/subject", server.address), "format": {"type": "json"}}),
        json!({"file": dir.path().join("none")}),
    ] {
        let (environment, _, _dir) = with_file(&workload(&server, &source));
        assert!(token_of(&environment).await.is_err(), "{source}");
    }
}

#[tokio::test]
async fn an_account_is_acted_as_through_whatever_opens_the_way_to_it() {
    let server = Server::start(|asked, _| {
        if !asked.line.ends_with(":generateAccessToken") {
            return granted(asked);
        }
        assert_eq!(asked.header("authorization"), Some("Bearer access"));
        assert_eq!(asked.header("x-goog-user-project"), Some("shop-bills"));
        let sent: Value = serde_json::from_str(&asked.body).unwrap();
        assert_eq!(
            sent,
            json!({"scope": ["https://www.googleapis.com/auth/cloud-platform"], "lifetime": "3600s",
                "delegates": ["projects/-/serviceAccounts/between@shop-prod.iam.gserviceaccount.com"]})
        );
        Said::json(200, &json!({"accessToken": "theirs", "expireTime": "2999-01-01T00:00:00Z"}))
    })
    .await;
    let url = format!("http://{}/v1/projects/-/serviceAccounts/a@b:generateAccessToken", server.address);
    let delegates = json!(["between@shop-prod.iam.gserviceaccount.com"]);
    let mut pool = workload(&server, &json!({"file": "/dev/null"}));
    pool["service_account_impersonation_url"] = json!(url);
    pool["delegates"] = delegates.clone();
    pool["quota_project_id"] = json!("shop-bills");
    for file in [
        pool,
        json!({"type": "impersonated_service_account", "service_account_impersonation_url": url,
            "delegates": delegates, "source_credentials": login(&server), "quota_project_id": "shop-bills"}),
        json!({"type": "impersonated_service_account", "service_account_impersonation_url": url,
            "delegates": delegates, "source_credentials": key(&server), "quota_project_id": "shop-bills"}),
    ] {
        let (environment, _, _dir) = with_file(&file);
        assert_eq!(token_of(&environment).await.unwrap(), "theirs");
    }
}

#[tokio::test]
async fn a_machine_of_google_cloud_is_asked_for_its_account() {
    let server = Server::start(|asked, _| {
        assert_eq!(asked.line, "GET /computeMetadata/v1/instance/service-accounts/default/token");
        assert_eq!(asked.header("metadata-flavor"), Some("Google"));
        Said::json(200, &json!({"access_token": "machine", "expires_in": 3600, "token_type": "Bearer"}))
    })
    .await;
    let host = Some(server.address.to_string());
    let environment = Environment { metadata_host: host, ..Environment::default() };
    assert_eq!(token_of(&environment).await.unwrap(), "machine");
}

#[cfg(unix)]
#[tokio::test]
async fn the_login_of_gcloud_is_used_where_that_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let program = dir.path().join("gcloud");
    let environment = Environment {
        gcloud: Some(program.clone()),
        gcloud_quota_project: Some("shop-bills".into()),
        ..Environment::default()
    };
    let transport = Transport::ready(Hosts::Loopback).unwrap();
    let script = |text: &str| {
        fs::write(&program, format!("#!/bin/sh\n{text}\n")).unwrap();
        make(&program, 0o700);
    };
    script("[ \"$1 $2\" = 'auth print-access-token' ] && echo ya29.token");
    let found = find(&environment, Choice::Gcloud, None, &transport).await.unwrap();
    assert_eq!(found.tokens.token().await.unwrap().expose_secret(), "ya29.token");
    assert_eq!(found.quota_project.as_deref(), Some("shop-bills"));
    for (text, said) in [
        ("echo 'ERROR: no account' >&2; exit 1", "ERROR: no account; `gcloud auth login` logs in"),
        ("echo 'hunter2 hunter2'", "gcloud printed no token"),
        ("true", "gcloud printed no token"),
    ] {
        script(text);
        let found = find(&environment, Choice::Gcloud, None, &transport).await.unwrap();
        let error = found.tokens.token().await.unwrap_err();
        assert_eq!(error.to_string(), format!("no token for the login of gcloud: {said}"));
    }
}

#[tokio::test]
async fn credentials_are_looked_for_in_googles_order() {
    let server = Server::start(|asked, _| match asked.line.as_str() {
        "POST /named" => Said::json(200, &json!({"access_token": "named", "expires_in": 3600})),
        "POST /token" => Said::json(200, &json!({"access_token": "well-known", "expires_in": 3600})),
        _ => Said::json(200, &json!({"access_token": "machine", "expires_in": 3600})),
    })
    .await;
    let config = tempfile::tempdir().unwrap();
    let well_known = config.path().join("application_default_credentials.json");
    fs::write(&well_known, login(&server).to_string()).unwrap();
    let mut named = login(&server);
    named["token_uri"] = json!(format!("http://{}/named", server.address));
    let (environment, _, _dir) = with_file(&named);
    let mut environment = Environment {
        access_token: Some("given".into()),
        gcloud_config: Some(config.path().to_owned()),
        metadata_host: Some(server.address.to_string()),
        ..environment
    };
    assert_eq!(token_of(&environment).await.unwrap(), "given");
    environment.access_token = None;
    assert_eq!(token_of(&environment).await.unwrap(), "named");
    environment.credentials_file = None;
    assert_eq!(token_of(&environment).await.unwrap(), "well-known");
    fs::remove_file(well_known).unwrap();
    assert_eq!(token_of(&environment).await.unwrap(), "machine");
    environment.metadata_host = None;
    let missing = |is_logged_in| Some(CredentialsError::Missing { is_logged_in });
    assert_eq!(found(&environment).await.err(), missing(false));
    fs::write(config.path().join("credentials.db"), "").unwrap();
    let error = found(&environment).await.err();
    assert_eq!(error, missing(true));
    assert!(error.unwrap().to_string().contains("--credentials gcloud"));
}

#[tokio::test]
async fn nothing_is_sent_to_a_host_that_a_file_must_not_name() {
    let server = Server::start(|asked, _| granted(asked)).await;
    let elsewhere = "http://192.0.2.1/x";
    let with = |mut file: Value, pointer: &str| {
        *file.pointer_mut(pointer).unwrap() = json!(elsewhere);
        file
    };
    let source = json!({"url": format!("http://{}/subject", server.address)});
    let mut impersonated = json!({"type": "impersonated_service_account",
        "service_account_impersonation_url": "x", "source_credentials": login(&server)});
    impersonated = with(impersonated, "/service_account_impersonation_url");
    for file in [
        with(login(&server), "/token_uri"),
        with(key(&server), "/token_uri"),
        with(workload(&server, &source), "/token_url"),
        with(workload(&server, &source), "/credential_source/url"),
        impersonated,
    ] {
        let (environment, path, _dir) = with_file(&file);
        let error = found(&environment).await.err().unwrap();
        assert!(matches!(&error, CredentialsError::Host { path: named, .. } if *named == path), "{error}");
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_file_that_is_no_credential_says_so() {
    let server = Server::start(|asked, _| granted(asked)).await;
    let mut other_cloud = login(&server);
    other_cloud["universe_domain"] = json!("example.com");
    let mut keyless = key(&server);
    keyless["private_key"] = json!("hunter2");
    let mut half = login(&server);
    half["client_secret"] = json!("");
    for (file, said) in [
        (json!({"hunter2": 1}), "has no `type`"),
        (json!({"type": "gdch_service_account"}), "not one that callmap knows"),
        (half, "`client_secret` is missing"),
        (json!({"type": "service_account"}), "`client_email` is missing"),
        (keyless, "`private_key` is not a key"),
        (other_cloud, "the universe domain is `example.com`"),
    ] {
        let (environment, _, _dir) = with_file(&file);
        let error = found(&environment).await.err().unwrap().to_string();
        assert!(error.contains(said) && !error.contains("hunter2"), "{error}");
    }
    let (environment, path, _dir) = with_file(&json!(null));
    fs::write(&path, "{\n\"refresh_token\": hunter2").unwrap();
    let error = found(&environment).await.err().unwrap().to_string();
    assert!(error.ends_with("is not JSON from line 2"), "{error}");
    fs::remove_file(&path).unwrap();
    assert!(found(&environment).await.err().unwrap().to_string().contains("could not be read"));
}

#[tokio::test]
async fn nothing_secret_is_said_whatever_goes_wrong() {
    let echo = |asked: &Asked| format!("{{\"access_token\": 7, \"x\": \"hunter2 {}\"", asked.body);
    for status in [200, 400, 401, 403, 302] {
        let server = Server::start(move |asked, _| Said::Answer(status, "", echo(asked))).await;
        let source = json!({"url": format!("http://{}/hunter2", server.address),
            "headers": {"authorization": "hunter2"}});
        for file in [login(&server), key(&server), workload(&server, &source)] {
            let (environment, _, _dir) = with_file(&file);
            let found = found(&environment).await.unwrap();
            let error = found.tokens.token().await.unwrap_err();
            for text in [format!("{error}"), format!("{error:?}"), format!("{:?}", found.tokens)] {
                assert!(!text.contains("hunter2") && !text.contains("assertion"), "{text}");
            }
        }
    }
}

#[tokio::test]
async fn an_account_to_act_as_is_an_address_and_nothing_else() {
    let environment = Environment { access_token: Some("given".into()), ..Environment::default() };
    let transport = Transport::ready(Hosts::Loopback).unwrap();
    for wrong in ["", "callmap", "a@b/c", "a@b?c", "a@b:c/d", "../a@b", "a@b c", "a@@b"] {
        let error = find(&environment, Choice::Default, Some(wrong), &transport).await.err().unwrap();
        assert!(matches!(error, CredentialsError::Option(_)), "{wrong}");
    }
    // The real address, which is nothing to go to while emulating.
    let email = "callmap@shop-prod.iam.gserviceaccount.com";
    let found = find(&environment, Choice::Default, Some(email), &transport).await.unwrap();
    let error = found.tokens.token().await.unwrap_err().to_string();
    assert!(error.contains("https://iamcredentials.googleapis.com"), "{error}");
}
